import { afterEach, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { PLACES } from "../schemas/assignment.ts";
import type { RunResult } from "../schemas/call.ts";
import { Problem } from "../schemas/fault.ts";
import { MAX_SAMPLES, Sample, SamplePlace } from "../schemas/sample.ts";
import { Script } from "../schemas/script.ts";
import { samples } from "../schemas/tables/sample.ts";
import type { RunOrder } from "./runner.ts";
import { BUILT_IN_SAMPLES } from "./samples/defaults.ts";
import { putSample } from "./store/samples.ts";
import { OTHER, problemOf, RUN_RESULT, TestApp, type JsonAnswer } from "./test-app.ts";

const CODE = "function main(data) { return data; }";
const OWN = "/v1/scripts/one/samples";

let orders: RunOrder[];
let app: TestApp;

beforeEach(async () => {
  orders = [];
  const runner = async (order: RunOrder): Promise<RunResult> => {
    orders.push(order);
    return RUN_RESULT;
  };
  app = await TestApp.open({ runner });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

describe("the built-in samples", () => {
  it("are there for every place and for plain runs, under names of their own", async ({
    expect,
  }) => {
    const listed = await list("/v1/samples");
    expect(listed).toEqual(BUILT_IN_SAMPLES);
    expect(new Set(listed.map(({ place }) => place))).toEqual(new Set(SamplePlace.options));
    expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
    for (const { name, builtIn, updatedAt } of listed) {
      expect([name, builtIn, updatedAt]).toEqual([name, true, null]);
    }
  });

  it("name only numbers, addresses and hosts that are kept for fiction", ({ expect }) => {
    const texts = textsOf(BUILT_IN_SAMPLES);
    const numbers = texts.filter((text) => /^(?:\+|00)?\d{9,15}$/.test(text));
    expect(numbers.length).toBeGreaterThan(20);
    for (const number of numbers) {
      expect(number).toMatch(/^(?:\+|00)?(?:447700900\d{3}|4420794600\d{0,2})$/);
    }
    const all = texts.join("\n");
    const addresses = all.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? [];
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of addresses) {
      expect(address).toMatch(/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/);
    }
    for (const [, host] of all.matchAll(/@([\w.]*[a-z]\S*)/g)) expect(host).toBe("example.com");
  });

  it("could be sent and stored by their own rules", async ({ expect }) => {
    await create("one");
    for (const { name, place, data } of BUILT_IN_SAMPLES) {
      expect(await put(`${OWN}/${name}`, { place, data })).toMatchObject({ name, place, data });
    }
  });

  it("of a script are those of the places that its type can serve", async ({ expect }) => {
    for (const type of ["script", "app", "driver"] as const) {
      await create(type, { type });
      const listed = await list(`/v1/scripts/${type}/samples`);
      expect(listed).toEqual(
        BUILT_IN_SAMPLES.filter(
          ({ place }) => place === "run" || PLACES[place].takes.includes(type),
        ),
      );
    }
    const ofDriver = await list("/v1/scripts/driver/samples");
    expect(ofDriver.map(({ name }) => name)).toEqual([
      "did-search",
      "did-allocate",
      "did-release",
      "alert",
      "empty",
      "empty-routing",
    ]);
  });
});

describe("a sample", () => {
  it("of a script is put, read, listed before the built-in ones, replaced and deleted", async ({
    expect,
  }) => {
    const { id } = await create("one");
    const builtIn = await list(OWN);
    const made = await put(`${OWN}/b`, { place: "tag", data: { routing: { cli: "1" } } });
    expect(made).toMatchObject({ name: "b", place: "tag", data: { routing: { cli: "1" } } });
    expect(made.builtIn).toBe(false);
    await put(`${OWN}/a`, { data: null });
    expect(await list(`/v1/scripts/${id}/samples`)).toEqual([
      expect.objectContaining({ name: "a", place: "run", data: null }),
      made,
      ...builtIn,
    ]);
    await put(`${OWN}/b`, { place: "form", data: "text" });
    const read = await app.ask("GET", `${OWN}/b`);
    expect(read).toMatchObject({ status: 200, body: { place: "form", data: "text" } });
    expect(await app.ask("DELETE", `${OWN}/b`)).toEqual({ status: 204, body: undefined });
    expect(await app.problem("DELETE", `${OWN}/b`)).toMatchObject({
      code: "not_found",
      detail: `Script "one" has no sample "b" of its own: GET /v1/scripts/${id}/samples lists them`,
    });
    expect((await list(OWN)).map(({ name }) => name)).toEqual([
      "a",
      ...builtIn.map(({ name }) => name),
    ]);
  });

  it("with a built-in one's name wins over it until it is deleted", async ({ expect }) => {
    await create("one");
    const before = await list(OWN);
    expect((await app.problem("DELETE", `${OWN}/termination`)).code).toBe("not_found");
    const own = await put(`${OWN}/termination`, { place: "termination", data: { own: true } });
    expect(await list(OWN)).toEqual([own, ...before.filter(({ name }) => name !== "termination")]);
    expect((await app.ask("GET", `${OWN}/termination`)).body).toEqual(own);
    await app.ask("DELETE", `${OWN}/termination`);
    expect(await list(OWN)).toEqual(before);
    expect((await app.ask("GET", `${OWN}/termination`)).body).toMatchObject({ builtIn: true });
  });

  it("is given back as it came, whatever JSON it is", async ({ expect }) => {
    await create("one");
    for (const data of [
      "null",
      "false",
      "0",
      '""',
      "[]",
      '{"a":[1,{"b":"\\u0000\\ud800 ☎ \'; DROP TABLE samples; --"}]}',
      '{"__proto__":{"x":1},"constructor":1,"routing":null}',
      "[".repeat(500) + "]".repeat(500),
    ]) {
      const answer = await app.send("PUT", `${OWN}/any`, `{"data":${data}}`);
      expect([data, answer.status]).toEqual([data, 200]);
      const { body } = await app.ask("GET", `${OWN}/any`);
      expect(JSON.stringify(Sample.parse(body).data)).toBe(data);
    }
  });

  it("has data of at most 100 kB that is not too deep, and a known place", async ({ expect }) => {
    await create("one");
    for (const [body, detail] of [
      ["{}", "data: Give the sample data: any JSON"],
      ['{"place":"run"}', "data"],
      ['{"place":"sms","data":1}', "place"],
      ['{"place":null,"data":1}', "place"],
      ['{"data":1,"name":"x"}', "name"],
      ['{"data":1,"builtIn":true}', "builtIn"],
      [`{"data":"${"x".repeat(99_999)}"}`, "at most 100000 bytes"],
      [`{"data":"${"☎".repeat(33_333)}"}`, "at most 100000 bytes"],
      [`{"data":${"[".repeat(501)}${"]".repeat(501)}}`, "500 levels"],
      [`{"data":${"[".repeat(400_000)}${"]".repeat(400_000)}}`, "500 levels"],
      [`{"data":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`, "500 levels"],
    ] as const) {
      const wrong = problemOf(await app.send("PUT", `${OWN}/x`, body));
      expect([body.slice(0, 40), wrong.code]).toEqual([body.slice(0, 40), "invalid"]);
      expect(wrong.detail).toContain(detail);
      expect(wrong.detail.length).toBeLessThan(200);
    }
    expect(await app.db.select().from(samples)).toEqual([]);
    await put(`${OWN}/x`, { data: "x".repeat(99_998) });
  });

  it("has a name of which paths and people can make sense", async ({ expect }) => {
    await create("one");
    for (const name of ["%20", "a%0Ab", "a%00b", "x".repeat(101)]) {
      expect((await app.problem("PUT", `${OWN}/${name}`, { data: 1 })).code).toBe("invalid");
      expect((await app.problem("GET", `${OWN}/${name}`)).code).toBe("invalid");
    }
    for (const name of ["x".repeat(100), "Größe ✓ / 5%", "__proto__", "constructor", "scr_1"]) {
      const path = `${OWN}/${encodeURIComponent(name)}`;
      expect((await app.problem("GET", path)).code).toBe("not_found");
      expect(await put(path, { data: name })).toMatchObject({ name });
      expect((await app.ask("GET", path)).body).toMatchObject({ name, data: name });
    }
  });

  it("is one of at most 100 of its script, also when many are put at once", async ({ expect }) => {
    await create("one");
    await create("two");
    const names = Array.from({ length: MAX_SAMPLES + 5 }, (_, index) => `s${index}`);
    const answers = await Promise.all(
      names.map((name) => app.ask("PUT", `${OWN}/${name}`, { data: 1 })),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(5);
    for (const { body } of refused) expect(Problem.parse(body).code).toBe("conflict");
    expect((await app.problem("PUT", `${OWN}/termination`, { data: 1 })).code).toBe("conflict");
    const [first] = await list(OWN);
    await put(`${OWN}/${first?.name}`, { data: 2 });
    await put("/v1/scripts/two/samples/more", { data: 1 });
    await app.ask("DELETE", `${OWN}/${first?.name}`);
    await put(`${OWN}/more`, { data: 1 });
  });

  it("goes with its script, and is not stored for one that is gone", async ({ expect }) => {
    const { id } = await create("one");
    const two = await create("two");
    await put(`${OWN}/a`, { data: 1 });
    await put("/v1/scripts/two/samples/a", { data: 2 });
    expect((await app.ask("DELETE", "/v1/scripts/one")).status).toBe(204);
    expect(await app.db.select().from(samples)).toMatchObject([{ script: two.id, data: "2" }]);
    const key = { account: "default", script: id, name: "late" };
    await expect(putSample(app.db, key, { place: "run", data: 1 })).rejects.toMatchObject({
      code: "script_not_found",
    });
  });

  it("is no concern of edge nodes", async ({ expect }) => {
    await create("one");
    const before = await app.revision();
    await put(`${OWN}/a`, { data: 1 });
    await put(`${OWN}/a`, { data: 2 });
    await app.ask("DELETE", `${OWN}/a`);
    expect(await app.revision()).toEqual(before);
  });

  it("is neither seen nor changed by another account or without the scope admin", async ({
    expect,
  }) => {
    const { id } = await create("one");
    await put(`${OWN}/a`, { data: "private" });
    const before = await app.db.select().from(samples);
    const token = await app.makeToken("engine", ["run"]);
    for (const script of ["one", id]) {
      const path = `/v1/scripts/${script}/samples`;
      for (const [method, at, body] of [
        ["GET", path, undefined],
        ["GET", `${path}/a`, undefined],
        ["PUT", `${path}/a`, { data: 2 }],
        ["DELETE", `${path}/a`, undefined],
      ] as const) {
        expect((await app.problem(method, at, body, OTHER)).code).toBe("script_not_found");
        expect((await app.problem(method, at, body, token)).code).toBe("forbidden");
      }
    }
    expect(await app.db.select().from(samples)).toEqual(before);
  });
});

describe("a run", () => {
  it("with a sample is given its data", async ({ expect }) => {
    await create("one");
    await put(`${OWN}/mine`, { data: { routing: { cli: "1" } } });
    for (const sample of ["mine", " mine ", "termination", "empty-routing"]) {
      expect((await run({ sample })).status).toBe(200);
    }
    await run({ sample: "mine", function: "other", code: "exports.other = () => 1;" });
    const termination = BUILT_IN_SAMPLES.find(({ name }) => name === "termination");
    expect(orders.map(({ data }) => data)).toEqual([
      { routing: { cli: "1" } },
      { routing: { cli: "1" } },
      termination?.data,
      { routing: {} },
      { routing: { cli: "1" } },
    ]);
    expect(orders.at(-1)).toMatchObject({ version: null, function: "other" });
  });

  it("with a sample is given the script's own before the built-in one", async ({ expect }) => {
    await create("one");
    await put(`${OWN}/tag`, { data: "own" });
    await run({ sample: "tag" });
    await app.ask("DELETE", `${OWN}/tag`);
    await run({ sample: "tag" });
    expect(orders).toMatchObject([{ data: "own" }, { data: { routing: { account_id: 1234 } } }]);
  });

  it("with an unknown sample is told which there are", async ({ expect }) => {
    await create("driver", { type: "driver" });
    await create("two");
    await put("/v1/scripts/driver/samples/mine", { data: 1 });
    await put("/v1/scripts/driver/samples/empty", { data: 1 });
    await put("/v1/scripts/two/samples/theirs", { data: 1 });
    for (const sample of ["theirs", "termination", "Mine", "toString"]) {
      const unknown = await app.problem("POST", "/v1/scripts/driver/run", { sample });
      expect(unknown).toMatchObject({
        code: "not_found",
        detail: `Script "driver" has no sample "${sample}". It has: "empty", "mine", "did-search", "did-allocate", "did-release", "alert", "empty-routing"`,
      });
    }
    expect(orders).toEqual([]);
  });

  it("takes a sample or data, and {} without either", async ({ expect }) => {
    await create("one");
    for (const data of [{}, null, 0, ""]) {
      const both = await app.problem("POST", "/v1/scripts/one/run", { sample: "empty", data });
      expect(both).toMatchObject({
        code: "invalid",
        detail: "sample: Send either a sample or data, not both",
      });
    }
    for (const sample of ["", " ", null, 5, "x".repeat(101)]) {
      expect((await app.problem("POST", "/v1/scripts/one/run", { sample })).code).toBe("invalid");
    }
    expect(orders).toEqual([]);
    await run({});
    await run({ data: null });
    await run({ data: [1] });
    expect(orders.map(({ data }) => data)).toEqual([{}, {}, [1]]);
  });
});

async function put(path: string, content: unknown): Promise<Sample> {
  return Sample.parse((await app.ask("PUT", path, content)).body);
}

async function list(path: string): Promise<Sample[]> {
  return z.array(Sample).parse((await app.ask("GET", path)).body);
}

function run(request: Record<string, unknown>): Promise<JsonAnswer> {
  return app.ask("POST", "/v1/scripts/one/run", request);
}

async function create(name: string, more: Record<string, unknown> = {}): Promise<Script> {
  const code = more["type"] === "driver" ? "exports.list = () => [];" : CODE;
  const { body } = await app.ask("POST", "/v1/scripts", { name, type: "script", code, ...more });
  return Script.parse(body);
}

/** Every string in `value`, and every whole number as text. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return isTime(value) ? [] : [String(value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

/** Seconds since 1970 look like a number of a telephone. */
function isTime(value: number): boolean {
  return value > 1_700_000_000 && value < 1_800_000_000;
}
