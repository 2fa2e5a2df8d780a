// The databases of the account, which scripts use as cxUserspace.

import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { z } from "zod";
import { DatabaseKind, UserspaceDatabase } from "../../schemas/userspace.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Chip } from "../parts/chip.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

const Databases = z.object({ databases: z.array(UserspaceDatabase) });

export function UserspacePage(): JSX.Element {
  const list = useLoaded((signal) => get("/userspace", Databases, signal), []);
  const [isAdding, setAdding] = useState(false);
  const add = (
    <button type="button" class="primary" onClick={() => setAdding(true)}>
      <Icon name="plus" />
      New database
    </button>
  );
  return (
    <Page
      title="Databases"
      lead="Lists that scripts look things up in, as cxUserspace"
      actions={add}
    >
      <Shown of={list}>
        {({ databases }) =>
          databases.length === 0 ? (
            <Empty title="No databases yet" action={add}>
              A do-not-call list, the leads of a campaign, limits of each CLI: rows by a key, with a
              value or with columns.
            </Empty>
          ) : (
            <Table
              columns={[
                "Database",
                "Kind",
                { name: "Columns", class: "wide-only" },
                { name: "Rows", class: "numeric" },
                { name: "Created", class: "wide-only" },
              ]}
            >
              {databases.map((one) => (
                <Row key={one.database} database={one} />
              ))}
            </Table>
          )
        }
      </Shown>
      {isAdding && <NewDatabase onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Row({ database: one }: { database: UserspaceDatabase }): JSX.Element {
  return (
    <tr>
      <td>
        <a class="row-link" href={`/userspace/${part(one.database)}`}>
          {one.database}
        </a>
      </td>
      <td>
        <Chip>{one.kind}</Chip>
      </td>
      <td class="wide-only muted">{one.columns.join(", ")}</td>
      <td class="numeric">{one.rows.toLocaleString()}</td>
      <td class="wide-only muted">{shortTime(one.createdAt)}</td>
    </tr>
  );
}

const KINDS = [
  { value: "kv", text: "Keys with a value" },
  { value: "leads", text: "Keys with columns" },
];

function NewDatabase({ onClose }: { onClose: () => void }): JSX.Element {
  const { route } = useLocation();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<DatabaseKind>("kv");
  const [columns, setColumns] = useState("");
  const submit = async (): Promise<void> => {
    const named = columns.split(/[\s,]+/).filter(Boolean);
    const body = { kind, columns: kind === "leads" ? named : [] };
    await send({ method: "PUT", path: `/userspace/${part(name)}`, body }, UserspaceDatabase);
    route(`/userspace/${part(name)}`);
  };
  return (
    <Dialog title="New database" onClose={onClose}>
      <DialogForm label="Create" onClose={onClose} submit={submit}>
        <TextField label="Name" value={name} onValue={setName} required placeholder="dnc" />
        <SelectField
          label="Kind"
          value={kind}
          options={KINDS}
          onValue={(text) => setKind(DatabaseKind.parse(text))}
        />
        {kind === "leads" && (
          <TextField
            label="Columns"
            value={columns}
            onValue={setColumns}
            required
            placeholder="name, phone"
            hint="With commas between them; the column key is there besides"
          />
        )}
      </DialogForm>
    </Dialog>
  );
}
