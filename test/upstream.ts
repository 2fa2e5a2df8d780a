// A server of the operator's that the product asks over real HTTP. It keeps what it was asked.

import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";

export type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

/** Whoever opens it disposes of it. */
export class Upstream implements AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** What it was asked, in order. */
  seen: Seen[] = [];
  /** Answers the next request, and each one after it. */
  respond: (response: ServerResponse, request: Seen) => void = (response) => response.end();
  readonly #server: Server;

  private constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port");
    this.url = `http://127.0.0.1:${address.port}`;
    this.#server = server;
    server.on("request", async (request, response) => {
      const { method = "", url = "", headers } = request;
      const asked = { method, url, headers, body: await text(request) };
      this.seen.push(asked);
      this.respond(response, asked);
    });
  }

  static async open(): Promise<Upstream> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Upstream(server);
  }

  /** Answers so from now on: bytes and a string as they are, anything else as its JSON. */
  answerWith(body: unknown, status = 200, type = "application/json"): void {
    this.respond = (response) => {
      response.writeHead(status, { "content-type": type });
      response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** An expression of a script: the status, the class and the message of the Error that `call` rejects with. */
export function rejectionOf(call: string): string {
  return `await ${call}.then(() => 'resolved', (e) => [e.status ?? null, e instanceof TypeError ? 'TypeError' : e instanceof Error && 'Error', e.message])`;
}
