// What scripts reach of the network, through the running product. A server of our own counts what comes in.

import { once } from "node:events";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import type { Duplex } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { compile } from "../api/publish/publish.ts";
import { makeRunner } from "../api/runner.ts";
import { RunResult } from "../schemas/call.ts";
import { DEFAULT_LIMITS, type Limits } from "../schemas/limits.ts";
import type { ScriptType } from "../schemas/script-type.ts";
import { startProduct, type Product } from "./harness.ts";

const SECRET_KEY = "the secret key of this test";
const MOST_BYTES = 10_000_000;

type Settings = { type?: ScriptType; hosts?: string[] } & Partial<Limits>;

/** What a script tells of an error that it caught. */
const Caught = z.object({ name: z.string(), message: z.string(), code: z.string().optional() });
const CAUGHT =
  "(e) => ({ name: e.name, message: e.message, code: e.code, isError: e instanceof Error })";

let open: Product;
let closed: Product;
let server: Server;
let tcp: TcpServer;
let at: string;
let tcpAt: string;
/** What came in since the test began. */
const requests: { path: string; headers: IncomingMessage["headers"] }[] = [];
let connections = 0;

beforeAll(async () => {
  server = createServer(answer).on("upgrade", answerUpgrade).listen(0, "127.0.0.1");
  tcp = createTcpServer((socket) => {
    connections += 1;
    socket.on("error", () => socket.destroy()).pipe(socket);
  }).listen(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(tcp, "listening")]);
  at = `http://127.0.0.1:${portOf(server)}`;
  tcpAt = `127.0.0.1:${portOf(tcp)}`;
  const env = { SCRIPTFORGE_SECRET_KEY: SECRET_KEY, SCRIPTFORGE_CELLS: "1" };
  [open, closed] = await Promise.all([
    startProduct({ ...env, SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8" }),
    startProduct(env),
  ]);
});
afterAll(async () => {
  await Promise.all([open[Symbol.asyncDispose](), closed[Symbol.asyncDispose]()]);
  server.closeAllConnections();
  server.close();
  tcp.close();
});
beforeEach(() => {
  requests.length = 0;
  connections = 0;
});

describe("an app's request", () => {
  it("reaches a host and brings back its whole answer", async ({ expect }) => {
    const code = `async function main(data) {
      const response = await fetch(data.at + '/echo?x=1', { method: 'POST', body: 'sent', headers: { 'x-mine': '1' } });
      return [response.status, response.url, response.headers.get('x-theirs'), await response.text()];
    }`;
    const { value } = await run(open, code);
    expect(value).toEqual([201, `${at}/echo?x=1`, "yes", "POST sent"]);
    expect(requests).toMatchObject([{ path: "/echo?x=1", headers: { "x-mine": "1" } }]);
  });

  it("carries no header by which it passes for the platform's", async ({ expect }) => {
    const code = `async function main(data) {
      const headers = { 'CF-Worker': 'a', 'cf-connecting-ip': '1.1.1.1', 'X-ScriptForge-Account': 'other',
        host: 'internal', authorization: 'Bearer mine' };
      return (await fetch(data.at + '/echo', { method: 'POST', body: 'sent', headers })).status;
    }`;
    expect((await run(open, code)).value).toBe(201);
    const [{ headers } = { headers: {} }] = requests;
    expect(headers).toMatchObject({ host: new URL(at).host, authorization: "Bearer mine" });
    expect(headers).toMatchObject({ "content-length": "4" });
    expect(Object.keys(headers).filter((name) => /^(cf|x)-/.test(name))).toEqual([]);
  });

  it("opens a WebSocket", async ({ expect }) => {
    const { value } = await run(open, webSocketTo("data.at.replace('http', 'ws') + '/socket'"));
    expect(value).toBe("hello");
  });

  it("that the other side does not take fails otherwise than one that is refused", async ({
    expect,
  }) => {
    const port = await unusedPort();
    expect(await caught(open, `http://127.0.0.1:${port}/`)).toMatchObject({
      code: "unreachable",
      message: `Cannot reach "127.0.0.1:${port}": the connection was refused or lost`,
    });
    expect(await caught(open, `${at}/reset`)).toMatchObject({ code: "unreachable" });
    expect(await caught(open, at.replace("http:", "https:"))).toMatchObject({
      code: "tls_failed",
      message: expect.stringContaining("certificate"),
    });
  });

  it("ends with its run", async ({ expect }) => {
    const gone = once(server, "hung up");
    const code = "async function main(data) { return (await fetch(data.at + '/hang')).status; }";
    const { outcome } = await run(open, code, { wallMs: 300 });
    expect(outcome).toBe("wall_exceeded");
    await gone;
  });
});

describe("an address that is not public", () => {
  const addresses = [
    "127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.254 192.168.1.1 100.64.0.1 100.127.0.1",
    "169.254.169.254 169.254.170.2 192.0.0.1 192.0.2.2 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1",
    "224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255",
    "[::1] [::] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:169.254.169.254] [::ffff:8.8.8.8] [::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a00:1] [2002:7f00:1::1] [2002:a00:1::] [2001::1]",
    "[2001:db8::1] [3fff::1] [100::1] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1] [5f00::1] [4000::1]",
  ].flatMap((line) => line.split(" "));
  const spellings = [
    "localhost LOCALHOST localhost. 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.1 127.0.1",
    "①②⑦.⓪.⓪.① ⓛocalhost %6cocalhost 127.0.0.1. user:password@127.0.0.1",
  ].flatMap((line) => line.split(" "));

  it("is refused, whatever its kind", async ({ expect }) => {
    const answers = await caughtAll(
      closed,
      addresses.map((host) => `http://${host}/`),
    );
    for (const [index, host] of addresses.entries()) {
      const { hostname } = new URL(`http://${host}`);
      expect([host, answers[index]]).toEqual([
        host,
        {
          name: "TypeError",
          isError: true,
          code: "not_allowed",
          message: `Host "${hostname}" is not allowed or does not exist: it has no public address`,
        },
      ]);
    }
  });

  it("is refused however it is written, and nothing comes in", async ({ expect }) => {
    const answers = await caughtAll(
      closed,
      spellings.map((host) => `http://${host}:${portOf(server)}/`),
    );
    for (const [index, host] of spellings.entries()) {
      expect([host, answers[index]]).toMatchObject([host, { code: "not_allowed" }]);
    }
    expect(requests).toEqual([]);
  });

  it("is refused over TLS, to a WebSocket and in a redirect", async ({ expect }) => {
    expect(await caught(closed, at.replace("http:", "https:"))).toMatchObject({
      code: "not_allowed",
    });
    const socket = await run(closed, webSocketTo("data.at.replace('http', 'ws') + '/socket'"));
    expect(socket.value).toContain('Host "127.0.0.1" is not allowed');
    expect(requests).toEqual([]);
    expect(await caught(open, `${at}/to?http://10.0.0.1/`)).toMatchObject({ code: "not_allowed" });
    expect(await caught(open, `${at}/to?http://169.254.169.254/latest`)).toMatchObject({
      code: "not_allowed",
    });
  });

  it("is open where the operator says so, and none beside it", async ({ expect }) => {
    expect(await caught(open, `${at}/`)).toBe(200);
    expect(await caught(open, `http://localhost:${portOf(server)}/`)).toBe(200);
    expect(await caught(open, "http://10.0.0.1/")).toMatchObject({ code: "not_allowed" });
    expect(await caught(open, "http://[::1]/")).toMatchObject({ code: "not_allowed" });
  });
});

describe("a script with egress hosts", () => {
  it("is not published with what names no host", async ({ expect }) => {
    for (const host of [
      "",
      "https://example.com",
      "example.com/path",
      "*",
      "a b",
      "example.com:",
    ]) {
      const script = { name: "no host", type: "app", egress: { hosts: [host] } };
      const { status } = await open.manage("POST", "/scripts", script);
      expect([host, status]).toEqual([host, 422]);
    }
  });

  it("reaches those, in any spelling, and no other", async ({ expect }) => {
    const { port } = new URL(at);
    const ways: [hosts: string[], url: string, isAllowed: boolean][] = [
      [["127.0.0.1"], `${at}/`, true],
      [["127.0.0.1"], `http://2130706433:${port}/`, true],
      [["LocalHost"], `http://lOCALHOST:${port}/`, true],
      [[`127.0.0.1:${port}`], `${at}/`, true],
      [["127.0.0.1:1"], `${at}/`, false],
      [["localhost"], `${at}/`, false],
      [["example.com", "*.example.com"], `${at}/`, false],
      [["127.0.0.1"], `http://127.0.0.1.example.com:${port}/`, false],
      [["127.0.0.1"], `http://127.0.0.1@localhost:${port}/`, false],
      [[], `${at}/`, false],
    ];
    for (const [hosts, url, isAllowed] of ways) {
      requests.length = 0;
      const answer = await caught(open, url, { hosts });
      const { hostname } = new URL(url);
      const refused = {
        name: "TypeError",
        code: "not_allowed",
        message: `Host "${hostname}" is not allowed: it is not among the script's egress hosts`,
      };
      if (isAllowed) expect([hosts, url, answer]).toEqual([hosts, url, 200]);
      else expect([hosts, url, answer]).toMatchObject([hosts, url, refused]);
      expect(requests).toHaveLength(isAllowed ? 1 : 0);
    }
  });

  it("is not led elsewhere by a redirect", async ({ expect }) => {
    const elsewhere = `http://localhost:${portOf(server)}/elsewhere`;
    const answer = await caught(open, `${at}/to?${elsewhere}`, { hosts: ["127.0.0.1"] });
    expect(answer).toMatchObject({
      code: "not_allowed",
      message: expect.stringMatching(/localhost/),
    });
    expect(requests.map(({ path }) => path)).toEqual([`/to?${elsewhere}`]);
    const both = { hosts: ["127.0.0.1", "localhost"] };
    expect(await caught(open, `${at}/to?${elsewhere}`, both)).toBe(200);
  });

  it("opens no private address by naming it", async ({ expect }) => {
    const answer = await caught(closed, `${at}/`, { hosts: ["127.0.0.1"] });
    expect(answer).toMatchObject({ code: "not_allowed" });
    expect(requests).toEqual([]);
  });
});

describe("a run that makes more requests than it may", () => {
  const ways: [claim: string, code: string][] = [
    ["swallowing every error", "for (;;) { try { await fetch(data.at); } catch {} }"],
    [
      "at once",
      "await Promise.allSettled(Array.from({ length: 50 }, () => fetch(data.at))); return 'survived';",
    ],
    ["following redirects", "return (await fetch(data.at + '/loop')).status;"],
    [
      "to hosts that are refused",
      "for (let i = 0; i < 3; i++) await fetch(data.at); for (;;) await fetch('http://10.0.0.1').catch(() => {});",
    ],
    [
      "with a last one in finally",
      "try { for (let i = 0; i < 4; i++) await fetch(data.at); } finally { await fetch(data.at); return 'survived'; }",
    ],
    [
      "by WebSocket",
      "for (;;) await new Promise((done) => { const s = new WebSocket(data.at.replace('http', 'ws')); s.onopen = s.onerror = s.onclose = done; });",
    ],
  ];
  for (const [claim, body] of ways) {
    it(`ends with a fault: ${claim}`, async ({ expect }) => {
      const code = `async function main(data) { ${body} }`;
      const result = await run(open, code, { subrequests: 3 });
      expect(result).toMatchObject({
        outcome: "subrequests_exceeded",
        error: { message: expect.stringContaining("more than 3 requests") },
      });
      expect(requests.length).toBeLessThanOrEqual(3);
    });
  }

  it("takes nothing from the next run", async ({ expect }) => {
    const code = `async function main(data) {
      for (let i = 0; i < data.times; i++) await (await fetch(data.at)).text();
      return data.times;
    }`;
    const name = await publish(open, code, { subrequests: 3 });
    for (const [times, outcome] of [
      [3, "ok"],
      [4, "subrequests_exceeded"],
      [3, "ok"],
      [0, "ok"],
    ]) {
      const result = await runPublished(open, name, { times });
      expect(result).toMatchObject({ outcome });
    }
    expect(requests).toHaveLength(9);
  });

  it("is told apart from runs beside it", async ({ expect }) => {
    const name = await publish(
      open,
      "async function main(data) { for (let i = 0; i < data.times; i++) await (await fetch(data.at)).text(); return data.times; }",
      { subrequests: 3 },
    );
    const runs = Array.from({ length: 12 }, (_, n) => runPublished(open, name, { times: n % 5 }));
    for (const [n, { outcome }] of (await Promise.all(runs)).entries()) {
      expect([n, outcome]).toEqual([n, n % 5 > 3 ? "subrequests_exceeded" : "ok"]);
    }
  });

  it("that may make none ends at the first", async ({ expect }) => {
    const code = "async function main(data) { try { await fetch(data.at); } catch {} return 1; }";
    const { outcome } = await run(open, code, { subrequests: 0 });
    expect(outcome).toBe("subrequests_exceeded");
    expect(requests).toEqual([]);
  });
});

describe("a response", () => {
  const limits = { cpuMs: 2_000, wallMs: 10_000 };

  it("reaches the script up to 10 MB", async ({ expect }) => {
    const { value } = await run(open, sizeOf(`/bytes?${MOST_BYTES}`), limits);
    expect(value).toEqual([MOST_BYTES, String(MOST_BYTES)]);
    const chunked = await run(open, sizeOf(`/chunked?${MOST_BYTES}`), limits);
    expect(chunked.value).toEqual([MOST_BYTES, null]);
  });

  it("fails behind that, whatever it says of its length", async ({ expect }) => {
    const more = MOST_BYTES + 1;
    for (const path of [`/bytes?${more}`, `/chunked?${more}`, `/gzip?${more}`, "/endless"]) {
      const { value } = await run(open, sizeOf(path), limits);
      const [size, error] = z.tuple([z.number(), Caught]).parse(value);
      expect(size).toBeLessThanOrEqual(MOST_BYTES);
      expect([path, error]).toMatchObject([path, { name: "TypeError", code: "body_too_large" }]);
      expect(error.message).toContain("127.0.0.1");
    }
    // Chunked with a length beside it is not HTTP; either way nothing gets past the limit.
    for (const path of ["/liar", "/short"]) {
      const { value } = await run(open, sizeOf(path), limits);
      const [size] = z.tuple([z.number(), z.unknown()]).parse(value);
      expect([path, size]).toEqual([path, expect.toSatisfy((bytes) => bytes <= MOST_BYTES)]);
    }
  });

  it("that is packed comes unpacked", async ({ expect }) => {
    const { value } = await run(open, sizeOf("/gzip?50000"));
    expect(value).toEqual([50_000, null]);
  });

  it("without a body may tell any length", async ({ expect }) => {
    const { value } = await run(open, sizeOf("/bytes?50000000", "{ method: 'HEAD' }"));
    expect(value).toEqual([0, "50000000"]);
  });
});

describe("a TCP connection", () => {
  it("goes the same way as a request", async ({ expect }) => {
    expect(await runRaw(open, talk("data.tcpAt"))).toMatchObject({ outcome: "ok", value: "ping" });
    const hosts = [tcpAt];
    expect(await runRaw(open, talk("data.tcpAt"), { hosts })).toMatchObject({ value: "ping" });
    expect(connections).toBe(2);
  });

  it("is refused where a request is", async ({ expect }) => {
    const refused: [Product, string, Settings][] = [
      [closed, "data.tcpAt", {}],
      [closed, "'localhost:' + data.tcpAt.split(':')[1]", {}],
      [closed, "{ hostname: '2130706433', port: Number(data.tcpAt.split(':')[1]) }", {}],
      [closed, "data.tcpAt", { hosts: ["127.0.0.1"] }],
      [open, "data.tcpAt", { hosts: ["example.com"] }],
      [open, "data.tcpAt", { hosts: ["127.0.0.1:1"] }],
      [open, "'unix:' + data.hostSocket + ':80'", {}],
    ];
    for (const [product, to, settings] of refused) {
      const { outcome, value } = await runRaw(product, talk(to), settings);
      expect([to, settings, outcome === "ok" ? value : outcome]).not.toEqual([
        to,
        settings,
        "ping",
      ]);
    }
    expect(connections).toBe(0);
  });

  it("counts as a request", async ({ expect }) => {
    const code = `async function main(data) {
      const { connect } = await IMPORT('cloudflare:sockets');
      for (;;) {
        const socket = connect(data.tcpAt);
        await socket.writable.getWriter().write(new Uint8Array(1));
        await socket.readable.getReader().read();
        await socket.close();
      }
    }`;
    const { outcome } = await runRaw(open, code, { subrequests: 3 });
    expect(outcome).toBe("subrequests_exceeded");
    expect(connections).toBe(3);
  });
});

describe("what is ours", () => {
  it("has no name or path that leads there", async ({ expect }) => {
    const name = await publish(open, "function main() { return 'mine'; }", {});
    const { invocation } = await runPublished(open, name, {});
    const urls = [
      "http://host/programs/0",
      `http://host/programs/${"0".repeat(64)}`,
      "http://dispatcher/ping",
      "http://calls/invoke",
      "http://internet/",
      "http://main/",
      "http://unix:/tmp/host.sock",
      "http://unix/tmp/host.sock",
      `http://${invocation}/`,
    ];
    for (const answer of await caughtAll(open, urls)) {
      expect(answer).toMatchObject({ code: "not_allowed" });
    }
    const odd = [
      "unix:/tmp/host.sock",
      "unix-abstract:x",
      "file:///etc/passwd",
      "ftp://127.0.0.1/",
    ];
    for (const answer of await caughtAll(open, odd)) {
      expect(answer).toMatchObject({ message: expect.stringContaining("cannot load") });
    }
  });

  it("is not in the hands of a script, even of one that imports workerd's modules", async ({
    expect,
  }) => {
    const code = `async function main() {
      const { env, exports } = await IMPORT('cloudflare:workers');
      const names = Object.keys(exports);
      const loopback = await exports.default.fetch('http://host/programs/0').then(() => 'reached', () => 'none');
      return { env: Object.keys(env), names, loopback, Outbound: typeof exports.Outbound };
    }`;
    for (const type of ["app", "driver"] as const) {
      const { value } = await runRaw(open, code, { type });
      expect(value).toEqual({
        env: [],
        names: ["default"],
        loopback: "none",
        Outbound: "undefined",
      });
    }
  });
});

describe("type Script", () => {
  it("has no network, even where it gets hold of workerd's modules", async ({ expect }) => {
    const code = `function main(data) {
      return Promise.reject([604, typeof fetch + typeof WebSocket + typeof EventSource]);
    }`;
    expect(await run(open, code, { type: "script" })).toMatchObject({
      error: { message: expect.stringContaining("undefinedundefinedundefined") },
    });
    const raw = `function main(data) {
      navigator.sendBeacon?.(data.at + '/beacon', 'x');
      IMPORT('cloudflare:sockets').then(({ connect }) => connect(data.tcpAt).writable.getWriter().write(new Uint8Array(1)));
      return new Promise((resolve) => {});
    }`;
    await runRaw(open, raw, { type: "script" });
    // Where it had gone out, it would have come in before this one.
    await run(open, "async function main(data) { await fetch(data.at + '/after'); }");
    expect(requests.map(({ path }) => path)).toEqual(["/after"]);
    expect(connections).toBe(0);
  });
});

type Respond = (exchange: {
  request: IncomingMessage;
  response: ServerResponse;
  query: string;
}) => unknown;

const ROUTES: Record<string, Respond> = {
  "/echo": ({ request, response }) => {
    request.setEncoding("utf8").once("data", (body: string) => {
      response.writeHead(201, { "x-theirs": "yes" }).end(`${request.method} ${body}`);
    });
  },
  "/to": ({ response, query }) => response.writeHead(302, { location: query }).end(),
  "/loop": ({ response }) => response.writeHead(307, { location: "/loop" }).end(),
  "/reset": ({ request }) => request.socket.destroy(),
  "/hang": ({ request }) => request.socket.once("close", () => server.emit("hung up")),
  "/bytes": ({ request, response, query }) => {
    response.writeHead(200, { "content-length": query });
    response.end(request.method === "HEAD" ? undefined : Buffer.alloc(Number(query)));
  },
  "/gzip": ({ response, query }) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    response.end(gzipSync(Buffer.alloc(Number(query))));
  },
  "/chunked": ({ response, query }) => {
    response.flushHeaders();
    response.end(Buffer.alloc(Number(query)));
  },
  "/endless": ({ response }) => writeEndlessly(response),
  "/liar": ({ request }) => {
    request.socket.write(
      `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nb71b00\r\n`,
    );
    request.socket.end(Buffer.alloc(12_000_000));
  },
  "/short": ({ request }) => {
    request.socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    request.socket.end(Buffer.alloc(12_000_000));
  },
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? "";
  requests.push({ path, headers: request.headers });
  const [route = "", query = ""] = path.split("?");
  const respond = ROUTES[route] ?? (() => response.end("here"));
  respond({ request, response, query });
}

function writeEndlessly(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536);
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", write);
  write();
}

/** Takes a WebSocket, says "hello" and closes it. */
function answerUpgrade(request: IncomingMessage, socket: Duplex): void {
  requests.push({ path: request.url ?? "", headers: request.headers });
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.on("error", () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(Buffer.from([0x81, 5, ...Buffer.from("hello")]));
  socket.end(Buffer.from([0x88, 2, 0x03, 0xe8]));
}

/** Counts what a script gets of a response's body. */
function sizeOf(path: string, init = "{}"): string {
  return `async function main(data) {
    const response = await fetch(data.at + '${path}', ${init});
    let size = 0;
    try {
      for await (const chunk of response.body ?? []) size += chunk.length;
    } catch (error) {
      return [size, (${CAUGHT})(error)];
    }
    return [size, response.headers.get('content-length')];
  }`;
}

/** Says "ping" to `to` over TCP and returns what comes back. */
function talk(to: string): string {
  return `async function main(data) {
    const { connect } = await IMPORT('cloudflare:sockets');
    const socket = connect(${to});
    await socket.opened;
    const writer = socket.writable.getWriter();
    await writer.write(new TextEncoder().encode('ping'));
    const { done, value } = await socket.readable.getReader().read();
    return done ? 'closed' : new TextDecoder().decode(value);
  }`;
}

function webSocketTo(url: string): string {
  return `function main(data) {
    return new Promise((resolve) => {
      const socket = new WebSocket(${url});
      socket.addEventListener('message', ({ data }) => resolve(data));
      socket.addEventListener('error', ({ message }) => resolve(message));
    });
  }`;
}

/** The status of a fetch of `url`, or the error it was refused with. */
async function caught(product: Product, url: string, settings: Settings = {}): Promise<unknown> {
  const [first] = await caughtAll(product, [url], settings);
  return first;
}

async function caughtAll(
  product: Product,
  urls: string[],
  settings: Settings = {},
): Promise<unknown[]> {
  const code = `function main({ urls }) {
    return Promise.all(urls.map((url) => fetch(url).then(({ status }) => status).catch(${CAUGHT})));
  }`;
  const name = await publish(product, code, { subrequests: 200, wallMs: 10_000, ...settings });
  const { value } = await runPublished(product, name, { urls });
  return z.array(z.unknown()).parse(value);
}

async function run(product: Product, code: string, settings: Settings = {}): Promise<RunResult> {
  return await runPublished(product, await publish(product, code, settings), {});
}

let published = 0;

async function publish(
  product: Product,
  code: string,
  { type = "app", hosts, ...limits }: Settings,
): Promise<string> {
  const name = `egress ${(published += 1)}`;
  const egress = hosts === undefined ? {} : { egress: { hosts } };
  const created = await product.manage("POST", "/scripts", { name, type, code, limits, ...egress });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  return name;
}

async function runPublished(product: Product, name: string, data: object): Promise<RunResult> {
  const { body } = await product.manage("POST", `/scripts/${name}/run`, {
    data: { at, tcpAt, ...data },
  });
  return RunResult.parse(body);
}

/** Runs code that publishing refuses: each IMPORT(...) in it is an import(...) by the time it runs. */
async function runRaw(
  product: Product,
  source: string,
  { type = "app", hosts, ...limits }: Settings = {},
): Promise<RunResult> {
  const { lints: _, ...compiled } = await compile(source, {
    account: "default",
    script: "scr_raw",
    type,
  });
  const code = compiled.code.replaceAll("IMPORT(", "import(");
  const id = createHash("sha256").update(code).digest("hex");
  const ask = makeRunner(() => product.edge, SECRET_KEY);
  return await ask({
    account: "default",
    script: "scr_raw",
    name: "raw",
    type,
    limits: { ...DEFAULT_LIMITS[type], ...limits },
    isolation: "call",
    egressHosts: hosts ?? null,
    version: null,
    release: { ...compiled, id, code },
    function: null,
    data: { at, tcpAt },
  });
}

function portOf(server: Server | TcpServer): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}

async function unusedPort(): Promise<number> {
  const probe = createTcpServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const port = portOf(probe);
  probe.close();
  await once(probe, "close");
  return port;
}
