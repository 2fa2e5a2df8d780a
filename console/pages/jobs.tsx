// Jobs: runs that are kept until they are done.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Job, JobPage as JobList, JobState, type JobSummary } from "../../schemas/job.ts";
import { Script } from "../../schemas/script.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { fullTime, shortTime } from "../format.ts";
import { asProblem, useLoaded } from "../loaded.ts";
import { Chip, type Tone } from "../parts/chip.tsx";
import { DeleteButton, Dialog } from "../parts/dialog.tsx";
import { JsonTree } from "../parts/json-tree.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Pager, usePaging } from "../parts/pager.tsx";
import { Table } from "../parts/table.tsx";
import { say } from "../parts/toast.tsx";

const TONES: Record<JobState, Tone> = {
  waiting: "neutral",
  active: "accent",
  completed: "good",
  failed: "bad",
  delayed: "neutral",
  paused: "warn",
};

export function JobsPage(): JSX.Element {
  const [state, setState] = useState("");
  const paging = usePaging();
  const [seen, setSeen] = useState<string | null>(null);
  const query = new URLSearchParams({
    ...(state === "" ? {} : { state }),
    ...(paging.after === undefined ? {} : { after: paging.after }),
  });
  const jobs = useLoaded(
    async (signal) => {
      const [page, scripts] = await Promise.all([
        get(`/jobs?${query}`, JobList, signal),
        get("/scripts", z.array(Script), signal),
      ]);
      return { ...page, names: new Map(scripts.map(({ id, name }) => [id, name])) };
    },
    [state, paging.after],
  );
  return (
    <Page
      title="Jobs"
      lead="Runs that scripts queued with cxJob, schedules and the API"
      actions={
        <button type="button" onClick={jobs.reload}>
          Refresh
        </button>
      }
    >
      <StateFilter
        state={state}
        onState={(wanted) => {
          setState(wanted);
          paging.restart();
        }}
      />
      <Shown of={jobs}>
        {(page) =>
          page.jobs.length === 0 ? (
            <Empty title="No jobs">
              A script queues one with <code>require("cxJob").add(...)</code>; what is queued is run
              even when a machine goes down.
            </Empty>
          ) : (
            <>
              <JobTable {...page} onSee={setSeen} onChanged={jobs.reload} />
              <Pager paging={paging} next={page.next} />
            </>
          )
        }
      </Shown>
      {seen !== null && <JobDialog id={seen} onClose={() => setSeen(null)} />}
    </Page>
  );
}

function StateFilter({
  state,
  onState,
}: {
  state: string;
  onState: (state: string) => void;
}): JSX.Element {
  return (
    <label class="inline filter-line">
      <span>State</span>
      <select value={state} onChange={(event) => onState(event.currentTarget.value)}>
        <option value="">all</option>
        {JobState.options.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

type TableProps = {
  jobs: JobSummary[];
  names: Map<string, string>;
  onSee: (id: string) => void;
  onChanged: () => void;
};

function JobTable({ jobs, names, onSee, onChanged }: TableProps): JSX.Element {
  return (
    <Table
      columns={["State", "Script", { name: "Attempts", class: "wide-only" }, "Created"]}
      hasActions
    >
      {jobs.map((job) => (
        <tr key={job.id}>
          <td>
            <Chip tone={TONES[job.state]}>{job.state}</Chip>
          </td>
          <td>
            <button type="button" class="link" onClick={() => onSee(job.id)}>
              {names.get(job.script) ?? job.script} {job.function ?? "main"}
            </button>
            {job.error !== null && <p class="error-message">{job.error.message}</p>}
          </td>
          <td class="wide-only">
            {job.made} of {job.attempts}
          </td>
          <td class="muted" title={fullTime(job.createdAt)}>
            {shortTime(job.createdAt)}
          </td>
          <td class="row-actions">
            <JobActions job={job} onChanged={onChanged} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function JobActions({ job, onChanged }: { job: JobSummary; onChanged: () => void }): JSX.Element {
  const path = `/jobs/${part(job.id)}`;
  const retry = async (): Promise<void> => {
    try {
      await send({ method: "POST", path: `${path}/retry`, body: {} }, Job);
      onChanged();
    } catch (error) {
      say(asProblem(error).message);
    }
  };
  return (
    <>
      {job.state === "failed" && (
        <button type="button" class="quiet" onClick={() => void retry()}>
          Retry
        </button>
      )}
      <DeleteButton title="Delete this job?" path={path} onDeleted={onChanged}>
        What it was given and returned is lost. One that runs goes on to its end, which nobody
        hears.
      </DeleteButton>
    </>
  );
}

function JobDialog({ id, onClose }: { id: string; onClose: () => void }): JSX.Element {
  const job = useLoaded((signal) => get(`/jobs/${part(id)}`, Job, signal), [id]);
  return (
    <Dialog title="Job" onClose={onClose}>
      <Shown of={job}>
        {(value) => (
          <div class="json tall">
            <JsonTree value={value} />
          </div>
        )}
      </Shown>
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
