// Runs the script of a place that decides no calls: a form, a driver.

import type { RunOutcome } from "../../schemas/call.ts";
import type { CallTarget } from "../store/store.ts";
import { execute, type Executor } from "./execute.ts";
import { runOutcomeOf } from "./run.ts";

/** `payload` is the JSON text of the argument, `deadlineMs` from now. */
export type AssignedRun = {
  target: CallTarget;
  function: string | null;
  payload: string;
  deadlineMs: number;
};

/** How a run ended, and its id. */
export type Ended = { outcome: RunOutcome; invocation: string };

/** Runs `main`, or a function that the script exports or exposes. Every failure is an outcome; throws nothing. */
export async function runAssigned(executor: Executor, run: AssignedRun): Promise<Ended> {
  const { target, function: name, payload, deadlineMs } = run;
  const { limits, version, expose } = target;
  // The isolate waits for a promise as long as whoever assigned the script does.
  const wallMs = Math.max(limits.wallMs, deadlineMs);
  const { outcome, invocation } = await execute(executor, {
    target: { ...target, limits: { ...limits, wallMs } },
    version,
    function: name,
    anyFunction: name !== null && expose.includes(name),
    payload,
    vars: "",
    isCall: false,
    deadlineMs,
  });
  return { outcome: runOutcomeOf(outcome), invocation };
}
