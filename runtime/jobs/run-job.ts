// One attempt of a job: its script is run, and what came of that is told in the words of jobs.

import type { RunOutcome } from "../../schemas/call.ts";
import { Fault, FAULTS, type FaultCode } from "../../schemas/fault.ts";
import type { JobError } from "../../schemas/job.ts";
import type { ClaimedJob } from "../../schemas/job-leases.ts";
import { MAX_JOB_BYTES, MAX_JOB_MS } from "../../schemas/job-limits.ts";
import type { GatewayServices } from "../gateway/call.ts";
import { concludeRun, runOutcomeOf } from "../gateway/conclusion.ts";
import { execute, type Job } from "../gateway/execute.ts";
import { filesOfProgram } from "../gateway/run.ts";
import { runErrorOf, type Files } from "../gateway/run-error.ts";
import type { Target } from "../store/store.ts";

/**
 * What came of an attempt. `result` is JSON text. `isFinal`: no other attempt would come to more. `cut`: the platform ended it, or
 * did not begin it; `isSuspect` where it may have been the job's own doing.
 */
export type AttemptEnd =
  | { is: "completed"; result: string }
  | { is: "failed"; error: JobError; isFinal?: boolean }
  | { is: "cut"; error: JobError; isSuspect: boolean };

/** Runs the attempt that `job` was claimed for. Every failure is an end; throws nothing. */
export async function runJob(services: GatewayServices, job: ClaimedJob): Promise<AttemptEnd> {
  try {
    return await attempt(services, job);
  } catch (error) {
    if (error instanceof Fault) return endByFault(error.code, { message: error.message });
    services.log.error({ err: error, job: job.lease.id }, "a job could not be run");
    return endByFault("internal", { message: "Something went wrong here" });
  }
}

async function attempt(services: GatewayServices, job: ClaimedJob): Promise<AttemptEnd> {
  const { store } = services;
  const target = await store.findScript(job.account, job.script);
  if (target === undefined) {
    throw new Fault("script_not_found", "The script is gone, or has no live release");
  }
  const { outcome, stack } = await execute(services, orderOf(job, target));
  return await endOf(runOutcomeOf(outcome), stack, () => filesOfProgram(store, target.release));
}

/** The script's own limits count, but for the time that callers would wait. */
function orderOf({ lease, function: name, data }: ClaimedJob, target: Target): Job {
  const env: object = JSON.parse(target.env);
  return {
    target: {
      ...target,
      limits: { ...target.limits, wallMs: MAX_JOB_MS },
      env: JSON.stringify({ ...env, JOB_ID: lease.id }),
    },
    version: target.version,
    job: lease,
    function: name,
    anyFunction: true,
    payload: data,
    vars: "",
    isCall: false,
    deadlineMs: MAX_JOB_MS,
    place: "job",
    conclude: concludeRun,
  };
}

async function endOf(
  outcome: RunOutcome,
  stack: string | undefined,
  findFiles: () => Promise<Files>,
): Promise<AttemptEnd> {
  switch (outcome.is) {
    case "returned": {
      const result = JSON.stringify(outcome.value ?? null);
      const bytes = Buffer.byteLength(result);
      if (bytes <= MAX_JOB_BYTES) return { is: "completed", result };
      const message = `The result has ${bytes} bytes, and a job's has at most ${MAX_JOB_BYTES}`;
      return endByFault("output_too_large", { message });
    }
    case "threw":
      return endByFault("script_error", runErrorOf(outcome.thrown, await findFiles()));
    case "fault": {
      const { code, message } = outcome;
      return endByFault(code, runErrorOf({ message, stack }, await findFiles()));
    }
  }
}

function endByFault(code: FaultCode, error: Omit<JobError, "code">): AttemptEnd {
  if (FAULTS[code].blame !== "platform") return { is: "failed", error: { code, ...error } };
  return { is: "cut", error: { code, ...error }, isSuspect: code !== "overloaded" };
}
