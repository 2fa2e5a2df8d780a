// Runs a script on a cell, and is back by the deadline whatever the cell does.

import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { CellAnswer, type Invocation, type RunOutcome } from "../../schemas/call.ts";
import { Fault, type FaultCode } from "../../schemas/fault.ts";
import type { LogLine, Usage } from "../../schemas/usage.ts";
import { CellLost, type CellResult, type Exhaustion, type Run } from "../cell/cell.ts";
import type { CellPool, Place } from "../cell/pool.ts";
import { isGuilt, type Guilt } from "../cell/quarantine.ts";
import type { Target } from "../store/store.ts";
import type { Admission } from "./admission.ts";
import { isTooDeep, MAX_DEPTH } from "./depth.ts";

/** What executing needs. */
export type Executor = { pool: CellPool; admission: Admission; log: Logger };

export type Job = {
  target: Pick<
    Target,
    "account" | "name" | "release" | "pardons" | "type" | "limits" | "egressHosts"
  >;
  /** The version's number, or that it is a draft. */
  version: number | "draft";
  function: string | null;
  /** JSON text of the script's argument. */
  payload: string;
  /** Milliseconds from now. */
  deadlineMs: number;
};

/** `stack` leads to the place where the CPU time ran out. */
export type Execution = {
  invocation: string;
  outcome: RunOutcome;
  stack?: string;
  logs: LogLine[];
  usage: Usage;
};

type Answer = CellAnswer & { stack?: string };

/** How often a run of type Script is tried when cells are lost under it or starve. Scripts have no effects, so that is safe. */
const MAX_TRIES = 4;
/** A cell that got less than this share of a script's CPU limit cannot have run it that long. */
const STARVED_SHARE = 0.6;

/** Runs `job`. Every failure is an outcome; throws nothing. */
export async function execute(executor: Executor, job: Job): Promise<Execution> {
  const start = performance.now();
  const run = runOf(job);
  const answer = await answerInTime(executor, job, run).catch((error: unknown) =>
    failedAnswer(error, executor.log, run),
  );
  const { cpuMs, ...rest } = answer;
  const wallMs = performance.now() - start;
  const usage = { cpuMs: round(cpuMs), wallMs: round(wallMs) };
  return { invocation: run.invocation.id, ...rest, usage };
}

function runOf({ target, function: name, payload }: Job): Run {
  const { release, pardons, type, limits, egressHosts } = target;
  const id = randomUUID();
  const invocation: Invocation = {
    id,
    release,
    type,
    function: name,
    payload,
    limits,
    egressHosts,
  };
  return { key: `${release}/${pardons}`, invocation };
}

async function answerInTime(executor: Executor, job: Job, run: Run): Promise<Answer> {
  const admitted = executor.admission.enter(job.target.account);
  try {
    return await beforeDeadline(job.deadlineMs, async (signal) =>
      readResult(await tryOnCells(executor.pool, run, signal), job),
    );
  } finally {
    admitted[Symbol.dispose]();
  }
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

/** Runs among others, or alone where the release is a suspect. */
async function tryOnCells(pool: CellPool, run: Run, signal: AbortSignal): Promise<CellResult> {
  let attempt = run;
  const tries = run.invocation.type === "script" ? MAX_TRIES : 1;
  for (let left = tries - 1; ; left -= 1) {
    const tried = await tryOnce(pool, attempt, signal);
    if (tried.is === "lost") {
      if (left > 0) continue;
      throw new Fault("cell_lost", "The process that ran the script ended", { cause: tried.error });
    }
    if (!isStarved(tried, run)) return tried;
    if (left <= 0) throw starvedFault();
    attempt = withTwiceTheTime(attempt);
  }
}

type Tried = CellResult | { is: "lost"; error: CellLost };

/** Throws a Fault where trying again is of no use. */
async function tryOnce(pool: CellPool, run: Run, signal: AbortSignal): Promise<Tried> {
  if (pool.quarantine.isQuarantined(run.key)) throw quarantinedFault();
  const place = await takePlace(pool, run, signal);
  try {
    const result = await place.cell.invoke(run, signal);
    if (place.isAlone) pool.quarantine.clear(run.key);
    return result;
  } catch (error) {
    if (!(error instanceof CellLost)) throw error;
    const { cause, runs } = error.loss;
    if (runs.length === 1 && isGuilt(cause)) throw guiltFault(cause, error);
    return { is: "lost", error };
  } finally {
    // Gives the place back when nothing runs there any more; whoever asked does not wait for that.
    void place[Symbol.asyncDispose]();
  }
}

/** The clock inside an isolate runs on while the cell waits for a processor. That is not the script's fault. */
function isStarved(result: CellResult, { invocation }: Run): boolean {
  return result.is === "exhausted" && result.cellMs < invocation.limits.cpuMs * STARVED_SHARE;
}

/** By the clock: the kernel's account of the cell tells afterwards how much of it the script really had. */
function withTwiceTheTime({ key, invocation }: Run): Run {
  const limits = { ...invocation.limits, cpuMs: 2 * invocation.limits.cpuMs };
  return { key, invocation: { ...invocation, id: randomUUID(), limits } };
}

/** A suspect waits its turn to be alone. When others have cleared its release meanwhile, it runs among all again. */
async function takePlace(
  pool: CellPool,
  { key, invocation }: Run,
  signal: AbortSignal,
): Promise<Place> {
  while (pool.quarantine.isSuspect(key)) {
    const place = await pool.takeAlone(signal);
    if (pool.quarantine.isSuspect(key)) return place;
    await place[Symbol.asyncDispose]();
  }
  return await pool.take(invocation.type, signal);
}

function starvedFault(): Fault {
  return new Fault("overloaded", "The machine had too little CPU time for the script");
}

function guiltFault(cause: Guilt, error: Error): Fault {
  if (cause === "stuck") {
    const message = "The script held its process in native code and was ended";
    return new Fault("cpu_exceeded", message, { cause: error });
  }
  return new Fault("memory_exceeded", "The script used up its memory", { cause: error });
}

function quarantinedFault(): Fault {
  const how = "publish a new version, or DELETE /v1/scripts/{script}/quarantine";
  return new Fault(
    "quarantined",
    `The script ended its process three times within a minute: ${how}`,
  );
}

function readResult(result: CellResult, job: Job): Answer {
  if (result.is === "exhausted") return exhaustedAnswer(result, job);
  const { text, cellMs } = result;
  if (isTooDeep(text)) {
    return faultAnswer(
      "output_too_large",
      `The result is nested deeper than ${MAX_DEPTH} levels`,
      cellMs,
    );
  }
  const answer = CellAnswer.safeParse(parseOrUndefined(text)).data;
  if (answer !== undefined && isPlausible(answer)) return answer;
  const message = "The script changed the engine so that its result cannot be read";
  return faultAnswer("script_error", message, cellMs);
}

/** What a cell may answer with. Whatever else says so, the platform's own faults are ours to tell. */
const FAULTS_OF_CELLS: ReadonlySet<FaultCode> = new Set<FaultCode>([
  "async_in_script",
  "compile_error",
  "cpu_exceeded",
  "function_not_found",
  "not_serialisable",
  "output_too_large",
  "subrequests_exceeded",
]);

function isPlausible({ outcome }: CellAnswer): boolean {
  return outcome.is !== "fault" || FAULTS_OF_CELLS.has(outcome.code);
}

/** The prelude writes JSON, unless the script has taken it apart. */
function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultAnswer(code: FaultCode, message: string, cpuMs: number): Answer {
  return { outcome: { is: "fault", code, message }, logs: [], cpuMs };
}

function exhaustedAnswer({ usedMs, stack }: Exhaustion, { target, version }: Job): Answer {
  const { name, limits } = target;
  const which = version === "draft" ? "draft" : `version ${version}`;
  const used =
    usedMs === undefined
      ? `more than its ${limits.cpuMs} ms`
      : `${usedMs} ms of its ${limits.cpuMs} ms`;
  const message = `Script "${name}", ${which}, used ${used} of CPU time`;
  const answer = faultAnswer("cpu_exceeded", message, usedMs ?? limits.cpuMs);
  return stack === undefined ? answer : { ...answer, stack };
}

function failedAnswer(error: unknown, log: Logger, { invocation: { id, release } }: Run): Answer {
  const fault =
    error instanceof Fault
      ? error
      : new Fault("internal", "Something went wrong here", { cause: error });
  if (fault.code === "internal") log.error({ err: error, invocation: id, release }, "a run failed");
  return faultAnswer(fault.code, fault.message, 0);
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
