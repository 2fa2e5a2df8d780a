// Who may use the API and the edge nodes.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { CreatedToken, Token, type Scope } from "../../schemas/token.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Chip } from "../parts/chip.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { DeleteButton, Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Page, Shown } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

export function TokensPage(): JSX.Element {
  const list = useLoaded((signal) => get("/tokens", z.array(Token), signal), []);
  const [isAdding, setAdding] = useState(false);
  const add = (
    <button type="button" class="primary" onClick={() => setAdding(true)}>
      <Icon name="plus" />
      New token
    </button>
  );
  return (
    <Page
      title="Tokens"
      lead="One for each person, engine and pipeline, so that each can be revoked alone"
      actions={add}
    >
      <Shown of={list}>
        {(tokens) => (
          <Table
            columns={["Name", "May", { name: "Created", class: "wide-only" }, "Last used"]}
            hasActions
          >
            {tokens.map((token) => (
              <Row key={token.id} token={token} onChanged={list.reload} />
            ))}
          </Table>
        )}
      </Shown>
      {isAdding && <NewToken onClose={() => setAdding(false)} onCreated={list.reload} />}
    </Page>
  );
}

function Row({ token, onChanged }: { token: Token; onChanged: () => void }): JSX.Element {
  const { id, name, scopes, createdAt, lastUsedAt } = token;
  return (
    <tr>
      <td>{name}</td>
      <td>
        {scopes.map((scope) => (
          <Chip key={scope} tone={scope === "admin" ? "accent" : "neutral"}>
            {scope}
          </Chip>
        ))}
      </td>
      <td class="wide-only muted">{shortTime(createdAt)}</td>
      <td class="muted">{lastUsedAt === null ? "never" : shortTime(lastUsedAt)}</td>
      <td class="row-actions">
        <DeleteButton
          label="Revoke"
          title={`Revoke ${name}?`}
          path={`/tokens/${part(id)}`}
          onDeleted={onChanged}
        >
          Whoever uses it is refused from now on, calls included. It cannot be brought back.
        </DeleteButton>
      </td>
    </tr>
  );
}

const SCOPES = [
  { value: "run", text: "Ask about calls and run scripts: for a routing engine" },
  { value: "admin", text: "Everything: for a person or a pipeline" },
];

function NewToken({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: () => void;
}): JSX.Element {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("run");
  const [created, setCreated] = useState<z.infer<typeof CreatedToken> | null>(null);
  const submit = async (): Promise<void> => {
    const body = { name, scopes: [scope] };
    setCreated(await send({ method: "POST", path: "/tokens", body }, CreatedToken));
    onCreated();
  };
  if (created !== null) {
    return (
      <Dialog title={`Token ${created.name}`} onClose={onClose}>
        <p class="dialog-text">Copy it now: it is shown this once, and only its hash is kept.</p>
        <p class="identity">
          <code class="secret">{created.token}</code> <CopyButton text={created.token} />
        </p>
        <div class="actions">
          <button type="button" class="primary" onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="New token" onClose={onClose}>
      <DialogForm label="Create" onClose={onClose} submit={submit}>
        <TextField
          label="Name"
          value={name}
          onValue={setName}
          required
          hint="Who or what uses it"
        />
        <SelectField
          label="May"
          value={scope}
          options={SCOPES}
          onValue={(value) => setScope(value === "admin" ? "admin" : "run")}
        />
      </DialogForm>
    </Dialog>
  );
}
