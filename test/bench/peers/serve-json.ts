// The HTTP around every peer that runs in Node: a body in, the script's answer out.

import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import { announceUntilStopped } from "./announce.ts";

/** Runs the script on a call's data. JSON text in and out; throws when the script cannot run. */
export type RunScript = (data: string) => string | Promise<string>;

/** Serves `run` on a free port of the loopback until the bench has enough. */
export async function serveJson(run: RunScript): Promise<void> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => void answer(run, chunks, response));
    request.on("error", () => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The peer has no port");
  await announceUntilStopped(`http://127.0.0.1:${address.port}`);
  server.close();
  server.closeAllConnections();
}

async function answer(run: RunScript, chunks: Buffer[], response: ServerResponse): Promise<void> {
  try {
    const data = await run(Buffer.concat(chunks).toString("utf8"));
    send(response, 200, `{"action":"continue","data":${data}}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    send(response, 500, JSON.stringify({ error: reason }));
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(text);
  const headers = { "content-type": "application/json", "content-length": body.length };
  response.writeHead(status, headers).end(body);
}
