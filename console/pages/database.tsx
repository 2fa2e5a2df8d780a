// One database of the account and its rows.

import type { JSX } from "preact";
import { useLocation, useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { RowPage, UserspaceDatabase, UserspaceRow } from "../../schemas/userspace.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { plural } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { DeleteButton, Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { TextField } from "../parts/field.tsx";
import { FilterInput } from "../parts/filter-input.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Pager, usePaging } from "../parts/pager.tsx";
import { Table } from "../parts/table.tsx";
import { say } from "../parts/toast.tsx";

export function DatabasePage(): JSX.Element {
  const { params } = useRoute();
  const { route } = useLocation();
  const name = params["database"] ?? "";
  const path = `/userspace/${part(name)}`;
  const database = useLoaded((signal) => get(path, UserspaceDatabase, signal), [path]);
  return (
    <Page
      title={`Database ${name}`}
      lead={database.state.is === "ready" && plural(database.state.value.rows, "row")}
      actions={
        <DeleteButton
          label="Delete the database"
          title={`Delete ${name}?`}
          path={path}
          onDeleted={() => {
            say(`${name} is deleted`);
            route("/userspace");
          }}
        >
          All its rows go with it, and cannot be brought back. Scripts that use it fail.
        </DeleteButton>
      }
    >
      <Shown of={database}>
        {(value) => <Rows database={value} path={path} onChanged={database.reload} />}
      </Shown>
    </Page>
  );
}

type RowsProps = { database: UserspaceDatabase; path: string; onChanged: () => void };

function Rows({ database, path, onChanged }: RowsProps): JSX.Element {
  const [prefix, setPrefix] = useState("");
  const [edited, setEdited] = useState<UserspaceRow | null>(null);
  const paging = usePaging();
  const query = new URLSearchParams({ prefix, after: paging.after ?? "", limit: "100" });
  const rows = useLoaded(
    (signal) => get(`${path}/rows?${query}`, RowPage, signal),
    [path, prefix, paging.after, database.rows],
  );
  const shared = { path, columns: database.columns };
  const changed = (): void => {
    rows.reload();
    onChanged();
  };
  return (
    <>
      <div class="filters">
        <FilterInput
          label="Keys that begin with"
          value={prefix}
          onValue={(text) => {
            setPrefix(text);
            paging.restart();
          }}
        />
        <button type="button" onClick={() => setEdited({})}>
          <Icon name="plus" />
          Add a row
        </button>
      </div>
      <Shown of={rows}>
        {(page) =>
          page.rows.length === 0 ? (
            <Empty title="No rows">Add them here, by the API, or from a script.</Empty>
          ) : (
            <>
              <RowTable {...shared} rows={page.rows} onEdit={setEdited} onChanged={changed} />
              <Pager paging={paging} next={page.next} labels={["Before", "Next"]} />
            </>
          )
        }
      </Shown>
      {edited !== null && (
        <RowDialog {...shared} row={edited} onClose={() => setEdited(null)} onSaved={changed} />
      )}
    </>
  );
}

type TableProps = {
  rows: UserspaceRow[];
  columns: string[];
  path: string;
  onEdit: (row: UserspaceRow) => void;
  onChanged: () => void;
};

function RowTable({ rows, columns, path, onEdit, onChanged }: TableProps): JSX.Element {
  return (
    <Table columns={columns} hasActions>
      {rows.map((row) => (
        <tr key={textOf(row["key"])}>
          {columns.map((column) => (
            <td key={column}>{textOf(row[column])}</td>
          ))}
          <td class="row-actions">
            <button type="button" class="quiet" onClick={() => onEdit(row)}>
              Change
            </button>
            <DeleteButton
              title={`Delete ${textOf(row["key"])}?`}
              path={`${path}/rows/${part(textOf(row["key"]))}`}
              onDeleted={onChanged}
            >
              The row cannot be brought back.
            </DeleteButton>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function textOf(cell: UserspaceRow[string] | undefined): string {
  return cell === null || cell === undefined ? "" : String(cell);
}

type DialogProps = {
  row: UserspaceRow;
  columns: string[];
  path: string;
  onClose: () => void;
  onSaved: () => void;
};

function RowDialog({ row, columns, path, onClose, onSaved }: DialogProps): JSX.Element {
  const isNew = row["key"] === undefined;
  const [texts, setTexts] = useState<Record<string, string>>(
    Object.fromEntries(columns.map((column) => [column, textOf(row[column])])),
  );
  const submit = async (): Promise<void> => {
    const { key = "", ...body } = texts;
    await send({ method: "PUT", path: `${path}/rows/${part(key)}`, body }, UserspaceRow);
    onSaved();
    onClose();
  };
  return (
    <Dialog title={isNew ? "Add a row" : "Change a row"} onClose={onClose}>
      <DialogForm label="Save" onClose={onClose} submit={submit}>
        {columns.map((column) => (
          <TextField
            key={column}
            label={column}
            value={texts[column] ?? ""}
            required={column === "key"}
            disabled={column === "key" && !isNew}
            onValue={(text) => setTexts({ ...texts, [column]: text })}
          />
        ))}
      </DialogForm>
    </Dialog>
  );
}
