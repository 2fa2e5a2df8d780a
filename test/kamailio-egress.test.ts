// What Kamailio asks, and how it carries out what it is answered: headers, numbers, gateways one after the other.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { placeCall } from "./kamailio-caller.ts";
import {
  continueWith,
  headersOf,
  startFakeEdge,
  startFakeGateway,
  type EdgeReply,
  type FakeEdge,
  type FakeGateway,
  type Question,
} from "./kamailio-far-sides.ts";
import { startKamailio, type Kamailio } from "./kamailio-harness.ts";
import { findFreeUdpPort } from "./kamailio-ports.ts";
import { runSipp, startSipp } from "./kamailio-sipp.ts";

const CLI = "442070000000";
const DIALLED = "447700900123";
const ODD = '\\\\"{}[],: Grüße';

let folder: string;
let edge: FakeEdge;
let gateways: { unavailable: FakeGateway; busy: FakeGateway; silent: FakeGateway };
let kamailio: Kamailio;
let ports: { sip: number; answering: number };

/** What the edge answers; each test sets its own. */
let reply: (question: Question) => EdgeReply;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-egress-"));
  edge = await startFakeEdge((question) => reply(question));
  gateways = {
    unavailable: await startFakeGateway("503 Congested"),
    busy: await startFakeGateway("486 Busy Here"),
    silent: await startFakeGateway(),
  };
  ports = { sip: await findFreeUdpPort(), answering: await findFreeUdpPort() };
  kamailio = await startKamailio({
    edgeUrl: edge.url,
    sipPort: ports.sip,
    gateways: new Map([
      [301, gateways.unavailable.port],
      [302, ports.answering],
      [303, gateways.busy.port],
      [304, gateways.silent.port],
    ]),
    deadlineMs: 5_000,
    defines: ["GATEWAY_SILENT_MS=500", 'EDGE_CUSTOMER="1234"'],
    folder,
  });
});
afterAll(async () => {
  await kamailio[Symbol.asyncDispose]();
  await edge[Symbol.asyncDispose]();
  for (const gateway of Object.values(gateways)) await gateway[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe("the question", () => {
  it("is the routing object of the call", async ({ expect }) => {
    reply = (question) => continueWith(question, { egress_routing: [] });
    const from = edge.asked.length;
    await call();
    expect(edge.asked.slice(from)).toEqual([
      {
        routing: {
          cli: CLI,
          dest_number: DIALLED,
          ou: `+${DIALLED}`,
          callid: expect.stringMatching(/^call-/),
          start_time: expect.any(Number),
          account_id: 1234,
          server: expect.any(String),
          switch: "127.0.0.1",
          offer_auth: false,
          params: {
            callid: expect.stringMatching(/^call-/),
            oU: `+${DIALLED}`,
            fU: CLI,
            switch: "127.0.0.1",
            proto: "UDP",
            si: "127.0.0.1",
            sp: expect.any(Number),
            csIp: "127.0.0.1",
            rtp_ip: "198.51.100.20",
            userAgent: 'a "phone"',
            au: null,
            reg_id: null,
            x_orig_ip: "198.51.100.7",
            x_anyedge_host: null,
            x_odd_one: ODD,
          },
          ingress_routing: { name: "main" },
          egress_routing: [301, 302, 303, 304].map((id) => ({
            gw: { [id]: { cli: CLI } },
            headers: [],
            remove_headers: [],
          })),
          headers: [],
          remove_headers: [],
          log: [],
          meta: {},
          p: {},
        },
      },
    ]);
  });
});

describe("headers", () => {
  it("are removed and then added, for all and for the destination alone", async ({ expect }) => {
    reply = (question) =>
      continueWith(question, {
        remove_headers: [{ key: "X-Orig-IP" }, { key: "user-agent" }],
        headers: [
          { key: "X-Orig-IP", value: "203.0.113.1" },
          { key: "X-Number", value: 5 },
        ],
        egress_routing: [
          {
            gw: { 301: {} },
            headers: [{ key: "X-First", value: "yes" }],
            remove_headers: [{ key: "X-Odd_One" }, { key: "X-Orig-IP" }],
          },
          { gw: { 303: {} }, headers: [{ key: "X-Second", value: "yes" }] },
        ],
      });
    expect(await call()).toBe("486 Busy Here");
    const names = ["X-Orig-IP", "User-Agent", "X-Number", "X-Odd_One", "X-First", "X-Second"];
    const [first = "", second = ""] = [gateways.unavailable, gateways.busy].map(lastInvite);
    expect(names.map((name) => headersOf(first, name))).toEqual([
      ["203.0.113.1"],
      [],
      ["5"],
      [],
      ["yes"],
      [],
    ]);
    expect(names.map((name) => headersOf(second, name))).toEqual([
      ["203.0.113.1"],
      [],
      ["5"],
      [ODD],
      [],
      ["yes"],
    ]);
  });

  it("that would break the message or the dialog are left out", async ({ expect }) => {
    const value = "a\r\nX-Injected: 1";
    const hostile = ["Via", "f", "Call-ID", "Content-Length", "Route", "X B", "X:", "", "X\r\nY"];
    reply = (question) =>
      continueWith(question, {
        headers: [
          ...hostile.map((key) => ({ key, value: "hostile" })),
          { key: "X-Value", value },
          { key: "X-Half" },
          "no object",
          null,
          { key: "X-Last", value: `;"<>,$ru%s\\` },
        ],
        remove_headers: [{ key: "Via" }, { key: "CSeq" }, { key: null }, "To"],
        egress_routing: [{ gw: { 303: {} } }],
      });
    expect(await call()).toBe("486 Busy Here");
    const invite = lastInvite(gateways.busy);
    expect(invite).not.toMatch(/hostile|X-Injected|X-Value|X-Half/);
    expect(headersOf(invite, "X-Last")).toEqual([`;"<>,$ru%s\\`]);
    expect(headersOf(invite, "CSeq")).toEqual(["1 INVITE"]);
  });
});

describe("numbers", () => {
  it("change in the request URI, P-Asserted-Identity and From, by gateway", async ({ expect }) => {
    reply = (question) =>
      continueWith(question, {
        dest_number: "15550100",
        cli: "442079460001",
        egress_routing: [{ gw: { 301: { cli: "442079460002" } } }, { gw: { 303: { cli: CLI } } }],
      });
    await call();
    const [first = "", second = ""] = [gateways.unavailable, gateways.busy].map(lastInvite);
    expect(first).toMatch(/^INVITE sip:15550100@127\.0\.0\.1:/);
    expect(headersOf(first, "P-Asserted-Identity")).toEqual(["<sip:442079460002@127.0.0.1>"]);
    expect(headersOf(first, "From")[0]).toMatch(/^<sip:442079460002@127\.0\.0\.1>;tag=/);
    expect(headersOf(second, "P-Asserted-Identity")).toEqual(["<sip:442079460001@127.0.0.1>"]);
    expect(headersOf(second, "From")[0]).toMatch(/^<sip:442079460001@127\.0\.0\.1>;tag=/);
  });

  it("that are none answer the call without the gateways", async ({ expect }) => {
    const before = gateways.busy.invites.length;
    for (const number of ["", "1@evil.example", "1>\r\nX-Evil: 1", "a;b", null, {}, []]) {
      reply = (question) => continueWith(question, { dest_number: number });
      expect(await call()).toBe("503 Routing Unavailable");
    }
    expect(gateways.busy.invites).toHaveLength(before);
  });
});

describe("gateways", () => {
  it("come one after the other: the second answers where the first says 503", async ({
    expect,
  }) => {
    const cli = "442079460003";
    reply = (question) =>
      continueWith(question, {
        cli,
        headers: [{ key: "X-ScriptForge", value: "checked" }],
      });
    const asked = edge.asked.length;
    const refused = gateways.unavailable.invites.length;
    await using farEnd = await startSipp({
      scenario: "far-end.xml",
      localPort: ports.answering,
      keys: { expect_header: "checked", expect_number: DIALLED, expect_cli: cli },
      calls: 20,
      rate: 20,
      folder: mkdtempSync(join(folder, "far-end-")),
    });
    const caller = await runSipp({
      scenario: "caller-answered.xml",
      localPort: await findFreeUdpPort(),
      remotePort: ports.sip,
      dialled: DIALLED,
      talkMs: 100,
      keys: { cli: CLI },
      calls: 20,
      rate: 20,
      folder: mkdtempSync(join(folder, "caller-")),
    });
    expect(caller).toMatchObject({ exitCode: 0, successful: 20 });
    expect(await farEnd.finished).toMatchObject({ exitCode: 0, successful: 20 });
    expect(gateways.unavailable.invites.length - refused).toBe(20);
    // Neither the re-INVITE nor the second gateway asks again.
    expect(edge.asked.length - asked).toBe(20);
  });

  it("come in the script's order, also after one that is silent", async ({ expect }) => {
    reply = (question) =>
      continueWith(question, {
        egress_routing: [{ gw: { 304: {} } }, { gw: { 303: {} } }, { gw: { 301: {} } }],
      });
    const before = gateways.unavailable.invites.length;
    expect(await call()).toBe("486 Busy Here");
    expect(lastInvite(gateways.silent)).toContain(DIALLED);
    // 486 is the called party's word: nobody else is tried.
    expect(gateways.unavailable.invites).toHaveLength(before);
  });

  it("are only those that were offered", async ({ expect }) => {
    const routes = [
      { card_id: "a route without gateways" },
      { gw: null },
      { gw: { 999: {}, "sip:evil.example": {}, 301: null } },
      "no object",
      null,
      { gw: { 303: {} } },
    ];
    reply = (question) => continueWith(question, { egress_routing: routes });
    expect(await call()).toBe("486 Busy Here");
  });

  it("leave the last one's answer to the caller", async ({ expect }) => {
    reply = (question) => continueWith(question, { egress_routing: [{ gw: { 301: {} } }] });
    expect(await call()).toBe("503 Congested");
  });

  it("are those that were offered where the script returned no list", async ({ expect }) => {
    reply = (question) => continueWith(question, { egress_routing: undefined });
    const before = gateways.unavailable.invites.length;
    expect(await call()).toBe("486 Busy Here");
    expect(gateways.unavailable.invites).toHaveLength(before + 1);
  });

  it("are none where the script left none", async ({ expect }) => {
    reply = (question) => continueWith(question, { egress_routing: [] });
    expect(await call()).toBe("503 No Routes Available (U)");
  });
});

/** Calls once, with headers that need care. Returns code and reason. */
function call(): Promise<string> {
  const headers = ["X-Orig-IP: 198.51.100.7", `X-Odd_One: ${ODD}`, 'User-Agent: a "phone"'];
  return placeCall({ port: ports.sip, dialled: `+${DIALLED}`, cli: `+${CLI}`, headers });
}

function lastInvite({ invites }: FakeGateway): string {
  return invites.at(-1) ?? "";
}
