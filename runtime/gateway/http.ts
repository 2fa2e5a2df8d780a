// Requests and answers of the gateway, on bare node:http: this is the call path.

import type { IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../../schemas/fault.ts";
import { MAX_BODY_BYTES } from "../../schemas/limits.ts";
import type { Reply } from "../../schemas/run-reply.ts";

/** An answer whose body is written bit by bit. `signal` aborts when whoever asked has gone. Never rejects. */
export type StreamedReply = {
  headers: Record<string, string>;
  write: (say: (text: string) => void, signal: AbortSignal) => Promise<void>;
};

/** Resolves when all is written, or whoever asked has gone. */
export async function sendStream(
  response: ServerResponse,
  { headers, write }: StreamedReply,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(200, headers);
  response.flushHeaders();
  await write((text) => response.write(text), gone.signal);
  response.end();
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  // node:http writes a header together with a string, in the string's encoding. That is one write instead of two, and
  // right where the header is ASCII.
  response.end("x-sip-reason" in headers ? Buffer.from(body) : body);
}

/** The body's text. Throws `body_too_large` past the limit, which `most` raises for trusted callers. */
export function readBody(request: IncomingMessage, most = MAX_BODY_BYTES): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= most) return void chunks.push(chunk);
    request.pause();
    reject(new Fault("body_too_large", `A body has at most ${most} bytes`));
  });
  request.on("end", () => {
    const [only] = chunks;
    const whole = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
    resolve(whole.toString("utf8"));
  });
  request.on("error", reject);
  return promise;
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
