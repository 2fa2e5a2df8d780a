import { describe, it } from "vitest";
import type { RunOutcome } from "../../schemas/call.ts";
import { DID_QUESTIONS, didOutcome, type DidFunction } from "./did-result.ts";

const ASKED = "442070000000";

function returned(name: DidFunction, value: unknown): RunOutcome {
  const question = name === "search" ? { number: ASKED } : { did: ASKED };
  return didOutcome(name, question, { is: "returned", value });
}

describe.for(["search", "list"] as const)("%s", (name) => {
  it("is a list of what has a did, with all that the driver says of each", ({ expect }) => {
    const cases: [value: unknown, list: unknown][] = [
      [undefined, []],
      [null, []],
      [[], []],
      [[{ did: "44" }], [{ did: "44" }]],
      [
        [{ price: 1, did: 442070000000 }, { did: "+44" }],
        [{ price: 1, did: ASKED }, { did: "+44" }],
      ],
      [[{ did: 0 }], [{ did: "0" }]],
    ];
    for (const [value, list] of cases) {
      expect([value, returned(name, value)]).toEqual([value, { is: "returned", value: list }]);
    }
  });

  it("fails by the first entry without a did", ({ expect }) => {
    const entries = [
      {},
      { did: "" },
      { did: null },
      { did: true },
      { did: {} },
      "44",
      44,
      null,
      [],
    ];
    for (const number of [-1, 1.5, 2 ** 53, 1e21]) entries.push({ did: number });
    for (const entry of entries) {
      expect([entry, returned(name, [{ did: "1" }, entry, entry])]).toEqual([
        entry,
        {
          is: "fault",
          code: "script_error",
          message: expect.stringMatching(/^Driver returned an entry without a did at index 1\b/),
        },
      ]);
    }
  });

  it("fails where it is no list", ({ expect }) => {
    for (const value of [{}, { did: "44" }, "44", 44, true, false, 0, ""]) {
      expect([value, returned(name, value)]).toMatchObject([
        value,
        { is: "fault", message: expect.stringMatching(/^Driver returned an? \w+ for a list/) },
      ]);
    }
  });
});

describe("allocate", () => {
  it("is the record to make, with the number asked for where it names none", ({ expect }) => {
    const cases: [value: object, record: object][] = [
      [
        { did: "44", package_id: 5 },
        { did: "44", package_id: 5 },
      ],
      [{ did: 44 }, { did: "44" }],
      [{}, { did: ASKED }],
      [{ id: 7 }, { id: 7, did: ASKED }],
      [{ did: null }, { did: ASKED }],
      [{ did: "" }, { did: ASKED }],
    ];
    for (const [value, record] of cases) {
      expect(returned("allocate", value)).toEqual({ is: "returned", value: record });
    }
  });

  it("fails where there is no record", ({ expect }) => {
    for (const value of [undefined, null, false, 0, "", true, "44", 44, [], [{ did: "44" }]]) {
      const message = "Driver returned no DID";
      expect([value, returned("allocate", value)]).toEqual([
        value,
        { is: "fault", code: "script_error", message },
      ]);
    }
    for (const did of [true, {}, [], -1, 1.5]) {
      const outcome = returned("allocate", { did });
      expect(outcome).toMatchObject({ is: "fault", code: "script_error" });
    }
  });
});

describe("release", () => {
  it("is true for true alone", ({ expect }) => {
    expect(returned("release", true)).toEqual({ is: "returned", value: true });
    for (const value of [undefined, null, false, 0, 1, "", "true", {}, []]) {
      expect(returned("release", value)).toEqual({ is: "returned", value: false });
    }
  });
});

describe("a run that returned nothing", () => {
  it("stays what it is, but says which function is missing", ({ expect }) => {
    const threw: RunOutcome = { is: "threw", thrown: { message: "402 No credit" } };
    expect(didOutcome("allocate", { did: ASKED }, threw)).toBe(threw);
    const lost: RunOutcome = { is: "fault", code: "cell_lost", message: "x" };
    expect(didOutcome("release", { did: ASKED }, lost)).toBe(lost);
    const missing: RunOutcome = { is: "fault", code: "function_not_found", message: "x" };
    expect(didOutcome("release", { did: ASKED }, missing)).toMatchObject({
      code: "function_not_found",
      message: expect.stringContaining('no function "release"'),
    });
  });
});

function fits(name: DidFunction, value: unknown): boolean {
  return DID_QUESTIONS[name].safeParse(value).success;
}

describe("a question", () => {
  it("is one text of at most 64 characters, which names a number where one is meant", ({
    expect,
  }) => {
    expect(fits("search", { number: "" })).toBe(true);
    expect(fits("search", { number: "x".repeat(64) })).toBe(true);
    expect(fits("list", {})).toBe(true);
    for (const name of ["allocate", "release"] as const) {
      expect(fits(name, { did: ASKED })).toBe(true);
      for (const bad of [{}, { did: "" }, { did: 44 }, { did: "x".repeat(65) }, { number: "44" }]) {
        expect([name, bad, fits(name, bad)]).toEqual([name, bad, false]);
      }
    }
    for (const bad of [{}, { number: 44 }, { number: "x".repeat(65) }, { number: "4", did: "4" }]) {
      expect([bad, fits("search", bad)]).toEqual([bad, false]);
    }
    for (const bad of [null, [], "44", 44, { did: "44" }]) {
      expect([bad, fits("list", bad)]).toEqual([bad, false]);
    }
  });
});
