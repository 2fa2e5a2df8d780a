// Runs a script on a cell, and is back by the deadline whatever the cell does.

import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { warningsIn } from "../../schemas/batch-answer.ts";
import { isShared, type RunAnswer } from "../../schemas/batch.ts";
import { CallData, RunOutcome, type Invocation, type LeasedJob } from "../../schemas/call.ts";
import { Fault, type FaultCode } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { roundMs, type LogLine, type Usage } from "../../schemas/usage.ts";
import type { CellPool, Place } from "../cell/pool.ts";
import { faultOfGuilt, isGuilt, type Guilt } from "../cell/quarantine.ts";
import { CellLost, type Exhaustion, type Run, type RunEnd } from "../cell/run.ts";
import type { Journal } from "../journal/journal.ts";
import type { Target } from "../store/store.ts";
import type { Admission } from "./admission.ts";
import type { Batcher } from "./batch.ts";
import type { Conclusion } from "./conclusion.ts";
import { beforeDeadline, deadlineIn, type Deadline } from "./deadline.ts";
import { isTooDeep, MAX_DEPTH } from "./depth.ts";
import type { Files } from "./run-error.ts";
import { putAnswerRight } from "./put-answer-right.ts";
import { findUnsafeText, mayBeUnsafe } from "./unsafe-text.ts";

/** What executing needs. */
export type Executor = {
  pool: CellPool;
  batcher: Batcher;
  admission: Admission;
  journal: Journal;
  log: Logger;
};

export type Job = {
  target: Pick<
    Target,
    | "account"
    | "script"
    | "name"
    | "release"
    | "pardons"
    | "type"
    | "isolation"
    | "limits"
    | "egressHosts"
    | "env"
  >;
  /** The version's number, or that it is a draft. */
  version: number | "draft";
  /** Milliseconds from now. */
  deadlineMs: number;
  /** What the run is an attempt of. */
  job?: LeasedJob;
  /** Where it was called from, in words for people. */
  place: string;
  /** What its end is to its caller, for the journal. Pure. */
  conclude: (outcome: JobOutcome) => Conclusion;
  /** Is told each line of the log as it is written, a second time where the run is tried again. */
  onLog?: (line: LogLine) => void;
  /** Aborts when nobody waits for the run any more. */
  cancelled?: AbortSignal;
  /** The releases of a draft, which no table has. */
  findFiles?: () => Promise<Files>;
} & Pick<Invocation, "function" | "anyFunction" | "payload" | "vars" | "isCall">;

/** `continue`: a call goes on with the object of which `data` is the JSON. Only for jobs that are calls. */
export type JobOutcome = RunOutcome | { is: "continue"; data: string; warnings: string[] };

/**
 * `stack` leads to the place where the CPU time ran out. `output` is the JSON of what the run returned. `logs` is the JSON of a
 * list of `LogLine`.
 */
export type Execution = {
  invocation: string;
  outcome: JobOutcome;
  stack?: string | undefined;
  output?: string | undefined;
  logs: string;
  usage: Usage;
};

type Answer = Pick<Execution, "outcome" | "stack" | "output" | "logs"> & { cpuMs: number };

/** How often a run of type Script is tried when cells are lost under it or starve. Scripts have no effects, so that is safe. */
const MAX_TRIES = 4;
/** A cell that got less than this share of a script's CPU limit cannot have run it that long. */
const STARVED_SHARE = 0.6;

/** Runs `job` and notes it in the journal: every run passes here. Every failure is an outcome; throws nothing. */
export async function execute(executor: Executor, job: Job): Promise<Execution> {
  const start = performance.now();
  const run = runOf(job);
  const answer = await answerInTime(executor, job, run).catch((error: unknown) =>
    failedAnswer(error, executor.log, run),
  );
  const { outcome, stack, output, logs, cpuMs } = answer;
  const wallMs = performance.now() - start;
  const usage = { cpuMs: roundMs(cpuMs), wallMs: roundMs(wallMs) };
  const execution = { invocation: run.invocation.id, outcome, stack, output, logs, usage };
  executor.journal.add(job, execution, job.conclude(execution.outcome));
  return execution;
}

// Member by member: copies of objects took a twentieth of the gateway's time.
function runOf(asked: Job): Run {
  const { target, version, job, onLog } = asked;
  const { account, script, release } = target;
  const invocation: Invocation = {
    id: randomUUID(),
    owner: job === undefined ? { account, script } : { account, script, job },
    release,
    type: target.type,
    isolation: target.isolation,
    function: asked.function,
    payload: asked.payload,
    vars: asked.vars,
    env: target.env,
    anyFunction: asked.anyFunction,
    isCall: asked.isCall,
    limits: target.limits,
    streams: onLog === undefined ? undefined : true,
    egressHosts: target.egressHosts,
  };
  const isDraft = version === "draft" ? true : undefined;
  return { key: `${release}/${target.pardons}`, invocation, isDraft, onLog };
}

async function answerInTime(executor: Executor, job: Job, run: Run): Promise<Answer> {
  const { account } = job.target;
  executor.admission.enter(account);
  try {
    return readEnd(await tryOnCells(executor, run, deadlineIn(job.deadlineMs, job.cancelled)), job);
  } finally {
    executor.admission.leave(account);
  }
}

/** Runs among others, or alone where the release is a suspect. */
async function tryOnCells(executor: Executor, run: Run, deadline: Deadline): Promise<RunEnd> {
  let attempt = run;
  const tries = run.invocation.type === "script" ? MAX_TRIES : 1;
  for (let left = tries - 1; ; left -= 1) {
    const tried = await tryOnce(executor, attempt, deadline);
    if (tried.is === "lost") {
      if (left > 0) continue;
      throw new Fault("cell_lost", "The process that ran the script ended", { cause: tried.error });
    }
    if (!isStarved(tried, run)) return tried;
    if (left <= 0) throw starvedFault();
    attempt = withTwiceTheTime(attempt);
  }
}

type Tried = RunEnd | { is: "lost"; error: CellLost };

/** Throws a Fault where trying again is of no use. */
async function tryOnce(
  { pool, batcher }: Pick<Executor, "pool" | "batcher">,
  run: Run,
  deadline: Deadline,
): Promise<Tried> {
  const { quarantine } = pool;
  if (quarantine.isQuarantined(run.key)) throw quarantinedFault();
  try {
    if (isShared(run.invocation) && !quarantine.isSuspect(run.key))
      return await batcher.run(run, deadline);
    const end = await beforeDeadline(deadline, (signal) => runApart(pool, run, signal));
    return end ?? (await tryOnce({ pool, batcher }, run, deadline));
  } catch (error) {
    if (!(error instanceof CellLost)) throw error;
    const { cause, runs } = error.loss;
    if (runs.length === 1 && isGuilt(cause)) throw guiltFault(cause, error);
    return { is: "lost", error };
  }
}

/**
 * Runs alone in a cell where the release is a suspect, or in an isolate that nobody else is in. Undefined for a run that
 * shares its isolate, where others have shown meanwhile that the release ends no cells: it has not run.
 */
async function runApart(
  pool: CellPool,
  run: Run,
  signal: AbortSignal,
): Promise<RunEnd | undefined> {
  const isSuspect = pool.quarantine.isSuspect(run.key);
  const alone = isSuspect ? await takeAlone(pool, run, signal) : undefined;
  if (alone !== undefined) return await runAt(alone, run, { pool, signal });
  return isShared(run.invocation) ? undefined : await runOfItsOwn(pool, run, signal);
}

/** A suspect waits its turn to be alone. Undefined when others have cleared its release meanwhile. */
async function takeAlone(
  pool: CellPool,
  { key }: Run,
  signal: AbortSignal,
): Promise<Place | undefined> {
  const place = await pool.takeAlone(signal);
  if (pool.quarantine.isSuspect(key)) return place;
  place.leave(true);
  return undefined;
}

/** Runs in an isolate that nobody else is in. Where an earlier run has spoilt that, it has not begun: then in another. */
async function runOfItsOwn(pool: CellPool, run: Run, signal: AbortSignal): Promise<RunEnd> {
  for (;;) {
    const place = await pool.takeForApp(run, signal);
    const end = await runAt(place, run, { pool, signal });
    if (end.is !== "handedBack" || run.invocation.isolation === "call") return end;
  }
}

async function runAt(
  place: Place,
  run: Run,
  { pool, signal }: { pool: CellPool; signal: AbortSignal },
): Promise<RunEnd> {
  let isFit = false;
  try {
    const { isolate } = place;
    const [end = UNREADABLE] = await place.cell.run([run], {
      signal,
      ...(isolate === undefined ? {} : { isolate }),
    });
    isFit = end.is === "answered";
    if (place.isAlone) pool.quarantine.clear(run.key);
    return end;
  } finally {
    place.leave(isFit);
  }
}

const UNREADABLE: RunEnd = { is: "unreadable" };

/** The clock inside an isolate runs on while the cell waits for a processor. That is not the script's fault. */
function isStarved(end: Tried, { invocation }: Run): boolean {
  return end.is === "exhausted" && end.cellMs < invocation.limits.cpuMs * STARVED_SHARE;
}

/** By the clock: the kernel's account of the cell tells afterwards how much of it the script really had. */
function withTwiceTheTime(run: Run): Run {
  const { invocation } = run;
  const limits = { ...invocation.limits, cpuMs: 2 * invocation.limits.cpuMs };
  return { ...run, invocation: { ...invocation, id: randomUUID(), limits } };
}

function starvedFault(): Fault {
  return new Fault("overloaded", "The machine had too little CPU time for the script");
}

function guiltFault(cause: Guilt, error: Error): Fault {
  const message =
    cause === "stuck"
      ? "The script held its process in native code and was ended"
      : "The script used up its memory";
  return new Fault(faultOfGuilt(cause), message, { cause: error });
}

function quarantinedFault(): Fault {
  const how = "publish a new version, or DELETE /v1/scripts/{script}/quarantine";
  return new Fault(
    "quarantined",
    `The script ended its process three times within a minute: ${how}`,
  );
}

function readEnd(end: RunEnd, job: Job): Answer {
  switch (end.is) {
    case "answered":
      return readAnswer(end.answer, job);
    case "exhausted":
      return exhaustedAnswer(end, job);
    case "handedBack":
    case "unreadable":
      return unreadable(0);
  }
}

function readAnswer(answer: RunAnswer, job: Job): Answer {
  const { cpuMs } = answer;
  if (isTooDeep(answer.text)) {
    const message = `The result is nested deeper than ${MAX_DEPTH} levels`;
    return faultAnswer("output_too_large", message, cpuMs);
  }
  if (answer.is === "outcome") return readOutcome(answer);
  if (!job.isCall) return unreadable(cpuMs);
  const right = isLockedDown(job.target) ? answer : putAnswerRight(answer, job.payload);
  if (right === undefined) return unreadable(cpuMs);
  return right.is === "continue" ? readContinuation(right) : readOutcome(right);
}

function readContinuation({ text, warnings, logs, cpuMs }: RunAnswer): Answer {
  if (!isDataOfCall(text)) return unreadable(cpuMs);
  const outcome = { is: "continue", data: text, warnings: warningsIn(warnings) } as const;
  return { outcome, output: text, logs, cpuMs };
}

function readOutcome({ text, logs, cpuMs }: RunAnswer): Answer {
  const outcome = RunOutcome.safeParse(parseOrUndefined(text)).data;
  if (outcome === undefined || !isPlausible(outcome)) return unreadable(cpuMs);
  const answer = { outcome, logs, cpuMs };
  return outcome.is === "returned" ? { ...answer, output: valueIn(text) } : answer;
}

const VALUE_HEAD = '{"is":"returned","value":';

/** The JSON of what was returned, as the prelude wrote it. */
function valueIn(text: string): string {
  return text.startsWith(VALUE_HEAD) ? text.slice(VALUE_HEAD.length, -1) : text;
}

function isLockedDown({ isolation }: Job["target"]): boolean {
  return isolation === "scope";
}

/** A member may have become another one when it was written, and one that only looks like a text have passed. */
function isDataOfCall(text: string): boolean {
  if (!text.startsWith("{")) return false;
  if (!mayBeUnsafe(text)) return true;
  const data = CallData.safeParse(parseOrUndefined(text)).data;
  return data !== undefined && findUnsafeText(data) === undefined;
}

function unreadable(cpuMs: number): Answer {
  const message = "The script changed the engine so that its result cannot be read";
  return faultAnswer("script_error", message, cpuMs);
}

/** What a cell may answer with. Whatever else says so, the platform's own faults are ours to tell. */
const FAULTS_OF_CELLS: ReadonlySet<FaultCode> = new Set<FaultCode>([
  "async_in_script",
  "bad_request",
  "compile_error",
  "cpu_exceeded",
  "function_not_found",
  "not_serialisable",
  "output_too_large",
  "subrequests_exceeded",
]);

function isPlausible(outcome: RunOutcome): boolean {
  return outcome.is !== "fault" || FAULTS_OF_CELLS.has(outcome.code);
}

function faultAnswer(code: FaultCode, message: string, cpuMs: number): Answer {
  return { outcome: { is: "fault", code, message }, logs: "[]", cpuMs };
}

function exhaustedAnswer(
  { usedMs, stack, logs = "[]" }: Exhaustion,
  { target, version }: Job,
): Answer {
  const { name, limits } = target;
  const which = version === "draft" ? "draft" : `version ${version}`;
  const used =
    usedMs === undefined
      ? `more than its ${limits.cpuMs} ms`
      : `${usedMs} ms of its ${limits.cpuMs} ms`;
  const message = `Script "${name}", ${which}, used ${used} of CPU time`;
  const answer = { ...faultAnswer("cpu_exceeded", message, usedMs ?? limits.cpuMs), logs };
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
