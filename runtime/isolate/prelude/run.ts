// One run of the script, from its argument to its result.

import type { BatchedRun, RunAnswer } from "../../../schemas/batch.ts";
import { SCRIPT_FILE } from "../../../schemas/script-file.ts";
import type { ScriptType } from "../../../schemas/script-type.ts";
import code from "script.js";
import { makeApi } from "./api.ts";
import { Budget } from "./budget.ts";
import { aliasesIn, readArgument, type Argument } from "./call-data.ts";
import { endLog, logText, startLog } from "./console.ts";
import { describeValue } from "./describe.ts";
import { findEntry, type Evaluated, type ScriptModule } from "./entry.ts";
import { startEnv } from "./env.ts";
import { Legacy, type LegacyGlobals } from "./legacy.ts";
import { startListeners } from "./listeners.ts";
import { beginLibrary, makeRequire } from "./library.ts";
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
import { startTimers } from "./timers.ts";
import { evaluate, type Factory, type Require, type Unit, type UnitBody } from "./unit.ts";

/** A run that has begun: its budget is counted, its script's scope is its own. */
type Running = { type: ScriptType; run: BatchedRun; budget: Budget; argument: Argument };

// Taken before the script can change them.
const { defineProperty, getOwnPropertyDescriptor } = Reflect;
const NativeReferenceError = ReferenceError;
const { isArray } = Array;
const { hasOwn } = Object;
const setTimer = setTimeout;
const clearTimer = clearTimeout;

const ALIASES = aliasesIn(code);

/** How the engine says that a Script named one of these. */
const ONLY_IN_APPS: ReadonlySet<string> = new Set(
  "setTimeout setInterval setImmediate queueMicrotask fetch WebSocket XMLHttpRequest setEnvVar getEnvVars cxUserspace"
    .split(" ")
    .map((name) => `${name} is not defined`),
);

/** Runs the script in a new module scope. At once where it does not wait. Never rejects. */
export function runScript(
  release: Unit,
  type: ScriptType,
  run: BatchedRun,
): RunAnswer | Promise<RunAnswer> {
  const budget = new Budget(run.id, run.limits.cpuMs);
  startLog(run.streams === true ? run.id : "");
  startEnv(run);
  startTimers(budget);
  startListeners(budget);
  if (type !== "script") beginLibrary(budget);
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
    const { is, text, warnings, cpuMs, logs } = value;
    if (typeof cpuMs === "number" && typeof logs === "string") {
      return { is, text, warnings, cpuMs, logs };
    }
  }
  return { ...outcome(UNSHOWABLE), cpuMs: 0, logs: "[]" };
}

function isResult(value: unknown): value is Result {
  if (typeof value !== "object" || value === null) return false;
  if (!("is" in value) || !("text" in value) || !("warnings" in value)) return false;
  const { is, text, warnings } = value;
  const areTexts = typeof text === "string" && typeof warnings === "string";
  return (is === "continue" || is === "outcome") && areTexts;
}

function answer({ is, text, warnings }: Result, budget: Budget): RunAnswer {
  endLog();
  return { is, text, warnings, cpuMs: budget.leave(), logs: logText() };
}

function begin(release: Unit, begun: Omit<Running, "argument">): Result | Promise<Result> {
  if ("refusal" in release) return outcome(faultOutcome("compile_error", release.refusal));
  let argument: Argument;
  try {
    argument = readArgument(begun.run, ALIASES);
  } catch (error) {
    return outcome(faultOutcome("bad_request", describeValue(error)));
  }
  return callScript(release.make, { ...begun, argument });
}

function callScript(make: Factory, running: Running): Result | Promise<Result> {
  const { type, run, budget, argument } = running;
  const { data } = argument;
  let legacy: Legacy | undefined;
  try {
    const makeLegacy = (): LegacyGlobals =>
      (legacy ??= new Legacy(data, { require, makeApi: () => makeApi(type, require) })).globals;
    const require = type === "script" ? makeRefusal() : makeRequire({ budget, legacy: makeLegacy });
    const [drain, body] = make(budget.refill, budget.resume, makeLegacy);
    budget.onDrain(drain);
    const entry = findEntry(evaluateScript(body, require), run);
    if (entry === undefined) {
      return outcome(faultOutcome("function_not_found", missing(run)));
    }
    const returned = entry(data);
    const value = legacy === undefined ? returned : legacy.resultOf(returned, type !== "script");
    if (!isThenable(value)) return returnedResult(value, argument);
    return type === "script" ? refuseAsync(value) : settle(value, running);
  } catch (error) {
    return thrown(error, type);
  }
}

/** An error by which a Script misses what only other types have says so. */
function advised(error: unknown): unknown {
  if (!(error instanceof NativeReferenceError)) return error;
  const { value } = getOwnPropertyDescriptor(error, "message") ?? {};
  if (typeof value !== "string" || !ONLY_IN_APPS.has(value)) return error;
  const message = `${value}: type Script neither waits nor has a network, choose type App`;
  defineProperty(error, "message", { value: message });
  return error;
}

/** Runs the script's top level in a new module scope. */
function evaluateScript(body: UnitBody, require: Require): Evaluated {
  const module: ScriptModule = { exports: {} };
  return { module, functions: evaluate(body, { require, module, file: SCRIPT_FILE }) };
}

/** A Script has no `require`, and is told which type has. Each run has its own, as it has its own module. */
function makeRefusal(): Require {
  return (name) => {
    throw new NativeReferenceError(
      `require is not defined: type Script has no libraries, choose type App to use '${name}'`,
    );
  };
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
    return returnedResult(settled, argument);
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
function thrown(error: unknown, type?: ScriptType): Result {
  try {
    return outcome(thrownOutcome(type === "script" ? advised(error) : error));
  } catch {
    return outcome(UNSHOWABLE);
  }
}

function missing({ function: name, anyFunction }: BatchedRun): string {
  if (name === null) {
    return "The script has no main function: declare function main(data), or export one with module.exports = { main }";
  }
  const remedy = anyFunction
    ? "declare it at the top level, or export it"
    : 'export it with module.exports or export, or name it in the script\'s setting "expose"';
  return `The script has no function "${name}" for callers: ${remedy}`;
}
