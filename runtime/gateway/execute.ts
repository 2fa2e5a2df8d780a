// Runs a script on a cell, and is back by the deadline whatever the cell does.

import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { CellAnswer, type Invocation, type RunOutcome } from "../../schemas/call.ts";
import { Fault, type FaultCode } from "../../schemas/fault.ts";
import type { LogLine, Usage } from "../../schemas/usage.ts";
import type { CellPool } from "../cell/pool.ts";
import type { Target } from "../store/store.ts";

export type Job = {
  target: Pick<Target, "release" | "type" | "limits" | "egressHosts">;
  function: string | null;
  /** JSON text of the script's argument. */
  payload: string;
  /** Milliseconds from now. */
  deadlineMs: number;
};

export type Execution = {
  invocation: string;
  outcome: RunOutcome;
  logs: LogLine[];
  usage: Usage;
};

/** How often a run of type Script is tried when cells are lost under it. Scripts have no effects, so that is safe. */
const MAX_TRIES = 3;

/** Runs `job`. Every failure is an outcome; throws nothing. */
export async function execute(
  { pool, log }: { pool: CellPool; log: Logger },
  job: Job,
): Promise<Execution> {
  const { payload, target } = job;
  const invocation = {
    id: randomUUID(),
    release: target.release,
    type: target.type,
    function: job.function,
    payload,
    limits: target.limits,
    egressHosts: target.egressHosts,
  };
  const start = performance.now();
  const answer = await beforeDeadline(job.deadlineMs, (signal) =>
    tryOnCells(pool, invocation, signal),
  ).catch((error: unknown) => failedAnswer(error, log, invocation));
  const { outcome, logs, cpuMs } = answer;
  const wallMs = performance.now() - start;
  return {
    invocation: invocation.id,
    outcome,
    logs,
    usage: { cpuMs: round(cpuMs), wallMs: round(wallMs) },
  };
}

/** Rejects with `wall_exceeded` at the deadline, at once, even where `work` does not heed its signal. */
async function beforeDeadline<Result>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const fault = new Fault("wall_exceeded", `The script did not finish within ${ms} ms`);
    reject(fault);
    controller.abort(fault);
  }, ms);
  try {
    return await Promise.race([work(controller.signal), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

async function tryOnCells(
  pool: CellPool,
  invocation: Invocation,
  signal: AbortSignal,
): Promise<CellAnswer> {
  const tries = invocation.type === "script" ? MAX_TRIES : 1;
  for (let left = tries; ; left -= 1) {
    const cell = await pool.pick(signal);
    try {
      return CellAnswer.parse(JSON.parse(await cell.invoke(invocation, signal)));
    } catch (error) {
      const isLost = error instanceof Fault && error.code === "cell_lost";
      // The caller does not wait for what becomes of the cell.
      if (isLost || signal.aborted) void pool.doubt(cell);
      if (!isLost || left <= 1) throw error;
    }
  }
}

function failedAnswer(error: unknown, log: Logger, { id, release }: Invocation): CellAnswer {
  const fault =
    error instanceof Fault
      ? error
      : new Fault("internal", "Something went wrong here", { cause: error });
  if (fault.code === "internal") log.error({ err: error, invocation: id, release }, "a run failed");
  return { outcome: faultOutcome(fault.code, fault.message), logs: [], cpuMs: 0 };
}

function faultOutcome(code: FaultCode, message: string): RunOutcome {
  return { is: "fault", code, message };
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
