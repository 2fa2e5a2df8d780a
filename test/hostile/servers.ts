// Two servers: one on every address of this machine that no script may reach, one that plays the public internet.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { PUBLIC_HOST } from "./hostile-case.ts";

/** Redirects of one chain never go on for ever. */
const MOST_HOPS = 50;

export class HttpServer implements AsyncDisposable {
  readonly port: number;
  /** What was asked for since the last `forget`. */
  readonly requests: string[];
  readonly #server: Server;

  constructor(started: { server: Server; port: number; requests: string[] }) {
    this.port = started.port;
    this.requests = started.requests;
    this.#server = started.server;
  }

  forget(): void {
    this.requests.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Listens on all addresses. Whatever connects has gone where it may not, even when it sends nothing. */
export async function startBait(): Promise<HttpServer> {
  const requests: string[] = [];
  const server = createServer((_request, response) => response.end("bait"));
  server.on("connection", (socket) => {
    requests.push(`connection to ${socket.localAddress}`);
    socket.on("error", () => socket.destroy());
  });
  return await listening(server, { host: "::", requests });
}

/** Listens on PUBLIC_HOST. Redirects, never answers or never ends, as its path says. */
export async function startPublicServer(): Promise<HttpServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(request, response);
  });
  server.on("upgrade", (request, socket) => {
    requests.push(`upgrade ${request.url}`);
    socket.destroy();
  });
  return await listening(server, { host: PUBLIC_HOST, requests });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://public");
  switch (pathname) {
    case "/redirect":
      response.writeHead(302, { location: searchParams.get("to") ?? "/" }).end();
      return;
    case "/chain": {
      const left = Math.min(MOST_HOPS, Number(searchParams.get("left")));
      if (left === 0) response.end("public");
      else response.writeHead(302, { location: `/chain?left=${left - 1}` }).end();
      return;
    }
    case "/silence":
      return;
    case "/endless":
      pour(response);
      return;
    default:
      response.end("public");
  }
}

/** Writes as long as somebody reads, to 1 GB. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(2 ** 20, "x");
  let left = 1_024;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(chunk)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}

async function listening(
  server: Server,
  { host, requests }: { host: string; requests: string[] },
): Promise<HttpServer> {
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`No port on ${host}`);
  return new HttpServer({ server, port: address.port, requests });
}
