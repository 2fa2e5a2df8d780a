// A real routing engine asks the edge node: Kamailio with the example's configuration, SIPp as caller and far end.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Product } from "./harness.ts";
import { startKamailio, type Kamailio } from "./kamailio-harness.ts";
import { findFreeUdpPort, PROBE_EVERY_MS } from "./kamailio-ports.ts";
import { runSipp, startSipp, type SippResult } from "./kamailio-sipp.ts";
import { cellsOf, isAlive } from "./processes.ts";

const SCRIPT = readFileSync(new URL("../examples/scripts/do-not-call.js", import.meta.url), "utf8");
const BLOCKED = "447700900999";
const ALLOWED = "447700900123";
const CLI = "442070000000";
const ALL_SUCCESSFUL = { exitCode: 0, failed: 0 };

/** Longer than the busiest machine needs: what is asked here is what a call gets, not when. */
const PATIENT_MS = 5_000;

let folder: string;
let product: Product;
let kamailio: Kamailio;
let ports: { sip: number; gateway: number };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-kamailio-"));
  product = await startProduct();
  await product.assign({ name: "do-not-call", code: SCRIPT, customer: "demo" });
  ports = { sip: await findFreeUdpPort(), gateway: await findFreeUdpPort() };
  kamailio = await startKamailio({
    edgeUrl: product.edge,
    token: product.token,
    sipPort: ports.sip,
    gateways: new Map([[301, ports.gateway]]),
    deadlineMs: PATIENT_MS,
    folder,
  });
});
afterAll(async () => {
  await kamailio[Symbol.asyncDispose]();
  await product[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe("Kamailio with the do-not-call script", () => {
  it("rejects a blocked number with 604 and the script's reason", async ({ expect }) => {
    const caller = await callBlocked("604 Number on DNC List", { calls: 100, rate: 50 });
    expect(caller).toMatchObject({ ...ALL_SUCCESSFUL, successful: 100 });
  });

  it("puts an allowed number through, with the script's header and a re-INVITE", async ({
    expect,
  }) => {
    const [caller, farEnd] = await callAllowed({ calls: 100, rate: 50 });
    expect(caller).toMatchObject({ ...ALL_SUCCESSFUL, successful: 100 });
    expect(farEnd).toMatchObject({ ...ALL_SUCCESSFUL, successful: 100 });
  });

  it("loses no call of 100 a second while every cell is killed and new versions go live", async ({
    expect,
  }) => {
    const calls = 500;
    let isOver = false;
    const load = Promise.all([
      callAllowed({ calls, rate: 50 }),
      callBlocked("604 Number on DNC List", { calls, rate: 50 }),
    ]).finally(() => (isOver = true));
    await killEachCell();
    const versions = await publishVersions(4);
    expect([isOver, versions]).toEqual([false, 4]);
    const [[caller, farEnd], blocked] = await load;
    for (const result of [caller, farEnd, blocked]) {
      expect(result).toMatchObject({ ...ALL_SUCCESSFUL, successful: calls });
    }
  });

  it("answers 503 by itself where the edge refuses it", async ({ expect }) => {
    const sipPort = await findFreeUdpPort();
    await using lost = await startKamailio({
      edgeUrl: product.edge,
      token: "not-a-token",
      sipPort,
      gateways: new Map([[301, ports.gateway]]),
      deadlineMs: PATIENT_MS,
      folder: mkdtempSync(join(folder, "lost-")),
    });
    const caller = await callBlocked("503 Routing Unavailable", { calls: 5, rate: 50, sipPort });
    expect(caller).toMatchObject({ ...ALL_SUCCESSFUL, successful: 5 });
    expect(await lost.readLog()).toContain("401");
  });
});

describe("Kamailio with a script that has odd words", () => {
  it("gives the caller its reason as it is, but for what ends a line", async ({ expect }) => {
    const reason = `Numéro "bloqué" ☎ %s $ru <sip:a@b>;c=d`;
    await product.assign({
      name: "odd-words",
      code: `function main() { throw new Error(${JSON.stringify(`604 ${reason}\r\nX-Evil: 1`)}); }`,
      customer: "odd",
    });
    const sipPort = await findFreeUdpPort();
    await using odd = await startKamailio({
      edgeUrl: product.edge,
      token: product.token,
      sipPort,
      gateways: new Map([[301, ports.gateway]]),
      deadlineMs: PATIENT_MS,
      defines: ['EDGE_CUSTOMER="odd"'],
      folder: mkdtempSync(join(folder, "odd-")),
    });
    const { answers } = await callBlocked("", { calls: 1, rate: 50, sipPort });
    expect(answers).toEqual([`604 ${reason} X-Evil: 1`]);
    expect(await odd.readLog()).not.toMatch(/ERROR|WARNING/);
  });
});

/** Kills one cell after the other, each when the one before it has a successor. */
async function killEachCell(): Promise<void> {
  const cells = cellsOf(product);
  for (const cell of cells) {
    process.kill(cell, "SIGKILL");
    while (isAlive(cell) || cellsOf(product).length < cells.length) {
      await pause(PROBE_EVERY_MS);
    }
  }
}

/** Publishes `count` versions, each live before the next one. Returns how many were accepted. */
async function publishVersions(count: number): Promise<number> {
  let accepted = 0;
  for (let version = 1; version <= count; version += 1) {
    const published = await product.manage("POST", "/scripts/do-not-call/releases", {
      code: `${SCRIPT}// version ${version}\n`,
    });
    accepted += published.status === 201 ? 1 : 0;
    await product.untilRevision();
  }
  return accepted;
}

async function callBlocked(
  status: string,
  { calls, rate, sipPort = ports.sip }: { calls: number; rate: number; sipPort?: number },
): Promise<SippResult> {
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

async function callAllowed({
  calls,
  rate,
}: {
  calls: number;
  rate: number;
}): Promise<[caller: SippResult, farEnd: SippResult]> {
  await using farEnd = await startSipp({
    scenario: "far-end.xml",
    localPort: ports.gateway,
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
  return [caller, await farEnd.finished];
}
