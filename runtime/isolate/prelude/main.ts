// The main module of every isolate that holds a script. It compiles the script, runs it once and reports.
// Called by the dispatcher. Trust: from the moment the script's body runs, it may have changed every global here;
// what the prelude needs afterwards it takes before.

import { WorkerEntrypoint } from "cloudflare:workers";
import type { Invocation } from "../../../schemas/call.ts";
import type { Limits } from "../../../schemas/limits.ts";
import code from "script.js";
import { Budget } from "./budget.ts";
import { captureConsole } from "./console.ts";
import { findEntry, type ScriptModule } from "./entry.ts";
import { describeValue } from "./describe.ts";
import { limitGlobals } from "./globals.ts";
import { makeRequire } from "./require.ts";
import { faultOutcome, returnedOutcome, thrownOutcome, UNSHOWABLE } from "./outcome.ts";
import { installTimers } from "./timers.ts";
import { isThenable, rejectionOf } from "./promise.ts";

/** What a script finds in its module scope. */
type ModuleScope = [
  exports: unknown,
  require: (name: string) => unknown,
  module: ScriptModule,
  filename: string,
  dirname: string,
];
type ScriptBody = (this: unknown, ...scope: ModuleScope) => unknown;
type Release = (
  refill: Budget["refill"],
  resume: Budget["resume"],
) => [drain: () => void, body: ScriptBody];

const { parse } = JSON;
const setTimer = setTimeout;
const clearTimer = clearTimeout;
const release = compile();

export default class Prelude extends WorkerEntrypoint {
  /** Runs the script. Takes an `Invocation`, returns a `CellAnswer`, both as JSON. Rejects when the budget ends the isolate. */
  async run(text: string): Promise<string> {
    const invocation: Invocation = parse(text);
    const budget = new Budget(invocation.id, invocation.limits.cpuMs);
    const console = captureConsole();
    if (invocation.type !== "script") installTimers(budget);
    limitGlobals(invocation.type, console.console);
    budget.enter();
    const outcome = await outcomeOf(invocation, budget);
    return `{"outcome":${outcome},"logs":${console.lines()},"cpuMs":${budget.spend()}}`;
  }
}

/** The release, or why the engine does not accept what our parser did. */
function compile(): { make: Release } | { refusal: string } {
  try {
    // Text may be compiled only while an isolate starts. The indirect eval keeps it out of this module's scope.
    // oxlint-disable-next-line no-eval -- the one place where a script's text becomes code
    return { make: (0, eval)(code) };
  } catch (error) {
    return { refusal: describeValue(error) };
  }
}

/** Never rejects: what the script does to the engine is its own failure. */
async function outcomeOf(invocation: Invocation, budget: Budget): Promise<string> {
  try {
    return await callScript(invocation, budget);
  } catch {
    return UNSHOWABLE;
  }
}

function callScript(invocation: Invocation, budget: Budget): string | Promise<string> {
  if ("refusal" in release) return faultOutcome("compile_error", release.refusal);
  const data: unknown = parse(invocation.payload);
  try {
    const [drain, body] = release.make(budget.refill, budget.resume);
    budget.drain = drain;
    const script = evaluate(body, invocation);
    const entry = findEntry(script, invocation.function);
    if (entry === undefined) {
      return faultOutcome("function_not_found", missing(invocation.function));
    }
    const value = entry(data);
    if (!isThenable(value)) return returnedOutcome(value, data);
    return invocation.type === "script"
      ? refuseAsync(value)
      : settle(value, data, invocation.limits);
  } catch (error) {
    return thrownOutcome(error);
  }
}

/** Runs the script's body in a new module scope. */
function evaluate(body: ScriptBody, { type }: Invocation): { module: ScriptModule; main: unknown } {
  const module: ScriptModule = { exports: {} };
  const scope: ModuleScope = [module.exports, makeRequire(type), module, "/script.js", "/"];
  return { module, main: Reflect.apply(body, module.exports, scope) };
}

/** Waits as long as the run may take. Whoever asked is answered at the deadline by the gateway. */
async function settle(
  value: PromiseLike<unknown>,
  data: unknown,
  { wallMs }: Limits,
): Promise<string> {
  // workerd ends a request that waits for nothing it knows of; a promise that nobody settles is to reach the deadline.
  const wait = setTimer(() => undefined, wallMs);
  try {
    return returnedOutcome(await value, data);
  } catch (error) {
    return thrownOutcome(error);
  } finally {
    clearTimer(wait);
  }
}

/** A Script may not wait. A promise that is rejected already does not: `Promise.reject([604, "text"])` is an answer. */
async function refuseAsync(value: PromiseLike<unknown>): Promise<string> {
  const rejection = await rejectionOf(value);
  if (rejection !== undefined && Array.isArray(rejection.reason)) {
    return thrownOutcome(rejection.reason);
  }
  return faultOutcome(
    "async_in_script",
    "Type Script cannot be asynchronous: main returned a promise. Choose type App",
  );
}

function missing(name: string | null): string {
  return name === null
    ? "The script has no main function: declare function main(data), or export one with module.exports = { main }"
    : `The script has no function "${name}": export it with module.exports or export`;
}
