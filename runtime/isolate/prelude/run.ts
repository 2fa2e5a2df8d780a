// One run of the script, from its argument to its result.

import type { BatchedRun, RunAnswer } from "../../../schemas/batch.ts";
import type { ScriptType } from "../../../schemas/script-type.ts";
import { Budget } from "./budget.ts";
import { readArgument, type Argument } from "./call-data.ts";
import { endLog, logText, startLog } from "./console.ts";
import { describeValue } from "./describe.ts";
import { findEntry, type ScriptModule } from "./entry.ts";
import { startEnv } from "./globals.ts";
import { sealAdditions } from "./lockdown.ts";
import {
  faultOutcome,
  outcome,
  returnedResult,
  thrownOutcome,
  UNSHOWABLE,
  type Result,
} from "./outcome.ts";
import { isThenable, rejectionOf } from "./promise.ts";
import { makeRequire } from "./require.ts";
import { startTimers } from "./timers.ts";

/** What a script finds in its module scope. */
type ModuleScope = [
  exports: unknown,
  require: (name: string) => unknown,
  module: ScriptModule,
  filename: string,
  dirname: string,
];
type ScriptBody = (this: unknown, ...scope: ModuleScope) => unknown;

/** A release's code: makes the script anew, with a counter of its own. */
type Factory = (
  refill: Budget["refill"],
  resume: Budget["resume"],
) => [drain: () => void, body: ScriptBody];

/** The release, or why the engine does not accept what our parser did. */
export type Release = { make: Factory } | { refusal: string };

/** Compiles a release. Only while the isolate starts: workerd takes no text for code afterwards. */
export function compile(code: string): Release {
  try {
    // The indirect eval keeps it out of this module's scope.
    // oxlint-disable-next-line no-eval -- the one place where a script's text becomes code
    return { make: (0, eval)(code) };
  } catch (error) {
    return { refusal: describeValue(error) };
  }
}

/** A run that has begun: its budget is counted, its script's scope is its own. */
type Running = { type: ScriptType; run: BatchedRun; budget: Budget; argument: Argument };

// Taken before the script can change them.
const { apply } = Reflect;
const { isArray } = Array;
const { hasOwn } = Object;
const setTimer = setTimeout;
const clearTimer = clearTimeout;

/** Runs the script in a new module scope. At once where it does not wait. Never rejects. */
export function runScript(
  release: Release,
  type: ScriptType,
  run: BatchedRun,
): RunAnswer | Promise<RunAnswer> {
  const budget = new Budget(run.id, run.limits.cpuMs);
  startLog();
  startEnv();
  startTimers(budget);
  budget.enter();
  const result = begin(release, { type, run, budget });
  if (type === "script") endScript();
  if (isMade(result)) return answer(result, budget);
  budget.leave();
  return answerLater(result, budget);
}

/** What a Script leaves to happen later would happen within another run. */
function endScript(): void {
  endLog();
  sealAdditions();
}

/** By a member of its own: the script may have changed what a promise looks like. */
export function isMade<Made extends object>(made: Made | Promise<Made>): made is Made {
  return hasOwn(made, "is");
}

async function answerLater(result: Promise<Result>, budget: Budget): Promise<RunAnswer> {
  const settled: unknown = await result;
  return answer(isResult(settled) ? settled : outcome(UNSHOWABLE), budget);
}

/** What came of waiting for an answer: a script may have made of promises that it is anything. */
export function checkAnswer(value: unknown): RunAnswer {
  if (isResult(value) && "cpuMs" in value && "logs" in value) {
    const { is, text, cpuMs, logs } = value;
    if (typeof cpuMs === "number" && typeof logs === "string") return { is, text, cpuMs, logs };
  }
  return { ...outcome(UNSHOWABLE), cpuMs: 0, logs: "[]" };
}

function isResult(value: unknown): value is Result {
  if (typeof value !== "object" || value === null) return false;
  if (!("is" in value) || !("text" in value)) return false;
  return (value.is === "continue" || value.is === "outcome") && typeof value.text === "string";
}

function answer({ is, text }: Result, budget: Budget): RunAnswer {
  endLog();
  return { is, text, cpuMs: budget.leave(), logs: logText() };
}

function begin(release: Release, begun: Omit<Running, "argument">): Result | Promise<Result> {
  if ("refusal" in release) return outcome(faultOutcome("compile_error", release.refusal));
  let argument: Argument;
  try {
    argument = readArgument(begun.run);
  } catch (error) {
    return outcome(faultOutcome("bad_request", describeValue(error)));
  }
  return callScript(release.make, { ...begun, argument });
}

function callScript(make: Factory, running: Running): Result | Promise<Result> {
  const { type, run, budget, argument } = running;
  const { data, continuation } = argument;
  try {
    const [drain, body] = make(budget.refill, budget.resume);
    budget.drain = drain;
    const entry = findEntry(evaluate(body, type), run.function);
    if (entry === undefined) {
      return outcome(faultOutcome("function_not_found", missing(run.function)));
    }
    const value = entry(data);
    if (!isThenable(value)) return returnedResult(value, data, continuation);
    return type === "script" ? refuseAsync(value) : settle(value, running);
  } catch (error) {
    return thrown(error);
  }
}

/** Runs the script's body in a new module scope. */
function evaluate(body: ScriptBody, type: ScriptType): { module: ScriptModule; main: unknown } {
  const module: ScriptModule = { exports: {} };
  const scope: ModuleScope = [module.exports, makeRequire(type), module, "/script.js", "/"];
  return { module, main: apply(body, module.exports, scope) };
}

/** Waits as long as the run may take. Whoever asked is answered at the deadline by the gateway. */
async function settle(
  value: PromiseLike<unknown>,
  { run, budget, argument }: Running,
): Promise<Result> {
  // workerd ends a request that waits for nothing it knows of; a promise that nobody settles is to reach the deadline.
  const wait = setTimer(() => undefined, run.limits.wallMs);
  try {
    const settled = await value;
    budget.enter();
    return returnedResult(settled, argument.data, argument.continuation);
  } catch (error) {
    budget.enter();
    return thrown(error);
  } finally {
    clearTimer(wait);
  }
}

/** A Script may not wait. A promise that is rejected already does not: `Promise.reject([604, "text"])` is an answer. */
async function refuseAsync(value: PromiseLike<unknown>): Promise<Result> {
  const rejection = await rejectionOf(value);
  if (rejection !== undefined && isArray(rejection.reason)) return thrown(rejection.reason);
  const message = "Type Script cannot be asynchronous: main returned a promise. Choose type App";
  return outcome(faultOutcome("async_in_script", message));
}

/** Never throws: what the script does to the engine is its own failure. */
function thrown(error: unknown): Result {
  try {
    return outcome(thrownOutcome(error));
  } catch {
    return outcome(UNSHOWABLE);
  }
}

function missing(name: string | null): string {
  return name === null
    ? "The script has no main function: declare function main(data), or export one with module.exports = { main }"
    : `The script has no function "${name}": export it with module.exports or export`;
}
