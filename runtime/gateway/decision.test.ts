import { anything, assert, property } from "fast-check";
import { describe, it } from "vitest";
import type { OnError, TimeoutAction } from "../../schemas/assignment.ts";
import type { RunOutcome } from "../../schemas/call.ts";
import { Decision } from "../../schemas/decision.ts";
import { FaultCode, FAULTS } from "../../schemas/fault.ts";
import { decide, type RunCall } from "./decision.ts";

const DATA = {
  routing: { cli: "1", dest_number: "2", egress_routing: [{ gw: { 7: { cli: "1" } } }] },
  other: { kept: true },
};
const LATER: TimeoutAction = { is: "reject", code: 503, reason: "Try Later" };
const OPEN: TimeoutAction = { is: "continue" };
const FAILED = { code: 500, reason: "ScriptForge Error" };

type Settings = Partial<RunCall["target"]> & { data?: RunCall["data"] };

function decideOutcome(outcome: RunOutcome, settings: Settings = {}): Decision {
  const { data = DATA, ...target } = settings;
  const defaults = { timeoutAction: LATER, onError: "reject" as OnError };
  return decide({ data, target: { ...defaults, ...target }, outcome, invocation: "inv_1" });
}

function returned(value: unknown, settings: Settings = {}): Decision {
  return decideOutcome({ is: "returned", value }, settings);
}

function threw(message: string, settings: Settings = {}): Decision {
  return decideOutcome({ is: "threw", thrown: { message } }, settings);
}

function fault(code: FaultCode, settings: Settings = {}): Decision {
  return decideOutcome({ is: "fault", code, message: "it failed" }, settings);
}

describe("a script that returned a bare routing object", () => {
  it("has it wrapped, by any of its known members", ({ expect }) => {
    for (const name of ["egress_routing", "dest_number", "cli", "callid", "asrPlus"]) {
      expect(returned({ [name]: "x" })).toEqual({
        action: "continue",
        data: { routing: { [name]: "x" }, other: { kept: true } },
      });
    }
  });

  it("is not taken for one by what every object inherits", ({ expect }) => {
    expect(returned({ toString: 1 })).toMatchObject({ data: DATA, warnings: [expect.any(String)] });
  });
});

describe("a script that returned nothing", () => {
  it("and left no routing has the call go on as it was, with a warning", ({ expect }) => {
    for (const left of [{}, { other: 1 }, { routing: null }, { routing: [] }, { routing: "x" }]) {
      expect(decideOutcome({ is: "returned", value: null, data: left })).toEqual({
        action: "continue",
        data: DATA,
        warnings: [expect.stringContaining("routing")],
      });
    }
  });
});

describe("a script that returned an object without routing", () => {
  it("has the call go on as it was, with a warning", ({ expect }) => {
    for (const value of [{}, { ok: true }, { routing: null }, { routing: 5 }, { routing: [] }]) {
      expect(returned(value)).toEqual({
        action: "continue",
        data: DATA,
        warnings: [expect.stringContaining("routing")],
      });
    }
  });
});

describe("a script that returned an array", () => {
  it("rejects with a pair", ({ expect }) => {
    expect(returned([604, "On the list"])).toEqual({
      action: "reject",
      sip: { code: 604, reason: "On the list" },
    });
    expect(returned(["486"])).toMatchObject({ sip: { code: 486, reason: "Busy Here" } });
    expect(returned([503, "a\r\nX-Evil: 1"])).toMatchObject({ sip: { reason: "a X-Evil: 1" } });
  });

  it("adds headers for all destinations, behind those that are there", ({ expect }) => {
    const added = [
      { key: "X-A", value: "1" },
      { key: "X-B", value: "2" },
    ];
    expect(continued(returned(added)).data).toEqual({
      ...DATA,
      routing: { ...DATA.routing, headers: added },
    });
    const first = { key: "X-0", value: "0" };
    const data = { routing: { headers: [first], cli: "1" } };
    expect(continued(returned(added, { data })).data).toEqual({
      routing: { headers: [first, ...added], cli: "1" },
    });
  });

  it("adds headers even where the engine sent no routing", ({ expect }) => {
    const header = { key: "X-A", value: "1" };
    for (const data of [{}, { routing: null }, { routing: { headers: "none" } }]) {
      expect(continued(returned([header], { data })).data).toEqual({
        routing: { headers: [header] },
      });
    }
  });

  it("changes nothing with an empty one", ({ expect }) => {
    const { data } = continued(returned([]));
    expect(data).toEqual({ ...DATA, routing: { ...DATA.routing, headers: [] } });
  });

  it("fails with any other", ({ expect }) => {
    for (const value of [
      [200, "OK"],
      ["x"],
      [{ key: "X-A" }, 5],
      [{ name: "X-A" }],
      [[]],
      [null],
    ]) {
      expect([value, returned(value)]).toMatchObject([
        value,
        { action: "reject", sip: FAILED, fault: { code: "script_error" } },
      ]);
    }
  });
});

describe("a script that returned no object", () => {
  it("fails, and its owner is told what it returned", ({ expect }) => {
    const cases: [value: unknown, shown: string][] = [
      [false, "false"],
      [true, "true"],
      [0, "0"],
      [5, "5"],
      ["", '""'],
      ["503 Later", '"503 Later"'],
    ];
    for (const [value, shown] of cases) {
      expect(returned(value)).toEqual({
        action: "reject",
        sip: FAILED,
        fault: {
          code: "script_error",
          message: expect.stringContaining(shown),
          invocation: "inv_1",
        },
      });
    }
  });

  it("has it shown in part where it is long", ({ expect }) => {
    const { fault: failed } = returned("x".repeat(100_000));
    expect(failed?.message.length).toBeLessThan(300);
  });
});

describe("a script that threw", () => {
  it("a SIP answer rejects the call with it, and that is no fault", ({ expect }) => {
    expect(threw("404 Not Found")).toEqual({
      action: "reject",
      sip: { code: 404, reason: "Not Found" },
    });
    const pair: RunOutcome = { is: "threw", thrown: { message: "", pair: [604, "On the list"] } };
    expect(decideOutcome(pair)).toEqual({
      action: "reject",
      sip: { code: 604, reason: "On the list" },
    });
    const object = { message: "{}", fields: { code: 486, message: "Busy" } };
    expect(decideOutcome({ is: "threw", thrown: object })).toEqual({
      action: "reject",
      sip: { code: 486, reason: "Busy" },
    });
  });

  it("a SIP answer rejects the call whatever is to happen on errors", ({ expect }) => {
    for (const onError of ["reject", "timeoutAction", "continue"] as const) {
      expect(threw("404 Not Found", { onError, timeoutAction: OPEN })).toEqual({
        action: "reject",
        sip: { code: 404, reason: "Not Found" },
      });
    }
  });

  it("anything else keeps its words from the wire", ({ expect }) => {
    const failed = threw("secret of the owner");
    expect(failed).toEqual({
      action: "reject",
      sip: FAILED,
      fault: { code: "script_error", message: "secret of the owner", invocation: "inv_1" },
    });
  });
});

describe("a fault", () => {
  const codes = Object.keys(FAULTS).map((code) => FaultCode.parse(code));
  const ofTime = new Set<FaultCode>(["wall_exceeded", "cpu_exceeded"]);

  it("of time gets the Timeout Action, whatever is to happen on errors", ({ expect }) => {
    for (const code of ofTime) {
      for (const onError of ["reject", "timeoutAction", "continue"] as const) {
        expect(fault(code, { onError })).toEqual({
          action: "reject",
          sip: { code: 503, reason: "Try Later" },
          fault: { code, message: "it failed", invocation: "inv_1" },
        });
        expect(fault(code, { onError, timeoutAction: OPEN })).toEqual({
          action: "continue",
          data: DATA,
          fault: { code, message: "it failed", invocation: "inv_1" },
        });
      }
    }
  });

  for (const code of codes.filter((each) => !ofTime.has(each))) {
    it(`of another kind gets what is to happen on errors: ${code}`, ({ expect }) => {
      const told = { code, message: "it failed", invocation: "inv_1" };
      const sip = code === "overloaded" ? { code: 503, reason: "Service Unavailable" } : FAILED;
      expect(fault(code)).toEqual({ action: "reject", sip, fault: told });
      expect(fault(code, { onError: "continue" })).toEqual({
        action: "continue",
        data: DATA,
        fault: told,
      });
      expect(fault(code, { onError: "timeoutAction" })).toEqual({
        action: "reject",
        sip: { code: 503, reason: "Try Later" },
        fault: told,
      });
      expect(fault(code, { onError: "timeoutAction", timeoutAction: OPEN })).toEqual({
        action: "continue",
        data: DATA,
        fault: told,
      });
    });
  }

  it("never sends changes of the script or variables", ({ expect }) => {
    const settings: Settings = { onError: "continue" };
    for (const decision of [fault("internal", settings), returned(false, settings)]) {
      expect(continued(decision).data).toEqual(DATA);
    }
  });
});

describe("a decision", () => {
  it("is one, whatever the script returned", ({ expect }) => {
    assert(
      property(anything({ withBigInt: false, withNullPrototype: false }), (any) => {
        const text = JSON.stringify(any);
        if (text === undefined) return;
        const value: unknown = JSON.parse(text);
        const outcome: RunOutcome =
          value === null ? { is: "returned", value, data: DATA } : { is: "returned", value };
        expect(Decision.safeParse(decideOutcome(outcome)).success).toBe(true);
      }),
    );
  });

  it("leaves the engine's own data as it was", ({ expect }) => {
    const before = structuredClone(DATA);
    returned([{ key: "X-A", value: "1" }]);
    returned({ cli: "9" });
    expect(DATA).toEqual(before);
  });
});

function continued(decision: Decision): Extract<Decision, { action: "continue" }> {
  if (decision.action !== "continue") throw new Error(JSON.stringify(decision));
  return decision;
}
