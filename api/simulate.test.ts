import { afterEach, beforeEach, describe, it } from "vitest";
import { Fault, type Problem } from "../schemas/fault.ts";
import { Simulation, type SimulationOrder } from "../schemas/simulate.ts";
import { ADMIN, OTHER, problemOf, TestApp, type Answer } from "./test-app.ts";

const ROUTE = { place: "termination", customer: "acme", route: "main" };
const DID = { place: "origination", did: "4420" };
const STEP: Simulation["steps"][number] = {
  script: "scr_1",
  scriptName: "one",
  place: "global",
  order: "first",
  version: 3,
  invocation: "inv_1",
  before: { routing: {} },
  after: null,
  changes: [{ path: "a", before: 1 }],
  truncated: false,
  logs: [{ level: "log", time: 1, message: "x" }],
  usage: { cpuMs: 1, wallMs: 2 },
  outcome: "script_error",
  error: { message: "boom", line: 3, column: 9 },
  warnings: ["w"],
  timeoutMs: 2_000,
};
const SIMULATION: Simulation = {
  decision: { action: "reject", sip: { code: 500, reason: "ScriptForge Error" } },
  steps: [STEP],
  data: null,
};

let orders: SimulationOrder[];
let simulate: () => Promise<Simulation>;
let app: TestApp;

beforeEach(async () => {
  orders = [];
  simulate = async () => SIMULATION;
  const simulator = (order: SimulationOrder): Promise<Simulation> => {
    orders.push(order);
    return simulate();
  };
  app = await TestApp.open({ simulator });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

describe("a simulated call", () => {
  it("is asked for by the keys of its place, its tag and its data", async ({ expect }) => {
    const data = { routing: { cli: "1" } };
    for (const request of [
      ROUTE,
      DID,
      { ...ROUTE, tag: "wholesale", data },
      { ...DID, tag: "t", data },
    ]) {
      expect((await send(request)).status).toBe(200);
    }
    const account = "default";
    const ofRoute = { account, place: "termination", subject: "acme", detail: "main" };
    const ofDid = { account, place: "origination", subject: "4420", detail: "" };
    const body = JSON.stringify(data);
    expect(orders).toEqual([
      { ...ofRoute, tag: null, body: "{}" },
      { ...ofDid, tag: null, body: "{}" },
      { ...ofRoute, tag: "wholesale", body },
      { ...ofDid, tag: "t", body },
    ]);
  });

  it("is told as the edge node tells it", async ({ expect }) => {
    const { status, text } = await send(ROUTE);
    expect([status, JSON.parse(text)]).toEqual([200, SIMULATION]);
    expect(Simulation.parse(SIMULATION)).toStrictEqual(SIMULATION);
    const data = { routing: { cli: "1" } };
    const went: Simulation = {
      decision: { action: "continue", data, warnings: ["w"] },
      steps: [],
      data,
    };
    simulate = async () => went;
    expect(JSON.parse((await send(ROUTE)).text)).toEqual(went);
  });

  it("has the numbers and names that were sent", async ({ expect }) => {
    const data = '{"id":9007199254740993,"__proto__":{"a":1},"list":[0.12345678901234567890]}';
    await send(requestWith(data));
    expect(orders[0]?.body).toBe(data);
  });

  it("has the data of a sample, a script's own or built in", async ({ expect }) => {
    await create("one");
    const own = { routing: { cli: "own" } };
    await app.ask("PUT", "/v1/scripts/one/samples/mine", { data: own });
    await send({ ...ROUTE, sample: { script: "one", name: "mine" } });
    await send({ ...ROUTE, sample: { script: "one", name: "empty-routing" } });
    expect(orders.map(({ body }) => body)).toEqual([JSON.stringify(own), '{"routing":{}}']);
  });

  it("of an unknown sample or script is not found", async ({ expect }) => {
    await create("one");
    const sample = { script: "one", name: "none" };
    expect(await problem({ ...ROUTE, sample })).toMatchObject({ code: "not_found" });
    const nobodys = { ...ROUTE, sample: { script: "none", name: "empty" } };
    expect((await problem(nobodys)).code).toBe("script_not_found");
    const others = { ...ROUTE, sample: { script: "one", name: "empty" } };
    expect((await problem(others, OTHER)).code).toBe("script_not_found");
    expect(orders).toEqual([]);
  });

  it("is one of the token's account", async ({ expect }) => {
    await send(DID, OTHER);
    expect(orders).toMatchObject([{ account: "other", subject: "4420" }]);
  });

  it("needs the keys of its place and has no others", async ({ expect }) => {
    for (const [request, detail] of [
      [{}, "place"],
      [{ place: "tag", tag: "t" }, "place"],
      [{ place: "global" }, "place"],
      [{ place: "termination" }, "customer: "],
      [{ place: "termination", customer: "acme" }, "route: "],
      [{ place: "origination" }, "did: "],
      [{ ...ROUTE, customer: "" }, "customer: "],
      [{ ...ROUTE, customer: "a/b" }, "customer: "],
      [{ ...ROUTE, route: 5 }, "route: "],
      [{ ...DID, did: null }, "did: "],
      [{ ...DID, tag: "" }, "tag: "],
      [
        { ...ROUTE, did: "4420" },
        'A call of place "termination" has no "did": it has place, customer, route, tag, data, sample',
      ],
      [
        { ...DID, customer: "acme", route: "main" },
        'A call of place "origination" has no "customer", "route": it has place, did, tag, data, sample',
      ],
      [{ ...DID, more: 1 }, 'no "more"'],
    ] as const) {
      const { code, detail: told } = await problem(request);
      expect([request, code]).toEqual([request, "invalid"]);
      expect(told).toContain(detail);
    }
    expect(orders).toEqual([]);
  });

  it("has an object as its data, or a sample, not both", async ({ expect }) => {
    for (const data of [null, 5, "text", [], [{}]]) {
      const { code, detail } = await problem({ ...ROUTE, data });
      expect([code, detail]).toEqual(["invalid", "data: The body of a call is a JSON object"]);
    }
    for (const sample of [null, "mine", {}, { script: "one" }, { name: "mine" }, { script: "" }]) {
      const { code, detail } = await problem({ ...ROUTE, sample });
      expect([sample, code]).toEqual([sample, "invalid"]);
      expect(detail).toContain("sample");
    }
    const both = await problem({ ...ROUTE, data: {}, sample: { script: "one", name: "empty" } });
    expect(both.detail).toBe("sample: Send either a sample or data, not both");
    expect(orders).toEqual([]);
  });

  it("has data of at most 500 levels", async ({ expect }) => {
    expect((await send(requestWith(nested(500)))).status).toBe(200);
    expect(orders[0]?.body).toBe(nested(500));
    for (const levels of [501, 5_000, 150_000]) {
      const { code, detail } = await problem(requestWith(nested(levels)));
      expect([levels, code]).toEqual([levels, "invalid"]);
      expect(detail).toBe("data: The data is nested at most 500 levels deep");
    }
    expect(orders).toHaveLength(1);
  });

  it("is refused with the fault of the edge node", async ({ expect }) => {
    simulate = () => Promise.reject(new Fault("overloaded", "No edge node answers"));
    expect(await problem(ROUTE)).toMatchObject({ code: "overloaded", status: 503 });
    simulate = () => Promise.reject(new Fault("bad_request", "The body of a call is an object"));
    expect(await problem(ROUTE)).toMatchObject({ code: "bad_request", status: 400 });
  });
});

/** JSON nested so deep, with a number in it that JavaScript would round. */
function nested(levels: number): string {
  return `${'{"a":'.repeat(levels)}9007199254740993${"}".repeat(levels)}`;
}

function requestWith(data: string): string {
  return `{"place":"origination","did":"4420","data":${data}}`;
}

/** A string travels as it is. */
function send(request: unknown, token = ADMIN): Promise<Answer> {
  return app.send("POST", "/v1/simulate", request, { token });
}

async function problem(request: unknown, token = ADMIN): Promise<Problem> {
  return problemOf(await send(request, token));
}

async function create(name: string): Promise<void> {
  await app.ask("POST", "/v1/scripts", { name, type: "script" });
}
