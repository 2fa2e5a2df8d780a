// DID and alert drivers through the running product, at a provider that is ours.

import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { LastAlert } from "../schemas/alert.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";
import { descendantsOf, untilNone } from "./processes.ts";

const Caught = z.object({ code: z.string(), status: z.int(), detail: z.string() });
const LogLine = z.record(z.string(), z.unknown());
const DID = "442070000000";

let product: Product;
let provider: Server;
let at: string;
/** What the provider was asked, and what it has not answered. */
const asked: string[] = [];
const held: ServerResponse[] = [];

beforeAll(async () => {
  provider = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.startsWith("/hold")) held.push(response);
    else response.end(String(asked.length));
  });
  provider.listen(0, "127.0.0.1");
  await once(provider, "listening");
  const address = provider.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  at = `http://127.0.0.1:${address.port}`;
  product = await startProduct({ SCRIPTFORGE_CELLS: "1", SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8" });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  provider.close();
  provider.closeAllConnections();
});
beforeEach(() => {
  asked.length = 0;
});

type Place = "did" | "alert";

/** A script of a driver, its type and its assignment's settings. `on` is the product that gets it. */
type Driver = { code: string; type?: string; on?: Product } & Record<string, unknown>;

/** Creates a script, or publishes another release of it, and assigns it to the driver of the same name. */
async function assign(
  place: Place,
  driver: string,
  { code, type = "driver", on = product, ...assignment }: Driver,
): Promise<void> {
  const created = await on.manage("POST", "/scripts", { name: driver, type, code });
  if (created.status === 409) await on.manage("POST", `/scripts/${driver}/releases`, { code });
  const path = `/assignments/driver/${place}/${driver}`;
  const assigned = await on.manage("PUT", path, { script: driver, ...assignment });
  if (assigned.status !== 200) throw new Error(JSON.stringify([created.body, assigned.body]));
  await on.untilRevision();
}

function ask(
  path: string,
  body: unknown,
  { key, on = product }: { key?: string; on?: Product } = {},
): Promise<Answer> {
  if (key === undefined) return on.ask(`/driver/${path}`, body);
  return post(on, `/driver/${path}`, { body, headers: { "idempotency-key": key } });
}

async function valueOf(path: string): Promise<unknown> {
  return (await ask(path, {})).body;
}

function last(driver: string, on: Product = product): Promise<Answer> {
  return on.manage("GET", `/assignments/driver/alert/${driver}/last`);
}

async function untilLast(driver: string, on?: Product): Promise<LastAlert> {
  for (;;) {
    const { status, body } = await last(driver, on);
    if (status === 200) return LastAlert.parse(body);
  }
}

async function post(
  { edge, token }: Product,
  path: string,
  { body, headers }: { body: unknown; headers: Record<string, string> },
): Promise<Answer> {
  const response = await fetch(edge + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A driver that asks the provider for a path of its own at each allocate and release. */
function buying(path: string, more = ""): string {
  return `async function ask(what) { return Number(await (await fetch("${at}${path}?" + what)).text()); }
  module.exports = {
    allocate: async ({ did }) => ({ did, nth: await ask("allocate") }),
    release: async ({ did }) => (await ask("release")) > 0,
    ${more}
  };`;
}

async function untilAsked(count: number): Promise<void> {
  while (asked.length < count) await once(provider, "request");
}

describe("a DID driver", () => {
  const did = { did: DID };
  const code = `async function search({ number }) { return [{ did: "44" + number, price: 1 }, { did: 4420 }]; }
    async function allocate(data) { return { asked: data, did: Number(data.did) }; }
    async function release({ did }) { return did === "${DID}"; }
    async function list(data) { return [{ did: "1", data }]; }`;

  it.for([
    ["module.exports", "driver", `${code} module.exports = { search, allocate, release, list };`],
    [
      "the misspelt module.export",
      "app",
      `${code} module.export = { search, allocate, release, list };`,
    ],
    ["exports of a module", "app", code.replaceAll("async function", "export async function")],
  ] as const)("serves its four functions by %s", async ([name, type, source], { expect }) => {
    const driver = name.replaceAll(/\W/g, "-");
    await assign("did", driver, { code: source, type });
    const found = await ask(`did/${driver}/search`, { number: "20" });
    expect([found.status, found.body]).toEqual([200, [{ did: "4420", price: 1 }, { did: "4420" }]]);
    expect((await ask(`did/${driver}/allocate`, did)).body).toEqual({ asked: did, did: DID });
    expect((await ask(`did/${driver}/release`, did)).body).toBe(true);
    expect((await ask(`did/${driver}/release`, { did: "1" })).body).toBe(false);
    expect((await ask(`did/${driver}/list`, {})).body).toEqual([{ did: "1", data: {} }]);
    expect((await ask(`did/${driver}/list`, "")).body).toEqual([{ did: "1", data: {} }]);
  });

  it("may be the empty template", async ({ expect }) => {
    const template = `module.export = { search: async () => {}, allocate: async () => {}, release: async () => {}, list: async () => {} };`;
    await assign("did", "template", { code: template });
    expect((await ask("did/template/search", { number: "1" })).body).toEqual([]);
    expect((await ask("did/template/list", {})).body).toEqual([]);
    expect((await ask("did/template/release", did)).body).toBe(false);
    const { status, body } = await ask("did/template/allocate", did);
    expect([status, Caught.parse(body)]).toMatchObject([
      500,
      { code: "script_error", detail: "Driver returned no DID" },
    ]);
  });

  it("has the number filled in that it left out, and is told of entries without one", async ({
    expect,
  }) => {
    const forgetful = `exports.allocate = () => ({ package_id: 7 }); exports.list = () => [{ did: "1" }, { id: 2 }];`;
    await assign("did", "forgetful", { code: forgetful });
    expect((await ask("did/forgetful/allocate", did)).body).toEqual({ package_id: 7, did: DID });
    const { status, body } = await ask("did/forgetful/list", {});
    expect([status, Caught.parse(body).detail]).toEqual([
      500,
      expect.stringMatching(/^Driver returned an entry without a did at index 1/),
    ]);
  });

  it("says which function there is not, and calls none that it does not export", async ({
    expect,
  }) => {
    await assign("did", "partial", {
      code: "async function release() { return true; } module.exports = { list: () => [] };",
    });
    expect((await ask("did/partial/list", {})).status).toBe(200);
    for (const [name, body] of [
      ["search", { number: "1" }],
      ["allocate", did],
      ["release", did],
    ] as const) {
      const answer = await ask(`did/partial/${name}`, body);
      expect([name, answer.status]).toEqual([name, 404]);
      expect(Caught.parse(answer.body)).toMatchObject({
        code: "function_not_found",
        detail: expect.stringContaining(`"${name}"`),
      });
    }
  });

  it("tells the operator what it rejects with, by the status it names", async ({ expect }) => {
    await assign("did", "broke", {
      code: "exports.allocate = async () => { throw new Error('402 No credit left'); }; exports.release = () => Promise.reject('gone');",
    });
    const { status, body } = await ask("did/broke/allocate", did);
    expect([status, Caught.parse(body).detail]).toEqual([402, "402 No credit left"]);
    const other = await ask("did/broke/release", did);
    expect([other.status, Caught.parse(other.body).detail]).toEqual([500, "gone"]);
  });

  it("reads its mode, which a try by hand may change", async ({ expect }) => {
    const mode =
      "exports.list = () => [{ did: process.env.DRIVER_MODE, of: process.env.SCRIPTFORGE_NAME }];";
    await assign("did", "by-default", { code: mode });
    await assign("did", "testing", { code: mode, mode: "test" });
    expect(await valueOf("did/by-default/list")).toEqual([{ did: "live", of: "by-default" }]);
    expect(await valueOf("did/by-default/list?mode=test")).toEqual([
      { did: "test", of: "by-default" },
    ]);
    expect(await valueOf("did/testing/list")).toEqual([{ did: "test", of: "testing" }]);
    expect(await valueOf("did/testing/list?mode=live")).toEqual([{ did: "live", of: "testing" }]);
    for (const query of ["mode=", "mode=Test", "mode=dry"]) {
      expect([query, (await ask(`did/testing/list?${query}`, {})).status]).toEqual([query, 400]);
    }
  });

  it("has half a minute where nobody says otherwise, though an App has less for calls", async ({
    expect,
  }) => {
    const slow =
      "exports.list = async () => { await new Promise((r) => setTimeout(r, 2300)); return []; };";
    await assign("did", "slow-app", { code: slow, type: "app" });
    expect((await ask("did/slow-app/list", {})).body).toEqual([]);
    await assign("did", "hurried", { code: slow, timeout: 0.2 });
    const { status, body } = await ask("did/hurried/list", {});
    expect([status, Caught.parse(body).code]).toEqual([504, "wall_exceeded"]);
  });

  it("refuses what is no question", async ({ expect }) => {
    await assign("did", "asked", {
      code: "exports.search = exports.allocate = exports.list = () => [];",
    });
    const cases: [name: string, body: unknown][] = [
      ["search", {}],
      ["search", { number: 44 }],
      ["search", { number: "4".repeat(65) }],
      ["search", { number: "4", more: 1 }],
      ["search", []],
      ["search", "{"],
      ["allocate", {}],
      ["allocate", { did: "" }],
      ["allocate", { did: null }],
      ["allocate", { did: ["44"] }],
      ["allocate", { number: "44" }],
      ["list", { did: "44" }],
      ["list", "null"],
    ];
    for (const [name, sent] of cases) {
      const { status, body } = await ask(`did/asked/${name}`, sent);
      expect([name, sent, status]).toEqual([name, sent, 400]);
      expect(Caught.parse(body)).toMatchObject({ code: "bad_request" });
    }
    expect((await ask("did/asked/search", `"${"x".repeat(1_000_001)}"`)).status).toBe(413);
    for (const key of ["", "a b", "ä", "x".repeat(256)]) {
      expect([key, (await ask("did/asked/allocate", did, { key })).status]).toEqual([key, 400]);
    }
  });

  it("is found by its name and by nothing else", async ({ expect }) => {
    const none = await ask("did/none/list", {});
    expect([none.status, Caught.parse(none.body)]).toMatchObject([
      404,
      { code: "not_found", detail: expect.stringContaining("PUT /v1/assignments/driver/did/none") },
    ]);
    for (const path of [
      "",
      "did",
      "did/",
      "did/asked",
      "did/asked/main",
      "did/asked/list/x",
      "x/asked/list",
      "alert/",
      "alert/x/y",
    ]) {
      expect([path, (await ask(path, {})).status]).toEqual([path, 404]);
    }
    for (const path of ["did/asked/list", "alert/x"]) {
      const response = await fetch(`${product.edge}/driver/${path}`, { method: "POST" });
      expect([path, response.status]).toEqual([path, 401]);
    }
  });

  it("is never run again, even where its cell dies under it", async ({ expect }) => {
    const deadly = `exports.allocate = async () => { await fetch("${at}/deadly"); /(a+)+$/.test("a".repeat(40) + "b"); return {}; };`;
    await assign("did", "deadly", { code: deadly });
    const { status, body } = await ask("did/deadly/allocate", did);
    expect([status, Caught.parse(body).code]).toEqual([503, "cpu_exceeded"]);
    expect(asked).toEqual(["/deadly"]);
  });
});

/** As if what was asked under `key` had been asked that many days ago. */
async function makeOlder(key: string, days: number): Promise<void> {
  const at = new Date(Date.now() - days * 24 * 3_600_000).toISOString();
  await product.db.execute({
    sql: "UPDATE driver_requests SET created_at = ? WHERE key = ?",
    args: [at, key],
  });
}

describe("an idempotency key", () => {
  const did = { did: DID };

  it("makes allocate and release run once, for one driver, function and key", async ({
    expect,
  }) => {
    await assign("did", "shop", { code: buying("/shop") });
    await assign("did", "shop-2", { code: buying("/shop") });
    const first = await ask("did/shop/allocate", did, { key: "k1" });
    expect(first.body).toEqual({ did: DID, nth: 1 });
    const again = await ask("did/shop/allocate", did, { key: "k1" });
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(again.headers.get("x-invocation")).toBe(first.headers.get("x-invocation"));
    expect(asked).toHaveLength(1);

    expect((await ask("did/shop/allocate", did, { key: "k2" })).body).toEqual({ did: DID, nth: 2 });
    expect((await ask("did/shop-2/allocate", did, { key: "k1" })).body).toEqual({
      did: DID,
      nth: 3,
    });
    expect((await ask("did/shop/release", did, { key: "k1" })).body).toBe(true);
    expect((await ask("did/shop/release", did, { key: "k1" })).body).toBe(true);
    expect(asked).toHaveLength(4);
    await ask("did/shop/allocate", did);
    await ask("did/shop/allocate", did);
    expect(asked).toHaveLength(6);
  });

  it("stands for one question, in one mode", async ({ expect }) => {
    await assign("did", "shop", { code: buying("/shop") });
    expect((await ask("did/shop/allocate?mode=test", did, { key: "q" })).status).toBe(200);
    for (const [path, body] of [
      ["did/shop/allocate?mode=test", { did: "1" }],
      ["did/shop/allocate", did],
    ] as const) {
      const other = await ask(path, body, { key: "q" });
      expect([other.status, Caught.parse(other.body).code]).toEqual([422, "invalid"]);
    }
    expect(asked).toHaveLength(1);
  });

  it("keeps a failure as well, but not where nothing ran", async ({ expect }) => {
    const failing = `exports.allocate = async () => { await fetch("${at}/failing"); throw new Error("402 No credit"); };`;
    await assign("did", "mended", { code: failing });
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await ask("did/mended/allocate", did, { key: "f" });
      expect([status, Caught.parse(body).detail]).toEqual([402, "402 No credit"]);
    }
    expect(asked).toHaveLength(1);
    expect((await ask("did/mended/release", did, { key: "f" })).status).toBe(404);
    await assign("did", "mended", { code: buying("/mended") });
    expect((await ask("did/mended/release", did, { key: "f" })).body).toBe(true);
    expect((await ask("did/mended/allocate", did, { key: "f" })).status).toBe(402);
  });

  it("is in use until its first request is answered", async ({ expect }) => {
    await assign("did", "holding", { code: buying("/hold") });
    const first = ask("did/holding/allocate", did, { key: "h" });
    await untilAsked(1);
    const second = await ask("did/holding/allocate", did, { key: "h" });
    expect([second.status, Caught.parse(second.body)]).toMatchObject([
      409,
      { code: "conflict", detail: expect.stringContaining("outcome is not known") },
    ]);
    held.pop()?.end("5");
    expect((await first).body).toEqual({ did: DID, nth: 5 });
    expect((await ask("did/holding/allocate", did, { key: "h" })).body).toEqual({
      did: DID,
      nth: 5,
    });
    expect(asked).toHaveLength(1);
  });

  it("is kept for seven days", async ({ expect }) => {
    await assign("did", "shop", { code: buying("/shop") });
    await ask("did/shop/allocate", did, { key: "week" });
    await makeOlder("week", 6.9);
    await ask("did/shop/allocate", did, { key: "week" });
    expect(asked).toHaveLength(1);
    await makeOlder("week", 7.1);
    await ask("did/shop/allocate", did, { key: "week" });
    expect(asked).toHaveLength(2);
  });

  it("outlives the product, also one that is killed while it buys", async ({ expect }) => {
    const env = { SCRIPTFORGE_CELLS: "1", SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8" };
    const killed = await startProduct(env);
    await assign("did", "shop", { code: buying("/shop"), on: killed });
    await assign("did", "holding", { code: buying("/hold"), on: killed });
    const bought = await ask("did/shop/allocate", did, { key: "k", on: killed });
    const lost = ask("did/holding/allocate", did, { key: "k", on: killed }).catch(() => "lost");
    await untilAsked(2);
    const pids = descendantsOf(killed.process.pid);
    const exited = once(killed.process, "exit");
    killed.process.kill("SIGKILL");
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await Promise.all([exited, untilNone(pids)]);
    expect(await lost).toBe("lost");

    await using restarted = await startProduct({ ...env, SCRIPTFORGE_DATA: killed.data });
    expect((await ask("did/shop/allocate", did, { key: "k", on: restarted })).body).toEqual(
      bought.body,
    );
    const unknown = await ask("did/holding/allocate", did, { key: "k", on: restarted });
    expect([unknown.status, Caught.parse(unknown.body).code]).toEqual([409, "conflict"]);
    expect(asked).toHaveLength(2);
  });
});

describe("an alert driver, asked by hand", () => {
  it("raises an alert by what alert or main returns", async ({ expect }) => {
    const cases: [returned: string, answer: object][] = [
      ["undefined", { raised: false }],
      ["false", { raised: false }],
      ["true", { raised: true, template: "alert" }],
      ["'3 CLIs are locked'", { raised: true, text: "3 CLIs are locked" }],
      ["({ clis: [1] })", { raised: true, vars: { clis: [1] }, template: "alert" }],
    ];
    const sources: [type: string, write: (value: string) => string][] = [
      ["app", (value) => `async function main() { return ${value}; }`],
      ["driver", (value) => `module.exports = { alert: async () => ${value}, main: () => 1 };`],
    ];
    for (const [type, write] of sources) {
      for (const [returned, answer] of cases) {
        await assign("alert", `by-hand-${type}`, { code: write(returned), type });
        const { status, body } = await ask(`alert/by-hand-${type}`, {});
        expect([type, returned, status, body]).toEqual([type, returned, 200, answer]);
      }
    }
  });

  it("is given its alert, the variables and the mode", async ({ expect }) => {
    const code = "exports.alert = (data) => ({ data, mode: process.env.DRIVER_MODE });";
    await assign("alert", "told", {
      code,
      company: "acme",
      recipients: ["noc@example.com", "4420"],
      mode: "test",
      vars: "most = 3",
    });
    const alert = {
      id: "told",
      title: "told",
      company_id: "acme",
      recipients: ["noc@example.com", "4420"],
    };
    const data = { alert, company_id: "acme", most: 3 };
    const vars = { data, mode: "test" };
    expect((await ask("alert/told", "")).body).toMatchObject({ raised: true, vars });
    expect((await ask("alert/told?mode=live", {})).body).toMatchObject({ vars: { mode: "live" } });
    expect((await ask("alert/told", { alert: {} })).status).toBe(400);
  });

  it("fails where it throws, is missing or returns what means nothing", async ({ expect }) => {
    const cases: [code: string, status: number, fault: string][] = [
      ["exports.alert = () => { throw new Error('503 Provider is away'); };", 503, "script_error"],
      ["exports.alert = () => [1];", 500, "script_error"],
      ["exports.search = () => [];", 404, "function_not_found"],
    ];
    for (const [code, status, fault] of cases) {
      await assign("alert", "failing", { code });
      const answer = await ask("alert/failing", {});
      expect([code, answer.status, Caught.parse(answer.body).code]).toEqual([code, status, fault]);
    }
    expect((await ask("alert/none", {})).status).toBe(404);
  });

  it("is the platform's to order for any account, and nobody else's", async ({ expect }) => {
    const { status } = await product.ask("/internal/alert", { account: "default", driver: "told" });
    expect(status).toBe(401);
  });
});

describe("an alert driver, asked by the scheduler", () => {
  it("is asked once it is assigned, and what came of it is kept and logged", async ({ expect }) => {
    const lines: string[] = [];
    const { stderr } = product.process;
    if (stderr === null) throw new Error("no standard error");
    createInterface({ input: stderr }).on("line", (line) => lines.push(line));
    const unknown = await last("quiet");
    expect([unknown.status, Caught.parse(unknown.body).code]).toEqual([404, "not_found"]);
    const startedAt = Date.now();
    await assign("alert", "quiet", {
      code: `exports.alert = async () => { await fetch("${at}/quiet"); };`,
    });
    await assign("alert", "loud", { code: "exports.alert = () => 'locked';" });
    await assign("alert", "template", { code: "exports.main = () => true;", everyMinutes: 1 });
    await assign("alert", "broken", { code: "exports.alert = () => { throw new Error('no'); };" });
    const quiet = await untilLast("quiet");
    expect(quiet).toEqual({ at: expect.any(String), raised: false });
    expect(Date.parse(quiet.at)).toBeGreaterThanOrEqual(startedAt - 1_000);
    expect(await untilLast("loud")).toMatchObject({ raised: true, text: "locked" });
    expect(await untilLast("template")).toEqual({ at: expect.any(String), raised: true });
    const fault = { code: "script_error", message: "no" };
    expect(await untilLast("broken")).toMatchObject({ raised: false, fault });
    expect(asked).toEqual(["/quiet"]);

    const logged = lines.map((line) => LogLine.parse(JSON.parse(line)));
    const keys = { account: "default" };
    expect(logged).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...keys, driver: "loud", text: "locked" }),
        expect.objectContaining({ ...keys, driver: "template" }),
        expect.objectContaining({ ...keys, driver: "broken", fault }),
      ]),
    );
    expect(logged.filter(({ driver }) => driver === "quiet")).toEqual([]);

    await product.manage("DELETE", "/assignments/driver/alert/loud");
    expect((await last("loud")).status).toBe(404);
  });

  it("is not asked again within its time by a second start", async ({ expect }) => {
    const env = { SCRIPTFORGE_CELLS: "1", SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8" };
    const first = await startProduct(env);
    await assign("alert", "once", {
      code: `exports.alert = async () => { await fetch("${at}/once"); };`,
      on: first,
    });
    const before = await untilLast("once", first);
    const exited = once(first.process, "exit");
    first.process.kill("SIGTERM");
    await exited;

    await using second = await startProduct({ ...env, SCRIPTFORGE_DATA: first.data });
    await assign("alert", "later", {
      code: `exports.alert = async () => { await fetch("${at}/later"); };`,
      on: second,
    });
    await untilLast("later", second);
    expect(asked).toEqual(["/once", "/later"]);
    expect(await untilLast("once", second)).toEqual(before);
  });
});
