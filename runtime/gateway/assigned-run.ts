// Runs the script of a place that decides no calls: a form, a driver.

import type { RunOutcome } from "../../schemas/call.ts";
import type { CallTarget } from "../store/store.ts";
import { concludeRun, runOutcomeOf } from "./conclusion.ts";
import { execute, type Executor, type JobOutcome } from "./execute.ts";

/** `payload` is the JSON text of the argument, `deadlineMs` from now. */
export type AssignedRun = {
  target: CallTarget;
  /** The place, in words for people. */
  place: string;
  function: string | null;
  payload: string;
  deadlineMs: number;
  /** What its outcome means where the script is assigned; as it is by default. */
  meaning?: (outcome: RunOutcome) => RunOutcome;
};

/** How a run ended, and its id. */
export type Ended = { outcome: RunOutcome; invocation: string };

/** Runs `main`, or a function that the script exports or exposes. Every failure is an outcome; throws nothing. */
export async function runAssigned(executor: Executor, run: AssignedRun): Promise<Ended> {
  const { target, place, function: name, payload, deadlineMs } = run;
  const { meaning = asItIs } = run;
  const mean = (outcome: JobOutcome): RunOutcome => meaning(runOutcomeOf(outcome));
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
    place,
    conclude: (outcome) => concludeRun(mean(outcome)),
  });
  return { outcome: mean(outcome), invocation };
}

function asItIs(outcome: RunOutcome): RunOutcome {
  return outcome;
}
