// The main module of every isolate that holds a script. It compiles the script, runs it once and reports.
// Called by the dispatcher. Trust: from the moment the script's body runs, it may have changed every global here;
// what the prelude needs afterwards it takes before.

import { WorkerEntrypoint } from "cloudflare:workers";
import type { Invocation } from "../../../schemas/call.ts";
import type { Limits } from "../../../schemas/limits.ts";
import code from "script.js";
import { captureConsole } from "./console.ts";
import { findEntry, type ScriptModule } from "./entry.ts";
import { limitGlobals } from "./globals.ts";
import { makeRequire } from "./require.ts";
import { faultOutcome, returnedOutcome, thrownOutcome } from "./outcome.ts";
import { isThenable, rejectionOf } from "./promise.ts";

/** What a script finds in its module scope. */
type ModuleScope = [
  exports: unknown,
  require: (name: string) => unknown,
  module: ScriptModule,
  filename: string,
  dirname: string,
];
type Factory = (this: unknown, ...scope: ModuleScope) => unknown;

// Text may be compiled only while an isolate starts. The indirect eval keeps it out of this module's scope.
// oxlint-disable-next-line no-eval -- the one place where a script's text becomes code
const factory: Factory = (0, eval)(code);
const { parse, stringify } = JSON;
const now = performance.now.bind(performance);
const setTimer = setTimeout;
const clearTimer = clearTimeout;

export default class Prelude extends WorkerEntrypoint {
  /** Runs the script. Takes an `Invocation`, returns a `CellAnswer`, both as JSON. */
  async run(text: string): Promise<string> {
    const invocation: Invocation = parse(text);
    const console = captureConsole();
    limitGlobals(invocation.type, console.console);
    const run = startRun(invocation);
    const outcome = await run.outcome;
    return `{"outcome":${outcome},"logs":${stringify(console.lines)},"cpuMs":${run.cpuMs}}`;
  }
}

type Run = { outcome: string | Promise<string>; cpuMs: number };

/** Runs the script's body and its entry. `cpuMs` is the time until the entry returned, or the first wait. */
function startRun(invocation: Invocation): Run {
  const start = now();
  const outcome = callScript(invocation);
  return { outcome, cpuMs: now() - start };
}

function callScript(invocation: Invocation): string | Promise<string> {
  const data: unknown = parse(invocation.payload);
  try {
    const entry = findEntry(evaluate(invocation), invocation.function);
    if (entry === undefined)
      return faultOutcome("function_not_found", missing(invocation.function));
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
function evaluate({ type }: Invocation): { module: ScriptModule; main: unknown } {
  const module: ScriptModule = { exports: {} };
  const main = factory.call(
    module.exports,
    module.exports,
    makeRequire(type),
    module,
    "/script.js",
    "/",
  );
  return { module, main };
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
