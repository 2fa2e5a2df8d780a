import { describe, it } from "vitest";
import type { BatchedRun } from "../../../schemas/batch.ts";
import { DEFAULT_LIMITS } from "../../../schemas/limits.ts";
import { aliasesIn, readArgument } from "./call-data.ts";

function runOf(sent: unknown, vars: unknown, isCall = true): BatchedRun {
  const texts = {
    payload: JSON.stringify(sent),
    vars: vars === undefined ? "" : JSON.stringify(vars),
  };
  const facts = {
    id: "inv_1",
    function: null,
    anyFunction: false,
    isCall,
    env: "",
    hasLongNumber: false,
  };
  return { ...facts, limits: DEFAULT_LIMITS.script, ...texts };
}

const NO_ALIASES = { egressRouting: false, body: false };

describe("the argument of a call", () => {
  it("is what the engine sent, in its order", ({ expect }) => {
    const { data } = readArgument(runOf({ z: 1, a: 2, routing: {} }, undefined), NO_ALIASES);
    expect(JSON.stringify(data)).toBe('{"z":1,"a":2,"routing":{}}');
  });

  it("has the variables beside it, and what the engine sent wins", ({ expect }) => {
    const { data } = readArgument(
      runOf({ routing: {}, dnc: 1 }, { dnc: 2, cli: { range: [] } }),
      NO_ALIASES,
    );
    expect(data).toEqual({ routing: {}, dnc: 1, cli: { range: [] } });
  });

  it("keeps a member named __proto__ as a member", ({ expect }) => {
    const payload = '{"routing":{},"__proto__":{"polluted":1}}';
    const { data } = readArgument({ ...runOf({}, { a: 1 }), payload }, NO_ALIASES);
    expect(Object.keys(Object(data))).toContain("__proto__");
    expect(Reflect.get(Object(data), "polluted")).toBeUndefined();
  });

  it("is refused where it is not JSON or no object", ({ expect }) => {
    for (const payload of ["{", "", "[]", "5", "null", '"x"']) {
      expect(() => readArgument({ ...runOf({}, undefined), payload }, NO_ALIASES)).toThrow();
    }
  });
});

describe("the argument of a run that is no call", () => {
  it("is any JSON", ({ expect }) => {
    for (const sent of [5, null, "x", [1], { a: 1 }]) {
      expect(readArgument(runOf(sent, undefined, false), NO_ALIASES)).toMatchObject({
        data: sent,
        call: undefined,
      });
    }
  });
});

describe("an alias", () => {
  const ALL = { egressRouting: true, body: true };

  it("of the egress routes leads to them, and is no member of its own", ({ expect }) => {
    const sent = { routing: { egress_routing: [{ provider_id: 1 }] } };
    const data = Object(readArgument(runOf(sent, { a: 1 }), ALL).data);
    expect(data.egress_routing).toBe(data.routing.egress_routing);
    expect(JSON.stringify(data)).toBe(JSON.stringify({ a: 1, ...sent }));
  });

  it("of the body leads to the whole argument of a run", ({ expect }) => {
    const data = Object(readArgument(runOf({ phone: "1" }, undefined, false), ALL).data);
    expect(data.body).toBe(data);
    expect(JSON.stringify(data)).toBe('{"phone":"1"}');
    const own = Object(readArgument(runOf({ body: "mine" }, undefined, false), ALL).data);
    expect(own.body).toBe("mine");
  });

  it("is there for code that mentions it", ({ expect }) => {
    expect(aliasesIn("data.egress_routing[0]")).toEqual({ egressRouting: true, body: false });
    expect(aliasesIn("data.body.phone")).toEqual({ egressRouting: false, body: true });
  });
});
