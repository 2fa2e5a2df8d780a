// A call: the routing engine asks, scripts decide.

import type { Logger } from "pino";
import { headerValue, JSON_TYPE, type Reply } from "../../schemas/run-reply.ts";
import { roundMs } from "../../schemas/usage.ts";
import type { CallKey, EdgeStore } from "../store/store.ts";
import { runChain, type Chain, type Step } from "./chain.ts";
import type { Executor } from "./execute.ts";

export type GatewayServices = Executor & { store: EdgeStore };

/** Decides a call of `account` at `key`, which may have a tag. Throws only faults of the caller. */
export async function answerCall(
  services: GatewayServices,
  call: { account: string; key: CallKey; tag: string | null; body: string },
): Promise<Reply> {
  const targets = await services.store.findCallTargets(call.account, call.key, call.tag);
  const { body, key } = call;
  const chain = await runChain(services, { targets, body, place: placeText(key) });
  const { verdict, steps } = chain;
  if (verdict.fault !== undefined || steps.some(({ warnings }) => warnings.length > 0)) {
    for (const step of steps) logStep(services.log, step);
  }
  return chainReply(chain);
}

/** A place that calls come to, in words for people. */
export function placeText({ place, subject, detail }: CallKey): string {
  return detail === "" ? `${place} ${subject}` : `${place} ${subject}/${detail}`;
}

/** The data go out as they came in or as the last script wrote them: nobody here reads them. */
export function chainReply({ verdict, data, steps }: Chain): Reply {
  const headers = steps.length === 0 ? JSON_TYPE : stepHeaders(steps);
  const rest = restOf(verdict.fault, steps);
  if (verdict.action === "continue") {
    return { status: 200, headers, body: `{"action":"continue","data":${data}${rest}}` };
  }
  const { sip } = verdict;
  const body = `{"action":"reject","sip":${JSON.stringify(sip)}${rest}}`;
  const sipHeaders = { "x-sip-code": String(sip.code), "x-sip-reason": headerValue(sip.reason) };
  return { status: 200, headers: { ...headers, ...sipHeaders }, body };
}

/** The members that most decisions do not have. */
function restOf(fault: unknown, steps: readonly Step[]): string {
  const warnings = steps.flatMap((step) => step.warnings);
  const told = warnings.length === 0 ? "" : `,"warnings":${JSON.stringify(warnings)}`;
  return fault === undefined ? told : `,"fault":${JSON.stringify(fault)}${told}`;
}

/** With the last script's run, and the time that all took. */
function stepHeaders(steps: readonly Step[]): Record<string, string> {
  let cpuMs = 0;
  let wallMs = 0;
  let invocation = "";
  for (const { execution } of steps) {
    cpuMs += execution.usage.cpuMs;
    wallMs += execution.usage.wallMs;
    ({ invocation } = execution);
  }
  const timing = `cpu;dur=${roundMs(cpuMs)}, script;dur=${roundMs(wallMs)}`;
  return { ...JSON_TYPE, "x-invocation": invocation, "server-timing": timing };
}

function logStep(log: Logger, { target, verdict, warnings }: Step): void {
  const { script, name, version } = target;
  const fault = verdict?.fault;
  if (fault !== undefined) log.warn({ script, name, version, fault }, "a call's script failed");
  else if (warnings.length > 0 && isNews(`${script}/${version}`)) {
    log.warn({ script, name, version, warnings }, "a call's script warned");
  }
}

/** When each version's warnings were logged last. The same ones come with every call. */
const toldAt = new Map<string, number>();
const SILENCE_MS = 60_000;
const MOST_TOLD = 10_000;

function isNews(version: string): boolean {
  const now = Date.now();
  if (now - (toldAt.get(version) ?? -Infinity) < SILENCE_MS) return false;
  if (toldAt.size >= MOST_TOLD) toldAt.clear();
  toldAt.set(version, now);
  return true;
}
