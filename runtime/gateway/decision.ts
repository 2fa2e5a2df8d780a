// From how a run ended to what the routing engine does with the call. Pure.

import { CallData, type RunOutcome } from "../../schemas/call.ts";
import type { CallFault, Decision } from "../../schemas/decision.ts";
import { FAULTS, type FaultCode } from "../../schemas/fault.ts";
import type { SipAnswer } from "../../schemas/sip.ts";
import type { CallTarget } from "../store/store.ts";
import { answer, sipAnswerOf } from "./sip-answer.ts";

/** A call whose script has run. `data` is what the engine sent. */
export type RunCall = {
  data: CallData;
  target: Pick<CallTarget, "timeoutAction" | "onError">;
  outcome: RunOutcome;
  invocation: string;
};

/** What a script's failure looks like on the wire; its own text goes to its owner. */
const SCRIPT_FAILED: SipAnswer = { code: 500, reason: "ScriptForge Error" };

/** Members by which a returned object is a routing object itself. */
const ROUTING_MEMBERS = ["egress_routing", "dest_number", "cli", "callid", "asrPlus"];

/** Where the script returned a routing object its isolate has said so, and there is nothing to decide. */
export function decide(call: RunCall): Decision {
  const { outcome } = call;
  switch (outcome.is) {
    case "returned":
      return decideReturned(call, outcome.value ?? outcome.data);
    case "threw": {
      const sip = sipAnswerOf(outcome.thrown);
      if (sip !== undefined) return { action: "reject", sip };
      return decideFault(call, "script_error", outcome.thrown.message);
    }
    case "fault":
      return decideFault(call, outcome.code, outcome.message);
  }
}

function decideReturned(call: RunCall, value: unknown): Decision {
  if (Array.isArray(value)) return decideArray(call, value);
  const result = CallData.safeParse(value);
  if (!result.success) {
    const shown = JSON.stringify(value).slice(0, 100);
    return decideFault(
      call,
      "script_error",
      `main returned ${shown}: return the data it was given`,
    );
  }
  if (ROUTING_MEMBERS.some((name) => Object.hasOwn(result.data, name))) {
    return { action: "continue", data: { ...call.data, routing: result.data } };
  }
  const warnings = ["main returned an object without routing: the call goes on unchanged"];
  return { action: "continue", data: call.data, warnings };
}

/** An array is a rejection `[code, reason]`, or headers to add. */
function decideArray(call: RunCall, value: unknown[]): Decision {
  const sip = answer(value[0], value[1]);
  if (sip !== undefined) return { action: "reject", sip };
  const isHeaders = value.every((header) => CallData.safeParse(header).data?.["key"] !== undefined);
  if (!isHeaders)
    return decideFault(call, "script_error", "main returned an array that is no list of headers");
  const routing = CallData.safeParse(call.data["routing"]).data ?? {};
  const headers = Array.isArray(routing["headers"]) ? routing["headers"] : [];
  return {
    action: "continue",
    data: { ...call.data, routing: { ...routing, headers: [...headers, ...value] } },
  };
}

function decideFault(call: RunCall, code: FaultCode, message: string): Decision {
  const fault: CallFault = { code, message, invocation: call.invocation };
  const { onError } = call.target;
  const isTime = code === "wall_exceeded" || code === "cpu_exceeded";
  if (isTime || onError === "timeoutAction") return timeoutDecision(call, fault);
  if (onError === "continue") return { action: "continue", data: call.data, fault };
  const isOverload = FAULTS[code].blame === "platform" && code === "overloaded";
  const sip = isOverload ? { code: 503, reason: "Service Unavailable" } : SCRIPT_FAILED;
  return { action: "reject", sip, fault };
}

function timeoutDecision({ data, target }: RunCall, fault: CallFault): Decision {
  const action = target.timeoutAction;
  if (action.is === "continue") return { action: "continue", data, fault };
  return { action: "reject", sip: { code: action.code, reason: action.reason }, fault };
}
