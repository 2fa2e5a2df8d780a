// A call: the routing engine asks, a script decides.

import type { Logger } from "pino";
import { CallData, payloadOf } from "../../schemas/call.ts";
import type { Decision } from "../../schemas/decision.ts";
import { Fault } from "../../schemas/fault.ts";
import { headerValue, JSON_TYPE, jsonReply, type Reply } from "../../schemas/run-reply.ts";
import type { CallKey, CallTarget, EdgeStore } from "../store/store.ts";
import { decide } from "./decision.ts";
import { execute, type Execution, type Executor } from "./execute.ts";
import { parseJson } from "./http.ts";

export type GatewayServices = Executor & { store: EdgeStore };

/** Decides a call of `account` at `key`. Throws only faults of the caller. */
export async function answerCall(
  services: GatewayServices,
  { account, key, body }: { account: string; key: CallKey; body: string },
): Promise<Reply> {
  const target = await services.store.findCallTarget(account, key);
  if (target === undefined) return decisionReply({ action: "continue", data: parseCall(body) });
  const execution = await runForCall(services, target, body);
  const { outcome, invocation } = execution;
  if (outcome.is === "continue") return continueReply(outcome.data, execution);
  const data = parseCall(body);
  const decision = decide({ data, target, outcome, invocation });
  logFailure(services.log, target, decision);
  return decisionReply(decision, execution);
}

/** What the engine sent. Throws `bad_request`. */
function parseCall(body: string): CallData {
  const data = CallData.safeParse(parseJson(body, {}));
  if (data.success) return data.data;
  throw new Fault("bad_request", 'The body of a call is a JSON object, e.g. {"routing":{}}');
}

/** The body goes to the script as it is, and is read here only where it comes to more than the call going on. */
function runForCall(
  services: GatewayServices,
  target: CallTarget,
  body: string,
): Promise<Execution> {
  const { version, vars, timeoutMs: deadlineMs } = target;
  const input = {
    function: null,
    anyFunction: false,
    payload: payloadOf(body),
    vars,
    isCall: true,
  };
  return execute(services, { target, version, ...input, deadlineMs });
}

/** The decision that nearly every call gets, without reading the data that goes through. */
function continueReply(data: string, execution: Execution): Reply {
  const body = `{"action":"continue","data":${data}}`;
  return { status: 200, headers: { ...JSON_TYPE, ...executionHeaders(execution) }, body };
}

function decisionReply(decision: Decision, execution?: Execution): Reply {
  const headers = execution === undefined ? {} : executionHeaders(execution);
  if (decision.action === "reject") {
    headers["x-sip-code"] = String(decision.sip.code);
    headers["x-sip-reason"] = headerValue(decision.sip.reason);
  }
  return jsonReply(decision, headers);
}

function executionHeaders({ invocation, usage }: Execution): Record<string, string> {
  const timing = `cpu;dur=${usage.cpuMs}, script;dur=${usage.wallMs}`;
  return { "x-invocation": invocation, "server-timing": timing };
}

function logFailure(
  log: Logger,
  { script, name, version }: CallTarget,
  { fault, warnings }: Decision,
): void {
  if (fault !== undefined) log.warn({ script, name, version, fault }, "a call's script failed");
  else if (warnings !== undefined)
    log.warn({ script, name, version, warnings }, "a call's script warned");
}
