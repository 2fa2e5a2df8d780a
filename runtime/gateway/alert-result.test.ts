import { describe, it } from "vitest";
import type { RunOutcome } from "../../schemas/call.ts";
import { alertArgument, alertOutcome } from "./alert-result.ts";

function returned(value: unknown): RunOutcome {
  return alertOutcome({ is: "returned", value });
}

describe("what an alert driver returns", () => {
  it("raises an alert, or does not", ({ expect }) => {
    const template = "alert";
    const cases: [value: unknown, alert: object][] = [
      [undefined, { raised: false }],
      [null, { raised: false }],
      [false, { raised: false }],
      [0, { raised: false }],
      ["", { raised: false }],
      [true, { raised: true, template }],
      ["3 CLIs are locked", { raised: true, text: "3 CLIs are locked" }],
      [{}, { raised: true, vars: {}, template }],
      [{ clis: ["44"] }, { raised: true, vars: { clis: ["44"] }, template }],
    ];
    for (const [value, alert] of cases) {
      expect([value, returned(value)]).toEqual([value, { is: "returned", value: alert }]);
    }
  });

  it("fails where it means nothing", ({ expect }) => {
    for (const value of [1, -0.5, [], ["44"], [true]]) {
      const fault = { is: "fault", code: "script_error" };
      expect([value, returned(value)]).toMatchObject([value, fault]);
    }
  });

  it("raises nothing where it did not return", ({ expect }) => {
    const threw: RunOutcome = { is: "threw", thrown: { message: "no" } };
    expect(alertOutcome(threw)).toBe(threw);
    const late: RunOutcome = { is: "fault", code: "wall_exceeded", message: "x" };
    expect(alertOutcome(late)).toBe(late);
  });
});

describe("what an alert driver is given", () => {
  it("is its alert, with the variables beside and under it", ({ expect }) => {
    expect(alertArgument("locked", { settings: {}, vars: "" })).toEqual({
      alert: { id: "locked", title: "locked", company_id: null, recipients: [] },
      company_id: null,
    });
    const settings = { company: "acme", recipients: ["noc@example.com", "442070000000"] };
    const vars = '{"most":3,"company_id":"evil","alert":{"id":"evil"}}';
    expect(alertArgument("locked", { settings, vars })).toEqual({
      most: 3,
      alert: {
        id: "locked",
        title: "locked",
        company_id: "acme",
        recipients: ["noc@example.com", "442070000000"],
      },
      company_id: "acme",
    });
  });
});
