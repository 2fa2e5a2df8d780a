// Requests and answers of the gateway, on bare node:http: this is the call path.

import type { IncomingMessage, ServerResponse } from "node:http";
import { FAULTS, Fault, problemOf } from "../../schemas/fault.ts";
import { MAX_BODY_BYTES } from "../../schemas/limits.ts";

/** An answer that is ready to be written. Header values are ISO-8859-1, as node:http wants them. */
export type Reply = { status: number; headers: Record<string, string>; body: string };

export function jsonReply(value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(value),
  };
}

export function problemReply(fault: Fault): Reply {
  const headers = { "content-type": "application/problem+json" };
  return { status: FAULTS[fault.code].status, headers, body: JSON.stringify(problemOf(fault)) };
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}

/** The body's text. Throws `body_too_large` past the limit, which `most` raises for trusted callers. */
export async function readBody(request: IncomingMessage, most = MAX_BODY_BYTES): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > most) throw new Fault("body_too_large", `A body has at most ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The body as JSON, `empty` for an empty one. Throws `bad_request`. */
export function parseJson(text: string, empty: unknown): unknown {
  if (text.trim() === "") return empty;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault("bad_request", `The body is not JSON: ${reason}`, { cause: error });
  }
}

/** Any text as a header value that carries its UTF-8 bytes and cannot end the header. */
export function headerValue(text: string): string {
  return Buffer.from(text.replace(/\p{Cc}/gu, " "), "utf8").toString("latin1");
}
