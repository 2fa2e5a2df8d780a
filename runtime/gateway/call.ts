// A call: the routing engine asks, a script decides.

import type { Logger } from "pino";
import { CallData } from "../../schemas/call.ts";
import type { Decision } from "../../schemas/decision.ts";
import { Fault } from "../../schemas/fault.ts";
import { headerValue, jsonReply, type Reply } from "../../schemas/run-reply.ts";
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
  const data = CallData.safeParse(parseJson(body, {}));
  if (!data.success)
    throw new Fault("bad_request", 'The body of a call is a JSON object, e.g. {"routing":{}}');
  const target = await services.store.findCallTarget(account, key);
  if (target === undefined) return decisionReply({ action: "continue", data: data.data });
  const execution = await runForCall(services, target, data.data);
  const { outcome, invocation } = execution;
  const decision = decide({ data: data.data, target, outcome, invocation });
  logFailure(services.log, target, decision);
  return decisionReply(decision, execution);
}

function runForCall(
  services: GatewayServices,
  target: CallTarget,
  data: CallData,
): Promise<Execution> {
  // What the engine sent wins over a variable of the same name.
  const payload = JSON.stringify({ ...target.vars, ...data });
  const { version, timeoutMs: deadlineMs } = target;
  return execute(services, { target, version, function: null, payload, deadlineMs });
}

function decisionReply(decision: Decision, execution?: Execution): Reply {
  const headers: Record<string, string> = {};
  if (execution !== undefined) {
    const { cpuMs, wallMs } = execution.usage;
    headers["x-invocation"] = execution.invocation;
    headers["server-timing"] = `cpu;dur=${cpuMs}, script;dur=${wallMs}`;
  }
  if (decision.action === "reject") {
    headers["x-sip-code"] = String(decision.sip.code);
    headers["x-sip-reason"] = headerValue(decision.sip.reason);
  }
  return jsonReply(decision, headers);
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
