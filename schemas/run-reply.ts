// How a run over HTTP is answered: the value, or a problem. Pure, for edge nodes and workers alike.

import type { RunOutcome } from "./call.ts";
import { FAULTS, Fault, problemOf } from "./fault.ts";

/** An HTTP answer that is ready to be written. Header values are ISO-8859-1, as HTTP wants them. */
export type Reply = { status: number; headers: Record<string, string>; body: string };

/** When to come back after `overloaded`. */
const RETRY_SECONDS = "1";

export const JSON_TYPE = { "content-type": "application/json" };

export function jsonReply(value: unknown, headers: Record<string, string> = {}): Reply {
  return { status: 200, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(value) };
}

export function problemReply(fault: Fault): Reply {
  const retry = fault.code === "overloaded" ? { "retry-after": RETRY_SECONDS } : {};
  const headers = { "content-type": "application/problem+json", ...retry };
  return { status: FAULTS[fault.code].status, headers, body: JSON.stringify(problemOf(fault)) };
}

/** The answer to `POST /run/{script}` after a run that ended with `outcome`. */
export function runReply(outcome: RunOutcome, invocation: string): Reply {
  const headers = { "x-invocation": invocation };
  switch (outcome.is) {
    case "returned":
      return jsonReply(outcome.value ?? null, headers);
    case "threw": {
      const { message } = outcome.thrown;
      const fault = new Fault("script_error", message, { facts: { invocation } });
      const status = statusOf(message) ?? FAULTS[fault.code].status;
      const reply = problemReply(fault);
      const body = JSON.stringify({ ...problemOf(fault), status });
      return { status, headers: { ...reply.headers, ...headers }, body };
    }
    case "fault": {
      const fault = new Fault(outcome.code, outcome.message, { facts: { invocation } });
      const reply = problemReply(fault);
      return { ...reply, headers: { ...reply.headers, ...headers } };
    }
  }
}

/** A script that throws "401 Unauthorized" chooses the HTTP status. */
function statusOf(message: string): number | undefined {
  const code = /^\s*([45]\d\d)(?:\s|$)/.exec(message)?.[1];
  return code === undefined ? undefined : Number(code);
}

/** Any text as a header value that carries its UTF-8 bytes and cannot end the header. */
export function headerValue(text: string): string {
  const bytes = new TextEncoder().encode(text.replace(/\p{Cc}/gu, " "));
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
