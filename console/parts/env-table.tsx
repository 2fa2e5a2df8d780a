// Variables of an account or a script: what scripts read as process.env.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { EnvVar } from "../../schemas/env.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { fullTime, shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Chip } from "./chip.tsx";
import { DeleteButton, Dialog } from "./dialog.tsx";
import { DialogForm } from "./dialog-form.tsx";
import { TextField } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { Empty, Shown } from "./page.tsx";
import { Table } from "./table.tsx";

type Props = {
  /** `/env` or `/scripts/{id}/env`. */
  path: string;
  whose: string;
};

export function EnvTable({ path, whose }: Props): JSX.Element {
  const vars = useLoaded((signal) => get(path, z.array(EnvVar), signal), [path]);
  const [edited, setEdited] = useState<EnvVar | "new" | null>(null);
  const add = (
    <button type="button" onClick={() => setEdited("new")}>
      <Icon name="plus" />
      Add a variable
    </button>
  );
  return (
    <>
      <Shown of={vars}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="No variables yet" action={add}>
              Keep addresses, limits and passwords here rather than in code: {whose} reads them as{" "}
              <code>process.env.NAME</code>.
            </Empty>
          ) : (
            <>
              <div class="table-actions">{add}</div>
              <VariableTable list={list} path={path} onEdit={setEdited} onChanged={vars.reload} />
            </>
          )
        }
      </Shown>
      {edited !== null && (
        <EnvDialog
          path={path}
          variable={edited === "new" ? undefined : edited}
          onClose={() => setEdited(null)}
          onSaved={vars.reload}
        />
      )}
    </>
  );
}

type TableProps = {
  list: EnvVar[];
  path: string;
  onEdit: (variable: EnvVar) => void;
  onChanged: () => void;
};

function VariableTable({ list, path, onEdit, onChanged }: TableProps): JSX.Element {
  return (
    <Table columns={["Name", "Value", { name: "Changed", class: "wide-only" }]} hasActions>
      {list.map((one) => (
        <Row
          key={one.name}
          variable={one}
          path={path}
          onEdit={() => onEdit(one)}
          onChanged={onChanged}
        />
      ))}
    </Table>
  );
}

type RowProps = { variable: EnvVar; path: string; onEdit: () => void; onChanged: () => void };

function Row({ variable, path, onEdit, onChanged }: RowProps): JSX.Element {
  const { name, value, updatedAt } = variable;
  return (
    <tr>
      <td>
        <code>{name}</code>
      </td>
      <td class="clip">
        {value === null ? (
          <>
            <span aria-hidden="true">••••••••</span> <Chip>protected</Chip>
          </>
        ) : (
          <code>{value}</code>
        )}
      </td>
      <td class="wide-only muted" title={fullTime(updatedAt)}>
        {shortTime(updatedAt)}
      </td>
      <td class="row-actions">
        <button type="button" class="quiet" onClick={onEdit}>
          Change
        </button>
        <DeleteButton
          title={`Delete ${name}?`}
          path={`${path}/${part(name)}`}
          onDeleted={onChanged}
        >
          Scripts that read it get <code>undefined</code> from their next run on. Its value cannot
          be brought back.
        </DeleteButton>
      </td>
    </tr>
  );
}

type DialogProps = {
  path: string;
  variable: EnvVar | undefined;
  onClose: () => void;
  onSaved: () => void;
};

function EnvDialog({ path, variable, onClose, onSaved }: DialogProps): JSX.Element {
  const [name, setName] = useState(variable?.name ?? "");
  const [value, setValue] = useState(variable?.value ?? "");
  const [isProtected, setProtected] = useState(variable?.protected ?? false);
  const submit = async (): Promise<void> => {
    const body = { value, protected: isProtected };
    await send({ method: "PUT", path: `${path}/${part(name)}`, body }, EnvVar);
    onSaved();
    onClose();
  };
  return (
    <Dialog
      title={variable === undefined ? "Add a variable" : "Change a variable"}
      onClose={onClose}
    >
      <DialogForm label="Save" onClose={onClose} submit={submit}>
        <TextField
          label="Name"
          value={name}
          onValue={setName}
          required
          disabled={variable !== undefined}
          placeholder="API_USERNAME"
          hint="Letters, digits and underscores"
        />
        <TextField
          label="Value"
          value={value}
          onValue={setValue}
          type={isProtected ? "password" : "text"}
          hint={
            variable?.value === null
              ? "The value that is kept is not shown: write a new one"
              : "Text"
          }
        />
        <label class="check">
          <input
            type="checkbox"
            checked={isProtected}
            onChange={(event) => setProtected(event.currentTarget.checked)}
          />
          Protected: scripts read it, nobody sees it again
        </label>
      </DialogForm>
    </Dialog>
  );
}
