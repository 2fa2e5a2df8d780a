import { describe, it } from "vitest";
import { Fault, FaultCode, FAULTS, Problem, problemOf } from "./fault.ts";

/** What callers rely on: a code may be added here, and never changed or removed. */
const PUBLISHED = {
  bad_request: [400, "caller"],
  unauthorized: [401, "caller"],
  forbidden: [403, "caller"],
  not_found: [404, "caller"],
  script_not_found: [404, "caller"],
  function_not_found: [404, "caller"],
  cancelled: [408, "caller"],
  conflict: [409, "caller"],
  body_too_large: [413, "caller"],
  invalid: [422, "caller"],
  compile_error: [422, "caller"],
  module_not_allowed: [422, "caller"],
  script_error: [500, "script"],
  cpu_exceeded: [503, "script"],
  wall_exceeded: [504, "script"],
  memory_exceeded: [503, "script"],
  subrequests_exceeded: [503, "script"],
  output_too_large: [500, "script"],
  not_serialisable: [500, "script"],
  async_in_script: [500, "script"],
  quarantined: [503, "script"],
  not_sent: [502, "platform"],
  overloaded: [503, "platform"],
  cell_lost: [502, "platform"],
  internal: [500, "platform"],
};

describe("the table of faults", () => {
  it("is the published one", ({ expect }) => {
    const table = Object.entries(FAULTS).map(([code, { status, blame }]) => [
      code,
      [status, blame],
    ]);
    expect(Object.fromEntries(table)).toEqual(PUBLISHED);
  });

  it("blames the caller for what HTTP does, and says something about each", ({ expect }) => {
    for (const [code, { status, blame, title }] of Object.entries(FAULTS)) {
      expect([code, blame === "caller"]).toEqual([code, status < 500]);
      expect([code, title]).toEqual([code, expect.stringMatching(/^[A-Z].*\w$/)]);
    }
  });

  it("has no code that every object inherits", ({ expect }) => {
    for (const code of Object.keys(PUBLISHED)) expect(FaultCode.safeParse(code).success).toBe(true);
    for (const code of ["toString", "constructor", "__proto__", "Internal", "", 5, null]) {
      expect([code, FaultCode.safeParse(code).success]).toEqual([code, false]);
    }
  });
});

describe("a fault", () => {
  it("is an Error with its code, its cause and its facts", ({ expect }) => {
    const cause = new Error("deep");
    const fault = new Fault("compile_error", "No", { cause, facts: { line: 2, column: 3 } });
    expect(fault).toBeInstanceOf(Error);
    expect(fault).toMatchObject({ name: "Fault", code: "compile_error", message: "No", cause });
    expect(fault.facts).toEqual({ line: 2, column: 3 });
    expect(new Fault("internal", "No").facts).toEqual({});
  });
});

describe("the problem of a fault", () => {
  it("has the members of RFC 9457, the code and the place", ({ expect }) => {
    const facts = { line: 2, column: 3, invocation: "inv_1" };
    const problem = problemOf(new Fault("compile_error", "Unexpected token", { facts }));
    expect(problem).toEqual({
      type: "urn:scriptforge:fault:compile_error",
      title: "The script cannot be compiled",
      status: 422,
      code: "compile_error",
      detail: "Unexpected token",
      ...facts,
    });
    expect(Problem.parse(problem)).toEqual(problem);
  });

  it("tells nothing of the cause", ({ expect }) => {
    const fault = new Fault("internal", "Something went wrong", { cause: new Error("secret") });
    expect(Object.keys(problemOf(fault))).toEqual(["type", "title", "status", "code", "detail"]);
    expect(JSON.stringify(problemOf(fault))).not.toContain("secret");
  });

  it("has a schema that takes every code of the table, and no other", ({ expect }) => {
    for (const code of Object.keys(FAULTS)) {
      const problem = problemOf(new Fault(FaultCode.parse(code), "x"));
      expect(Problem.parse(problem)).toEqual(problem);
    }
    const other = { ...problemOf(new Fault("internal", "x")), code: "other" };
    expect(Problem.safeParse(other).success).toBe(false);
  });
});
