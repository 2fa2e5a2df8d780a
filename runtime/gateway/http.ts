// Requests and answers of the gateway, on bare node:http: this is the call path.

import type { IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../../schemas/fault.ts";
import { MAX_BODY_BYTES } from "../../schemas/limits.ts";
import type { Reply } from "../../schemas/run-reply.ts";

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  // As bytes: together with a string, node:http would write the header in the string's encoding.
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length }).end(bytes);
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
