// Which scripts decide a call, in what order, with which variables, and which types may be assigned where.

import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Product } from "./harness.ts";
import { askEdge, PATIENT, publish, put, seen, told, type Outcome } from "./telephone/calls.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
  for (const name of ["first", "own", "tagged", "last"]) {
    await publish(product, { name, kind: "script", code: marking(name) });
  }
  await publish(product, { name: "app", kind: "app", code: marking("app") });
  await publish(product, { name: "scoped", kind: "scoped app", code: marking("scoped") });
  await publish(product, { name: "vars", kind: "script", code: TELLING });
  await publish(product, { name: "vars app", kind: "app", code: TELLING });
  await publish(product, { name: "fails", kind: "script", code: failing("throw new Error('x');") });
  await publish(product, { name: "denies", kind: "script", code: failing("throw '404 No';") });
  await publish(product, { name: "spins", kind: "script", code: failing("for (;;);") });
  await publish(product, { name: "warns", kind: "script", code: WARNING });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

/** Adds itself, with the variables that it sees, to what the scripts before it have written. */
function marking(name: string): string {
  return `function main(data) { data.routing.by.push(['${name}', data.v, data.c]); return data; }`;
}

const TELLING =
  "function main(data) { const { routing, ...rest } = data; return { routing: { saw: rest } }; }";
const WARNING =
  "function main(data) { data.routing.by.push('warns'); data.routing.headers = 5; return data; }";

function failing(body: string): string {
  return `function main(data) { data.routing.by.push('lost'); ${body} }`;
}

const ASKED = { routing: { by: [] } };

type Assignments = Record<string, { script: string } & Record<string, unknown>>;

/** Assigns these for the tests of a describe, and takes them back after it. */
function assigned(assignments: Assignments): void {
  beforeAll(async () => {
    for (const [place, assignment] of Object.entries(assignments)) {
      await put(product, `/assignments/${place}`, { ...PATIENT, ...assignment });
    }
    await product.untilRevision();
  });
  afterAll(async () => {
    for (const place of Object.keys(assignments)) {
      await product.manage("DELETE", `/assignments/${place}`);
    }
    await product.untilRevision();
  });
}

/** The scripts that have decided a call, with the variables each saw. */
function by(...marks: unknown[]): Outcome {
  return { continues: { routing: { by: marks } } };
}

/** The call goes on as the script that failed got it. */
function goesOn(...marks: unknown[]): Outcome {
  return { continues: { routing: { by: marks } }, fault: ["script_error", "x"] };
}

type Asked = readonly [path: string, becomes: Outcome];

const ALL = {
  "global/first": { script: "first", vars: "v = 'f'" },
  "global/last": { script: "last", vars: "v = 'l'" },
  "tag/gold": { script: "tagged", vars: "v = 't'" },
  "termination/c1/own": { script: "own", vars: "v = 'o'" },
  "termination/c1/app": { script: "app" },
  "termination/c1/scoped": { script: "scoped" },
  "origination/77": { script: "own", vars: "v = 'd'" },
} satisfies Assignments;

describe("a call", () => {
  beforeAll(() => put(product, "/customers/c1", { vars: "c = 'c1'" }));

  describe("with no script for every call", () => {
    assigned({
      "tag/gold": ALL["tag/gold"],
      "tag/a b": { script: "tagged" },
      "termination/c1/own": ALL["termination/c1/own"],
      "origination/77": ALL["origination/77"],
    });

    it.for<Asked>([
      ["termination/c1/own", by(["own", "o", "c1"])],
      ["termination/c1/own?tag=gold", by(["own", "o", "c1"])],
      ["termination/c1/own?tag=silver", by(["own", "o", "c1"])],
      ["origination/77", by(["own", "d", null])],
      ["origination/77?tag=gold", by(["own", "d", null])],
      ["origination/78?tag=gold", by(["tagged", "t", null])],
      ["termination/c1/any?tag=gold", by(["tagged", "t", "c1"])],
      ["termination/c2/any?tag=gold", by(["tagged", "t", null])],
      ["termination/c2/any?tag=go%6Cd", by(["tagged", "t", null])],
      ["termination/c2/any?tag=a%20b", by(["tagged", null, null])],
      ["termination/c2/any?tag=a+b", by(["tagged", null, null])],
      ["termination/c2/any?x=1&tag=gold&tag=silver", by(["tagged", "t", null])],
    ])(
      "at %s is decided by its own script or else its tag's",
      async ([path, becomes], { expect }) => {
        const answer = await askEdge(product, path, ASKED);
        expect(seen(answer)).toEqual(told(expect, becomes));
      },
    );

    it.for([
      "termination/c1/any",
      "termination/c2/own",
      "termination/c1/any?tag=",
      "termination/c1/any?tag=silver",
      "termination/c1/any?tag=Gold",
      "termination/c1/any?Tag=gold",
      "origination/78",
      "origination/c1",
    ])("at %s is nobody's", async (path, { expect }) => {
      const answer = await askEdge(product, path, ASKED);
      expect(seen(answer)).toEqual({
        ...told(expect, { writes: JSON.stringify(ASKED) }),
        invocation: null,
        timing: null,
      });
    });
  });

  describe("with scripts for every call", () => {
    assigned(ALL);

    it.for<Asked>([
      ["termination/c1/own", by(["first", "f", "c1"], ["own", "o", "c1"], ["last", "l", "c1"])],
      ["termination/c1/app", by(["first", "f", "c1"], ["app", null, "c1"], ["last", "l", "c1"])],
      [
        "termination/c1/scoped",
        by(["first", "f", "c1"], ["scoped", null, "c1"], ["last", "l", "c1"]),
      ],
      ["termination/c1/any", by(["first", "f", "c1"], ["last", "l", "c1"])],
      ["termination/c2/any", by(["first", "f", null], ["last", "l", null])],
      [
        "termination/c2/any?tag=gold",
        by(["first", "f", null], ["tagged", "t", null], ["last", "l", null]),
      ],
      ["origination/77", by(["first", "f", null], ["own", "d", null], ["last", "l", null])],
      [
        "origination/78?tag=gold",
        by(["first", "f", null], ["tagged", "t", null], ["last", "l", null]),
      ],
      ["origination/78", by(["first", "f", null], ["last", "l", null])],
    ])("at %s is decided by each in its turn", async ([path, becomes], { expect }) => {
      const answer = await askEdge(product, path, ASKED);
      expect(seen(answer)).toEqual(told(expect, becomes));
    });

    it("hands numbers of 64 bits on", async ({ expect }) => {
      const body = '{"id":12345678901234567890,"routing":{"by":[],"id":9223372036854775807}}';
      const { text } = await askEdge(product, "termination/c2/any", body);
      expect(text).toBe(
        '{"action":"continue","data":{"id":12345678901234567890,"routing":{"by":[["first","f",null],["last","l",null]],"id":9223372036854775807}}}',
      );
    });

    it("is refused where its body is no object", async ({ expect }) => {
      for (const body of ["[1]", "{"]) {
        expect((await askEdge(product, "termination/c1/own", body)).status).toBe(400);
      }
    });
  });

  const REFUSED: Outcome = {
    rejects: [500, "ScriptForge Error"],
    fault: ["script_error", "x"],
  };
  const TIMEOUT: Outcome = {
    rejects: [500, "ScriptForge Timeout"],
    fault: ["wall_exceeded", "did not finish"],
  };
  const [FIRST, OWN] = [
    ["first", "f", "c1"],
    ["own", "o", "c1"],
  ];

  describe.for<readonly [claim: string, changed: Assignments, becomes: Outcome]>([
    ["the first fails", { "global/first": { script: "fails" } }, REFUSED],
    ["the first denies", { "global/first": { script: "denies" } }, { rejects: [404, "No"] }],
    ["the first spins", { "global/first": { script: "spins", timeout: 0.15 } }, TIMEOUT],
    ["its own fails", { "termination/c1/own": { script: "fails" } }, REFUSED],
    ["its own denies", { "termination/c1/own": { script: "denies" } }, { rejects: [404, "No"] }],
    ["the last fails", { "global/last": { script: "fails" } }, REFUSED],
    ["the last denies", { "global/last": { script: "denies" } }, { rejects: [404, "No"] }],
    [
      "the first fails, open",
      { "global/first": { script: "fails", onError: "continue" } },
      goesOn(),
    ],
    [
      "its own fails, open",
      { "termination/c1/own": { script: "fails", onError: "continue" } },
      goesOn(FIRST),
    ],
    [
      "the last fails, open",
      { "global/last": { script: "fails", onError: "continue" } },
      goesOn(FIRST, OWN),
    ],
    [
      "the first and the last warn",
      { "global/first": { script: "warns" }, "global/last": { script: "warns" } },
      {
        continues: { routing: { by: ["warns", OWN, "warns"] } },
        warnings: ["headers is no list", "headers is no list"],
      },
    ],
  ])("of several scripts, where %s,", ([, changed, becomes]) => {
    assigned({ ...ALL, ...changed });

    it("gets what the script that ends it says", async ({ expect }) => {
      const answer = await askEdge(product, "termination/c1/own", ASKED);
      expect(seen(answer)).toEqual(told(expect, becomes));
    });
  });
});

describe("variables", () => {
  const CUSTOMER = `a = 1
both = "customer"
table = "of the route"
[t]
x = 1
y = 1
list = [1, 2]
[t.deep]
p = 1
q = 1
[scalar]
z = 1
[customer]
only = true`;
  const ROUTE = `both = "route"
scalar = "now"
[t]
y = 2
list = [3]
[t.deep]
q = 2
[table]
now = 1
[route]
only = true`;
  const MERGED = {
    a: 1,
    both: "route",
    t: { x: 1, y: 2, list: [3], deep: { p: 1, q: 2 } },
    scalar: "now",
    customer: { only: true },
    table: { now: 1 },
    route: { only: true },
  };
  const TYPES = {
    text: "a\nb é",
    number: 255,
    float: 1.5,
    yes: true,
    at: "1979-05-27T07:32:00.000Z",
    day: "1979-05-27",
    "quo ted": 1,
    dotted: { key: 1 },
    rows: [{ a: 1 }, { a: 2 }],
    body: 1,
    toJSON: 2,
    constructor: 3,
  };
  const TYPES_TOML = `text = "a\\nb é"
number = 0xff
float = 1.5
yes = true
at = 1979-05-27T07:32:00Z
day = 1979-05-27
"quo ted" = 1
dotted.key = 1
body = 1
toJSON = 2
constructor = 3
[[rows]]
a = 1
[[rows]]
a = 2`;

  assigned({
    "termination/v1/main": { script: "vars", vars: ROUTE },
    "termination/v1/app": { script: "vars app", vars: ROUTE },
    "termination/v1/bare": { script: "vars" },
    "termination/v2/main": { script: "vars", vars: ROUTE },
    "termination/v3/main": { script: "vars", vars: "# nothing" },
    "origination/v1": { script: "vars", vars: TYPES_TOML },
    "tag/v1": { script: "vars", vars: "v = 1" },
  });
  beforeAll(async () => {
    await put(product, "/customers/v1", { vars: CUSTOMER });
    await put(product, "/customers/v3", { vars: "[__proto__]\nx = 1" });
    await product.untilRevision();
  });

  it.for<readonly [path: string, saw: object]>([
    ["termination/v1/main", MERGED],
    ["termination/v1/app", MERGED],
    [
      "termination/v2/main",
      {
        both: "route",
        scalar: "now",
        t: { y: 2, list: [3], deep: { q: 2 } },
        table: { now: 1 },
        route: { only: true },
      },
    ],
    ["termination/v3/main", {}],
    ["origination/v1", TYPES],
    ["origination/any?tag=v1", { v: 1 }],
  ])(
    "of %s stand beside routing, the customer's below its own",
    async ([path, saw], { expect }) => {
      const answer = await askEdge(product, path, { routing: {} });
      expect(seen(answer)).toEqual(told(expect, { continues: { routing: { saw } } }));
    },
  );

  it("are not among what the call goes on with, and what the engine sent wins", async ({
    expect,
  }) => {
    const sent = { a: "engine's", route: null, other: 1 };
    const answer = await askEdge(product, "termination/v1/main", { routing: {}, ...sent });
    const saw = { ...MERGED, ...sent };
    expect(seen(answer)).toEqual(told(expect, { continues: { routing: { saw }, ...sent } }));
  });

  it("stand there for a call without data", async ({ expect }) => {
    const answer = await askEdge(product, "termination/v1/main", "");
    expect(seen(answer)).toEqual(told(expect, { continues: { routing: { saw: MERGED } } }));
  });

  it("follow a change of the customer's", async ({ expect }) => {
    await put(product, "/customers/v4", { vars: "a = 1" });
    await put(product, "/assignments/termination/v4/main", { script: "vars" });
    for (const a of [1, 2]) {
      await put(product, "/customers/v4", { vars: `a = ${a}` });
      await product.untilRevision();
      const answer = await askEdge(product, "termination/v4/main", { routing: {} });
      expect(seen(answer)).toEqual(told(expect, { continues: { routing: { saw: { a } } } }));
    }
  });

  const BOXES = [
    "/customers/v9",
    "/assignments/termination/v9/main",
    "/assignments/origination/v9",
    "/assignments/tag/v9",
    "/assignments/global/first",
  ];
  const REFUSED: readonly (readonly [vars: string, detail: string])[] = [
    ["routing = 1", '"routing"'],
    ["[routing]\ncli = 1", '"routing"'],
    ["routing.cli = 1", '"routing"'],
    ['"routing" = 1', '"routing"'],
    ["headers = []", '"headers"'],
    ["remove_headers = []", '"remove_headers"'],
    ["[[egress_routing]]\nprovider_id = 1", '"egress_routing"'],
    ["a = ", "(line 1, column 5)"],
    ["a = 1\na = 2", "(line 2, column 1)"],
    ["a = 1\n\n[t]\n[t]", "(line 4"],
    ["a = 9223372036854775807", "(line 1"],
    [`a = "${"x".repeat(64_000)}"`, "64,000"],
  ];

  describe.for(BOXES)("of %s", (box) => {
    it.for(REFUSED)("are refused: %.40s", async ([vars, detail], { expect }) => {
      const settings = box.startsWith("/customers") ? { vars } : { script: "vars", vars };
      const { status, body } = await product.manage("PUT", box, settings);
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: "invalid", detail: expect.stringContaining(detail) });
      expect((await product.manage("GET", box)).status).toBe(404);
    });
  });
});

describe("a place", () => {
  const TYPES = ["script", "app", "driver"] as const;
  const PLACES: readonly (readonly [place: string, takes: readonly string[]])[] = [
    ["termination/m/n", ["script", "app"]],
    ["origination/m", ["script", "app"]],
    ["tag/m", ["script", "app"]],
    ["global/first", ["script"]],
    ["global/last", ["script"]],
    ["form/m", ["script", "app"]],
    ["driver/did/m", ["app", "driver"]],
    ["driver/alert/m", ["app", "driver"]],
    ["voice/m", ["app"]],
  ];

  beforeAll(async () => {
    for (const type of TYPES) {
      const script = { name: `of type ${type}`, type, code: "module.exports = { main() {} };" };
      await product.manage("POST", "/scripts", script);
    }
  });

  for (const [place, takes] of PLACES) {
    for (const type of TYPES) {
      const isTaken = takes.includes(type);
      it(`${place} ${isTaken ? "takes" : "refuses"} type ${type}`, async ({ expect }) => {
        const path = `/assignments/${place}`;
        const { status, body } = await product.manage("PUT", path, { script: `of type ${type}` });
        const refusal = {
          code: "invalid",
          detail: expect.stringMatching(
            `of type ${type}: .* take type ${takes.join(" or type ")}$`,
          ),
        };
        expect({ status, body }).toMatchObject(
          isTaken
            ? { status: 200, body: { scriptName: `of type ${type}` } }
            : { status: 422, body: refusal },
        );
        expect((await product.manage("DELETE", path)).status).toBe(isTaken ? 204 : 404);
      });
    }
  }

  it.for([
    "global/middle",
    "global/m",
    "termination/m",
    "origination/m/n",
    "elsewhere/m",
    "tag/a%00b",
  ])("%s is none", async (place, { expect }) => {
    const { status } = await product.manage("PUT", `/assignments/${place}`, { script: "own" });
    expect([404, 422]).toContain(status);
  });

  it("takes no script that is not there", async ({ expect }) => {
    const { status, body } = await product.manage("PUT", "/assignments/tag/m", { script: "none" });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "script_not_found" });
  });

  it("of calls has no settings of drivers", async ({ expect }) => {
    for (const place of ["termination/m/n", "origination/m", "tag/m", "global/first", "form/m"]) {
      const settings = { script: "own", mode: "test" };
      const { status, body } = await product.manage("PUT", `/assignments/${place}`, settings);
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: "invalid", detail: "mode: only drivers have it" });
    }
  });

  it("whose script has no live release is as if nothing were assigned", async ({ expect }) => {
    await product.manage("POST", "/scripts", { name: "not released", type: "script" });
    await put(product, "/assignments/termination/m/unreleased", { script: "not released" });
    await product.untilRevision();
    const answer = await askEdge(product, "termination/m/unreleased", ASKED);
    expect(answer.text).toBe(`{"action":"continue","data":${JSON.stringify(ASKED)}}`);
  });
});
