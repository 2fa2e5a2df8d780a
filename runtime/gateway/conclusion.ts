// What a run came to, in the words of the journal. Pure.

import type { RunOutcome, Thrown } from "../../schemas/call.ts";
import type { FaultCode } from "../../schemas/fault.ts";
import type { SipAnswer } from "../../schemas/sip.ts";
import type { CallTarget } from "../store/store.ts";
import { decide, type Verdict } from "./decision.ts";
import type { JobOutcome } from "./execute.ts";

/** `decision` and `sip` are null for runs that decide no call. `message` and `stack` tell of what is not "ok". */
export type Conclusion = {
  outcome: "ok" | FaultCode;
  decision: "continue" | "reject" | null;
  sip: SipAnswer | null;
  message?: string;
  stack?: string;
};

const RETURNED: Conclusion = { outcome: "ok", decision: null, sip: null };
const CONTINUED: Conclusion = { outcome: "ok", decision: "continue", sip: null };

/** The outcome of a run that decides no call, and whose payload is JSON: what says otherwise is the script's. */
export function runOutcomeOf(outcome: JobOutcome): RunOutcome {
  const isForged = outcome.is === "fault" && outcome.code === "bad_request";
  if (outcome.is !== "continue" && !isForged) return outcome;
  return { is: "fault", code: "script_error", message: "The script changed the engine" };
}

/** Of a run that decides no call, and whose payload we know to be JSON. */
export function concludeRun(outcome: JobOutcome): Conclusion {
  return conclude(runOutcomeOf(outcome));
}

function conclude(outcome: RunOutcome): Conclusion {
  switch (outcome.is) {
    case "returned":
      return RETURNED;
    case "threw":
      return { ...RETURNED, outcome: "script_error", ...errorOf(outcome.thrown) };
    case "fault":
      return { ...RETURNED, outcome: outcome.code, message: outcome.message };
  }
}

/** Of a run that decides a call: a script that refuses it has done its work. */
export function concludeCall(
  target: Pick<CallTarget, "timeoutAction" | "onError">,
  outcome: JobOutcome,
): Conclusion {
  if (outcome.is === "continue") return CONTINUED;
  // Whoever asked is told so, and nothing is decided.
  if (outcome.is === "fault" && outcome.code === "bad_request") return conclude(outcome);
  const verdict = decide({ target, outcome, invocation: "" });
  const sip = sipOf(verdict);
  const { action: decision, fault } = verdict;
  if (fault === undefined) return { outcome: "ok", decision, sip };
  const stack = outcome.is === "threw" ? errorOf(outcome.thrown) : {};
  return { outcome: faultCodeOf(outcome), decision, sip, ...stack, message: fault.message };
}

function errorOf({ message, stack }: Thrown): { message: string; stack?: string } {
  return stack === undefined ? { message } : { message, stack };
}

function sipOf(verdict: Verdict): SipAnswer | null {
  return verdict.action === "reject" ? verdict.sip : null;
}

function faultCodeOf(outcome: RunOutcome): FaultCode {
  return outcome.is === "fault" ? outcome.code : "script_error";
}
