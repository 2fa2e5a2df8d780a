// What scripts reach by libraries: services of the operator, and users of cxRest.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Connector, CONNECTORS, ConnectorName } from "../../schemas/connector.ts";
import { RestUser } from "../../schemas/rest-user.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Chip } from "../parts/chip.tsx";
import { DeleteButton, Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { CodeField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Page, Shown } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

export function ConnectionsPage(): JSX.Element {
  return (
    <Page title="Connections" lead="Systems of yours that libraries of scripts reach">
      <Connectors />
      <RestUsers />
    </Page>
  );
}

function Connectors(): JSX.Element {
  const list = useLoaded((signal) => get("/connectors", z.array(Connector), signal), []);
  const [edited, setEdited] = useState<ConnectorName | null>(null);
  return (
    <section class="block">
      <h2>Connectors</h2>
      <Shown of={list}>
        {(connectors) => (
          <>
            <Table
              columns={["Library", "Asks", { name: "Headers", class: "wide-only" }]}
              hasActions
            >
              {ConnectorName.options.map((name) => (
                <ConnectorRow
                  key={name}
                  name={name}
                  connector={connectors.find((one) => one.name === name)}
                  onEdit={() => setEdited(name)}
                  onChanged={list.reload}
                />
              ))}
            </Table>
            {edited !== null && (
              <ConnectorDialog
                name={edited}
                connector={connectors.find((one) => one.name === edited)}
                onClose={() => setEdited(null)}
                onSaved={list.reload}
              />
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

type ConnectorProps = { name: ConnectorName; connector: Connector | undefined };

type RowProps = ConnectorProps & { onEdit: () => void; onChanged: () => void };

function ConnectorRow({ name, connector, onEdit, onChanged }: RowProps): JSX.Element {
  return (
    <tr>
      <td>
        <code>{CONNECTORS[name]}</code>
      </td>
      <td class="clip">
        {connector === undefined ? (
          <span class="muted">not connected: the library fails</span>
        ) : (
          <code>{connector.url}</code>
        )}
      </td>
      <td class="wide-only muted">{connector?.headers.join(", ")}</td>
      <td class="row-actions">
        <button type="button" class="quiet" onClick={onEdit}>
          {connector === undefined ? "Connect" : "Change"}
        </button>
        {connector !== undefined && (
          <DeleteButton
            title={`Disconnect ${CONNECTORS[name]}?`}
            path={`/connectors/${name}`}
            onDeleted={onChanged}
          >
            Scripts that use the library fail from now on. The values of its headers are lost.
          </DeleteButton>
        )}
      </td>
    </tr>
  );
}

type DialogProps = ConnectorProps & { onClose: () => void; onSaved: () => void };

function ConnectorDialog({ name, connector, onClose, onSaved }: DialogProps): JSX.Element {
  const [url, setUrl] = useState(connector?.url ?? "");
  const [headers, setHeaders] = useState("");
  const [timeoutMs, setTimeoutMs] = useState(String(connector?.timeoutMs ?? 10_000));
  const submit = async (): Promise<void> => {
    const body = { url, headers: headersOf(headers), timeoutMs: Number(timeoutMs) };
    await send({ method: "PUT", path: `/connectors/${name}`, body }, Connector);
    onSaved();
    onClose();
  };
  return (
    <Dialog title={`Connector of ${CONNECTORS[name]}`} onClose={onClose}>
      <DialogForm label="Save" onClose={onClose} submit={submit}>
        <TextField
          label="Address"
          value={url}
          onValue={setUrl}
          required
          placeholder="http://10.1.0.5:9000/originate"
          hint="Asked by POST; may be on a private network"
        />
        <CodeField
          label="Headers"
          hint="One on a line: Authorization: Bearer … They are kept sealed, and are written anew each time"
          rows={3}
          value={headers}
          onValue={setHeaders}
        />
        <TextField
          label="Timeout, ms"
          type="number"
          min={1}
          value={timeoutMs}
          onValue={setTimeoutMs}
        />
      </DialogForm>
    </Dialog>
  );
}

function headersOf(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...value] = line.split(":");
      return [name.trim(), value.join(":").trim()];
    }),
  );
}

function RestUsers(): JSX.Element {
  const list = useLoaded((signal) => get("/rest-users", z.array(RestUser), signal), []);
  const [isAdding, setAdding] = useState(false);
  return (
    <section class="block">
      <h2>Users of cxRest</h2>
      <div class="table-actions">
        <button type="button" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          Add a user
        </button>
      </div>
      <Shown of={list}>
        {(users) =>
          users.length === 0 ? (
            <p class="muted">
              None yet: scripts name one in auth(user), and ask the operator's API in its name.
            </p>
          ) : (
            <div class="table-frame">
              <table>
                <tbody>
                  {users.map((user) => (
                    <UserRow key={user.name} user={user} onChanged={list.reload} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Shown>
      {isAdding && <UserDialog onClose={() => setAdding(false)} onSaved={list.reload} />}
    </section>
  );
}

function UserRow({ user, onChanged }: { user: RestUser; onChanged: () => void }): JSX.Element {
  const { name, hasToken, updatedAt } = user;
  return (
    <tr>
      <td>{name}</td>
      <td>
        <Chip tone={hasToken ? "good" : "neutral"}>
          {hasToken ? "own token" : "operator's token"}
        </Chip>
      </td>
      <td class="wide-only muted">{shortTime(updatedAt)}</td>
      <td class="row-actions">
        <DeleteButton
          title={`Delete ${name}?`}
          path={`/rest-users/${part(name)}`}
          onDeleted={onChanged}
        >
          Scripts can ask in its name no more. Its token is lost.
        </DeleteButton>
      </td>
    </tr>
  );
}

function UserDialog({
  onClose,
  onSaved,
}: {
  onClose: () => void;
  onSaved: () => void;
}): JSX.Element {
  const [name, setName] = useState("");
  const [token, setToken] = useState("");
  const submit = async (): Promise<void> => {
    const body = token === "" ? {} : { token };
    await send({ method: "PUT", path: `/rest-users/${part(name)}`, body }, RestUser);
    onSaved();
    onClose();
  };
  return (
    <Dialog title="Add a user of cxRest" onClose={onClose}>
      <DialogForm label="Save" onClose={onClose} submit={submit}>
        <TextField
          label="Name"
          value={name}
          onValue={setName}
          required
          placeholder="api@carrier.example"
        />
        <TextField
          label="Token"
          type="password"
          value={token}
          onValue={setToken}
          hint="Sent upstream, kept sealed. Empty: the operator's"
        />
      </DialogForm>
    </Dialog>
  );
}
