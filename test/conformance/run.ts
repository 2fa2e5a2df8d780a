// Runs a program with and without the compiled budget and tells what each printed.

import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import vm from "node:vm";
import { parse, type Program } from "acorn";
import { compileBudget, type BudgetNames } from "../../schemas/budget.ts";

/** How a program is read: a sloppy or strict function's body, or a sloppy async function's. */
export type Kind = "sloppy" | "strict" | "async";

export const NAMES: BudgetNames = { counter: "$ticks", refill: "$refill", resume: "$resume" };

/** Ticks of one refill: few, so that programs of some lines pass it many times. */
const TICKS = 3;

/** A program run: what it logged and how it ended, and how often it asked for more ticks or came back from a wait. */
export type Run = { trace: string[]; refills: number; resumes: number };

/** The tree of a program of this kind. */
export function parseProgram(source: string, kind: Kind): Program {
  return parse(source, {
    ecmaVersion: "latest",
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: kind === "async",
  });
}

/** Runs the program as it is. */
export function runPlain(source: string, kind: Kind): Promise<Run> {
  return run(directive(kind) + source, kind);
}

/** Runs the program with the budget in it. */
export function runBudgeted(source: string, kind: Kind): Promise<Run> {
  const whole = directive(kind) + source;
  return run(compileBudget(whole, parseProgram(whole, kind), NAMES).code, kind);
}

function directive(kind: Kind): string {
  return kind === "strict" ? "'use strict';" : "";
}

async function run(body: string, kind: Kind): Promise<Run> {
  const trace: string[] = [];
  const log = (...values: unknown[]): void => void trace.push(values.map(show).join(" "));
  const used = { refills: 0, resumes: 0 };
  const refill = (): number => (used.refills++, TICKS);
  const resume = (value: unknown): unknown => (used.resumes++, value);
  try {
    const result: unknown = await start(body, kind, { log, refill, resume });
    if (result !== undefined) log("returned", result);
  } catch (error) {
    log("threw", error);
  }
  // What the program left waiting for nothing but promises is done before the next turn of the event loop.
  await setImmediate();
  return { trace, ...used };
}

type Host = {
  log: (...values: unknown[]) => void;
  refill: () => number;
  resume: (value: unknown) => unknown;
};

function start(body: string, kind: Kind, { log, refill, resume }: Host): unknown {
  const names = `${NAMES.refill}, ${NAMES.resume}`;
  const main = `${kind === "async" ? "async " : ""}function () {${body}\n}`;
  const closure = `(function (log, ${names}) { let ${NAMES.counter} = 0; return (${main})(); })`;
  const program: unknown = vm.runInNewContext(closure, {}, { filename: "program.js" });
  if (typeof program !== "function")
    throw new Error("Cannot run the program: it closes its wrapper");
  return program(log, refill, resume);
}

function show(value: unknown): string {
  if (isError(value)) return `${value.name}: ${withoutCode(value.message)}`;
  return inspect(value, { depth: 5, breakLength: Infinity });
}

/** V8 quotes the code in some messages, and with it the budget: `$resume(...).f is not a function`. */
function withoutCode(message: string): string {
  return message.replace(/^.*?( is not (a function|a constructor|iterable))/, "…$1");
}

/** Errors come from another context, so instanceof knows nothing of them. */
function isError(value: unknown): value is Error {
  return Object.prototype.toString.call(value) === "[object Error]";
}
