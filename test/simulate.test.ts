// Simulated calls, through the running product.

import { once } from "node:events";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { Assignment } from "../schemas/assignment.ts";
import { Problem } from "../schemas/fault.ts";
import { Simulation, type SimulatedStep } from "../schemas/simulate.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";

const DATA = {
  routing: {
    cli: "442079460010",
    dest_number: "447700900123",
    egress_routing: [
      {
        provider_id: 77,
        gw: { "301": { cli: "442079460010" }, "302": { cli: "442079460010" } },
        headers: [],
      },
    ],
    log: ["one", "two"],
  },
};

const RETURN_DATA = "function main(data) { return data; }";
const FAIL = `function main(data) {
  console.log("about to fail");
  const { missing } = data;
  return missing.member;
}`;

const Ready = z.looseObject({ quarantined: z.int() });

let product: Product;
let written = "";

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  product.process.stderr?.on("data", (chunk: Buffer) => (written += chunk.toString()));
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

describe("a simulated call", () => {
  it("without a script goes on as it is, in no steps", async ({ expect }) => {
    for (const key of [{ place: "termination", customer: "nobody", route: "x" }, did("1")]) {
      expect(await simulate({ ...key, data: DATA })).toEqual({
        decision: { action: "continue", data: DATA },
        steps: [],
        data: DATA,
      });
      expect(await simulate(key)).toMatchObject({ data: {} });
    }
  });

  it("tells what a script made of the data, and how the run went", async ({ expect }) => {
    const code = `function main(data) {
      console.log("customer", data.limits.calls);
      console.warn({ cli: data.routing.cli });
      for (const { gw } of data.routing.egress_routing) gw["301"].cli = "442079460020";
      delete data.routing.dest_number;
      data.routing.log.push("three");
      return data;
    }`;
    const vars = "[limits]\ncalls = 5";
    const script = await product.assign({
      name: "teller",
      code,
      customer: "told",
      assignment: { vars, timeout: 1.5 },
    });
    const { steps, data, decision } = await simulate({ ...route("told"), data: DATA });
    expect(steps).toHaveLength(1);
    const [step] = steps;
    expect(step).toMatchObject({
      script,
      scriptName: "teller",
      place: "termination",
      version: 1,
      before: DATA,
      after: data,
      changes: [
        { path: "routing.dest_number", before: "447700900123" },
        {
          path: "routing.egress_routing.0.gw.301.cli",
          before: "442079460010",
          after: "442079460020",
        },
        { path: "routing.log.2", after: "three" },
      ],
      truncated: false,
      logs: [
        { level: "log", message: "customer 5" },
        { level: "warn", message: expect.stringContaining("442079460010") },
      ],
      outcome: "ok",
      warnings: [],
      timeoutMs: 1_500,
    });
    expect(step).not.toHaveProperty("order");
    expect(step).not.toHaveProperty("error");
    expect(step?.invocation).toMatch(/^[\w-]{36}$/);
    expect(step?.usage.wallMs).toBeGreaterThan(0);
    expect(decision).toEqual({ action: "continue", data });
    expect(data).not.toHaveProperty("limits");
  });

  it("is decided as the same call is", async ({ expect }) => {
    const codes = {
      same: RETURN_DATA,
      changed: "function main(data) { data.routing.cli = 5; return data; }",
      headers: "function main() { return [{ key: 'X-A', value: 'b' }]; }",
      nothing: "function main() {}",
      pair: "function main() { return [604, 'On the list']; }",
      "thrown pair": "function main() { throw [404, 'Nobody']; }",
      "thrown code": "function main() { throw new Error('403 Not You'); }",
      "thrown text": "function main() { throw 'no code'; }",
      "no routes": "function main({ routing }) { routing.egress_routing = []; return routing; }",
      "bad return": "function main() { return 5; }",
      failed: FAIL,
      spinning: "function main() { for (;;); }",
      warned: "function main(data) { data.routing.cli = '4\\n4'; return data; }",
    };
    for (const [name, code] of Object.entries(codes)) {
      const customer = name.replace(" ", "-");
      await product.assign({ name: `decided ${name}`, code, customer: `d-${customer}` });
    }
    for (const name of Object.keys(codes)) {
      const customer = `d-${name.replace(" ", "-")}`;
      const { body } = await product.ask(`/call/termination/${customer}/main`, DATA);
      const { decision } = await simulate({ ...route(customer), data: DATA });
      expect([name, withoutRun(decision)]).toEqual([name, withoutRun(body)]);
    }
  });

  it("keeps numbers and names that JavaScript does not keep", async ({ expect }) => {
    await product.assign({ name: "exact", code: RETURN_DATA, customer: "exact" });
    const data =
      '{"routing":{"id":9007199254740993,"big":123456789012345678901},"__proto__":{"a":1}}';
    const request = `{"place":"termination","customer":"exact","route":"main","data":${data}}`;
    const asked = await fetch(`${product.api}/v1/simulate`, {
      method: "POST",
      body: request,
      ...json(),
    });
    const called = await fetch(`${product.edge}/call/termination/exact/main`, {
      method: "POST",
      body: data,
      ...json(),
    });
    const told = await asked.text();
    expect(told).toContain(`"decision":${await called.text()},`);
    expect(told).toContain(`"before":${data},"after":${data},"changes":[],`);
    expect(told).toContain(`"data":${data}}`);
  });

  it("to a DID, or with a tag, tells by which assignment its script ran", async ({ expect }) => {
    await release("placed", RETURN_DATA);
    for (const path of ["origination/442079460018", "tag/wholesale", "termination/own/main"]) {
      await product.manage("PUT", `/assignments/${path}`, { script: "placed" });
    }
    await product.untilRevision();
    for (const [request, place] of [
      [did("442079460018"), "origination"],
      [{ ...did("442079460018"), tag: "wholesale" }, "origination"],
      [{ ...did("442079460099"), tag: "wholesale" }, "tag"],
      [{ ...route("own"), tag: "wholesale" }, "termination"],
      [{ ...route("untaken"), tag: "wholesale" }, "tag"],
    ] as const) {
      const { steps } = await simulate(request);
      expect(steps).toMatchObject([{ scriptName: "placed", place }]);
    }
    expect((await simulate({ ...route("untaken"), tag: "retail" })).steps).toEqual([]);
  });

  it("can have the data of a sample", async ({ expect }) => {
    await product.assign({ name: "sampled", code: RETURN_DATA, customer: "sampled" });
    await product.manage("PUT", "/scripts/sampled/samples/mine", { data: DATA });
    const sampled = await simulate({
      ...route("sampled"),
      sample: { script: "sampled", name: "mine" },
    });
    expect(sampled.data).toEqual(DATA);
    const builtIn = { script: "sampled", name: "termination" };
    const { steps } = await simulate({ ...route("sampled"), sample: builtIn });
    expect(steps[0]?.before).toMatchObject({ routing: { account_id: 1234 } });
  });
});

describe("a script that does not let a simulated call go on", () => {
  it("says how it failed, with its line", async ({ expect }) => {
    await product.assign({ name: "failing", code: FAIL, customer: "failing" });
    const { steps, data, decision } = await simulate({ ...route("failing"), data: DATA });
    expect(steps).toMatchObject([
      {
        outcome: "script_error",
        error: { line: 4, message: expect.stringContaining("undefined") },
        logs: [{ message: "about to fail" }],
        before: DATA,
        after: null,
        changes: [],
      },
    ]);
    expect(steps[0]?.error?.stack).toContain("script.js:4:");
    expect(data).toBeNull();
    expect(decision).toMatchObject({
      action: "reject",
      sip: { code: 500, reason: "ScriptForge Error" },
      fault: { code: "script_error", invocation: steps[0]?.invocation },
    });
  });

  it("names the file where another script failed for it", async ({ expect }) => {
    await release(
      "rules",
      "\nexports.check = () => {\n  throw new Error('404 No rule');\n};",
      "app",
    );
    const code = "const { check } = require('rules');\nasync function main() { check(); }";
    await product.assign({ name: "requiring", type: "app", code, customer: "requiring" });
    const { steps, decision } = await simulate(route("requiring"));
    expect(steps).toMatchObject([
      { outcome: "rejected", error: { file: "scripts/rules.js", line: 3, message: "404 No rule" } },
    ]);
    expect(decision).toEqual({ action: "reject", sip: { code: 404, reason: "No rule" } });
  });

  it("is told apart by whether it rejected the call or failed", async ({ expect }) => {
    const pair = "function main() { return [604, 'On the list']; }";
    await product.assign({ name: "rejecting", code: pair, customer: "rejecting" });
    const rejected = await simulate({ ...route("rejecting"), data: DATA });
    expect(rejected).toMatchObject({
      decision: { action: "reject", sip: { code: 604, reason: "On the list" } },
      steps: [{ outcome: "rejected", after: null, changes: [] }],
      data: null,
    });
    expect(rejected.steps[0]).not.toHaveProperty("error");

    await product.assign({
      name: "returning",
      code: "function main() { return 5; }",
      customer: "returning",
    });
    const { steps } = await simulate(route("returning"));
    expect(steps).toMatchObject([
      { outcome: "script_error", error: { message: expect.stringContaining("main returned 5") } },
    ]);
  });

  it("gets the Timeout Action, which may let the call go on", async ({ expect }) => {
    const code = "async function main(data) { data.x = 1; await new Promise(() => {}); }";
    for (const [customer, timeoutAction] of [
      ["late", "503 Try Later"],
      ["late-open", "200 OK"],
    ] as const) {
      const assignment = { timeout: 0.2, timeoutAction };
      await product.assign({ name: customer, type: "app", code, customer, assignment });
    }
    const late = await simulate({ ...route("late"), data: DATA });
    expect(late).toMatchObject({
      decision: { action: "reject", sip: { code: 503, reason: "Try Later" } },
      steps: [{ outcome: "wall_exceeded", timeoutMs: 200, after: null }],
      data: null,
    });
    expect(late.steps[0]?.error?.message).toBeTruthy();
    const open = await simulate({ ...route("late-open"), data: DATA });
    expect(open).toMatchObject({
      decision: { action: "continue", data: DATA, fault: { code: "wall_exceeded" } },
      steps: [{ outcome: "wall_exceeded", before: DATA, after: DATA, changes: [] }],
      data: DATA,
    });
  });

  it("says where its CPU time ran out", async ({ expect }) => {
    const code = "function main() {\n  for (;;);\n}";
    await product.assign({ name: "spinner", code, customer: "spinner" });
    const { steps } = await simulate(route("spinner"));
    expect(steps).toMatchObject([{ outcome: "cpu_exceeded", error: { line: 2 } }]);
  });
});

describe("a chain of scripts", () => {
  const all = { ...route("chained"), data: DATA };

  beforeAll(async () => {
    await release("chain first", "function main(data) { data.routing.first = true; return data; }");
    await product.assign({
      name: "chain own",
      code: `function main({ routing }) {
        if (!routing.first) throw new Error("500 Not the first");
        routing.cli = "442079460011";
        routing.headers = [{ key: "X-Own", value: "1" }, { key: "no name", value: "2" }];
        return routing;
      }`,
      customer: "chained",
    });
    await release(
      "chain last",
      "function main({ routing }) { delete routing.first; routing.headers[0].value += routing.cli; return { routing }; }",
    );
    await product.manage("PUT", "/assignments/global/first", { script: "chain first" });
    await product.manage("PUT", "/assignments/global/last", { script: "chain last" });
    await product.untilRevision();
  });
  afterAll(async () => {
    await product.manage("DELETE", "/assignments/global/first");
    await product.manage("DELETE", "/assignments/global/last");
    await product.untilRevision();
  });

  it("is told script by script, each with what the one before it left", async ({ expect }) => {
    const { steps, data, decision } = await simulate(all);
    expect(steps.map(summary)).toEqual([
      ["chain first", "global", "first", "ok", ["routing.first"]],
      ["chain own", "termination", undefined, "ok", ["routing.cli", "routing.headers"]],
      ["chain last", "global", "last", "ok", ["routing.first", "routing.headers.0.value"]],
    ]);
    const [first, own, last] = steps;
    expect(first?.before).toEqual(DATA);
    expect(own?.before).toEqual(first?.after);
    expect(last?.before).toEqual(own?.after);
    expect(last?.after).toEqual(data);
    expect(last?.changes).toEqual([
      { path: "routing.first", before: true },
      { path: "routing.headers.0.value", before: "1", after: "1442079460011" },
    ]);
    expect(own?.warnings).toEqual([expect.stringContaining("no name")]);
    expect([first?.warnings, last?.warnings]).toEqual([[], []]);
    expect(decision).toEqual({ action: "continue", data, warnings: own?.warnings });
    const { body } = await product.ask("/call/termination/chained/main", DATA);
    expect(decision).toEqual(body);
  });

  it("ends at the script that rejects the call", async ({ expect }) => {
    const code = "function main() { throw new Error('604 Not there'); }";
    await product.assign({ name: "chain end", code, customer: "ended" });
    const { steps, data, decision } = await simulate({ ...route("ended"), data: DATA });
    expect(steps.map(summary)).toEqual([
      ["chain first", "global", "first", "ok", ["routing.first"]],
      ["chain end", "termination", undefined, "rejected", []],
    ]);
    expect(steps[1]).toMatchObject({ after: null, error: { line: 1, message: "604 Not there" } });
    expect(data).toBeNull();
    expect(decision).toEqual({ action: "reject", sip: { code: 604, reason: "Not there" } });
    const { body } = await product.ask("/call/termination/ended/main", DATA);
    expect(decision).toEqual(body);
  });

  it("is the one of every call where the place has no script", async ({ expect }) => {
    const { steps } = await simulate({
      ...did("442079460077"),
      data: { routing: { headers: [{}] } },
    });
    expect(steps.map(({ scriptName }) => scriptName)).toEqual(["chain first", "chain last"]);
  });
});

describe("simulating", () => {
  it("refuses what a call would be refused for", async ({ expect }) => {
    await product.assign({ name: "listed", code: RETURN_DATA, customer: "listed" });
    await product.manage("PUT", "/scripts/listed/samples/list", { data: [1] });
    const sample = { script: "listed", name: "list" };
    for (const customer of ["listed", "nobody"]) {
      const { status, body } = await ask({ ...route(customer), sample });
      expect([status, Problem.parse(body).code]).toEqual([400, "bad_request"]);
    }
  });

  it("refuses requests that name no call", async ({ expect }) => {
    for (const [request, status] of [
      [{}, 422],
      [{ place: "termination", customer: "acme" }, 422],
      [{ ...did("1"), customer: "acme" }, 422],
      [{ ...did("1"), data: [] }, 422],
      [{ ...did("1"), sample: { script: "none", name: "empty" } }, 404],
      ["{", 400],
    ] as const) {
      expect([request, (await ask(request)).status]).toEqual([request, status]);
    }
  });

  it("is for control planes to ask of an edge node", async ({ expect }) => {
    const order = { account: "default", place: "origination", subject: "1", detail: "" };
    const { status, body } = await product.ask("/internal/simulate", {
      ...order,
      tag: null,
      body: "{}",
    });
    expect([status, Problem.parse(body).code]).toEqual([401, "unauthorized"]);
    const elsewhere = await product.ask("/internal/simulate/more", {});
    expect(elsewhere.status).toBe(404);
  });

  it("leaves nothing behind: no assignment, no quarantine, no line in the log", async ({
    expect,
  }) => {
    await product.assign({ name: "silent", code: FAIL, customer: "silent" });
    const before = await assignments();
    const simulated: string[] = [];
    for (let time = 0; time < 5; time += 1) {
      const { steps } = await simulate({ ...route("silent"), data: DATA });
      simulated.push(...steps.map(({ invocation }) => invocation));
    }
    expect(new Set(simulated).size).toBe(5);
    expect(await assignments()).toEqual(before);
    const ready = Ready.parse(await (await fetch(`${product.edge}/readyz`)).json());
    expect(ready.quarantined).toBe(0);

    const { headers } = await product.ask("/call/termination/silent/main", DATA);
    const called = headers.get("x-invocation") ?? "";
    expect(called).not.toBe("");
    await untilWritten(called);
    for (const invocation of simulated) expect(written).not.toContain(invocation);
  });
});

function route(customer: string): { place: "termination"; customer: string; route: string } {
  return { place: "termination", customer, route: "main" };
}

function did(number: string): { place: "origination"; did: string } {
  return { place: "origination", did: number };
}

function ask(request: unknown): Promise<Answer> {
  return product.manage("POST", "/simulate", request);
}

/** Throws with the problem where there is one. */
async function simulate(request: unknown): Promise<Simulation> {
  const { status, body } = await ask(request);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return Simulation.parse(body);
}

/** A script with a live release. */
async function release(name: string, code: string, type = "script"): Promise<void> {
  const { status, body } = await product.manage("POST", "/scripts", { name, type, code });
  if (status !== 201) throw new Error(JSON.stringify(body));
}

async function assignments(): Promise<Assignment[]> {
  return z.array(Assignment).parse((await product.manage("GET", "/assignments")).body);
}

function json(): { headers: Record<string, string> } {
  return {
    headers: { authorization: `Bearer ${product.token}`, "content-type": "application/json" },
  };
}

function summary(step: SimulatedStep): unknown[] {
  const { scriptName, place, order, outcome, changes } = step;
  return [scriptName, place, order, outcome, changes.map(({ path }) => path)];
}

/** A decision without what differs from run to run: the invocation, and how much time was used. */
function withoutRun(decision: unknown): unknown {
  return JSON.parse(
    JSON.stringify(decision)
      .replace(/"invocation":"[^"]*"/, '"invocation":""')
      .replace(/used \d+ ms/, "used ms"),
  );
}

/** Waits until the product has written `text` to its log. */
async function untilWritten(text: string): Promise<void> {
  const { stderr } = product.process;
  if (stderr === null) throw new Error("The product writes no log");
  while (!written.includes(text)) await once(stderr, "data");
}
