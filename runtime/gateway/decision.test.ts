import { anything, assert, property } from "fast-check";
import { describe, it } from "vitest";
import type { OnError, TimeoutAction } from "../../schemas/assignment.ts";
import type { RunOutcome } from "../../schemas/call.ts";
import { Decision } from "../../schemas/decision.ts";
import { FaultCode, FAULTS } from "../../schemas/fault.ts";
import { decide, type RunCall, type Verdict } from "./decision.ts";

const LATER: TimeoutAction = { is: "reject", code: 503, reason: "Try Later" };
const OPEN: TimeoutAction = { is: "continue" };
const FAILED = { code: 500, reason: "ScriptForge Error" };

type Settings = Partial<RunCall["target"]>;

function decideOutcome(outcome: RunOutcome, target: Settings = {}): Verdict {
  const defaults = { timeoutAction: LATER, onError: "reject" as OnError };
  return decide({ target: { ...defaults, ...target }, outcome, invocation: "inv_1" });
}

function returned(value: unknown, settings: Settings = {}): Verdict {
  return decideOutcome({ is: "returned", value }, settings);
}

function threw(message: string, settings: Settings = {}): Verdict {
  return decideOutcome({ is: "threw", thrown: { message } }, settings);
}

function fault(code: FaultCode, settings: Settings = {}): Verdict {
  return decideOutcome({ is: "fault", code, message: "it failed" }, settings);
}

describe("a script that returned an array", () => {
  it("rejects with a pair", ({ expect }) => {
    expect(returned([604, "On the list"])).toEqual({
      action: "reject",
      sip: { code: 604, reason: "On the list" },
    });
    expect(returned(["486"])).toMatchObject({ sip: { code: 486, reason: "Busy Here" } });
    expect(returned([503, "a\r\nX-Evil: 1"])).toMatchObject({ sip: { reason: "a X-Evil: 1" } });
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
        fault: told,
      });
      expect(fault(code, { onError: "timeoutAction" })).toEqual({
        action: "reject",
        sip: { code: 503, reason: "Try Later" },
        fault: told,
      });
      expect(fault(code, { onError: "timeoutAction", timeoutAction: OPEN })).toEqual({
        action: "continue",
        fault: told,
      });
    });
  }
});

describe("a decision", () => {
  it("is one, whatever the script returned", ({ expect }) => {
    assert(
      property(anything({ withBigInt: false, withNullPrototype: false }), (any) => {
        const text = JSON.stringify(any);
        if (text === undefined) return;
        const value: unknown = JSON.parse(text);
        const verdict = decideOutcome({ is: "returned", value });
        const data = verdict.action === "continue" ? { data: {} } : {};
        expect(Decision.safeParse({ ...verdict, ...data }).success).toBe(true);
      }),
    );
  });
});
