// All scripts of the account.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Assignment } from "../../schemas/assignment.ts";
import { Script } from "../../schemas/script.ts";
import { get } from "../api.ts";
import { isEdited } from "../buffers.ts";
import { shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Chip } from "../parts/chip.tsx";
import { FilterInput } from "../parts/filter-input.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";
import { whereOf } from "../places.ts";

type Listed = { scripts: Script[]; assignments: Assignment[] };

async function load(signal: AbortSignal): Promise<Listed> {
  const [scripts, assignments] = await Promise.all([
    get("/scripts", z.array(Script), signal),
    get("/assignments", z.array(Assignment), signal),
  ]);
  return { scripts, assignments };
}

export function ScriptsPage(): JSX.Element {
  const listed = useLoaded(load, []);
  return (
    <Page
      title="Scripts"
      lead="JavaScript that decides calls, forms, numbers and alerts"
      actions={<NewLink />}
    >
      <Shown of={listed}>
        {(value) => (value.scripts.length === 0 ? <FirstScript /> : <ScriptTable {...value} />)}
      </Shown>
    </Page>
  );
}

function NewLink(): JSX.Element {
  return (
    <a class="button primary" href="/scripts/new">
      <Icon name="plus" />
      New script
    </a>
  );
}

function FirstScript(): JSX.Element {
  return (
    <Empty title="Write your first script" action={<NewLink />}>
      A script gets the data of a call and returns it, changed or not, or throws{" "}
      <code>404 Not Found</code> to reject the call. You write it here, run it with sample data,
      publish it and assign it to a customer's route.
    </Empty>
  );
}

function ScriptTable({ scripts, assignments }: Listed): JSX.Element {
  const [wanted, setWanted] = useState("");
  const shown = scripts.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <>
      <FilterInput label="Filter by name" value={wanted} onValue={setWanted} />
      <Table
        columns={[
          "Name",
          "Type",
          "Live",
          { name: "Assigned to", class: "wide-only" },
          { name: "Changed", class: "wide-only" },
        ]}
        note={shown.length === 0 && <p class="none">No script is called so.</p>}
      >
        {shown.map((script) => (
          <ScriptRow key={script.id} script={script} assignments={assignments} />
        ))}
      </Table>
    </>
  );
}

type RowProps = { script: Script; assignments: Assignment[] };

function ScriptRow({ script, assignments }: RowProps): JSX.Element {
  const own = assignments.filter((one) => one.script === script.id);
  const [first, ...others] = own;
  return (
    <tr>
      <td>
        <a class="row-link" href={`/scripts/${script.id}`}>
          {script.name}
        </a>
        {isEdited(script.id) && <span class="edited" title="Not saved" />}
      </td>
      <td>
        <Chip>{script.type}</Chip>
      </td>
      <td class="numeric-left">
        {script.live === null ? <span class="muted">not published</span> : `v${script.live}`}
      </td>
      <td class="wide-only">
        {first === undefined ? <span class="muted">nowhere</span> : whereOf(first)}
        {others.length > 0 && <span class="muted"> and {others.length} more</span>}
      </td>
      <td class="wide-only muted">{shortTime(script.updatedAt)}</td>
    </tr>
  );
}
