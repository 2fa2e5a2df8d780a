// From how a run ended to what the routing engine does with the call, where the script did not return data. Pure.

import type { RunOutcome } from "../../schemas/call.ts";
import type { CallFault } from "../../schemas/decision.ts";
import { FAULTS, type FaultCode } from "../../schemas/fault.ts";
import type { SipAnswer } from "../../schemas/sip.ts";
import type { CallTarget } from "../store/store.ts";
import { answer, sipAnswerOf } from "./sip-answer.ts";

/** A call whose script has run. */
export type RunCall = {
  target: Pick<CallTarget, "timeoutAction" | "onError">;
  outcome: RunOutcome;
  invocation: string;
};

/** The end of a call's decision: it goes on with the data as they are, or it is refused. */
export type Verdict =
  | { action: "continue"; fault?: CallFault }
  | { action: "reject"; sip: SipAnswer; fault?: CallFault };

/** What a script's failure looks like on the wire; its own text goes to its owner. */
const SCRIPT_FAILED: SipAnswer = { code: 500, reason: "ScriptForge Error" };

/** Where the script returned data, routing or headers its isolate has said so, and there is nothing to decide. */
export function decide(call: RunCall): Verdict {
  const { outcome } = call;
  switch (outcome.is) {
    case "returned":
      return decideReturned(call, outcome.value);
    case "threw": {
      const sip = sipAnswerOf(outcome.thrown);
      if (sip !== undefined) return { action: "reject", sip };
      return decideFault(call, "script_error", outcome.thrown.message);
    }
    case "fault":
      return decideFault(call, outcome.code, outcome.message);
  }
}

/** A list is a rejection `[code, reason]`. */
function decideReturned(call: RunCall, value: unknown): Verdict {
  const sip = Array.isArray(value) ? answer(value[0], value[1]) : undefined;
  if (sip !== undefined) return { action: "reject", sip };
  const shown = JSON.stringify(value).slice(0, 100);
  const what = Array.isArray(value) ? "an array that is no list of headers" : shown;
  return decideFault(call, "script_error", `main returned ${what}: return the data it was given`);
}

function decideFault(call: RunCall, code: FaultCode, message: string): Verdict {
  const fault: CallFault = { code, message, invocation: call.invocation };
  const { onError } = call.target;
  const isTime = code === "wall_exceeded" || code === "cpu_exceeded";
  if (isTime || onError === "timeoutAction") return timeoutVerdict(call, fault);
  if (onError === "continue") return { action: "continue", fault };
  const isOverload = FAULTS[code].blame === "platform" && code === "overloaded";
  const sip = isOverload ? { code: 503, reason: "Service Unavailable" } : SCRIPT_FAILED;
  return { action: "reject", sip, fault };
}

function timeoutVerdict({ target }: RunCall, fault: CallFault): Verdict {
  const action = target.timeoutAction;
  if (action.is === "continue") return { action: "continue", fault };
  return { action: "reject", sip: { code: action.code, reason: action.reason }, fault };
}
