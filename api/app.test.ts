import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import type { RunResult } from "../schemas/call.ts";
import { Customer } from "../schemas/customer.ts";
import { Assignment } from "../schemas/assignment.ts";
import { Fault } from "../schemas/fault.ts";
import { LiveProgram, LiveRelease, Published, Release } from "../schemas/release.ts";
import { ReleaseWithCode } from "../schemas/release.ts";
import { Script } from "../schemas/script.ts";
import { accounts, tokens } from "../schemas/tables/account.ts";
import { assignments, customers } from "../schemas/tables/assignment.ts";
import { envVars } from "../schemas/tables/env.ts";
import { revision } from "../schemas/tables/revision.ts";
import { samples } from "../schemas/tables/sample.ts";
import { releases, scripts } from "../schemas/tables/script.ts";
import { hashToken } from "../schemas/token-hash.ts";
import { CreatedToken, Token } from "../schemas/token.ts";
import type { RunOrder } from "./runner.ts";
import { putBootstrapToken } from "./store/tokens.ts";
import { ADMIN, OTHER, problemOf, RUN_RESULT, TestApp } from "./test-app.ts";

const CODE = "function main(data) { return data; }";

let orders: RunOrder[];
let runOrder: (order: RunOrder) => Promise<RunResult>;
let app: TestApp;

beforeEach(async () => {
  orders = [];
  runOrder = async () => RUN_RESULT;
  const runner = (order: RunOrder): Promise<RunResult> => {
    orders.push(order);
    return runOrder(order);
  };
  app = await TestApp.open({ runner });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

/** Every route, with a body that is good for it once script "one" is there. */
const ROUTES: [method: string, path: string, body?: unknown][] = [
  ["POST", "/v1/scripts", { name: "new", type: "script" }],
  ["GET", "/v1/scripts"],
  ["GET", "/v1/scripts/one"],
  ["PATCH", "/v1/scripts/one", { name: "one" }],
  ["POST", "/v1/scripts/one/releases", { code: CODE }],
  ["POST", "/v1/scripts/one/check", { code: CODE }],
  ["GET", "/v1/scripts/one/releases"],
  ["GET", "/v1/scripts/one/releases/1"],
  ["PUT", "/v1/scripts/one/live", { version: 1 }],
  ["GET", "/v1/scripts/one/live"],
  ["GET", "/v1/scripts/one/program"],
  ["POST", "/v1/scripts/one/run", {}],
  [
    "POST",
    "/v1/simulate",
    { place: "origination", did: "4420", sample: { script: "one", name: "empty" } },
  ],
  ["PUT", "/v1/customers/acme", { vars: "" }],
  ["GET", "/v1/customers"],
  ["GET", "/v1/customers/acme"],
  ["DELETE", "/v1/customers/acme"],
  ["GET", "/v1/assignments"],
  ["PUT", "/v1/assignments/termination/acme/main", { script: "one" }],
  ["GET", "/v1/assignments/termination/acme/main"],
  ["DELETE", "/v1/assignments/termination/acme/main"],
  ["PUT", "/v1/assignments/origination/4420", { script: "one" }],
  ["GET", "/v1/assignments/origination/4420"],
  ["DELETE", "/v1/assignments/origination/4420"],
  ["GET", "/v1/env"],
  ["PUT", "/v1/env/A", { value: "a" }],
  ["GET", "/v1/env/A"],
  ["DELETE", "/v1/env/A"],
  ["GET", "/v1/scripts/one/env"],
  ["PUT", "/v1/scripts/one/env/A", { value: "a" }],
  ["GET", "/v1/scripts/one/env/A"],
  ["DELETE", "/v1/scripts/one/env/A"],
  ["GET", "/v1/samples"],
  ["GET", "/v1/scripts/one/samples"],
  ["PUT", "/v1/scripts/one/samples/mine", { data: {} }],
  ["GET", "/v1/scripts/one/samples/mine"],
  ["DELETE", "/v1/scripts/one/samples/mine"],
  ["GET", "/v1/modules"],
  ["PUT", "/v1/modules", { allowed: null }],
  ["POST", "/v1/tokens", { name: "new", scopes: ["run"] }],
  ["GET", "/v1/tokens"],
  ["DELETE", "/v1/tokens/tok_none"],
  ["DELETE", "/v1/scripts/one"],
];

const Operation = z.looseObject({
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
  requestBody: z.looseObject({ required: z.literal(true) }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});

const Document = z.looseObject({
  openapi: z.literal("3.1.0"),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
});

/** What a token with the scope `run` may do. */
const FOR_RUN = new Set([
  "GET /v1/scripts/one/live",
  "POST /v1/scripts/one/run",
  "GET /v1/modules",
]);

describe("a token", () => {
  it("is needed on every route, and must be known", async ({ expect }) => {
    await create("one");
    const before = await everything();
    for (const [method, path, body] of [...ROUTES, ...(await describedRoutes())]) {
      for (const authorization of [
        undefined,
        "",
        "Bearer",
        "Bearer wrong",
        `Bearer ${ADMIN}x`,
        `Basic ${ADMIN}`,
        ADMIN,
        `Bearer ${hashToken(ADMIN)}`,
      ]) {
        const headers = authorization === undefined ? {} : { authorization };
        const answer = await app.send(method, path, body, { token: null, headers });
        expect([method, path, problemOf(answer).code]).toEqual([method, path, "unauthorized"]);
      }
    }
    expect(await everything()).toEqual(before);
    expect(orders).toEqual([]);
  });

  it("with the scope run may run scripts and nothing else", async ({ expect }) => {
    await create("one");
    const token = await app.makeToken("engine", ["run"]);
    const before = await everything();
    for (const [method, path, body] of [...ROUTES, ...(await describedRoutes())]) {
      const answer = await app.send(method, path, body, { token });
      const isAllowed = FOR_RUN.has(`${method} ${path}`);
      expect([method, path, answer.status]).toEqual([method, path, isAllowed ? 200 : 403]);
      if (!isAllowed) expect(problemOf(answer).code).toBe("forbidden");
    }
    expect(await everything()).toEqual(before);
    expect(orders).toHaveLength(2);
  });

  it("with the scope run runs no draft", async ({ expect }) => {
    await create("one");
    const token = await app.makeToken("engine", ["run"]);
    const answer = await app.send("POST", "/v1/scripts/one/run", { code: CODE }, { token });
    expect(problemOf(answer).code).toBe("forbidden");
    expect(orders).toEqual([]);
  });

  it("is shown once and kept as a hash only", async ({ expect }) => {
    const made = await app.send("POST", "/v1/tokens", { name: " ci ", scopes: ["admin", "run"] });
    expect(made.status).toBe(201);
    const { token, ...rest } = CreatedToken.parse(made.body);
    expect(rest).toMatchObject({ name: "ci", scopes: ["admin", "run"] });
    expect(token).toMatch(/^sfe_[\w-]{43}$/);

    const listed = await app.send("GET", "/v1/tokens");
    expect(z.array(Token).parse(listed.body)).toContainEqual(rest);
    for (const secret of [token, ADMIN]) {
      expect(JSON.stringify(listed.body)).not.toContain(secret);
      expect(JSON.stringify(listed.body)).not.toContain(hashToken(secret));
      expect(app.bytesOnDisk()).not.toContain(secret);
      expect(app.bytesOnDisk()).toContain(hashToken(secret));
    }
  });

  it("opens nothing once it is revoked", async ({ expect }) => {
    const token = await app.makeToken("short", ["admin"]);
    const [, short] = z.array(Token).parse((await app.send("GET", "/v1/tokens")).body);
    expect((await app.send("GET", "/v1/scripts", undefined, { token })).status).toBe(200);
    expect((await app.send("DELETE", `/v1/tokens/${short?.id}`)).status).toBe(204);
    expect((await app.send("GET", "/v1/scripts", undefined, { token })).status).toBe(401);
    expect(problemOf(await app.send("DELETE", `/v1/tokens/${short?.id}`)).code).toBe("not_found");
  });

  it("of the first start gives way to the next start's", async ({ expect }) => {
    const next = "the-admin-token-of-the-next-start";
    await putBootstrapToken(app.db, next);
    expect((await app.send("GET", "/v1/scripts")).status).toBe(401);
    expect((await app.send("GET", "/v1/scripts", undefined, { token: next })).status).toBe(200);
    expect(await app.db.select().from(tokens)).toHaveLength(2);
  });

  it("needs a name and a scope", async ({ expect }) => {
    for (const body of [
      { name: "x", scopes: [] },
      { name: " ", scopes: ["run"] },
      { name: "x", scopes: ["root"] },
      { name: "x" },
      { name: "x", scopes: ["run"], account: "other" },
    ]) {
      expect(problemOf(await app.send("POST", "/v1/tokens", body)).code).toBe("invalid");
    }
    expect(await app.db.select().from(tokens)).toHaveLength(2);
  });
});

describe("a request", () => {
  it("for something unknown is answered with a problem that names it", async ({ expect }) => {
    await create("one");
    const cases: [method: string, path: string, body: unknown, code: string, detail: string][] = [
      ["GET", "/v1/scripts/nothing", undefined, "script_not_found", '"nothing"'],
      ["PATCH", "/v1/scripts/nothing", { name: "x" }, "script_not_found", '"nothing"'],
      ["DELETE", "/v1/scripts/nothing", undefined, "script_not_found", '"nothing"'],
      ["POST", "/v1/scripts/nothing/releases", { code: CODE }, "script_not_found", '"nothing"'],
      ["GET", "/v1/scripts/nothing/releases", undefined, "script_not_found", '"nothing"'],
      ["GET", "/v1/scripts/nothing/releases/1", undefined, "script_not_found", '"nothing"'],
      ["PUT", "/v1/scripts/nothing/live", { version: 1 }, "script_not_found", '"nothing"'],
      ["GET", "/v1/scripts/nothing/live", undefined, "script_not_found", '"nothing"'],
      ["POST", "/v1/scripts/nothing/run", {}, "script_not_found", '"nothing"'],
      ["POST", "/v1/scripts/nothing/check", { code: "" }, "script_not_found", '"nothing"'],
      ["GET", "/v1/scripts/one/releases/2", undefined, "not_found", "no version 2"],
      ["PUT", "/v1/scripts/one/live", { version: 2 }, "not_found", "no version 2"],
      ["POST", "/v1/scripts/one/run", { version: 2 }, "not_found", "no version 2"],
      ["GET", "/v1/scripts/nothing/program", undefined, "script_not_found", '"nothing"'],
      ["GET", "/v1/customers/nobody", undefined, "not_found", '"nobody"'],
      ["DELETE", "/v1/customers/nobody", undefined, "not_found", '"nobody"'],
      ["GET", "/v1/assignments/termination/acme/x", undefined, "not_found", "acme/x"],
      ["DELETE", "/v1/assignments/termination/acme/x", undefined, "not_found", "acme/x"],
      ["GET", "/v1/assignments/origination/44", undefined, "not_found", "origination/44"],
      ["DELETE", "/v1/assignments/origination/44", undefined, "not_found", "origination/44"],
      [
        "PUT",
        "/v1/assignments/origination/44",
        { script: "nothing" },
        "script_not_found",
        '"nothing"',
      ],
      ["DELETE", "/v1/tokens/tok_none", undefined, "not_found", '"tok_none"'],
      ["GET", "/v1/nothing", undefined, "not_found", "GET /v1/nothing"],
      ["GET", "/elsewhere", undefined, "not_found", "GET /elsewhere"],
      ["PUT", "/v1/scripts/one", { name: "x" }, "not_found", "PUT /v1/scripts/one"],
    ];
    for (const [method, path, body, code, detail] of cases) {
      const problem = problemOf(await app.send(method, path, body));
      expect([method, path, problem.code]).toEqual([method, path, code]);
      expect(problem.detail).toContain(detail);
    }
  });

  it("that is no JSON is bad", async ({ expect }) => {
    await create("one");
    const before = await everything();
    for (const [method, path, body] of ROUTES) {
      if (body === undefined) continue;
      for (const text of ["{", "", "{'name':'x'}", '{"name":"x",}', "name=x"]) {
        const answer = await app.send(method, path, text);
        expect([path, text, problemOf(answer).code]).toEqual([path, text, "bad_request"]);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it("says that its body is JSON", async ({ expect }) => {
    await create("one");
    const before = await everything();
    for (const [method, path, body] of ROUTES) {
      if (body === undefined) continue;
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
      ]) {
        const answer = await app.send(method, path, body, { headers: { "content-type": type } });
        expect([path, type, problemOf(answer).code]).toEqual([path, type, "bad_request"]);
      }
    }
    expect(await everything()).toEqual(before);
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    expect((await app.send("PUT", "/v1/customers/acme", {}, { headers })).status).toBe(200);
  });

  it("with a body of another shape is invalid, and the problem names the member", async ({
    expect,
  }) => {
    for (const [body, detail] of [
      [null, ""],
      [[], ""],
      ['"text"', ""],
      [{}, "name"],
      [{ name: "x" }, "type"],
      [{ name: 5, type: "script" }, "name"],
      [{ name: "x", type: "worker" }, "type"],
      [{ name: "x", type: "script", more: 1 }, "more"],
      [{ name: "x", type: "script", limits: { cpuMs: 0 } }, "limits.cpuMs"],
      [{ name: "x", type: "script", limits: { wallMs: 30_001 } }, "limits.wallMs"],
      [{ name: "x", type: "script", limits: { memoryMb: 1 } }, "memoryMb"],
      [{ name: "x", type: "script", isolation: "none" }, "isolation"],
      [{ name: "x", type: "script", code: 5 }, "code"],
    ] as const) {
      const problem = problemOf(await app.send("POST", "/v1/scripts", body));
      expect([body, problem.code]).toEqual([body, "invalid"]);
      expect(problem.detail).toContain(detail);
    }
    expect(await app.db.select().from(scripts)).toEqual([]);
  });

  it("has a body of at most a million bytes", async ({ expect }) => {
    expect(problemOf(await app.send("POST", "/v1/scripts", bodyOfBytes(1_000_001))).code).toBe(
      "body_too_large",
    );
    const headers = { "content-length": "1000001" };
    expect(problemOf(await app.send("POST", "/v1/scripts", "{}", { headers })).code).toBe(
      "body_too_large",
    );
    expect(await app.db.select().from(scripts)).toEqual([]);
    expect((await app.send("POST", "/v1/scripts", bodyOfBytes(1_000_000))).status).toBe(201);
  });

  it("that meets a bug is answered without its details, which are logged", async ({ expect }) => {
    await create("one");
    runOrder = async () => {
      throw new Error("secret detail");
    };
    const problem = problemOf(await app.send("POST", "/v1/scripts/one/run", {}));
    expect(problem.code).toBe("internal");
    expect(JSON.stringify(problem)).not.toContain("secret");
    expect(app.logged.join("")).toContain("secret detail");
  });

  it("of the caller's own fault is not logged", async ({ expect }) => {
    await app.send("GET", "/v1/scripts/nothing");
    await app.send("POST", "/v1/scripts", "{");
    expect(app.logged).toEqual([]);
  });
});

describe("a script", () => {
  it("is created with the defaults of its type", async ({ expect }) => {
    for (const [type, limits] of [
      ["script", { cpuMs: 50, wallMs: 2_000, subrequests: 0 }],
      ["app", { cpuMs: 250, wallMs: 2_000, subrequests: 50 }],
      ["driver", { cpuMs: 1_000, wallMs: 30_000, subrequests: 100 }],
    ] as const) {
      const answer = await app.send("POST", "/v1/scripts", { name: ` of type ${type} `, type });
      expect(answer.status).toBe(201);
      const script = Script.parse(answer.body);
      expect(script).toMatchObject({ name: `of type ${type}`, type, limits, live: null });
      expect(script.id).toMatch(/^scr_[0-9a-f]{20}$/);
      expect((await app.send("GET", `/v1/scripts/${script.id}`)).body).toEqual(script);
      expect((await app.send("GET", `/v1/scripts/of type ${type}`)).body).toEqual(script);
    }
  });

  it("is created with code as its live version 1", async ({ expect }) => {
    const { body } = await app.send("POST", "/v1/scripts", {
      name: "one",
      type: "app",
      code: CODE,
    });
    expect(body).toMatchObject({ live: 1 });
    const release = await app.send("GET", "/v1/scripts/one/releases/1");
    expect(ReleaseWithCode.parse(release.body)).toMatchObject({
      version: 1,
      live: true,
      code: CODE,
    });
  });

  it("keeps the settings it is created with", async ({ expect }) => {
    const settings = { limits: { cpuMs: 7 }, isolation: "call", egress: { hosts: ["a.test"] } };
    await app.send("POST", "/v1/scripts", { name: "set", type: "app", ...settings });
    expect((await app.send("GET", "/v1/scripts/set")).body).toMatchObject({
      limits: { cpuMs: 7, wallMs: 2_000, subrequests: 50 },
      isolation: "call",
      egress: { hosts: ["a.test"] },
    });
  });

  it("may reach any public host again once its list of hosts is taken away", async ({ expect }) => {
    const egress = { hosts: ["a.test"] };
    await app.send("POST", "/v1/scripts", { name: "free", type: "app", egress });
    const unchanged = await app.send("PATCH", "/v1/scripts/free", { name: "free" });
    expect(unchanged.body).toMatchObject({ egress });
    const freed = await app.send("PATCH", "/v1/scripts/free", { egress: null });
    expect(freed.body).toMatchObject({ egress: null });
    expect((await app.send("GET", "/v1/scripts/free")).body).toEqual(freed.body);
    const none = await app.send("PATCH", "/v1/scripts/free", { egress: { hosts: [] } });
    expect(none.body).toMatchObject({ egress: { hosts: [] } });
    const open = { name: "open", type: "app", egress: null };
    expect((await app.send("POST", "/v1/scripts", open)).body).toMatchObject({ egress: null });
  });

  it("is listed by its name", async ({ expect }) => {
    for (const name of ["b", "c", "a"]) await create(name);
    const listed = z.array(Script).parse((await app.send("GET", "/v1/scripts")).body);
    expect(listed.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("has a name of which paths and people can make sense", async ({ expect }) => {
    for (const name of ["", "  ", "x".repeat(101), "scr_mine", "a\nb", "a\u0000b", "\ud800"]) {
      const answer = await app.send("POST", "/v1/scripts", { name, type: "script" });
      expect([name, problemOf(answer).code]).toEqual([name, "invalid"]);
    }
    for (const name of ["x".repeat(100), "Größe ✓ / 5%", "'; DROP TABLE scripts; --"]) {
      await create(name);
      const { body } = await app.send("GET", `/v1/scripts/${encodeURIComponent(name)}`);
      expect(body).toMatchObject({ name });
    }
  });

  it("does not take a name that is taken", async ({ expect }) => {
    await create("one");
    await create("two");
    const before = await everything();
    const again = { name: "one", type: "app", code: "exports.main = () => 2;" };
    expect(problemOf(await app.send("POST", "/v1/scripts", again)).code).toBe("conflict");
    expect(problemOf(await app.send("PATCH", "/v1/scripts/two", { name: "one" })).code).toBe(
      "conflict",
    );
    expect(await everything()).toEqual(before);
    expect((await app.send("PATCH", "/v1/scripts/two", { name: "two" })).status).toBe(200);
  });

  it("gets its name once, however many ask at the same time", async ({ expect }) => {
    const body = { name: "race", type: "script", code: CODE };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => app.send("POST", "/v1/scripts", body)),
    );
    const codes = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(codes).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    expect(await app.db.select().from(scripts)).toHaveLength(1);
    expect(await app.db.select().from(releases)).toHaveLength(1);
  });

  it("changes what a PATCH names and keeps the rest", async ({ expect }) => {
    const made = await create("one", { type: "app" });
    const change = { name: "renamed", limits: { cpuMs: 9 }, isolation: "scope" };
    const { status, body } = await app.send("PATCH", "/v1/scripts/one", change);
    expect(status).toBe(200);
    const { updatedAt: _before, ...kept } = made;
    expect(body).toMatchObject({
      ...kept,
      name: "renamed",
      limits: { ...made.limits, cpuMs: 9 },
      isolation: "scope",
    });
    expect((await app.send("GET", `/v1/scripts/${made.id}`)).body).toEqual(body);
    expect(problemOf(await app.send("GET", "/v1/scripts/one")).code).toBe("script_not_found");
    expect((await app.send("PATCH", "/v1/scripts/renamed", {})).status).toBe(200);
  });

  it("keeps its type, and takes code by releases only", async ({ expect }) => {
    await create("one");
    const before = await everything();
    for (const body of [
      { type: "app" },
      { code: "2" },
      { live: 7 },
      { account: "other" },
      { id: "scr_1" },
    ]) {
      expect(problemOf(await app.send("PATCH", "/v1/scripts/one", body)).code).toBe("invalid");
    }
    expect(await everything()).toEqual(before);
  });

  it("is deleted with its releases", async ({ expect }) => {
    await create("one");
    await create("two");
    expect((await app.send("DELETE", "/v1/scripts/one")).status).toBe(204);
    expect(problemOf(await app.send("GET", "/v1/scripts/one")).code).toBe("script_not_found");
    expect(await app.db.select().from(scripts)).toMatchObject([{ name: "two" }]);
    expect(await app.db.select().from(releases)).toHaveLength(1);
    await create("one");
  });

  it("is not deleted while calls are assigned to it", async ({ expect }) => {
    await create("one");
    await publish("one", "exports.main = () => 2;");
    await app.send("PUT", "/v1/assignments/termination/acme/main", { script: "one" });
    await app.send("PUT", "/v1/assignments/origination/44", { script: "one" });
    const before = await everything();
    expect(problemOf(await app.send("DELETE", "/v1/scripts/one")).code).toBe("conflict");
    expect(await everything()).toEqual(before);
    expect(await app.db.select().from(releases)).toHaveLength(2);
    await app.send("DELETE", "/v1/assignments/termination/acme/main");
    expect(problemOf(await app.send("DELETE", "/v1/scripts/one")).code).toBe("conflict");
    await app.send("DELETE", "/v1/assignments/origination/44");
    expect((await app.send("DELETE", "/v1/scripts/one")).status).toBe(204);
  });
});

describe("a release", () => {
  it("is the next version, and live at once unless told otherwise", async ({ expect }) => {
    await create("one");
    const second = { code: "exports.main = () => 2;", note: "the second" };
    const published = await app.send("POST", "/v1/scripts/one/releases", second);
    expect(published.status).toBe(201);
    expect(Published.parse(published.body)).toMatchObject({ version: 2 });
    expect(await liveOf("one")).toBe(2);
    expect(await publish("one", "exports.main = () => 3;", { live: false })).toBe(3);
    expect(await liveOf("one")).toBe(2);
    expect(await publish("one", "exports.main = () => 4;", { live: true })).toBe(4);
    expect(await liveOf("one")).toBe(4);

    const listed = z.array(Release).parse((await app.send("GET", "/v1/scripts/one/releases")).body);
    expect(listed.map(({ version, live, note }) => [version, live, note])).toEqual([
      [4, true, null],
      [3, false, null],
      [2, false, "the second"],
      [1, false, null],
    ]);
    expect(new Set(listed.map(({ id }) => id)).size).toBe(4);
  });

  it("keeps the author's text as it came", async ({ expect }) => {
    await create("one");
    const code = "\uFEFF#!/bin/node\r\nfunction main() { return '✓\\u0000'; } // end";
    await publish("one", code);
    const { body } = await app.send("GET", "/v1/scripts/one/releases/2");
    expect(ReleaseWithCode.parse(body).code).toBe(code);
  });

  it("is what a script without a live version lacks", async ({ expect }) => {
    await app.send("POST", "/v1/scripts", { name: "empty", type: "script" });
    const problem = problemOf(await app.send("GET", "/v1/scripts/empty/live"));
    expect(problem.code).toBe("not_found");
    expect(problem.detail).toContain("/releases");
    expect(problemOf(await app.send("POST", "/v1/scripts/empty/run", {})).code).toBe("not_found");
    expect(await publish("empty", CODE, { live: false })).toBe(1);
    expect(problemOf(await app.send("GET", "/v1/scripts/empty/live")).code).toBe("not_found");
    expect(await publish("empty", CODE)).toBe(2);
    expect(await liveOf("empty")).toBe(2);
  });

  it("is rolled back and forward by PUT live", async ({ expect }) => {
    await create("one");
    await publish("one", "exports.main = () => 2;");
    const back = await app.send("PUT", "/v1/scripts/one/live", { version: 1 });
    expect(back.status).toBe(200);
    expect(Script.parse(back.body).live).toBe(1);
    expect(await liveOf("one")).toBe(1);
    await app.send("PUT", "/v1/scripts/one/live", { version: 2 });
    expect(await liveOf("one")).toBe(2);
    for (const version of [0, -1, 1.5, "1", null]) {
      const answer = await app.send("PUT", "/v1/scripts/one/live", { version });
      expect([version, problemOf(answer).code]).toEqual([version, "invalid"]);
    }
    await app.send("PUT", "/v1/scripts/one/live", { version: 3 });
    expect(await liveOf("one")).toBe(2);
  });

  it("is not found under a version that is no number", async ({ expect }) => {
    await create("one");
    for (const version of ["0", "-1", "one", "1.5", "1e400"]) {
      const answer = await app.send("GET", `/v1/scripts/one/releases/${version}`);
      expect([version, problemOf(answer).code]).toEqual([version, "invalid"]);
    }
  });

  it("is handed out as isolates run it, with its variables", async ({ expect }) => {
    await create("one");
    await app.send("POST", "/v1/scripts", {
      name: "module",
      type: "app",
      code: "export const main = 1;",
    });
    const live = LiveRelease.parse((await app.send("GET", "/v1/scripts/module/live")).body);
    expect(live).toMatchObject({ version: 1, type: "app", limits: { cpuMs: 250 } });
    await app.send("PUT", "/v1/scripts/module/env/KEY", { value: "hush", protected: true });
    const { body } = await app.send("GET", "/v1/scripts/module/program");
    const { id, program, env } = LiveProgram.parse(body);
    expect(id).toBe(live.release);
    expect(program.code).toContain("module.exports");
    expect(env).toEqual({ KEY: "hush" });
  });

  it("gets its number once, however many publish at the same time", async ({ expect }) => {
    await app.send("POST", "/v1/scripts", { name: "busy", type: "script" });
    const versions = await Promise.all(
      Array.from({ length: 20 }, (_, n) => publish("busy", `exports.main = () => ${n};`)),
    );
    const expected = Array.from({ length: 20 }, (_, index) => index + 1);
    expect(versions.toSorted((a, b) => a - b)).toEqual(expected);
    expect(await liveOf("busy")).toBe(20);
    const rows = await app.db.select({ version: releases.version }).from(releases);
    expect(rows.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(expected);
  });
});

describe("a check of code that compiles", () => {
  it("answers with the lints of publishing, and stores nothing", async ({ expect }) => {
    await create("one");
    const code = "function main(data) {\n  data.routing.headers = [];\n}\n";
    const before = await everything();
    const checked = await app.send("POST", "/v1/scripts/one/check", { code });
    expect(checked.status).toBe(200);
    expect(await everything()).toEqual(before);
    const { lints } = Published.parse(
      (await app.send("POST", "/v1/scripts/one/releases", { code })).body,
    );
    expect(lints).toMatchObject([{ message: expect.stringContaining("returns nothing"), line: 1 }]);
    expect(checked.body).toEqual({ lints });
  });

  it("goes by the script's type", async ({ expect }) => {
    await app.send("POST", "/v1/scripts", { name: "app", type: "app" });
    await app.send("POST", "/v1/scripts", { name: "script", type: "script" });
    const code = "async function main(data) { return data; }";
    expect((await app.send("POST", "/v1/scripts/app/check", { code })).body).toEqual({ lints: [] });
    const refused = await app.send("POST", "/v1/scripts/script/check", { code });
    expect(problemOf(refused).code).toBe("compile_error");
  });
});

describe("code that does not compile", () => {
  const cases: [code: string, line: number, column: number, fault: string][] = [
    ["function main(data) {\n  return data..x;\n}", 2, 15, "compile_error"],
    ["export function main() {\n\n  const x = ;\n}", 3, 13, "compile_error"],
    ["function main(d) {\n  with (d) {}\n}", 2, 3, "compile_error"],
    ["import lodash from 'lodash';\nexport const main = lodash;", 1, 20, "module_not_allowed"],
  ];

  it("is refused with line and column, and creates no script", async ({ expect }) => {
    for (const [code, line, column, fault] of cases) {
      const answer = await app.send("POST", "/v1/scripts", { name: "bad", type: "script", code });
      expect(problemOf(answer)).toMatchObject({ status: 422, code: fault, line, column });
      expect(problemOf(await app.send("GET", "/v1/scripts/bad")).code).toBe("script_not_found");
    }
    expect(await app.db.select().from(scripts)).toEqual([]);
    expect(await app.db.select().from(releases)).toEqual([]);
  });

  it("adds no version and leaves the live one", async ({ expect }) => {
    await create("one");
    const before = await everything();
    for (const [code, line, column, fault] of cases) {
      const answer = await app.send("POST", "/v1/scripts/one/releases", { code });
      expect(problemOf(answer)).toMatchObject({ status: 422, code: fault, line, column });
    }
    expect(await everything()).toEqual(before);
    expect(await publish("one", CODE)).toBe(2);
  });

  it("is told by a check as by publishing", async ({ expect }) => {
    await create("one");
    const before = await everything();
    for (const [code, line, column, fault] of cases) {
      const checked = problemOf(await app.send("POST", "/v1/scripts/one/check", { code }));
      expect(checked).toMatchObject({ status: 422, code: fault, line, column });
      const published = await app.send("POST", "/v1/scripts/one/releases", { code });
      expect(checked).toEqual(problemOf(published));
    }
    expect(await everything()).toEqual(before);
  });

  it("is not run as a draft", async ({ expect }) => {
    await create("one");
    for (const [code, line, column, fault] of cases) {
      const answer = await app.send("POST", "/v1/scripts/one/run", { code });
      expect(problemOf(answer)).toMatchObject({ status: 422, code: fault, line, column });
    }
    expect(orders).toEqual([]);
  });

  it("does not take the place of a name or a path", async ({ expect }) => {
    await create("one");
    const answer = await app.send("POST", "/v1/scripts/one/releases", {
      code: "}); evil(); (function(){",
    });
    expect(problemOf(answer).code).toBe("compile_error");
  });
});

describe("a run", () => {
  it("orders the live release with the script's settings", async ({ expect }) => {
    const settings = { limits: { wallMs: 500 }, egress: { hosts: ["a.test"] } };
    await create("one", { type: "app", ...settings });
    await publish("one", "exports.main = () => 2;");
    const data = { routing: { cli: "1" } };
    const request = { data, function: "other" };
    const { status, body } = await app.send("POST", "/v1/scripts/one/run", request);
    expect(status).toBe(200);
    expect(body).toEqual(RUN_RESULT);
    const live = LiveRelease.parse((await app.send("GET", "/v1/scripts/one/live")).body);
    expect(orders).toMatchObject([
      {
        account: "default",
        type: "app",
        limits: { cpuMs: 250, wallMs: 500, subrequests: 50 },
        egressHosts: ["a.test"],
        version: 2,
        release: { id: live.release },
        function: "other",
        data,
      },
    ]);
  });

  it("without anything runs main of the live release with an empty object", async ({ expect }) => {
    await create("one");
    await app.send("POST", "/v1/scripts/one/run", {});
    expect(orders).toMatchObject([{ version: 1, function: null, data: {} }]);
  });

  it("of another version or a draft leaves the live one", async ({ expect }) => {
    await create("one", { code: "exports.main = () => 'first';" });
    await publish("one", "exports.main = () => 'second';");
    const before = await everything();
    await app.send("POST", "/v1/scripts/one/run", { version: 1 });
    await app.send("POST", "/v1/scripts/one/run", { code: "exports.main = () => 'draft';" });
    expect(orders).toMatchObject([
      { version: 1, release: { code: expect.stringContaining("'first'") } },
      { version: null, release: { code: expect.stringContaining("'draft'") } },
    ]);
    expect(await everything()).toEqual(before);
  });

  it("that the edge node refuses is answered with its fault", async ({ expect }) => {
    await create("one");
    runOrder = async () => {
      throw new Fault("overloaded", "No edge node answers");
    };
    const problem = problemOf(await app.send("POST", "/v1/scripts/one/run", {}));
    expect(problem).toMatchObject({ code: "overloaded", detail: "No edge node answers" });
    expect(app.logged).toEqual([]);
  });
});

describe("a customer", () => {
  it("is put, read, listed and deleted", async ({ expect }) => {
    const vars = "# mine\n[schedule]\nopen = 09:00:00\n";
    const put = await app.send("PUT", "/v1/customers/acme", { vars });
    expect(put.status).toBe(200);
    expect(Customer.parse(put.body)).toMatchObject({ id: "acme", vars });
    expect((await app.send("GET", "/v1/customers/acme")).body).toEqual(put.body);
    await app.send("PUT", "/v1/customers/Zoë %2F 1", {});
    await app.send("PUT", "/v1/customers/4420", {});
    const listed = z.array(Customer).parse((await app.send("GET", "/v1/customers")).body);
    expect(listed.map(({ id }) => id)).toEqual(["4420", "acme"]);
    expect((await app.send("DELETE", "/v1/customers/acme")).status).toBe(204);
    expect((await app.send("GET", "/v1/customers/acme")).status).toBe(404);
  });

  it("is replaced by the next PUT", async ({ expect }) => {
    await app.send("PUT", "/v1/customers/acme", { vars: "a = 1" });
    await app.send("PUT", "/v1/customers/acme", {});
    expect((await app.send("GET", "/v1/customers/acme")).body).toMatchObject({ vars: "" });
    expect(await app.db.select().from(customers)).toMatchObject([{ varsJson: "{}" }]);
  });
});

describe("variables", () => {
  const places: [path: string, rest: Record<string, unknown>][] = [
    ["/v1/customers/acme", {}],
    ["/v1/assignments/termination/acme/main", { script: "one" }],
    ["/v1/assignments/origination/4420", { script: "one" }],
  ];

  it("are stored as the author's TOML and as JSON", async ({ expect }) => {
    await create("one");
    const vars = '[cli]\nnumbers = ["1", "2"]\n[cli.deep]\non = true\n[[rows]]\nn = 1.5\n';
    for (const [path, rest] of places) {
      expect((await app.send("PUT", path, { ...rest, vars })).body).toMatchObject({ vars });
    }
    const values = { cli: { numbers: ["1", "2"], deep: { on: true } }, rows: [{ n: 1.5 }] };
    const rows = [
      ...(await app.db.select().from(customers)),
      ...(await app.db.select().from(assignments)),
    ];
    expect(rows).toHaveLength(3);
    for (const { varsJson } of rows) expect(JSON.parse(varsJson)).toEqual(values);
  });

  it("that are no TOML are refused with line and column, and change nothing", async ({
    expect,
  }) => {
    await create("one");
    for (const [path, rest] of places)
      await app.send("PUT", path, { ...rest, vars: "kept = true" });
    const before = await everything();
    const cases: [vars: string, line: number][] = [
      ["a = 1\nb = = 2", 2],
      ["a = 1\n\na = 2", 3],
      ["[t]\nx = 1\n[t]", 3],
      ["a", 1],
      ["a = 9223372036854775807", 1],
      [`a = ${"[".repeat(20_000)}`, 1],
    ];
    for (const [path, rest] of places) {
      for (const [vars, line] of cases) {
        const problem = problemOf(await app.send("PUT", path, { ...rest, vars }));
        expect(problem).toMatchObject({ code: "invalid", line, column: expect.any(Number) });
        expect(problem.detail).toContain("TOML");
      }
    }
    expect(await everything()).toEqual(before);
  });

  it("do not take the names of the routing engine's own data", async ({ expect }) => {
    await create("one");
    for (const [path, rest] of places) {
      for (const name of ["routing", "headers", "remove_headers", "egress_routing"]) {
        for (const vars of [
          `${name} = 1`,
          `[${name}]`,
          `[[${name}]]`,
          `${name}.cli = "1"`,
          `"${name}" = 1`,
          `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}" = 1`,
        ]) {
          const problem = problemOf(await app.send("PUT", path, { ...rest, vars }));
          expect([vars, problem.code]).toEqual([vars, "invalid"]);
          expect(problem.detail).toContain(`"${name}"`);
        }
      }
      const nested = { ...rest, vars: "[mine]\nrouting = 1\nheaders = 2" };
      expect((await app.send("PUT", path, nested)).status).toBe(200);
    }
  });

  it("have at most 64,000 characters", async ({ expect }) => {
    const vars = `#${"x".repeat(63_999)}`;
    expect((await app.send("PUT", "/v1/customers/acme", { vars })).status).toBe(200);
    const more = await app.send("PUT", "/v1/customers/acme", { vars: `${vars}x` });
    expect(problemOf(more).code).toBe("invalid");
  });
});

describe("an assignment", () => {
  const places: [path: string, keys: Record<string, string>][] = [
    [
      "/v1/assignments/termination/acme/main",
      { place: "termination", customer: "acme", route: "main" },
    ],
    ["/v1/assignments/origination/442070000000", { place: "origination", did: "442070000000" }],
  ];

  it("is put, read, listed and deleted, with defaults", async ({ expect }) => {
    const script = await create("one");
    for (const [path, keys] of places) {
      const put = await app.send("PUT", path, { script: "one" });
      expect(put.status).toBe(200);
      const { updatedAt: _at, ...assignment } = Assignment.parse(put.body);
      expect(assignment).toEqual({
        ...keys,
        script: script.id,
        scriptName: "one",
        timeout: null,
        timeoutAction: "500 ScriptForge Timeout",
        vars: "",
        onError: "reject",
      });
      expect((await app.send("GET", path)).body).toEqual(put.body);
      expect((await app.send("GET", "/v1/assignments")).body).toEqual([put.body]);
      expect((await app.send("DELETE", path)).status).toBe(204);
      expect(problemOf(await app.send("GET", path)).code).toBe("not_found");
    }
    expect((await app.send("GET", "/v1/assignments")).body).toEqual([]);
  });

  it("keeps what it is given, and is replaced by the next PUT", async ({ expect }) => {
    const script = await create("one");
    await create("two", { type: "app" });
    for (const [path] of places) {
      const content = {
        script: script.id,
        timeout: 1.25,
        timeoutAction: " 503 Try Later ",
        vars: "a = 1",
        onError: "continue",
      };
      await app.send("PUT", path, content);
      expect((await app.send("GET", path)).body).toMatchObject({
        ...content,
        scriptName: "one",
        timeoutAction: "503 Try Later",
      });
      await app.send("PUT", path, { script: "two" });
      expect((await app.send("GET", path)).body).toMatchObject({
        scriptName: "two",
        timeout: null,
        timeoutAction: "500 ScriptForge Timeout",
        vars: "",
        onError: "reject",
      });
    }
    expect(await app.db.select().from(assignments)).toHaveLength(2);
  });

  it("follows its script's name", async ({ expect }) => {
    await create("one");
    await app.send("PUT", "/v1/assignments/origination/44", { script: "one" });
    await app.send("PATCH", "/v1/scripts/one", { name: "renamed" });
    const { body } = await app.send("GET", "/v1/assignments/origination/44");
    expect(body).toMatchObject({ scriptName: "renamed" });
  });

  it("refuses what no call can use", async ({ expect }) => {
    await create("one");
    await app.send("POST", "/v1/scripts", {
      name: "driver",
      type: "driver",
      code: "exports.list = () => [];",
    });
    const before = await everything();
    for (const [path] of places) {
      for (const wrong of [
        { timeoutAction: "503" },
        { timeoutAction: "503  two spaces\r\nX-Evil: 1" },
        { timeoutAction: "100 Trying" },
        { timeoutAction: "700 Never" },
        { timeoutAction: "Try Later" },
        { timeout: 0 },
        { timeout: -1 },
        { timeout: 0.001 },
        { timeout: 10.01 },
        { timeout: "2" },
        { onError: "ignore" },
        { script: "" },
        { script: "driver" },
        { place: "voice" },
      ]) {
        const answer = await app.send("PUT", path, { script: "one", ...wrong });
        expect([wrong, problemOf(answer).code]).toEqual([wrong, "invalid"]);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it("is at a place that a path can name", async ({ expect }) => {
    await create("one");
    for (const key of ["x".repeat(129), "a%2Fb", "a%0Ab", "a%00b"]) {
      for (const path of [
        `/v1/assignments/termination/${key}/main`,
        `/v1/assignments/termination/acme/${key}`,
        `/v1/assignments/origination/${key}`,
        `/v1/customers/${key}`,
      ]) {
        const body = path.includes("customers") ? {} : { script: "one" };
        expect([path, problemOf(await app.send("PUT", path, body)).code]).toEqual([
          path,
          "invalid",
        ]);
      }
    }
    for (const key of ["x".repeat(128), "+44 20", "Zoë", "a.b", "100%"]) {
      const path = `/v1/assignments/origination/${encodeURIComponent(key)}`;
      expect((await app.send("PUT", path, { script: "one" })).body).toMatchObject({ did: key });
      expect((await app.send("GET", path)).body).toMatchObject({ did: key });
    }
  });
});

describe("another account", () => {
  const other = { token: OTHER };

  it("sees nothing and changes nothing", async ({ expect }) => {
    const { id } = await create("one");
    await app.send("PUT", "/v1/customers/acme", { vars: "a = 1" });
    await app.send("PUT", "/v1/assignments/termination/acme/main", { script: "one" });
    await app.send("PUT", "/v1/assignments/origination/4420", { script: "one" });
    const before = await everything();

    for (const list of ["/v1/scripts", "/v1/customers", "/v1/assignments"]) {
      expect((await app.send("GET", list, undefined, other)).body).toEqual([]);
    }
    const listed = await app.send("GET", "/v1/tokens", undefined, other);
    expect(listed.body).toMatchObject([{ id: "tok_other" }]);
    expect((await app.send("GET", "/v1/scripts/one/program", undefined, other)).status).toBe(404);
    expect((await app.send("DELETE", "/v1/tokens/tok_bootstrap", undefined, other)).status).toBe(
      404,
    );
    const creates = new Set(["POST /v1/scripts", "POST /v1/tokens", "PUT /v1/customers/acme"]);
    for (const [method, path, body] of ROUTES) {
      const isOwn =
        /^(GET \/v1\/(scripts|customers|assignments|tokens|env|env\/A|modules|samples)|PUT \/v1\/(env\/A|modules))$/.test(
          `${method} ${path}`,
        );
      if (isOwn || creates.has(`${method} ${path}`)) continue;
      for (const name of ["one", id]) {
        const at = path.replace("/scripts/one", `/scripts/${name}`);
        const sent = path.includes("assignments") && body !== undefined ? { script: name } : body;
        const answer = await app.send(method, at, sent, other);
        expect([method, at, answer.status]).toEqual([method, at, 404]);
      }
    }
    expect(await everything()).toEqual(before);
    expect(orders).toEqual([]);
  });

  it("has names, customers and places of its own", async ({ expect }) => {
    await create("one");
    await app.send("PUT", "/v1/customers/acme", { vars: "a = 1" });
    await app.send("PUT", "/v1/assignments/origination/4420", { script: "one" });
    const before = await ownOf(ADMIN);
    const code = "exports.main = () => 'other';";
    const made = await app.send("POST", "/v1/scripts", { name: "one", type: "app", code }, other);
    expect(made.status).toBe(201);
    await app.send("PUT", "/v1/customers/acme", { vars: "a = 2" }, other);
    await app.send("PUT", "/v1/assignments/origination/4420", { script: "one" }, other);
    expect(await ownOf(ADMIN)).toEqual(before);
    expect((await app.send("GET", "/v1/customers/acme", undefined, other)).body).toMatchObject({
      vars: "a = 2",
    });
    const assigned = await app.send("GET", "/v1/assignments/origination/4420", undefined, other);
    expect(assigned.body).toMatchObject({ script: Script.parse(made.body).id });

    await app.send("DELETE", "/v1/assignments/origination/4420", undefined, other);
    await app.send("DELETE", "/v1/customers/acme", undefined, other);
    await app.send("DELETE", "/v1/scripts/one", undefined, other);
    expect(await ownOf(ADMIN)).toEqual(before);
  });

  it("gets tokens of its own account only", async ({ expect }) => {
    const made = await app.send("POST", "/v1/tokens", { name: "more", scopes: ["admin"] }, other);
    const { token } = CreatedToken.parse(made.body);
    await create("one");
    expect((await app.send("GET", "/v1/scripts", undefined, { token })).body).toEqual([]);
  });
});

describe("the revision that edge nodes follow", () => {
  it("moves with every change that they must see", async ({ expect }) => {
    const steps: [method: string, path: string, body?: unknown][] = [
      ["POST", "/v1/scripts", { name: "one", type: "script", code: CODE }],
      ["PATCH", "/v1/scripts/one", { limits: { cpuMs: 9 } }],
      ["POST", "/v1/scripts/one/releases", { code: "exports.main = () => 2;" }],
      ["PUT", "/v1/scripts/one/live", { version: 1 }],
      ["PUT", "/v1/customers/acme", { vars: "a = 1" }],
      ["PUT", "/v1/customers/acme", { vars: "a = 2" }],
      ["PUT", "/v1/assignments/termination/acme/main", { script: "one" }],
      ["PUT", "/v1/assignments/termination/acme/main", { script: "one", timeout: 1 }],
      ["DELETE", "/v1/assignments/termination/acme/main"],
      ["DELETE", "/v1/customers/acme"],
      ["DELETE", "/v1/scripts/one"],
      ["POST", "/v1/tokens", { name: "x", scopes: ["run"] }],
    ];
    for (const [method, path, body] of steps) {
      const before = await app.revision();
      const { status } = await app.send(method, path, body);
      expect([method, path, status < 300]).toEqual([method, path, true]);
      expect([method, path, await app.revision()]).toEqual([
        method,
        path,
        expect.toSatisfy(above(before)),
      ]);
    }
    const made = await app.db.select().from(tokens).where(eq(tokens.name, "x"));
    const before = await app.revision();
    await app.send("DELETE", `/v1/tokens/${made[0]?.id}`);
    expect(await app.revision()).toBeGreaterThan(before);
  });

  it("stays where nothing changes", async ({ expect }) => {
    await create("one");
    const before = await app.revision();
    for (const path of ["/v1/scripts", "/v1/scripts/one", "/v1/scripts/one/live", "/v1/tokens"]) {
      await app.send("GET", path);
    }
    await app.send("POST", "/v1/scripts/one/run", {});
    await app.send("POST", "/v1/scripts", { name: "one", type: "app" });
    expect(await app.revision()).toBe(before);
  });
});

describe("the reference", () => {
  it("describes every route, in OpenAPI 3.1", async ({ expect }) => {
    const { status, body } = await app.send("GET", "/openapi.json", undefined, { token: null });
    expect(status).toBe(200);
    const { paths } = Document.parse(body);
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).toEqual(
      expect.arrayContaining([
        "POST /v1/scripts",
        "GET /v1/scripts",
        "GET /v1/scripts/{script}",
        "PATCH /v1/scripts/{script}",
        "DELETE /v1/scripts/{script}",
        "POST /v1/scripts/{script}/releases",
        "POST /v1/scripts/{script}/check",
        "GET /v1/scripts/{script}/releases",
        "GET /v1/scripts/{script}/releases/{version}",
        "PUT /v1/scripts/{script}/live",
        "GET /v1/scripts/{script}/live",
        "GET /v1/scripts/{script}/program",
        "GET /v1/env",
        "PUT /v1/env/{name}",
        "GET /v1/env/{name}",
        "DELETE /v1/env/{name}",
        "GET /v1/scripts/{script}/env",
        "PUT /v1/scripts/{script}/env/{name}",
        "DELETE /v1/scripts/{script}/env/{name}",
        "GET /v1/samples",
        "GET /v1/scripts/{script}/samples",
        "PUT /v1/scripts/{script}/samples/{name}",
        "GET /v1/scripts/{script}/samples/{name}",
        "DELETE /v1/scripts/{script}/samples/{name}",
        "GET /v1/modules",
        "PUT /v1/modules",
        "POST /v1/scripts/{script}/run",
        "POST /v1/simulate",
        "PUT /v1/customers/{customer}",
        "GET /v1/customers",
        "GET /v1/customers/{customer}",
        "DELETE /v1/customers/{customer}",
        "GET /v1/assignments",
        "PUT /v1/assignments/termination/{customer}/{route}",
        "GET /v1/assignments/termination/{customer}/{route}",
        "DELETE /v1/assignments/termination/{customer}/{route}",
        "PUT /v1/assignments/origination/{did}",
        "GET /v1/assignments/origination/{did}",
        "DELETE /v1/assignments/origination/{did}",
        "POST /v1/tokens",
        "GET /v1/tokens",
        "DELETE /v1/tokens/{token}",
      ]),
    );
  });

  it("names the parameters, the body and the failures of each", async ({ expect }) => {
    const { paths } = Document.parse((await app.send("GET", "/openapi.json")).body);
    for (const [path, operations] of Object.entries(paths)) {
      const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
      for (const [method, { parameters = [], requestBody, responses }] of Object.entries(
        operations,
      )) {
        const keys = parameters.filter((parameter) => parameter.in === "path");
        expect([path, keys.map(({ name }) => name)]).toEqual([path, inPath]);
        expect([path, method, requestBody !== undefined]).toEqual([
          path,
          method,
          ["post", "put", "patch"].includes(method),
        ]);
        expect(JSON.stringify(responses["default"])).toContain("application/problem+json");
      }
    }
  });

  it("points to nothing that is not there", async ({ expect }) => {
    const { body } = await app.send("GET", "/openapi.json");
    const text = JSON.stringify(body);
    const references = Array.from(text.matchAll(/"\$ref":"#\/([^"]+)"/g), ([, path = ""]) => path);
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      const found = reference.split("/").reduce<unknown>((at, key) => memberOf(at, key), body);
      expect([reference, typeof found]).toEqual([reference, "object"]);
    }
    expect(memberOf(memberOf(body, "components"), "securitySchemes")).toEqual({
      token: { type: "http", scheme: "bearer" },
    });
  });

  it("is a page whose files all come from here", async ({ expect }) => {
    const page = await app.request("/docs");
    const html = await page.text();
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
    expect(page.headers.get("content-security-policy")).not.toMatch(/https?:|\*|'unsafe-eval'/);
    const links = Array.from(html.matchAll(/(?:src|href)="([^"]*)"/g), ([, link = ""]) => link);
    const files = links.filter((link) => link !== "data:,");
    expect(files).toEqual(["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]);
    for (const file of files) {
      const answer = await app.request(file);
      const type = file.endsWith(".css") ? "text/css" : "text/javascript";
      expect([file, answer.status]).toEqual([file, 200]);
      expect(answer.headers.get("content-type")).toContain(type);
      const text = await answer.text();
      expect(text.length).toBeGreaterThan(50);
      if (!file.includes("bundle"))
        expect(text).not.toMatch(/(?:url\(|@import|url: ?)["']?(?:https?:)?\/\//);
    }
    expect(html).not.toMatch(/https?:/);
    expect(html).not.toMatch(/<script>|onload|javascript:/);
  });

  it("serves no other file of its folder", async ({ expect }) => {
    for (const path of [
      "/docs/package.json",
      "/docs/../package.json",
      "/docs/%2e%2e/package.json",
    ]) {
      expect([path, (await app.request(path)).status]).toEqual([path, 404]);
    }
  });
});

describe("the health check", () => {
  it("needs no token", async ({ expect }) => {
    const answer = await app.send("GET", "/healthz", undefined, { token: null });
    expect([answer.status, answer.body]).toEqual([200, { status: "ok" }]);
  });
});

/** Every route of the OpenAPI document, with values in its path that name what the tests make. */
async function describedRoutes(): Promise<typeof ROUTES> {
  const { paths } = Document.parse((await app.send("GET", "/openapi.json")).body);
  const values = new Map([
    ["script", "one"],
    ["customer", "acme"],
    ["route", "main"],
  ]);
  return Object.entries(paths).flatMap(([path, operations]) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "1");
    return Object.keys(operations).map((method): (typeof ROUTES)[number] => {
      const hasBody = ["post", "put", "patch"].includes(method);
      return hasBody ? [method.toUpperCase(), filled, {}] : [method.toUpperCase(), filled];
    });
  });
}

/** A new script as a body of this size. */
function bodyOfBytes(bytes: number): string {
  const around = JSON.stringify({ name: "big", type: "script", code: "//" }).length;
  const code = `//${"x".repeat(bytes - around)}`;
  return JSON.stringify({ name: "big", type: "script", code });
}

async function create(name: string, more: Record<string, unknown> = {}): Promise<Script> {
  const { body } = await app.send("POST", "/v1/scripts", {
    name,
    type: "script",
    code: CODE,
    ...more,
  });
  return Script.parse(body);
}

async function publish(
  script: string,
  code: string,
  more: Record<string, unknown> = {},
): Promise<number> {
  const { body } = await app.send("POST", `/v1/scripts/${script}/releases`, { code, ...more });
  return Published.parse(body).version;
}

async function liveOf(script: string): Promise<number | null> {
  return Script.parse((await app.send("GET", `/v1/scripts/${script}`)).body).live;
}

/** All rows of all tables. */
async function everything(): Promise<unknown> {
  const tables = [
    accounts,
    tokens,
    scripts,
    releases,
    customers,
    assignments,
    envVars,
    samples,
    revision,
  ];
  return await Promise.all(tables.map((table) => app.db.select().from(table)));
}

/** What the holder of `token` sees of its scripts and calls. */
async function ownOf(token: string): Promise<unknown> {
  const paths = ["/v1/scripts", "/v1/scripts/one/releases", "/v1/customers", "/v1/assignments"];
  const answers = await Promise.all(
    paths.map((path) => app.send("GET", path, undefined, { token })),
  );
  return answers.map(({ status, body }) => [status, body]);
}

function memberOf(holder: unknown, key: string): unknown {
  return typeof holder === "object" && holder !== null ? Reflect.get(holder, key) : undefined;
}

function above(limit: number): (value: number) => boolean {
  return (value) => value > limit;
}
