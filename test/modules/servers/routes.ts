// What every part of the HTTP server is made of.

import type { IncomingMessage, ServerResponse } from "node:http";

/** One request, its body read to the end, and the response to it. */
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** The path behind the route's own segment, split at its slashes. */
  rest: string[];
  body: Buffer;
};

/** Answers a request, or leaves it without an answer. */
export type Respond = (exchange: Exchange) => unknown;

/** Keyed by the first segment of the path. */
export type Routes = Readonly<Record<string, Respond>>;

/** Answers `value` as JSON. */
export function sendJson(
  response: ServerResponse,
  value: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}

/** The members of a form: "application/x-www-form-urlencoded", or "multipart/form-data" with files as plain data. */
export async function readForm({ request, body }: Exchange): Promise<[string, unknown][]> {
  const type = request.headers["content-type"] ?? "";
  const form = await new Response(Uint8Array.from(body), {
    headers: { "content-type": type },
  }).formData();
  return await Promise.all(
    Array.from(form, async ([name, value]): Promise<[string, unknown]> => {
      if (typeof value === "string") return [name, value];
      return [name, { file: value.name, type: value.type, text: await value.text() }];
    }),
  );
}
