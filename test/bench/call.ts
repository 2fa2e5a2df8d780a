// One call, made by this process and not by the load generator.

import { request, type Agent } from "node:http";
import type { Target } from "./wrk.ts";

/** `agent` keeps connections; without one each call has its own. */
export type CallMeans = { signal: AbortSignal; agent?: Agent };
export type CallAnswer = { status: number; text: string };

/** Calls the first path of `target`, and reads the whole answer. */
export function call(
  { url, paths, token, body }: Target,
  { signal, agent }: CallMeans,
): Promise<CallAnswer> {
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const options = { method: "POST", headers, signal, agent: agent ?? false };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${paths[0]}`, options);
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => (text += chunk));
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text }));
      incoming.on("error", reject);
    });
    outgoing.end(body);
  });
}
