// What a call gets whose script is not back in time or fails: the Timeout Action, and what its assignment says of errors.

import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Product } from "./harness.ts";
import {
  APPS,
  describeCalls,
  EVERY_KIND,
  failure,
  publish,
  put,
  type Call,
  type Kind,
  type Outcome,
} from "./telephone/calls.ts";

let started: Product;
const product = (): Product => started;
beforeAll(async () => {
  started = await startProduct();
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

const SENT = { routing: { cli: "44", egress_routing: [{ provider_id: 1 }] }, other: [1] };
/** What a script does to its data before it does not come back. */
const CHANGE = "data.routing.cli = '9'; data.mine = 1; delete data.other;";
const WAITS = `async function main(data) { ${CHANGE} await new Promise(() => {}); }`;
const SPINS = `function main(data) { ${CHANGE} for (;;); }`;
const LATE: readonly ["wall_exceeded", string] = ["wall_exceeded", "did not finish within"];

type Assignment = Record<string, unknown>;

/** Apps that wait for ever, with a short Timeout. */
function waiting(claim: string, assignment: Assignment, becomes: Outcome): Call {
  const short = { timeout: 0.1, ...assignment };
  return { claim, kinds: APPS, code: WAITS, body: SENT, assignment: short, becomes };
}

describeCalls(product, "a script that waits for ever", [
  waiting(
    "gets the default action where none is given",
    {},
    {
      rejects: [500, "ScriptForge Timeout"],
      fault: LATE,
    },
  ),
  waiting(
    "has two seconds where no Timeout is given",
    { timeout: undefined },
    {
      rejects: [500, "ScriptForge Timeout"],
      fault: ["wall_exceeded", "did not finish within 2000 ms"],
    },
  ),
  waiting(
    "has the seconds of its Timeout",
    { timeout: 0.25 },
    {
      rejects: [500, "ScriptForge Timeout"],
      fault: ["wall_exceeded", "did not finish within 250 ms"],
    },
  ),
  ...[
    [302, "Moved Temporarily"],
    [408, "Request Timeout"],
    [503, "Try Later"],
    [603, "Decline"],
    [699, "Numéro 😀"],
  ].map(([code, reason]) =>
    waiting(
      `gets its action ${code} ${reason}`,
      { timeoutAction: `${code} ${reason}` },
      {
        rejects: [Number(code), String(reason)],
        fault: LATE,
      },
    ),
  ),
  ...["200 OK", "202 Accepted", "299 Anything"].map((timeoutAction) =>
    waiting(
      `goes on as it came with the action ${timeoutAction}`,
      { timeoutAction },
      {
        continues: SENT,
        fault: LATE,
      },
    ),
  ),
  ...["reject", "continue", "timeoutAction"].map((onError) =>
    waiting(
      `gets its action although errors ${onError}`,
      { timeoutAction: "503 Later", onError },
      {
        rejects: [503, "Later"],
        fault: LATE,
      },
    ),
  ),
  waiting(
    "has no variables left in what it goes on with",
    { timeoutAction: "200 OK", vars: "a = 1" },
    {
      continues: SENT,
      fault: LATE,
    },
  ),
  {
    claim: "is too late with an answer, of a timer",
    kinds: APPS,
    code: "function main(data) { return new Promise((take) => setTimeout(take, 5_000, data)); }",
    assignment: { timeout: 0.1 },
    becomes: { rejects: [500, "ScriptForge Timeout"], fault: LATE },
  },
  {
    claim: "never calls exit or err",
    kinds: APPS,
    code: "function main() { setTimeout(() => exit(vars), 5_000); }",
    assignment: { timeout: 0.1 },
    becomes: { rejects: [500, "ScriptForge Timeout"], fault: LATE },
  },
]);

/** What fails without naming an answer, with the fault that is told of it. */
const FAILING: readonly (readonly [
  body: string,
  fault: "script_error" | "not_serialisable" | "async_in_script",
  kinds: readonly Kind[],
])[] = [
  ["throw new Error('wrong');", "script_error", EVERY_KIND],
  ["return data.nothing.here;", "script_error", EVERY_KIND],
  ["throw new Error('200 OK');", "script_error", EVERY_KIND],
  ["return false;", "script_error", EVERY_KIND],
  ["data.routing.x = 1n; return data;", "not_serialisable", EVERY_KIND],
  ["return new Promise(() => {});", "async_in_script", ["script"]],
];

function failing(
  assignment: Assignment,
  outcome: (fault: readonly [(typeof FAILING)[number][1], string]) => Outcome,
): Call[] {
  return FAILING.map(([body, code, kinds]) => ({
    claim: body,
    kinds,
    code: `function main(data) { ${CHANGE} ${body} }`,
    body: SENT,
    assignment: { timeout: 10, timeoutAction: "503 Later", ...assignment },
    becomes: outcome([code, ""]),
  }));
}

const refused = ([code, says]: readonly [(typeof FAILING)[number][1], string]): Outcome =>
  failure(says, code);

describeCalls(product, "an error is a 500 where nothing is said", failing({}, refused));
describeCalls(
  product,
  "an error is a 500 where errors reject",
  failing({ onError: "reject" }, refused),
);
describeCalls(
  product,
  "an error gets the action where errors do",
  failing({ onError: "timeoutAction" }, (fault) => ({ rejects: [503, "Later"], fault })),
);
describeCalls(
  product,
  "an error goes on with a 2xx where errors get the action",
  failing({ onError: "timeoutAction", timeoutAction: "200 OK" }, (fault) => ({
    continues: SENT,
    fault,
  })),
);
describeCalls(
  product,
  "an error goes on where errors continue",
  failing({ onError: "continue", vars: "a = 1" }, (fault) => ({ continues: SENT, fault })),
);

const NAMED = [
  "throw new Error('604 On the list');",
  "return [604, 'On the list'];",
  "err([604, 'On the list']);",
];

describeCalls(
  product,
  "an answer that the script names stays",
  ["reject", "timeoutAction", "continue"].flatMap((onError) =>
    NAMED.map((body): Call => ({
      claim: `although errors ${onError}: ${body}`,
      code: `function main(data) { ${body} }`,
      assignment: { timeout: 10, timeoutAction: "200 OK", onError },
      becomes: { rejects: [604, "On the list"] },
    })),
  ),
);

describeCalls(product, "a call without routes is refused", [
  {
    claim: "although errors continue",
    code: "function main(data) { data.routing.egress_routing = []; }",
    body: SENT,
    assignment: { timeout: 10, onError: "continue" },
    becomes: { rejects: [503, "No Routes Available (U)"] },
  },
]);

describe("an assignment", () => {
  const at = "/assignments/termination/saved/main";
  beforeAll(() => publish(started, { name: "saved", kind: "script", code: "function main() {}" }));

  it("has the default action, no Timeout of its own and rejects errors", async ({ expect }) => {
    const { status, body } = await started.manage("PUT", at, { script: "saved" });
    expect(status).toBe(200);
    expect(body).toEqual({
      place: "termination",
      customer: "saved",
      route: "main",
      script: expect.stringMatching(/^scr_/),
      scriptName: "saved",
      timeout: null,
      timeoutAction: "500 ScriptForge Timeout",
      vars: "",
      onError: "reject",
      updatedAt: expect.any(String),
    });
    expect((await started.manage("GET", at)).body).toEqual(body);
  });

  it.for([
    "200 OK",
    "299 Last",
    "300 First",
    "302 Moved",
    "503 Try Later",
    "699 Last",
    " 486  Busy ",
  ])("may have the action %j", async (timeoutAction, { expect }) => {
    const { status, body } = await started.manage("PUT", at, { script: "saved", timeoutAction });
    expect(status).toBe(200);
    expect(body).toMatchObject({ timeoutAction: timeoutAction.trim() });
  });

  it.for([
    "100 Trying",
    "183 Session Progress",
    "199 Last",
    "99 Two digits",
    "700 Too high",
    "1503 Four digits",
    "503",
    "503Later",
    "Later",
    "503 a\r\nX-Evil: 1",
    "503 a\u0000",
    `503 ${"x".repeat(129)}`,
    `503 ${"é".repeat(65)}`,
  ])("may not have the action %j", async (timeoutAction, { expect }) => {
    const { status, body } = await started.manage("PUT", at, { script: "saved", timeoutAction });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: "invalid",
      detail: expect.stringContaining("timeoutAction: A Timeout Action is a SIP code"),
    });
  });

  it.for([0, -1, 10.01, 30, "2", true])(
    "may not have the Timeout %j",
    async (timeout, { expect }) => {
      const { status, body } = await started.manage("PUT", at, { script: "saved", timeout });
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: "invalid", detail: expect.stringContaining("timeout") });
    },
  );

  it.for([0.01, 2, 10])("may have the Timeout %j", async (timeout, { expect }) => {
    const { body } = await started.manage("PUT", at, { script: "saved", timeout });
    expect(body).toMatchObject({ timeout });
  });

  it("may not do anything else with errors", async ({ expect }) => {
    const { status } = await started.manage("PUT", at, { script: "saved", onError: "ignore" });
    expect(status).toBe(422);
  });

  it.for([{ timeoutAction: "" }, { timeout: null }])(
    "has the default for %j",
    async (empty, { expect }) => {
      const { status, body } = await started.manage("PUT", at, { script: "saved", ...empty });
      expect(status).toBe(200);
      expect(body).toMatchObject({ timeout: null, timeoutAction: "500 ScriptForge Timeout" });
    },
  );

  it("can be put as it was read", async ({ expect }) => {
    await put(started, at, {
      script: "saved",
      timeout: 1,
      timeoutAction: "503 Later",
      vars: "a = 1",
    });
    const { body } = await started.manage("GET", at);
    expect(body).toMatchObject({ timeout: 1, timeoutAction: "503 Later", vars: "a = 1" });
  });
});

/** Scripts that would spin for longer than their Timeout. */
function spinning(claim: string, assignment: Assignment, becomes: Outcome): Call {
  const short = { timeout: 0.15, ...assignment };
  return { claim, kinds: EVERY_KIND, code: SPINS, body: SENT, assignment: short, becomes };
}

// These come last: what is ended late takes processor time from what comes behind it.
describeCalls(product, "a script that spins for ever", [
  spinning(
    "gets the default action where none is given",
    {},
    {
      rejects: [500, "ScriptForge Timeout"],
      fault: LATE,
    },
  ),
  spinning(
    "gets its action",
    { timeoutAction: "503 Later" },
    {
      rejects: [503, "Later"],
      fault: LATE,
    },
  ),
  spinning(
    "goes on as it came with a 2xx",
    { timeoutAction: "200 OK" },
    {
      continues: SENT,
      fault: LATE,
    },
  ),
  spinning(
    "gets its action although errors continue",
    { timeoutAction: "503 Later", onError: "continue" },
    {
      rejects: [503, "Later"],
      fault: LATE,
    },
  ),
]);
