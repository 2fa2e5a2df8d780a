// What callers get while the edge node is down, silent, restarting or out of its mind: an answer, and in time.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it, type ExpectStatic } from "vitest";
import { startProduct, type Product } from "./harness.ts";
import { placeCall } from "./kamailio-caller.ts";
import {
  continueWith,
  headersOf,
  startFakeEdge,
  startFakeGateway,
  type EdgeReply,
  type FakeEdge,
  type FakeGateway,
} from "./kamailio-far-sides.ts";
import { startKamailio, type Kamailio } from "./kamailio-harness.ts";
import { findFreeTcpPort, findFreeUdpPort, PROBE_EVERY_MS } from "./kamailio-ports.ts";
import { runSipp, startSipp, type Sipp, type SippResult } from "./kamailio-sipp.ts";
import { cellsUnder, childrenOf, isAlive } from "./processes.ts";

const CLI = "442070000000";
const DIALLED = "447700900123";
const CLOSED = "503 Routing Unavailable";
const ROUTED = "486 Busy Here";

const MANY = 150;

/** By when a caller is answered or routed, and what a machine with other work may be late by on top. */
const IN_TIME_MS = 500;
const OUTLIER_MS = 1_000;

let folder: string;
/** Every call that is routed ends here. */
let gateway: FakeGateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-edge-away-"));
  gateway = await startFakeGateway(ROUTED);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe("an edge node that answers nonsense", () => {
  let edge: FakeEdge;
  let reply: EdgeReply;
  let engines: Engines;
  beforeAll(async () => {
    edge = await startFakeEdge(() => reply);
    engines = await startEngines(edge.url);
  });
  afterAll(async () => {
    await engines[Symbol.asyncDispose]();
    await edge[Symbol.asyncDispose]();
  });

  const answers: Record<string, EdgeReply> = {
    "no JSON": { status: 200, body: "<html>It works!</html>" },
    nothing: { status: 200, body: "" },
    "half an answer": { status: 200, body: '{"action":"continue","data":{"rou' },
    "no known action": decisionOf({ action: "dance" }),
    "a decision without routing": decisionOf({ action: "continue", data: {} }),
    "routing that is none": goOnWith("x"),
    "a number that cannot be dialled": goOnWith({ dest_number: "1@evil.example" }),
    "more headers than anybody needs": goOnWith({ dest_number: "1", headers: headers(101) }),
    "a rejection with 200": decisionOf({ action: "reject", sip: { code: 200, reason: "OK" } }),
    "a rejection without a code": decisionOf({ action: "reject" }),
    "70 kB": decisionOf({ action: "reject", sip: { code: 604, reason: "x".repeat(70_000) } }),
    "a status 301": { status: 301, body: "{}" },
    "a status 404": { status: 404, body: "{}" },
    "a status 500": { status: 500, body: "{}" },
    "a status 503": { status: 503, body: "{}" },
    "a closed connection": "reset",
  };
  for (const [name, answer] of Object.entries(answers)) {
    it(`costs no call: ${name}`, async ({ expect }) => {
      reply = answer;
      expect(await engines.call("closed")).toBe(CLOSED);
      expect(await engines.call("open")).toBe(ROUTED);
    });
  }

  it("is routed around as the call came, where Kamailio fails open", async ({ expect }) => {
    reply = { status: 500, body: "" };
    await engines.call("open");
    const invite = gateway.invites.at(-1) ?? "";
    expect(invite).toMatch(new RegExp(`^INVITE sip:${DIALLED}@`));
    expect(headersOf(invite, "From")[0]).toMatch(`<sip:${CLI}@`);
    expect(headersOf(invite, "P-Asserted-Identity")).toEqual([`<sip:${CLI}@127.0.0.1>`]);
  });
});

describe("an edge node that is away", () => {
  it("costs no call and no time when it is down", async ({ expect }) => {
    await using well = await startWellEngine();
    await using engines = await startEngines(`http://127.0.0.1:${await findFreeTcpPort()}`);
    const [usual, closed, open] = await Promise.all([
      callMany(well.port),
      callMany(engines.ports.closed),
      callMany(engines.ports.open),
    ]);
    expect(closed.answers).toEqual(Array.from({ length: MANY }, () => CLOSED));
    expect(open.answers).toEqual(Array.from({ length: MANY }, () => ROUTED));
    expectInTime(expect, closed, usual);
    expectInTime(expect, open, usual);
  });

  it("costs no call and less than 500 ms when it never answers", async ({ expect }) => {
    await using well = await startWellEngine();
    await using edge = await startFakeEdge(() => "silence");
    await using engines = await startEngines(edge.url);
    const [usual, closed, open] = await Promise.all([
      callMany(well.port),
      callMany(engines.ports.closed),
      callMany(engines.ports.open),
    ]);
    expect(closed.answers).toEqual(Array.from({ length: MANY }, () => CLOSED));
    expect(open.answers).toEqual(Array.from({ length: MANY }, () => ROUTED));
    expectInTime(expect, closed, usual);
    expectInTime(expect, open, usual);
    // Those that waited past the deadline for a free worker were not asked.
    expect(edge.asked.length).toBeLessThan(closed.answers.length + open.answers.length);
  });

  it("is asked again as soon as it answers again", async ({ expect }) => {
    let reply: EdgeReply = "silence";
    await using edge = await startFakeEdge(() => reply);
    await using engines = await startEngines(edge.url);
    await callMany(engines.ports.closed);
    reply = decisionOf({ action: "reject", sip: { code: 604, reason: "Decided" } });
    // The workers that wait for an answer wait for 1 s at most.
    await untilDecided(engines);
    expect(await engines.call("open")).toBe("604 Decided");
  });

  it("leaves a caller who gives up alone", async ({ expect }) => {
    await using edge = await startFakeEdge(() => "silence");
    await using engines = await startEngines(edge.url);
    const before = gateway.invites.length;
    const caller = await runSipp({
      scenario: "caller-cancels.xml",
      localPort: await findFreeUdpPort(),
      remotePort: engines.ports.open,
      dialled: DIALLED,
      talkMs: 100,
      keys: { cli: CLI },
      calls: 20,
      rate: 40,
      folder: mkdtempSync(join(folder, "cancels-")),
    });
    expect(caller).toMatchObject({ exitCode: 0, successful: 20 });
    expect(gateway.invites).toHaveLength(before);
  });
});

describe("an edge node that restarts", () => {
  it("costs no call: each is decided by the script or by Kamailio, in time", async ({ expect }) => {
    const code = 'function main() { throw new Error("604 Decided"); }';
    await using product = await startProduct({
      SCRIPTFORGE_EDGE_PORT: String(await findFreeTcpPort()),
    });
    await product.assign({ name: "decided", code, customer: "demo" });
    await using well = await startWellEngine();
    await using engines = await startEngines(product.edge, product.token);
    await untilDecided(engines);
    await using usual = await startCalls(well.port);
    await using closed = await startCalls(engines.ports.closed);
    await using open = await startCalls(engines.ports.open);
    await endEdge(product);
    await untilDecided(engines);
    for (const calls of [usual, closed, open]) calls.stop();
    for (const [calls, undecided] of [
      [closed, CLOSED],
      [open, ROUTED],
    ] as const) {
      const result = await calls.finished;
      expect(result).toMatchObject({ exitCode: 0, failed: 0 });
      expect(result.answers).toHaveLength(result.successful);
      expect(result.answers.every((is) => is === "604 Decided" || is === undecided)).toBe(true);
      expect(result.answers).toContain(undecided);
      expectInTime(expect, result, await usual.finished);
    }
  });
});

/** A Kamailio that fails closed and one that fails open, with the same edge node. */
interface Engines extends AsyncDisposable {
  ports: Record<"closed" | "open", number>;
  /** Places one call. Returns code and reason. */
  call: (which: "closed" | "open") => Promise<string>;
}

async function startEngines(edgeUrl: string, token?: string): Promise<Engines> {
  const ports = { closed: await findFreeUdpPort(), open: await findFreeUdpPort() };
  await using stack = new AsyncDisposableStack();
  stack.use(await startEngine({ edgeUrl, token, sipPort: ports.closed }));
  stack.use(await startEngine({ edgeUrl, token, sipPort: ports.open, defines: ["FAIL_OPEN"] }));
  const owned = stack.move();
  return {
    ports,
    call: (which) => placeCall({ port: ports[which], dialled: DIALLED, cli: CLI }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A Kamailio with an edge node that is well: what the machine makes of a call at the moment. */
async function startWellEngine(): Promise<AsyncDisposable & { port: number }> {
  await using stack = new AsyncDisposableStack();
  const edge = stack.use(await startFakeEdge((question) => continueWith(question, {})));
  const port = await findFreeUdpPort();
  stack.use(await startEngine({ edgeUrl: edge.url, sipPort: port }));
  const owned = stack.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** With the deadline of the configuration. */
function startEngine(options: {
  edgeUrl: string;
  token?: string | undefined;
  sipPort: number;
  defines?: string[];
}): Promise<Kamailio> {
  const { token = "", ...rest } = options;
  const gateways = new Map([[301, gateway.port]]);
  return startKamailio({
    ...rest,
    token,
    gateways,
    folder: mkdtempSync(join(folder, "kamailio-")),
  });
}

/** `MANY` calls, 50 a second. */
async function callMany(port: number): Promise<SippResult> {
  await using calls = await startCalls(port, MANY);
  return await calls.finished;
}

/** 50 calls a second, for a minute at most. */
async function startCalls(port: number, calls = 3_000): Promise<Sipp> {
  return await startSipp({
    scenario: "caller-rejected.xml",
    localPort: await findFreeUdpPort(),
    remotePort: port,
    dialled: DIALLED,
    keys: { cli: CLI, expect_status: "any" },
    calls,
    rate: 50,
    folder: mkdtempSync(join(folder, "calls-")),
  });
}

/** Calls until the edge node decides, 300 times at most. */
async function untilDecided({ call }: Engines): Promise<void> {
  for (let calls = 0; calls < 300; calls += 1) {
    if ((await call("closed")) === "604 Decided") return;
    // While it is down the answer is there at once.
    await pause(100);
  }
  throw new Error("the edge node decided none of 300 calls");
}

/** `usual` are calls of the same minute to an edge node that is well: the machine takes as long as the slowest of them. */
function expectInTime(expect: ExpectStatic, result: SippResult, usual: SippResult): void {
  expect(result.answeredMs).toHaveLength(result.successful);
  const machineMs = Math.max(...usual.answeredMs);
  const sorted = result.answeredMs.toSorted((one, other) => one - other);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(IN_TIME_MS + machineMs);
  expect(sorted.at(-1)).toBeLessThan(OUTLIER_MS + machineMs);
}

function decisionOf(decision: Record<string, unknown>): EdgeReply {
  return { status: 200, body: JSON.stringify(decision) };
}

function goOnWith(routing: unknown): EdgeReply {
  return decisionOf({ action: "continue", data: { routing } });
}

function headers(count: number): { key: string; value: string }[] {
  return Array.from({ length: count }, () => ({ key: "X-A", value: "1" }));
}

/** Asks the process of the edge node to end, and waits. The product starts it again after a second. */
async function endEdge(product: Product): Promise<void> {
  const edge = childrenOf(product.process.pid).find((pid) => cellsUnder(pid).length > 0);
  if (edge === undefined) throw new Error("Cannot end the edge node: it has no process");
  process.kill(edge, "SIGTERM");
  while (isAlive(edge)) await pause(PROBE_EVERY_MS);
}
