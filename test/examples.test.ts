// Runs examples/scripts through the running product, with the variables that each one's header shows.

import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { KvEntry, KvPage } from "../schemas/kv.ts";
import { Published } from "../schemas/release.ts";
import { Script } from "../schemas/script.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";

const FOLDER = fileURLToPath(new URL("../examples/scripts/", import.meta.url));
const NAMES = readdirSync(FOLDER).map((file) => file.replace(/\.js$/, ""));
const TOKEN = "the token of the provider";

const CALL = { cli: "442079460123", dest_number: "447700900123", start_time: 1_788_944_400 };

const Entry = z.object({ key: z.string(), value: z.string().or(z.number()) });
const Routing = z.looseObject({
  cli: z.string().optional(),
  headers: z.array(Entry).optional(),
  remove_headers: z.array(z.object({ key: z.string() })).optional(),
  egress_routing: z.array(z.looseObject({})).optional(),
});
const Decision = z.discriminatedUnion("action", [
  z.looseObject({ action: z.literal("continue"), data: z.looseObject({ routing: Routing }) }),
  z.looseObject({
    action: z.literal("reject"),
    sip: z.object({ code: z.int(), reason: z.string() }),
  }),
]);

let product: Product;
let server: Server;
/** What the provider sold, and what it was asked. */
const sold = new Set(["442079460001"]);
const requests: string[] = [];
let csv = "";

beforeAll(async () => {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  product = await startProduct({
    SCRIPTFORGE_CELLS: "1",
    SCRIPTFORGE_GATEWAYS: "1",
    SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8",
  });
  for (const name of NAMES) {
    const settings = name === "do-not-call-import" ? limitsOf(name) : {};
    const script = { name, type: typeOf(name), code: codeOf(name), ...settings };
    const created = await product.manage("POST", "/scripts", script);
    if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  }
  await product.untilRevision();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

describe("each script", () => {
  it.for(NAMES)(
    "%s says its type, is short and publishes without a lint",
    async (name, { expect }) => {
      const code = codeOf(name);
      expect(code).toMatch(/^\/\/ Type (Script|App|Driver)\. /);
      expect(code.split("\n").length).toBeLessThanOrEqual(61);
      const { status, body } = await product.manage("POST", `/scripts/${name}/releases`, { code });
      expect([status, Published.parse(body).lints]).toEqual([201, []]);
      const script = Script.parse((await product.manage("GET", `/scripts/${name}`)).body);
      expect(script.type).toBe(typeOf(name));
    },
  );

  it.for(NAMES.filter((name) => typeOf(name) !== "driver" && !isRunByName(name)))(
    "%s lets an empty call through, or refuses it with a code",
    async (name, { expect }) => {
      await assign(name, `empty-${name}`, "");
      const { body } = await product.ask(`/call/termination/empty-${name}/main`, { routing: {} });
      expect([name, body]).toEqual([
        name,
        expect.not.objectContaining({ fault: expect.anything() }),
      ]);
      expect(Decision.safeParse(body).success).toBe(true);
    },
  );
});

describe("do-not-call", () => {
  it("refuses its numbers and marks all other calls", async ({ expect }) => {
    await assign("do-not-call", "simple");
    const marked = { key: "X-ScriptForge", value: "checked" };
    expect(await route("simple", CALL)).toMatchObject({ headers: [marked] });
    const refused = { code: 604, reason: "Number on DNC List" };
    expect(await refusal("simple", { ...CALL, dest_number: "447700900999" })).toEqual(refused);
  });
});

describe("do-not-call-list", () => {
  it("refuses the numbers that are in the store, however they are dialled", async ({ expect }) => {
    await assign("do-not-call-list", "list");
    const listed = { ...CALL, dest_number: "447700900555" };
    expect(await route("list", listed)).toEqual(listed);
    await product.manage("PUT", "/kv/dnc:447700900555", { value: "asked by phone" });
    for (const dest_number of [
      "447700900555",
      "+44 7700 900555",
      "00447700900555",
      "07700900555",
    ]) {
      expect(await refusal("list", { ...CALL, dest_number })).toEqual({
        code: 604,
        reason: "Number on DNC List",
      });
    }
    expect(await route("list", CALL)).toEqual(CALL);
    await product.manage("DELETE", "/kv/dnc:447700900555");
    expect(await route("list", listed)).toEqual(listed);
  });
});

describe("do-not-call-import", () => {
  it("puts the numbers of a file on the list, a part at a time", async ({ expect }) => {
    await setEnv("do-not-call-import", {
      DNC_CSV_URL: `${urlOf(server)}/dnc.csv`,
      DNC_CSV_TOKEN: TOKEN,
    });
    csv = "\uFEFFname,number\nA,+44 7700 900777\nB,12\n\nC,447700900778\n";
    expect((await product.ask("/run/do-not-call-import")).body).toEqual({
      imported: 2,
      refused: 1,
      next: 0,
    });
    expect(await keys("dnc:")).toEqual(["dnc:447700900777", "dnc:447700900778"]);
    const { expiresAt } = await entry("dnc:447700900777");
    const days = (new Date(expiresAt ?? 0).getTime() - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    const called = { ...CALL, dest_number: "07700900777" };
    expect(await refusal("list", called)).toMatchObject({ code: 604 });

    const numbers = Array.from({ length: 1_000 }, (_, index) => 447_700_910_000 + index);
    csv = `number\n${numbers.join("\n")}\n`;
    const first = await product.ask("/run/do-not-call-import");
    const restarted = await product.ask("/run/do-not-call-import", { restart: true });
    expect(restarted.body).toEqual(first.body);
    expect(first.body).toEqual({ imported: 900, refused: 0, next: 900 });
    const second = await product.ask("/run/do-not-call-import");
    expect(second.body).toEqual({ imported: 100, refused: 0, next: 0 });
    expect(await keys("dnc:44770091")).toHaveLength(1_000);
    expect(JSON.parse((await entry("dnc-import:report")).value)).toMatchObject({ imported: 100 });
  });

  it("says when the file is not there", async ({ expect }) => {
    await setEnv("do-not-call-import", { DNC_CSV_URL: `${urlOf(server)}/nothing.csv` });
    const { status, body } = await product.ask("/run/do-not-call-import");
    expect([status, body]).toMatchObject([500, { code: "script_error" }]);
    expect(JSON.stringify(body)).toContain("404");
  });
});

describe("fraud-detection", () => {
  const caller = { ...CALL, cli: "15550100" };
  const blocked = { code: 603, reason: "Caller Blocked" };

  it("blocks a number after too many calls, and no other number", async ({ expect }) => {
    // So that no window ends within the test.
    const vars = varsOf("fraud-detection").replace("seconds = 60", "seconds = 1000000");
    await assign("fraud-detection", "fraud", vars);
    const actions = await actionsOf("fraud", caller, 11);
    expect(actions).toEqual([...Array(10).fill("continue"), "reject"]);
    expect(await refusal("fraud", caller)).toEqual(blocked);
    expect(await route("fraud", { ...CALL, cli: "15550101" })).toBeDefined();
    const { value, expiresAt } = await entry("fraud:blocked:15550100");
    expect(value).toMatch(/^11 points in 1000000 s, last to 447700900123$/);
    const left = new Date(expiresAt ?? 0).getTime() - Date.now();
    expect(left).toBeGreaterThan(1_790_000);
    expect(left).toBeLessThanOrEqual(1_800_000);
  });

  it("lets the number go after half an hour, and when somebody says so", async ({ expect }) => {
    await product.db.execute("UPDATE kv SET expires_at = 1 WHERE key LIKE 'fraud:%'");
    expect(await route("fraud", caller)).toBeDefined();
    await product.manage("PUT", "/kv/fraud:blocked:15550100", { value: "by hand" });
    expect(await refusal("fraud", caller)).toEqual(blocked);
    await product.manage("DELETE", "/kv/fraud:blocked:15550100");
    expect(await route("fraud", caller)).toBeDefined();
  });

  it("counts a call to a watched prefix as five, and loses none of many at once", async ({
    expect,
  }) => {
    const watched = { ...CALL, cli: "15550102", dest_number: "88213000000" };
    const actions = await actionsOf("fraud", watched, 3);
    expect(actions).toEqual(["continue", "continue", "reject"]);
    const calls = Array.from({ length: 30 }, () => call("fraud", { ...CALL, cli: "15550103" }));
    const all = (await Promise.all(calls)).map(({ action }) => action);
    expect(all.filter((action) => action === "continue")).toHaveLength(10);
  });

  it("counts nothing of trusted callers", async ({ expect }) => {
    const trusted = { ...CALL, cli: "442079460000" };
    expect(new Set(await actionsOf("fraud", trusted, 15))).toEqual(new Set(["continue"]));
    expect(await keys("fraud:calls:442079460000")).toEqual([]);
  });
});

describe("inbound-filter", () => {
  it("decides by the caller of a DID", async ({ expect }) => {
    const assignment = { script: "inbound-filter", vars: varsOf("inbound-filter") };
    await product.manage("PUT", "/assignments/origination/442079460700", assignment);
    await product.untilRevision();
    for (const [cli, expected] of [
      ["442079460123", "continue"],
      ["+353123456", "continue"],
      ["00447700900123", "continue"],
      ["anonymous", 433],
      ["Restricted", 433],
      ["", 433],
      ["449012345", 603],
      ["442079460999", 603],
      ["19005550100", 603],
      ["33123456789", 403],
    ] as const) {
      const answer = await product.ask("/call/origination/442079460700", { routing: { cli } });
      expect([cli, outcomeOf(Decision.parse(answer.body))]).toEqual([cli, expected]);
    }
  });
});

describe("outbound-filter", () => {
  it("decides by the longest prefix, and by a customer's own exceptions", async ({ expect }) => {
    await assign("outbound-filter", "outbound");
    const cases: [number: string, expected: "continue" | number][] = [
      ["447700900123", "continue"],
      ["00447700900123", "continue"],
      ["+35312345678", "continue"],
      ["449012345678", 603],
      ["449098765432", "continue"],
      ["19005550100", 603],
      ["33123456789", 603],
      ["4477", 484],
      ["44x7700900", 484],
      ["4477009001231234", 404],
    ];
    for (const [dest_number, expected] of cases) {
      const decision = await call("outbound", { ...CALL, dest_number });
      expect([dest_number, outcomeOf(decision)]).toEqual([dest_number, expected]);
    }
    const vars = '[outbound.prefixes]\n331 = "allow"';
    await product.manage("PUT", "/customers/outbound", { vars });
    await product.untilRevision();
    expect(outcomeOf(await call("outbound", { ...CALL, dest_number: "33123456789" }))).toBe(
      "continue",
    );
    expect(outcomeOf(await call("outbound", { ...CALL, dest_number: "33223456789" }))).toBe(603);
  });
});

describe("time-of-day", () => {
  it("lets calls through in opening hours, by local time", async ({ expect }) => {
    await assign("time-of-day", "hours");
    for (const [time, expected] of [
      // A Wednesday; local time is one hour ahead.
      ["2026-09-09T07:59:59Z", 480],
      ["2026-09-09T08:00:00Z", "continue"],
      ["2026-09-09T19:59:59Z", "continue"],
      ["2026-09-09T20:00:00Z", 480],
      // A Saturday, and the Sunday night in which Monday begins.
      ["2026-09-12T08:30:00Z", 480],
      ["2026-09-12T09:00:00Z", "continue"],
      ["2026-09-13T17:00:00Z", 480],
      ["2026-09-13T23:30:00Z", 480],
      // Closed although it is a Friday.
      ["2026-12-25T12:00:00Z", 480],
    ] as const) {
      const start_time = Date.parse(time) / 1_000;
      expect([time, outcomeOf(await call("hours", { ...CALL, start_time }))]).toEqual([
        time,
        expected,
      ]);
    }
    expect(await refusal("hours", { ...CALL, start_time: 0 })).toEqual({
      code: 480,
      reason: "Closed",
    });
  });

  it("takes hours that go on after midnight, and days that are closed", async ({ expect }) => {
    await assign("time-of-day", "night", '[schedule]\noffset = 5.5\nweek = "22-6"\nweekend = ""');
    for (const [time, expected] of [
      ["2026-09-09T16:29:00Z", 480],
      ["2026-09-09T16:30:00Z", "continue"],
      ["2026-09-10T00:29:00Z", "continue"],
      ["2026-09-10T00:30:00Z", 480],
      ["2026-09-12T16:30:00Z", 480],
    ] as const) {
      const start_time = Date.parse(time) / 1_000;
      expect([time, outcomeOf(await call("night", { ...CALL, start_time }))]).toEqual([
        time,
        expected,
      ]);
    }
  });
});

describe("cli-rotation", () => {
  it("gives a call a number of the ranges, everywhere the same", async ({ expect }) => {
    await assign("cli-rotation", "rotation");
    const own = { ...CALL, cli: "442079460050" };
    expect(await route("rotation", own)).toEqual(own);
    const egress_routing = [
      { gw: { 301: { cli: "1", ip: "203.0.113.5" }, 302: {} } },
      { card_id: "x" },
    ];
    const seen = new Set<string>();
    for (let n = 0; n < 60; n += 1) {
      const { cli = "", egress_routing: routes } = await route("rotation", {
        ...CALL,
        cli: "33123456789",
        egress_routing,
      });
      expect(cli).toMatch(/^(4420794600\d\d|4416329600[01]\d)$/);
      expect(routes).toEqual([
        { gw: { 301: { cli, ip: "203.0.113.5" }, 302: { cli } } },
        { card_id: "x" },
      ]);
      seen.add(cli);
    }
    expect(seen.size).toBeGreaterThan(20);
    expect(new Set([...seen].map((cli) => cli.slice(0, 4)))).toEqual(new Set(["4420", "4416"]));
  });

  it("takes the first and the last number of a range", async ({ expect }) => {
    await assign("cli-rotation", "short", "[cli]\nranges = [[100, 100], [200, 201]]");
    const seen = new Set<unknown>();
    while (seen.size < 3) seen.add((await route("short", CALL)).cli);
    expect(seen).toEqual(new Set(["100", "200", "201"]));
  });
});

describe("header-manipulation", () => {
  it("replaces and removes headers, towards all destinations and towards each", async ({
    expect,
  }) => {
    await assign("header-manipulation", "headers");
    const routing = {
      ...CALL,
      account_id: 1234,
      headers: [{ key: "X-Kept", value: 1 }],
      egress_routing: [
        { gw: { 301: {}, 302: {} }, headers: [{ key: "X-Customer-ID", value: 9 }] },
        { gw: { 301: {}, 999: {} }, remove_headers: [{ key: "X-Old" }] },
        { card_id: "without gateways" },
      ],
    };
    expect(await route("headers", routing)).toEqual({
      ...routing,
      headers: [
        { key: "X-Kept", value: 1 },
        { key: "X-Customer-ID", value: "1234" },
      ],
      remove_headers: [{ key: "X-Internal-Route" }, { key: "X-Debug" }, { key: "X-Customer-ID" }],
      egress_routing: [
        {
          gw: { 301: {}, 302: {} },
          headers: [{ key: "P-Asserted-Identity", value: "<sip:442079460123@sip.example.net>" }],
          remove_headers: [{ key: "P-Asserted-Identity" }],
        },
        {
          gw: { 301: {}, 999: {} },
          headers: [],
          remove_headers: [{ key: "X-Old" }, { key: "P-Asserted-Identity" }],
        },
        {
          card_id: "without gateways",
          headers: [],
          remove_headers: [{ key: "P-Asserted-Identity" }],
        },
      ],
    });
  });
});

describe("form-capture", () => {
  const good = {
    name: "Ada",
    phone: "+44 (7700) 900-123",
    email: "ada@example.net",
    consent: "on",
  };

  it("keeps a good form", async ({ expect }) => {
    const { status, body } = await product.ask("/run/form-capture", { ...good, extra: "dropped" });
    expect([status, body]).toEqual([200, { ok: true, id: expect.any(String) }]);
    const { id } = z.object({ id: z.string() }).parse(body);
    const { value, expiresAt } = await entry(`contact:${id}`);
    expect(JSON.parse(value)).toEqual({
      name: "Ada",
      phone: "+447700900123",
      email: "ada@example.net",
      message: "",
      consent: "on",
      at: expect.stringMatching(/^\d{4}-/),
    });
    expect(expiresAt).not.toBeNull();
  });

  it("tells what is wrong with a bad one, and keeps nothing of it", async ({ expect }) => {
    const before = await keys("contact:");
    for (const [fields, detail] of [
      [{ ...good, email: "ada" }, "422 email is an address"],
      [
        { ...good, phone: "12", consent: "" },
        "422 phone is 7 to 15 digits; consent has to be given",
      ],
      [
        {},
        "422 name has 2 to 100 characters; phone is 7 to 15 digits; email is an address; consent has to be given",
      ],
      [{ ...good, message: "x".repeat(2_001) }, "422 message has at most 2000 characters"],
      [null, expect.stringContaining("422 name")],
    ] as const) {
      const { status, body } = await product.ask("/run/form-capture", JSON.stringify(fields));
      expect([status, body]).toMatchObject([422, { detail }]);
    }
    expect(await keys("contact:")).toEqual(before);
  });

  it("takes five forms of a number in an hour", async ({ expect }) => {
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const { status } = await product.ask("/run/form-capture", { ...good, phone: "447700900888" });
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

describe("did-driver", () => {
  it("finds, buys, lists and returns numbers at a provider", async ({ expect }) => {
    await setEnv("did-driver", { PROVIDER_URL: urlOf(server), PROVIDER_TOKEN: TOKEN });
    const found = await driver("search", { number: "+44 20" });
    expect(found.body).toEqual([{ did: "442079460002", city: "London", monthly: 1.5 }]);
    expect(requests.at(-1)).toBe("GET /v1/numbers/available?prefix=4420");
    const bought = await driver("allocate", { did: "442079460002" });
    expect(bought.body).toEqual({
      did: "442079460002",
      reference: "order-442079460002",
      monthly: 1.5,
    });
    const again = await driver("allocate", { did: "442079460002" });
    expect([again.status, again.body]).toMatchObject([
      500,
      { detail: "The provider answered 409: the number is gone" },
    ]);
    const all = [{ did: "442079460001" }, { did: "442079460002" }];
    expect((await driver("list")).body).toEqual(all);
    expect((await driver("release", { did: "442079460002" })).body).toBe(true);
    expect((await driver("release", { did: "442079460002" })).body).toBe(true);
    expect((await driver("list")).body).toEqual(all.slice(0, 1));
    expect((await driver("release", { did: "500" })).body).toBe(false);
  });

  it("says why the provider refuses", async ({ expect }) => {
    await setEnv("did-driver", { PROVIDER_URL: urlOf(server), PROVIDER_TOKEN: "wrong" });
    const { status, body } = await driver("search", { number: "44" });
    expect([status, body]).toMatchObject([
      500,
      { detail: "The provider answered 401: the token is wrong" },
    ]);
  });
});

function codeOf(name: string): string {
  return readFileSync(join(FOLDER, `${name}.js`), "utf8");
}

function typeOf(name: string): string {
  return /^\/\/ Type (\w+)/.exec(codeOf(name))?.[1]?.toLowerCase() ?? "";
}

/** The variables in the script's header, which are TOML. */
function varsOf(name: string): string {
  return Array.from(codeOf(name).matchAll(/^\/\/(?: {3}(.*))?$/gm), ([, line = ""]) => line).join(
    "\n",
  );
}

/** The limits in the script's header, which are JSON. */
function limitsOf(name: string): { limits?: unknown } {
  const [, json = ""] = /"limits": (\{.*?\})/.exec(codeOf(name)) ?? [];
  return { limits: JSON.parse(json) };
}

/** Those that decide no call. */
function isRunByName(name: string): boolean {
  return name === "form-capture" || name === "do-not-call-import";
}

async function assign(script: string, customer: string, vars = varsOf(script)): Promise<void> {
  const at = `/assignments/termination/${customer}/main`;
  const assigned = await product.manage("PUT", at, { script, vars });
  if (assigned.status !== 200) throw new Error(JSON.stringify(assigned.body));
  await product.untilRevision();
}

async function setEnv(script: string, variables: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(variables)) {
    await product.manage("PUT", `/scripts/${script}/env/${name}`, { value });
  }
  await product.untilRevision();
}

async function call(customer: string, routing: object): Promise<z.infer<typeof Decision>> {
  const { body } = await product.ask(`/call/termination/${customer}/main`, { routing });
  return Decision.parse(body);
}

/** The routing with which a call goes on. */
async function route(customer: string, routing: object): Promise<z.infer<typeof Routing>> {
  const decision = await call(customer, routing);
  if (decision.action !== "continue") throw new Error(JSON.stringify(decision));
  return decision.data.routing;
}

async function refusal(customer: string, routing: object): Promise<unknown> {
  const decision = await call(customer, routing);
  if (decision.action !== "reject") throw new Error(JSON.stringify(decision));
  return decision.sip;
}

function outcomeOf(decision: z.infer<typeof Decision>): "continue" | number {
  return decision.action === "continue" ? "continue" : decision.sip.code;
}

/** What becomes of `count` calls, one after the other. */
async function actionsOf(customer: string, routing: object, count: number): Promise<string[]> {
  const actions: string[] = [];
  for (let n = 0; n < count; n += 1) actions.push((await call(customer, routing)).action);
  return actions;
}

async function keys(prefix: string): Promise<string[]> {
  return KvPage.parse((await product.manage("GET", `/kv?prefix=${prefix}`)).body).keys;
}

async function entry(key: string): Promise<KvEntry> {
  return KvEntry.parse((await product.manage("GET", `/kv/${key}`)).body);
}

function driver(name: string, data: object = {}): Promise<Answer> {
  return product.ask(`/run/did-driver/${name}`, data);
}

function urlOf(listening: Server): string {
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return `http://127.0.0.1:${address.port}`;
}

/** A file of numbers that are not to be called, and a provider of numbers. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method = "", url = "", headers } = request;
  requests.push(`${method} ${url}`);
  const [status, body] =
    headers.authorization === `Bearer ${TOKEN}`
      ? answerOf(method, new URL(url, "http://provider"))
      : [401, { error: "the token is wrong" }];
  const type = typeof body === "string" ? "text/csv" : "application/json";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": type }).end(text);
}

function answerOf(
  method: string,
  { pathname, searchParams }: URL,
): [status: number, body: unknown] {
  switch (pathname) {
    case "/dnc.csv":
      return [200, csv];
    case "/v1/numbers/available": {
      const number = `${searchParams.get("prefix")}79460002`;
      return [200, { numbers: [{ number, city: "London", monthly: 1.5 }] }];
    }
    case "/v1/numbers": {
      // One number a page.
      const page = Number(searchParams.get("page"));
      const numbers = [...sold].slice(page - 1, page).map((number) => ({ number }));
      return [200, { numbers, pages: sold.size }];
    }
    default:
      return answerAbout(method, pathname.split("/").at(-1) ?? "");
  }
}

function answerAbout(method: string, number: string): [status: number, body: unknown] {
  if (number === "500") return [500, {}];
  if (method === "DELETE") return [sold.delete(number) ? 204 : 404, ""];
  if (method !== "POST") return [404, { error: "there is nothing" }];
  if (sold.has(number)) return [409, { error: "the number is gone" }];
  sold.add(number);
  return [201, { number, order: `order-${number}`, monthly: 1.5 }];
}
