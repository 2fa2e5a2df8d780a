// The key/value store of the account, which scripts use as cxKV.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { KvEntry, KvPage as KvKeys } from "../../schemas/kv.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { fullTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { DeleteButton, Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { CodeField, TextField } from "../parts/field.tsx";
import { FilterInput } from "../parts/filter-input.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Pager, usePaging } from "../parts/pager.tsx";
import { Table } from "../parts/table.tsx";

const PAGE = 100;

export function KvPage(): JSX.Element {
  const [prefix, setPrefix] = useState("");
  const paging = usePaging();
  const [edited, setEdited] = useState<{ key: string | null } | null>(null);
  const query = new URLSearchParams({ prefix, after: paging.after ?? "", limit: String(PAGE) });
  const keys = useLoaded((signal) => get(`/kv?${query}`, KvKeys, signal), [prefix, paging.after]);
  const add = (
    <button type="button" class="primary" onClick={() => setEdited({ key: null })}>
      <Icon name="plus" />
      New key
    </button>
  );
  return (
    <Page title="Key/value store" lead="What scripts keep from run to run, as cxKV" actions={add}>
      <FilterInput
        label="Keys that begin with"
        value={prefix}
        onValue={(text) => {
          setPrefix(text);
          paging.restart();
        }}
      />
      <Shown of={keys}>
        {(page) =>
          page.keys.length === 0 ? (
            <Empty title={prefix === "" ? "The store is empty" : "No key begins so"}>
              Scripts fill it with <code>require("cxKV").kv.set(key, value)</code>; you can as well.
            </Empty>
          ) : (
            <>
              <KeyTable
                keys={page.keys}
                onEdit={(key) => setEdited({ key })}
                onChanged={keys.reload}
              />
              <Pager paging={paging} next={page.next} labels={["Before", "Next"]} />
            </>
          )
        }
      </Shown>
      {edited !== null && (
        <KeyDialog known={edited.key} onClose={() => setEdited(null)} onSaved={keys.reload} />
      )}
    </Page>
  );
}

type TableProps = { keys: string[]; onEdit: (key: string) => void; onChanged: () => void };

function KeyTable({ keys, onEdit, onChanged }: TableProps): JSX.Element {
  return (
    <Table columns={["Key"]} hasActions>
      {keys.map((key) => (
        <tr key={key}>
          <td class="clip">
            <button type="button" class="link" onClick={() => onEdit(key)}>
              {key}
            </button>
          </td>
          <td class="row-actions">
            <DeleteButton title="Delete this key?" path={`/kv/${part(key)}`} onDeleted={onChanged}>
              <code>{key}</code> and its value cannot be brought back.
            </DeleteButton>
          </td>
        </tr>
      ))}
    </Table>
  );
}

type DialogProps = { known: string | null; onClose: () => void; onSaved: () => void };

function KeyDialog({ known, onClose, onSaved }: DialogProps): JSX.Element {
  const entry = useLoaded<KvEntry | null>(
    async (signal) => (known === null ? null : await get(`/kv/${part(known)}`, KvEntry, signal)),
    [known],
  );
  return (
    <Dialog title={known === null ? "New key" : "Value of a key"} onClose={onClose}>
      <Shown of={entry}>
        {(value) => <KeyForm entry={value} onClose={onClose} onSaved={onSaved} />}
      </Shown>
    </Dialog>
  );
}

type FormProps = { entry: KvEntry | null; onClose: () => void; onSaved: () => void };

function KeyForm({ entry, onClose, onSaved }: FormProps): JSX.Element {
  const [key, setKey] = useState(entry?.key ?? "");
  const [value, setValue] = useState(entry?.value ?? "");
  const [ttl, setTtl] = useState("0");
  const submit = async (): Promise<void> => {
    const body = { value, ttl: Number(ttl) };
    await send({ method: "PUT", path: `/kv/${part(key)}`, body }, KvEntry);
    onSaved();
    onClose();
  };
  return (
    <DialogForm label="Save" onClose={onClose} submit={submit}>
      <TextField label="Key" value={key} onValue={setKey} required disabled={entry !== null} />
      <CodeField
        label="Value"
        hint={
          entry?.expiresAt ? `Until ${fullTime(entry.expiresAt)}` : "Text, or JSON for cxKV's ko"
        }
        rows={8}
        value={value}
        onValue={setValue}
      />
      <TextField
        label="Time to live, seconds"
        type="number"
        min={0}
        value={ttl}
        onValue={setTtl}
        hint="From now on; 0 for ever"
      />
    </DialogForm>
  );
}
