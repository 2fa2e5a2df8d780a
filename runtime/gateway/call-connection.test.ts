import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { headerValue, type Reply } from "../../schemas/run-reply.ts";
import { CallConnection } from "./call-connection.ts";
import type { CallRequest } from "./call-request.ts";

/** Answers with what was asked; `hold` keeps an answer back until the test lets it go. */
const answered: { request: CallRequest; body: string }[] = [];
let hold: Promise<unknown> | undefined;
let reply: Partial<Reply> = {};
let port = 0;
let server: Server;
let taken: Socket[] = [];

beforeAll(async () => {
  // What is handed over is answered with its body, so that it shows whether all of it came.
  server = createServer(async (request, response) => {
    response.end(`handed over ${request.method} ${await text(request)}`);
  });
  const [serve] = server.listeners("connection");
  if (serve === undefined) throw new Error("node:http does not serve connections");
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    taken.push(socket);
    void new CallConnection(socket, {
      async answer(request, body) {
        answered.push({ request, body });
        await hold;
        return { status: 200, headers: {}, body: `taken ${body}`, ...reply };
      },
      handOver(given, unread) {
        serve.call(server, given);
        given.unshift(unread);
      },
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  ({ port } = address);
});

afterAll(() => {
  server.closeAllConnections();
  for (const socket of taken) socket.destroy();
  server.close();
});

beforeEach(() => {
  answered.length = 0;
  hold = undefined;
  reply = {};
  taken = [];
});

const CALL = "POST /call/origination/1 HTTP/1.1";

function requestOf(body: string, { line = CALL, fields = [] as string[] } = {}): string {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  return [line, "host: e", length, ...fields, "", body].join("\r\n");
}

/** A connection of a caller, and what it has been sent. */
class Caller implements AsyncDisposable {
  readonly socket: Socket;
  #received = "";

  constructor() {
    this.socket = connect(port, "127.0.0.1").setNoDelay(true);
    this.socket.setEncoding("utf8").on("data", (chunk: string) => (this.#received += chunk));
  }

  /** The bodies so far, as soon as the last of them is `last`. */
  async until(last: string): Promise<string[]> {
    while (!this.#received.endsWith(`\r\n\r\n${last}`)) await once(this.socket, "data");
    return [
      ...this.#received.matchAll(/\r\n\r\n((?:taken|handed over)[^\r]*?)(?=HTTP\/1\.1 |$)/g),
    ].map(([, body = ""]) => body);
  }

  get received(): string {
    return this.#received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return;
    this.socket.destroy();
    await once(this.socket, "close");
  }
}

/** Writes so that what follows comes in by itself. */
async function writeApart(caller: Caller, part: string): Promise<void> {
  const before = taken.at(-1)?.bytesRead ?? 0;
  caller.socket.write(part);
  while ((taken.at(-1)?.bytesRead ?? 0) < before + Buffer.byteLength(part)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a call that comes in whole", () => {
  it("is answered here, again and again on one connection", async ({ expect }) => {
    await using caller = new Caller();
    for (const body of ["{}", '{"a":"größe ✓ 😀"}', ""]) {
      caller.socket.write(requestOf(body));
      expect((await caller.until(`taken ${body}`)).at(-1)).toBe(`taken ${body}`);
    }
    expect(answered.map(({ body }) => body)).toEqual(["{}", '{"a":"größe ✓ 😀"}', ""]);
  });

  it("gets an answer with its length in bytes, the date and the reply's headers", async ({
    expect,
  }) => {
    await using caller = new Caller();
    reply = { status: 401, headers: { "x-one": "1", "content-type": "application/json" } };
    caller.socket.write(requestOf("é"));
    await caller.until("taken é");
    const [status, ...fields] = caller.received.split("\r\n\r\n")[0]?.split("\r\n") ?? [];
    expect(status).toBe("HTTP/1.1 401 Unauthorized");
    expect(fields).toEqual([
      expect.stringMatching(/^date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/),
      "x-one: 1",
      "content-type: application/json",
      "content-length: 8",
    ]);
  });

  it("gets a reason's UTF-8 bytes in the header", async ({ expect }) => {
    await using caller = new Caller();
    reply = { headers: { "x-sip-reason": headerValue("Zürich ✓") } };
    caller.socket.write(requestOf("é"));
    await caller.until("taken é");
    expect(caller.received).toContain("x-sip-reason: Zürich ✓\r\n");
  });

  it("is answered to a caller that has closed its side", async ({ expect }) => {
    await using caller = new Caller();
    caller.socket.end(requestOf("{}"));
    await once(caller.socket, "close");
    expect(caller.received).toMatch(/taken \{\}$/);
  });
});

describe("a call that comes in while another is answered", () => {
  it("waits for its turn", async ({ expect }) => {
    await using caller = new Caller();
    const held = Promise.withResolvers<void>();
    hold = held.promise;
    await writeApart(caller, requestOf("1"));
    await writeApart(caller, requestOf("2"));
    expect(answered.map(({ body }) => body)).toEqual(["1"]);
    hold = undefined;
    held.resolve();
    expect(await caller.until("taken 2")).toEqual(["taken 1", "taken 2"]);
  });

  it("does so with many behind it", async ({ expect }) => {
    await using caller = new Caller();
    const held = Promise.withResolvers<void>();
    hold = held.promise;
    await writeApart(caller, requestOf("1"));
    caller.socket.write(["2", "3", "4"].map((body) => requestOf(body)).join(""));
    hold = undefined;
    held.resolve();
    const bodies = await caller.until("handed over POST 4");
    expect(bodies.map((body) => body.at(-1))).toEqual(["1", "2", "3", "4"]);
  });
});

describe("a connection goes to node:http with all that it has sent", () => {
  it("where a head comes in parts", async ({ expect }) => {
    await using caller = new Caller();
    await writeApart(caller, requestOf("{}").slice(0, 30));
    caller.socket.write(requestOf("{}").slice(30));
    await caller.until("handed over POST {}");
    expect(answered).toEqual([]);
  });

  it("where a body comes in parts", async ({ expect }) => {
    await using caller = new Caller();
    const body = "x".repeat(300_000);
    await writeApart(caller, requestOf(body).slice(0, 100));
    caller.socket.write(requestOf(body).slice(100));
    await caller.until(`handed over POST ${body}`);
    expect(answered).toEqual([]);
  });

  it("where it is not a call", async ({ expect }) => {
    await using caller = new Caller();
    caller.socket.write(requestOf("{}", { line: "PUT /call/origination/1 HTTP/1.1" }));
    await caller.until("handed over PUT {}");
    expect(answered).toEqual([]);
  });

  it("where two come at once, which are answered in order", async ({ expect }) => {
    await using caller = new Caller();
    caller.socket.write(requestOf("1") + requestOf("2"));
    await caller.until("handed over POST 2");
    expect(caller.received.indexOf("POST 1")).toBeLessThan(caller.received.indexOf("POST 2"));
    expect(answered).toEqual([]);
  });

  it("after calls that were answered here, and stays there", async ({ expect }) => {
    await using caller = new Caller();
    caller.socket.write(requestOf("1"));
    await caller.until("taken 1");
    caller.socket.write(requestOf("2", { fields: ["te: trailers"] }));
    await caller.until("handed over POST 2");
    caller.socket.write(requestOf("3"));
    await caller.until("handed over POST 3");
    expect(answered).toHaveLength(1);
  });
});

describe("a caller that goes away", () => {
  it("while its call is answered harms nobody", async ({ expect }) => {
    const held = Promise.withResolvers<void>();
    hold = held.promise;
    const caller = new Caller();
    await writeApart(caller, requestOf("1"));
    caller.socket.resetAndDestroy();
    const [socket] = taken;
    await new Promise((resolve) => socket?.once("close", resolve));
    held.resolve();
    hold = undefined;
    await using other = new Caller();
    other.socket.write(requestOf("2"));
    expect(await other.until("taken 2")).toEqual(["taken 2"]);
  });

  it("by being silent is cut off, and not while its call is answered", async ({ expect }) => {
    await using caller = new Caller();
    const held = Promise.withResolvers<void>();
    hold = held.promise;
    await writeApart(caller, requestOf("1"));
    taken[0]?.emit("timeout");
    held.resolve();
    await caller.until("taken 1");
    taken[0]?.emit("timeout");
    await once(caller.socket, "close");
    expect(caller.socket.readyState).toBe("closed");
  });
});
