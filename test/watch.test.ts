// What people see of what runs: invocations, the tail, statistics, cells, quarantine and tokens, through the running product.

import { join } from "node:path";
import { createClient } from "@libsql/client";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { InvocationPage, InvokedInFull, type Invoked } from "../schemas/invocation.ts";
import { Cells, QuarantinedScript } from "../schemas/node.ts";
import { Stats } from "../schemas/stats.ts";
import { CreatedToken, Token } from "../schemas/token.ts";
import { eventsOf, openStream, type ServerEvent } from "./event-stream.ts";
import { startProduct, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";
import { cellsOf } from "./processes.ts";

const CODE = `
function main(data) {
  const { n } = data.routing;
  console.log("number", n);
  if (n === 2) throw new Error("404 Gone away");
  if (n === 3) {
    null.member;
  }
  data.routing.seen = n;
  return data;
}`;

let product: Product;
let other: OtherAccount;
let script: string;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_GATEWAYS: "2", SCRIPTFORGE_CELLS: "2" });
  other = await OtherAccount.open(product);
  script = await product.assign({ name: "watched", code: CODE, customer: "acme" });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

async function call(n: number, customer = "acme"): Promise<string> {
  const { headers } = await product.ask(`/call/termination/${customer}/main`, { routing: { n } });
  return headers.get("x-invocation") ?? "";
}

async function list(query: string): Promise<InvocationPage> {
  return InvocationPage.parse((await product.manage("GET", `/invocations?${query}`)).body);
}

/** The invocation, once it is written. */
async function untilKept(id: string): Promise<InvokedInFull> {
  for (;;) {
    const { status, body } = await product.manage("GET", `/invocations/${id}`);
    if (status === 200) return InvokedInFull.parse(body);
  }
}

/** Repeats `look` until it finds what is looked for. */
async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
  }
}

/** What the tail tells, as it comes. */
async function openTail(query = "", token?: string): Promise<AsyncGenerator<ServerEvent>> {
  const response = await openStream(product, `/tail${query}`, token === undefined ? {} : { token });
  if (response.status !== 200) throw new Error(await response.text());
  return eventsOf(response);
}

describe("an invocation", () => {
  it("of a call tells place, script, version, decision, input, output and log", async ({
    expect,
  }) => {
    const id = await call(1);
    expect(await untilKept(id)).toEqual({
      id,
      at: expect.stringMatching(/^\d{4}-/),
      place: "termination acme/main",
      script,
      name: "watched",
      version: 1,
      function: null,
      outcome: "ok",
      decision: "continue",
      sip: null,
      cpuMs: expect.any(Number),
      wallMs: expect.any(Number),
      bodies: "kept",
      input: { routing: { n: 1 } },
      output: { routing: { n: 1, seen: 1 } },
      logs: [{ level: "log", time: expect.any(Number), message: "number 1" }],
      warnings: [],
      error: null,
      cut: [],
    });
  });

  it("that refuses the call is no fault, and one that fails tells the line", async ({ expect }) => {
    const [refused, failed] = [await call(2), await call(3)];
    expect(await untilKept(refused)).toMatchObject({
      outcome: "ok",
      decision: "reject",
      sip: { code: 404, reason: "Gone away" },
      error: null,
    });
    expect(await untilKept(failed)).toMatchObject({
      outcome: "script_error",
      decision: "reject",
      sip: { code: 500, reason: "ScriptForge Error" },
      logs: [{ message: "number 3" }],
      error: { message: expect.stringContaining("null"), line: 7 },
    });
    const faults = await list("fault=true&script=watched");
    expect(faults.invocations.map(({ id }) => id)).toEqual([failed]);
    const named = await list(`outcome=script_error&script=${script}&version=1`);
    expect(named.invocations.map(({ id }) => id)).toEqual([failed]);
  });

  it("comes from every place that runs scripts", async ({ expect }) => {
    const code = `
      exports.main = (data) => data;
      exports.search = () => [{ did: "442070000000" }];
      exports.alert = () => 5;`;
    await product.manage("POST", "/scripts", { name: "everywhere", type: "app", code });
    await product.manage("POST", "/scripts", { name: "plain", type: "script", code: CODE });
    for (const place of [
      "form/contact",
      "driver/did/numbers",
      "driver/alert/low",
      "origination/4420",
    ]) {
      await product.manage("PUT", `/assignments/${place}`, { script: "everywhere" });
    }
    await product.untilRevision();
    await product.ask("/form/contact", { a: 1 });
    await product.ask("/driver/did/numbers/search", { number: "44" });
    await product.ask("/driver/alert/low");
    await product.ask("/call/origination/4420", { routing: {} });
    await product.ask("/run/everywhere", { b: 2 });
    await product.manage("POST", "/scripts/everywhere/run", { data: {} });
    await product.manage("POST", "/scripts/everywhere/run", { code, data: {} });
    await product.manage("POST", "/jobs", { script: "everywhere" });
    const simulated = { place: "termination", customer: "acme", route: "main" };
    await product.manage("POST", "/simulate", { ...simulated, data: { routing: { n: 5 } } });
    const wanted = [
      "form contact",
      "driver/did numbers/search",
      "driver/alert low",
      "origination 4420",
      "run",
      "draft",
      "job",
      "simulate termination acme/main",
    ];
    const seen = new Map<string, Invoked>();
    while (wanted.some((place) => !seen.has(place))) {
      for (const one of (await list("limit=100")).invocations) seen.set(one.place, one);
    }
    // What the alert's driver returned is none, and that is what its caller was told.
    expect(seen.get("driver/alert low")).toMatchObject({ outcome: "script_error", decision: null });
    expect(seen.get("driver/did numbers/search")).toMatchObject({ function: "search" });
    expect(seen.get("draft")).toMatchObject({ version: null, outcome: "ok" });
    expect(seen.get("origination 4420")).toMatchObject({ decision: "continue" });
  });

  it("is found by its place and time, page by page", async ({ expect }) => {
    const before = new Date().toISOString();
    const ids: string[] = [];
    for (let n = 10; n < 15; n += 1) ids.push(await call(n));
    for (const id of ids) await untilKept(id);
    const query = `place=termination%20acme&from=${before}&limit=2`;
    const pages: Invoked[][] = [];
    for (let after: string | null = ""; after !== null;) {
      const page: InvocationPage = await list(`${query}${after === "" ? "" : `&after=${after}`}`);
      pages.push(page.invocations);
      after = page.next;
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat().map(({ id }) => id))).toEqual(new Set(ids));
    expect(
      (await list(`place=termination%20acme&to=${before}&limit=200`)).invocations,
    ).not.toContainEqual(expect.objectContaining({ id: ids[0] }));
    expect((await list("place=voice")).invocations).toEqual([]);
  });

  it("keeps the beginning of what is long, and says so", async ({ expect }) => {
    const text = "☎".repeat(9_000);
    const { headers } = await product.ask("/call/termination/acme/main", {
      routing: { n: 1, text },
    });
    const kept = await untilKept(headers.get("x-invocation") ?? "");
    expect(kept.cut).toEqual(["input", "output"]);
    expect(kept.input).toBe(`{"routing":{"n":1,"text":"${text}`.slice(0, 8_192));
    expect(kept.output).toMatch(/^\{"routing":\{"n":1,"text":"☎+$/);
  });

  it("belongs to its account", async ({ expect }) => {
    const id = await call(1);
    await untilKept(id);
    expect((await other.manage("GET", `/invocations/${id}`)).status).toBe(404);
    for (const path of ["/invocations", `/invocations?script=${script}`]) {
      const page = InvocationPage.parse((await other.manage("GET", path)).body);
      expect(page).toEqual({ invocations: [], next: null });
    }
    const stats = Stats.parse((await other.manage("GET", `/stats?script=${script}`)).body);
    expect(stats.points).toEqual([]);
    expect((await other.manage("GET", "/audit")).body).toEqual({
      entries: [],
      next: null,
    });
    expect((await other.manage("GET", "/quarantine")).body).toEqual([]);
  });

  it("is nobody's who may only run", async ({ expect }) => {
    const made = await product.manage("POST", "/tokens", { name: "engine", scopes: ["run"] });
    const { token } = CreatedToken.parse(made.body);
    for (const path of ["/invocations", "/tail", "/stats", "/cells", "/quarantine", "/audit"]) {
      expect([path, (await product.manageAs(token, { method: "GET", path })).status]).toEqual([
        path,
        403,
      ]);
    }
  });
});

describe("the tail", () => {
  it("tells what runs within a second", async ({ expect }) => {
    const events = await openTail("?place=termination");
    const id = await call(7);
    const calledAt = performance.now();
    const { value } = await events.next();
    const behindMs = performance.now() - calledAt;
    expect(value).toMatchObject({ event: "invocation", data: { id, script, outcome: "ok" } });
    expect(behindMs).toBeLessThan(1_000);
    await events.return(undefined);
  });

  it("is narrowed to a script, an outcome and a place", async ({ expect }) => {
    const events = await openTail("?script=watched&outcome=script_error&place=termination%20acme");
    await call(1);
    const id = await call(3);
    expect((await events.next()).value).toMatchObject({ data: { id, outcome: "script_error" } });
    await events.return(undefined);
  });

  it("shows other accounts nothing", async ({ expect }) => {
    const theirs = await openTail("", other.token);
    const ours = await openTail();
    const first = theirs.next();
    const id = await call(8);
    expect((await ours.next()).value).toMatchObject({ data: { id } });
    await ours.return(undefined);
    const pending = Symbol("nothing yet");
    // Theirs looks as often as ours: what ours was told, theirs would have been too.
    await untilKept(await call(9));
    expect(await Promise.race([first, Promise.resolve(pending)])).toBe(pending);
  });

  it("ends when its token is revoked", async ({ expect }) => {
    const made = await product.manage("POST", "/tokens", { name: "watcher", scopes: ["admin"] });
    const { id, token } = CreatedToken.parse(made.body);
    const events = await openTail("?place=nowhere", token);
    const end = events.next();
    expect((await product.manage("DELETE", `/tokens/${id}`)).status).toBe(204);
    expect(await end).toEqual({ done: true, value: undefined });
    expect((await product.manageAs(token, { method: "GET", path: "/tail" })).status).toBe(401);
  });

  it("is followed by so many at once, and by others when they have gone", async ({ expect }) => {
    const controllers: AbortController[] = [];
    const openOne = async (): Promise<number> => {
      const controller = new AbortController();
      const { status } = await openStream(product, "/tail", { signal: controller.signal });
      if (status === 200) controllers.push(controller);
      return status;
    };
    await until(async () => ((await openOne()) === 503 ? true : undefined));
    expect(controllers.length).toBeGreaterThan(5);
    expect(controllers.length).toBeLessThanOrEqual(20);
    for (const controller of controllers.splice(0)) controller.abort();
    await until(async () => ((await openOne()) === 200 ? true : undefined));
    for (const controller of controllers) controller.abort();
  });
});

describe("a flood", () => {
  it("is counted to the last call, and kept as a sample with every fault", async ({ expect }) => {
    await product.assign({ name: "flooded", code: CODE, customer: "flood" });
    const from = new Date().toISOString();
    const [calls, faults] = [1_500, 10];
    let left = calls;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await call(left % (calls / faults) === 0 ? 3 : 1, "flood");
      }
    };
    const begunAt = performance.now();
    await Promise.all(Array.from({ length: 16 }, lane));
    const seconds = Math.ceil((performance.now() - begunAt) / 1_000) + 1;
    const sum = await until(async () => {
      const { body } = await product.manage("GET", "/stats?script=flooded");
      const { points } = Stats.parse(body);
      const total = points.reduce((before, point) => before + point.calls, 0);
      return total >= calls ? points : undefined;
    });
    const outcomes = sum.reduce(
      (before, point) => before + (point.outcomes["script_error"] ?? 0),
      0,
    );
    expect([sum.reduce((before, point) => before + point.calls, 0), outcomes]).toEqual([
      calls,
      faults,
    ]);
    expect(sum[0]?.wallMs.p50).toBeGreaterThan(0);
    expect(sum[0]?.wallMs.p99).toBeGreaterThanOrEqual(sum[0]?.wallMs.p50 ?? Infinity);
    const kept = sum.reduce((before, point) => before + point.kept, 0);
    // Two processes, 20 a second each.
    expect(kept).toBeLessThanOrEqual(40 * seconds + faults);
    const { rows } = await product.db.execute({
      sql: "SELECT count(*) AS n FROM invocations WHERE script_name = 'flooded' AND at >= ?",
      args: [Date.parse(from)],
    });
    expect(Number(rows[0]?.["n"])).toBe(kept);
    const failed = await list(`fault=true&script=flooded&limit=200`);
    expect(failed.invocations).toHaveLength(faults);
  });
});

describe("the cells", () => {
  it("are those that run, each with its kind, memory and runs", async ({ expect }) => {
    const pids = new Set(cellsOf(product));
    const told = await until(async () => {
      const { nodes } = Cells.parse((await product.manage("GET", "/cells")).body);
      const all = new Set(nodes.flatMap(({ cells }) => cells.map(({ pid }) => pid)));
      return pids.symmetricDifference(all).size === 0 ? nodes : undefined;
    });
    expect(told).toHaveLength(2);
    for (const { cells } of told) {
      const kinds = cells.map(({ kind }) => kind).toSorted();
      expect(kinds).toEqual(["alone", "app", "script", "spare", "spare"]);
      for (const { rssBytes } of cells) expect(rssBytes).toBeGreaterThan(10_000_000);
    }
    const runs = told.flatMap(({ cells }) => cells).reduce((sum, cell) => sum + cell.runs, 0);
    expect(runs).toBeGreaterThan(100);
  });

  it("and runs are counted for Prometheus", async ({ expect }) => {
    const response = await fetch(`${product.edge}/metrics`);
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(text).toMatch(/^scriptforge_runs_total\{process="\d+",outcome="ok"\} \d+$/m);
    expect(text).toMatch(
      /^scriptforge_run_duration_seconds_bucket\{process="\d+",le="\+Inf"\} \d+$/m,
    );
    expect(text).toMatch(/^scriptforge_cells\{process="\d+",kind="script"\} 1$/m);
    expect(text).not.toContain("watched");
  });
});

describe("the quarantine", () => {
  it("lists a script that ends its process, until it is released", async ({ expect }) => {
    const code = "function main() { /^(a+)+$/.test('a'.repeat(40) + 'b'); }";
    const id = await product.assign({ name: "stuck", code, customer: "stuck" });
    const listed = await until(async () => {
      await call(1, "stuck");
      const { body } = await product.manage("GET", "/quarantine");
      return z.array(QuarantinedScript).parse(body)[0];
    });
    expect(listed).toMatchObject({
      script: id,
      name: "stuck",
      version: 1,
      fault: "cpu_exceeded",
      strikes: 3,
    });
    expect((await product.manage("DELETE", "/quarantine/stuck")).status).toBe(204);
    await until(async () => {
      const { body } = await product.manage("GET", "/quarantine");
      return z.array(QuarantinedScript).parse(body).length === 0 ? true : undefined;
    });
    expect((await product.manage("DELETE", "/quarantine/nothing")).status).toBe(404);
  });
});

describe("a token", () => {
  it("tells when it was used last, on the edge as well, and is refused there once revoked", async ({
    expect,
  }) => {
    const made = await product.manage("POST", "/tokens", { name: "caller", scopes: ["run"] });
    const { id, token, lastUsedAt } = CreatedToken.parse(made.body);
    expect(lastUsedAt).toBeNull();
    await product.untilRevision();
    const ask = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      const path = `${product.edge}/call/termination/acme/main`;
      return (await fetch(path, { method: "POST", headers, body: '{"routing":{}}' })).status;
    };
    expect(await ask()).toBe(200);
    await product.manageAs(token, { method: "GET", path: "/modules" });
    const used = await until(async () => {
      const all = z.array(Token).parse((await product.manage("GET", "/tokens")).body);
      return all.find((one) => one.id === id)?.lastUsedAt ?? undefined;
    });
    expect(Math.abs(Date.parse(used) - Date.now())).toBeLessThan(60_000);
    await product.manage("DELETE", `/tokens/${id}`);
    const revokedAt = performance.now();
    await until(async () => ((await ask()) === 401 ? true : undefined));
    expect(performance.now() - revokedAt).toBeLessThan(1_000);
  });
});

describe("while nobody can write the database", () => {
  it("calls go on, and what they did is told afterwards", async ({ expect }) => {
    // So many records are kept in a second, and the test before may have used that up.
    await sleep(1_000);
    const locker = createClient({
      url: `file:${join(product.data, "scriptforge.db")}`,
      timeout: 5_000,
    });
    const lock = await locker.transaction("write");
    const ids: string[] = [];
    try {
      await lock.execute("UPDATE edge_nodes SET seen_at = seen_at");
      for (let n = 0; n < 10; n += 1) {
        const begunAt = performance.now();
        ids.push(await call(20 + n));
        expect(performance.now() - begunAt).toBeLessThan(1_000);
      }
      expect((await product.manage("GET", `/invocations/${ids[0]}`)).status).toBe(404);
    } finally {
      await lock.rollback();
      locker.close();
    }
    for (const id of ids) expect(await untilKept(id)).toMatchObject({ outcome: "ok" });
  });
});
