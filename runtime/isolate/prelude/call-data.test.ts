import { describe, it } from "vitest";
import type { BatchedRun } from "../../../schemas/batch.ts";
import { DEFAULT_LIMITS } from "../../../schemas/limits.ts";
import { readArgument } from "./call-data.ts";

const SENT = { routing: { cli: "1" }, other: { kept: true } };

function runOf(sent: unknown, vars: unknown, isCall = true): BatchedRun {
  const texts = {
    payload: JSON.stringify(sent),
    vars: vars === undefined ? "" : JSON.stringify(vars),
  };
  const facts = { id: "inv_1", function: null, anyFunction: false, isCall, env: "" };
  return { ...facts, limits: DEFAULT_LIMITS.script, ...texts };
}

/** With what the call goes on, undefined where the result has to be decided on. */
function goesOn(
  result: unknown,
  { sent = SENT, vars }: { sent?: object; vars?: object } = {},
): unknown {
  return readArgument(runOf(sent, vars)).continuation?.(result);
}

describe("the argument of a call", () => {
  it("is what the engine sent, in its order", ({ expect }) => {
    const { data } = readArgument(runOf({ z: 1, a: 2, routing: {} }, undefined));
    expect(JSON.stringify(data)).toBe('{"z":1,"a":2,"routing":{}}');
  });

  it("has the variables beside it, and what the engine sent wins", ({ expect }) => {
    const { data } = readArgument(runOf({ routing: {}, dnc: 1 }, { dnc: 2, cli: { range: [] } }));
    expect(data).toEqual({ routing: {}, dnc: 1, cli: { range: [] } });
  });

  it("keeps a member named __proto__ as a member", ({ expect }) => {
    const payload = '{"routing":{},"__proto__":{"polluted":1}}';
    const { data } = readArgument({ ...runOf({}, { a: 1 }), payload });
    expect(Object.keys(Object(data))).toContain("__proto__");
    expect(Reflect.get(Object(data), "polluted")).toBeUndefined();
  });

  it("is refused where it is not JSON or no object", ({ expect }) => {
    for (const payload of ["{", "", "[]", "5", "null", '"x"']) {
      expect(() => readArgument({ ...runOf({}, undefined), payload })).toThrow();
    }
  });
});

describe("the argument of a run that is no call", () => {
  it("is any JSON", ({ expect }) => {
    for (const sent of [5, null, "x", [1], { a: 1 }]) {
      expect(readArgument(runOf(sent, undefined, false))).toEqual({
        data: sent,
        continuation: undefined,
      });
    }
  });
});

describe("a result with routing", () => {
  it("is what the call goes on with", ({ expect }) => {
    const routing = { cli: "9", added: [1, { a: null }] };
    expect(goesOn({ ...SENT, routing })).toEqual({ routing, other: { kept: true } });
  });

  it("adds, changes and need not repeat members beside routing", ({ expect }) => {
    const result = { routing: { a: 1 }, headers: [], other: 5 };
    expect(goesOn(result)).toEqual(result);
    expect(goesOn({ routing: {} })).toEqual({ routing: {}, other: { kept: true } });
  });

  it("has none of the variables that the engine never sent", ({ expect }) => {
    const sent = { routing: {}, dnc: { of: "engine" } };
    const result = { routing: { cli: "9" }, dnc: { of: "script" }, cli: 2, mine: 3 };
    expect(goesOn(result, { sent, vars: { dnc: { db: 1 }, cli: 2 } })).toEqual({
      routing: { cli: "9" },
      dnc: { of: "script" },
      mine: 3,
    });
  });

  it("is the script's own object where nothing is to be put right", ({ expect }) => {
    const result = { routing: {}, other: 1 };
    expect(goesOn(result)).toBe(result);
  });
});

describe("a result without routing", () => {
  it("has to be decided on", ({ expect }) => {
    for (const result of [{}, { routing: null }, { routing: [] }, { cli: 1 }, [1], 5, "x", null]) {
      expect(goesOn(result)).toBeUndefined();
    }
  });
});
