// A real routing engine asks the edge node: Kamailio with the example's configuration, SIPp as caller and far end.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Product } from "./harness.ts";
import {
  findFreeUdpPort,
  runSipp,
  startKamailio,
  startSipp,
  type Kamailio,
} from "./kamailio-harness.ts";

const SCRIPT = readFileSync(new URL("../examples/scripts/do-not-call.js", import.meta.url), "utf8");
const BLOCKED = "447700900999";
const ALLOWED = "447700900123";
const CLI = "442070000000";
const LOAD = { calls: 200, rate: 50 };

let folder: string;
let product: Product;
let kamailio: Kamailio;
let ports: { sip: number; nextHop: number };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-kamailio-"));
  product = await startProduct();
  await product.assign({ name: "do-not-call", code: SCRIPT, customer: "demo" });
  ports = { sip: await findFreeUdpPort(), nextHop: await findFreeUdpPort() };
  kamailio = await startKamailio({
    edgeUrl: product.edge,
    token: product.token,
    customer: "demo",
    route: "main",
    sipPort: ports.sip,
    nextHopPort: ports.nextHop,
    folder,
  });
});
afterAll(async () => {
  await kamailio[Symbol.asyncDispose]();
  await product[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe("Kamailio with the do-not-call script", () => {
  it("rejects a blocked number with 604 and the script's reason, 200 calls at 50 a second", async ({
    expect,
  }) => {
    const caller = await callBlocked("604 Number on DNC List", LOAD);
    expect(caller).toMatchObject({ exitCode: 0, successful: LOAD.calls, failed: 0 });
  });

  it("puts an allowed number through with the script's header, 200 calls at 50 a second", async ({
    expect,
  }) => {
    const [caller, farEnd] = await callAllowed(LOAD);
    expect(caller).toMatchObject({ exitCode: 0, successful: LOAD.calls, failed: 0 });
    expect(farEnd).toMatchObject({ exitCode: 0, successful: LOAD.calls, failed: 0 });
  });

  it("loses no call while a new version goes live", async ({ expect }) => {
    const calling = callAllowed({ calls: 100, rate: 50 });
    for (let version = 2; version < 6; version += 1) {
      const published = await product.manage("POST", "/scripts/do-not-call/releases", {
        code: `${SCRIPT}// version ${version}\n`,
      });
      expect(published.status).toBe(201);
      await product.untilRevision();
    }
    const [caller, farEnd] = await calling;
    expect(caller).toMatchObject({ exitCode: 0, successful: 100, failed: 0 });
    expect(farEnd).toMatchObject({ exitCode: 0, successful: 100, failed: 0 });
  });

  it("answers 503 by itself where the edge refuses it", async ({ expect }) => {
    const sipPort = await findFreeUdpPort();
    await using lost = await startKamailio({
      edgeUrl: product.edge,
      token: "not-a-token",
      customer: "demo",
      route: "main",
      sipPort,
      nextHopPort: ports.nextHop,
      folder: mkdtempSync(join(folder, "lost-")),
    });
    const caller = await callBlocked("503 Routing Unavailable", { calls: 5, rate: 50, sipPort });
    expect(caller).toMatchObject({ exitCode: 0, successful: 5 });
    expect(await lost.readLog()).toContain("401");
  });
});

async function callBlocked(
  status: string,
  { calls, rate, sipPort = ports.sip }: { calls: number; rate: number; sipPort?: number },
): ReturnType<typeof runSipp> {
  return await runSipp({
    scenario: "caller-rejected.xml",
    localPort: await findFreeUdpPort(),
    remotePort: sipPort,
    dialled: BLOCKED,
    keys: { cli: CLI, expect_status: status },
    calls,
    rate,
    folder: mkdtempSync(join(folder, "blocked-")),
  });
}

async function callAllowed({ calls, rate }: { calls: number; rate: number }) {
  await using farEnd = await startSipp({
    scenario: "far-end.xml",
    localPort: ports.nextHop,
    keys: { expect_header: "checked", expect_number: ALLOWED, expect_cli: CLI },
    calls,
    rate,
    folder: mkdtempSync(join(folder, "far-end-")),
  });
  const caller = await runSipp({
    scenario: "caller-answered.xml",
    localPort: await findFreeUdpPort(),
    remotePort: ports.sip,
    dialled: ALLOWED,
    talkMs: 200,
    keys: { cli: CLI },
    calls,
    rate,
    folder: mkdtempSync(join(folder, "allowed-")),
  });
  return [caller, await farEnd.finished] as const;
}
