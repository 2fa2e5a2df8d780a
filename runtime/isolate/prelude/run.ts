// One run of the script, from its argument to its result.

import type { BatchedRun, RunAnswer } from "../../../schemas/batch.ts";
import { SCRIPT_FILE } from "../../../schemas/script-file.ts";
import type { ScriptType } from "../../../schemas/script-type.ts";
import code from "script.js";
import { makeBudget, type Budget } from "./budget.ts";
import { aliasesIn, readArgument, type Argument } from "./call-data.ts";
import { endLog, startLog } from "./console.ts";
import { describeValue } from "./describe.ts";
import { findEntry, type ScriptModule } from "./entry.ts";
import { Legacy, type LegacyGlobals } from "./legacy.ts";
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
import { begin } from "./present.ts";
import { isThenable, rejectionOf } from "./promise.ts";
import { evaluate, type Factory, type Require, type Unit } from "./unit.ts";

/**
 * A run that has begun: its budget is counted, its script's scope is its own. `answer` is what it came to, once `ended`
 * resolves where that is there: a script may have changed what a promise resolves with.
 */
export type Running = {
  readonly type: ScriptType;
  readonly run: BatchedRun;
  readonly budget: Budget;
  answer: RunAnswer | undefined;
  ended: Promise<void> | undefined;
};

// Taken before the script can change them.
const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;
const NativeReferenceError = ReferenceError;
const { isArray } = Array;
const setTimer = setTimeout;
const clearTimer = clearTimeout;

const ALIASES = aliasesIn(code);

/** How the engine says that a Script named one of these. */
const ONLY_IN_APPS =
  /^(?:set(?:Timeout|Interval|Immediate|EnvVar)|queueMicrotask|fetch|WebSocket|XMLHttpRequest|getEnvVars|cxUserspace) is not defined$/;

/** Begins to run the script in a new module scope. Where it waits for nothing, the answer is there. Never throws. */
export function startRun(release: Unit, type: ScriptType, run: BatchedRun): Running {
  const budget = makeBudget(run.id, run.limits.cpuMs);
  begin({ run, budget, vars: undefined, timers: 0 });
  startLog(run.streams === true ? run.id : "");
  if (type !== "script") beginLibrary(budget);
  const running: Running = { type, run, budget, answer: undefined, ended: undefined };
  const result = resultOf(release, running);
  if (type === "script") endScript();
  if (result !== undefined) answer(running, result);
  else budget.leave();
  return running;
}

/** What a Script leaves to happen later would happen within another run. */
function endScript(): void {
  endLog();
  sealAdditions();
}

/** The run came to `result`. */
function answer(running: Running, { is, text, warnings }: Result): void {
  const logs = endLog();
  running.answer = { is, text, warnings, cpuMs: running.budget.leave(), logs };
}

/** What is said of a run that ended without an answer. */
export function noAnswer(): RunAnswer {
  return { ...outcome(UNSHOWABLE), cpuMs: 0, logs: "[]" };
}

/** Undefined where the run goes on. */
function resultOf(release: Unit, running: Running): Result | undefined {
  if ("refusal" in release) return outcome(faultOutcome("compile_error", release.refusal));
  let argument: Argument;
  try {
    argument = readArgument(running.run, ALIASES);
  } catch (error) {
    return outcome(faultOutcome("bad_request", describeValue(error)));
  }
  try {
    return callScript(release.make, running, argument);
  } catch (error) {
    return thrown(error, running.type);
  }
}

function callScript(make: Factory, running: Running, argument: Argument): Result | undefined {
  const { type, run, budget } = running;
  const { data } = argument;
  let legacy: Legacy | undefined;
  const makeLegacy = (): LegacyGlobals => (legacy ??= new Legacy(data, { type, require })).globals;
  const require = type === "script" ? makeRefusal() : makeRequire({ budget, legacy: makeLegacy });
  const [drain, body] = make(budget.refill, budget.resume, makeLegacy);
  budget.onDrain(drain);
  const blank = {};
  const module: ScriptModule = { exports: blank };
  const functions = evaluate(body, { require, module, file: SCRIPT_FILE });
  const entry = findEntry({ module, blank, functions }, run);
  if (entry === undefined) return outcome(faultOutcome("function_not_found", missing(run)));
  const returned: unknown = apply(entry.call, entry.self, [data]);
  const value = legacy === undefined ? returned : legacy.resultOf(returned, type !== "script");
  if (!isThenable(value)) return returnedResult(value, argument);
  running.ended =
    type === "script" ? refuseAsync(running, value) : settle(running, value, argument);
  return undefined;
}

/** An error by which a Script misses what only other types have says so. */
function advised(error: unknown): unknown {
  if (!(error instanceof NativeReferenceError)) return error;
  const { value } = getOwnPropertyDescriptor(error, "message") ?? {};
  if (typeof value !== "string" || !ONLY_IN_APPS.test(value)) return error;
  const message = `${value}: type Script neither waits nor has a network, choose type App`;
  defineProperty(error, "message", { value: message });
  return error;
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
  running: Running,
  value: PromiseLike<unknown>,
  argument: Argument,
): Promise<void> {
  const { run, budget } = running;
  // workerd ends a request that waits for nothing it knows of; a promise that nobody settles is to reach the deadline.
  const wait = setTimer(() => undefined, run.limits.wallMs);
  let result: Result;
  try {
    const settled = await value;
    budget.enter();
    result = returnedResult(settled, argument);
  } catch (error) {
    budget.enter();
    result = thrown(error);
  }
  clearTimer(wait);
  answer(running, result);
}

/** A Script may not wait. A promise that is rejected already does not: `Promise.reject([604, "text"])` is an answer. */
async function refuseAsync(running: Running, value: PromiseLike<unknown>): Promise<void> {
  const rejection = await rejectionOf(value);
  const message = "Type Script cannot be asynchronous: main returned a promise. Choose type App";
  const isAnswer = rejection !== undefined && isArray(rejection.reason);
  answer(
    running,
    isAnswer ? thrown(rejection.reason) : outcome(faultOutcome("async_in_script", message)),
  );
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
