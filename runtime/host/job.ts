// What scripts ask of jobs: to add one, to wait for its end, and within a job to say how far it is.

import { z } from "zod";
import type { LeasedJob, Owner } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { JobFunction, JobOptions, JobText } from "../../schemas/job.ts";
import { setJobData, setJobProgress } from "../../schemas/job-leases.ts";
import { MAX_JOB_PROGRESS } from "../../schemas/job-limits.ts";
import { addJob } from "../../schemas/job-store.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { JobWaits } from "../jobs/job-waits.ts";
import type { EdgeStore } from "../store/store.ts";
import type { Library } from "./host-server.ts";
import { readInput } from "./read-input.ts";

/** JSON text of a script's value. */
const Text = JobText.refine((text) => parseOrUndefined(text) !== undefined, "It is not JSON");

const Add = z.object({
  script: z.string().max(200),
  function: JobFunction.nullable(),
  data: Text,
  opts: JobOptions.prefault({}),
});
const Wait = z.object({ id: z.string().max(100) });
const SetData = z.object({ data: Text });
const SetProgress = z.object({
  progress: Text.refine(
    (text) => text.length <= MAX_JOB_PROGRESS,
    `A progress has at most ${MAX_JOB_PROGRESS} characters of JSON`,
  ),
});

/** `now` is the time in milliseconds since 1970. */
export function jobLibrary(
  { db, store, waits }: { db: Database; store: Pick<EdgeStore, "findScript">; waits: JobWaits },
  now: () => number = Date.now,
): Library {
  return {
    async add({ account }, input) {
      const { script: wanted, ...job } = readInput(Add, input, "add the job");
      const target = await store.findScript(account, wanted);
      if (target === undefined) {
        throw new Fault(
          "script_not_found",
          `Cannot add the job: the account has no script "${wanted}" with a live release`,
        );
      }
      const { script } = target;
      return { id: await addJob(db, { account }, { job: { script, ...job }, now: now() }) };
    },
    async wait({ account, job }, input, signal) {
      const { id } = readInput(Wait, input, "wait for the job");
      try {
        const { account: _account, ...end } = await waits.untilEnd(
          { account, id, by: job?.owner },
          signal,
        );
        return end;
      } catch (error) {
        // Nobody is there to be told.
        if (signal.aborted) return null;
        throw error;
      }
    },
    async progress(owner, input) {
      const { progress } = readInput(SetProgress, input, "set the progress");
      const isHeard = await setJobProgress(db, jobOf(owner, "setProgress"), progress);
      if (!isHeard) throw lostFault("progress");
    },
    async data(owner, input) {
      const { data } = readInput(SetData, input, "set the data");
      if (!(await setJobData(db, jobOf(owner, "setData"), data))) throw lostFault("data");
    },
  };
}

/** The job that the run is an attempt of, as the platform knows it. */
function jobOf({ job }: Owner, method: string): LeasedJob {
  if (job !== undefined) return job;
  throw new Fault("conflict", `${method} works only within a job: this run is none`);
}

function lostFault(what: string): Fault {
  return new Fault("conflict", `Cannot set the ${what}: the job is cancelled, or runs elsewhere`);
}
