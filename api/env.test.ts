import { and, eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { BUILT_IN_ENV_NAMES, EnvVar } from "../schemas/env.ts";
import { Problem } from "../schemas/fault.ts";
import { MAX_ENV_VARS, putEnvVar, readEnv } from "../schemas/env-store.ts";
import { Script } from "../schemas/script.ts";
import { makeSealingKey } from "../schemas/sealed-text.ts";
import { envVars } from "../schemas/tables/env.ts";
import { ADMIN, OTHER, TestApp } from "./test-app.ts";

const PLAIN = "plain-text-that-must-not-be-kept";
const KEY = makeSealingKey("the secret key of this test");
const OTHER_KEY = makeSealingKey("the secret key of another time");

let app: TestApp;

beforeEach(async () => {
  app = await TestApp.open({ sealingKey: KEY });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

describe("a variable", () => {
  it("of the account is set, replaced, listed by name and deleted", async ({ expect }) => {
    const set = await put("/v1/env/B", { value: "1" });
    expect(set).toMatchObject({ name: "B", value: "1", protected: false });
    await put("/v1/env/A", { value: "" });
    await put("/v1/env/B", { value: "2 ☎" });
    expect(await list("/v1/env")).toMatchObject([
      { name: "A", value: "" },
      { name: "B", value: "2 ☎" },
    ]);
    expect(await app.ask("DELETE", "/v1/env/A")).toEqual({ status: 204, body: undefined });
    expect(await app.problem("DELETE", "/v1/env/A")).toMatchObject({
      code: "not_found",
      detail: 'There is no variable "A": GET /v1/env lists them',
    });
    expect(await list("/v1/env")).toMatchObject([{ name: "B" }]);
  });

  it("of a script is found by the script's id and name, and is nobody else's", async ({
    expect,
  }) => {
    const one = await create("one");
    await create("two");
    await put("/v1/scripts/one/env/A", { value: "1" });
    expect(await list(`/v1/scripts/${one.id}/env`)).toMatchObject([{ name: "A", value: "1" }]);
    expect(await list("/v1/scripts/two/env")).toEqual([]);
    expect(await list("/v1/env")).toEqual([]);
    expect((await app.ask("DELETE", `/v1/scripts/${one.id}/env/A`)).status).toBe(204);
    expect(await list("/v1/scripts/one/env")).toEqual([]);
  });

  it("of an unknown script is not found", async ({ expect }) => {
    for (const [method, path, body] of [
      ["GET", "/v1/scripts/nothing/env", undefined],
      ["PUT", "/v1/scripts/nothing/env/A", { value: "1" }],
      ["DELETE", "/v1/scripts/nothing/env/A", undefined],
    ] as const) {
      expect((await app.problem(method, path, body)).code).toBe("script_not_found");
    }
  });

  it("stands in no file of the database as plain text", async ({ expect }) => {
    await create("one");
    await put("/v1/env/A", { value: PLAIN });
    await put("/v1/scripts/one/env/A", { value: PLAIN, protected: true });
    expect(app.bytesOnDisk()).toContain("env_vars");
    expect(app.bytesOnDisk()).not.toContain(PLAIN);
    for (const encoding of ["base64", "base64url", "hex"] as const) {
      expect(app.bytesOnDisk()).not.toContain(Buffer.from(PLAIN).toString(encoding));
    }
  });

  it("that is protected is in no answer and in no log, and scripts get it", async ({ expect }) => {
    const { id } = await create("one");
    for (const path of ["/v1/env", "/v1/scripts/one/env"]) {
      const content = { value: PLAIN, protected: true };
      expect(await put(`${path}/A`, content)).toMatchObject({ value: null, protected: true });
      expect(await put(`${path}/A`, content)).toMatchObject({ value: null, protected: true });
      expect(await list(path)).toMatchObject([{ name: "A", value: null, protected: true }]);
    }
    await app.ask("PUT", "/v1/env/A", { value: PLAIN.repeat(1_000), protected: true });
    await app.ask("PUT", "/v1/env/APP_ID", { value: PLAIN, protected: true });
    await app.ask("PUT", "/v1/env/A", { protected: false });
    app.changeSealingKey(OTHER_KEY);
    await app.ask("GET", "/v1/env");
    await app.ask("GET", "/openapi.json");
    expect(told()).not.toContain(PLAIN);
    expect(await readEnv(app.db, { account: "default", script: id }, KEY)).toEqual({ A: PLAIN });
  });

  it("is unprotected only by a new value", async ({ expect }) => {
    await put("/v1/env/A", { value: PLAIN, protected: true });
    expect((await app.problem("PUT", "/v1/env/A", { protected: false })).code).toBe("invalid");
    expect(await list("/v1/env")).toMatchObject([{ value: null, protected: true }]);
    await put("/v1/env/A", { value: "new" });
    expect(await list("/v1/env")).toMatchObject([{ value: "new", protected: false }]);
  });

  it("needs a name that a script can write, and none that is built in", async ({ expect }) => {
    await create("one");
    for (const path of ["/v1/env", "/v1/scripts/one/env"]) {
      for (const name of ["1A", "A-B", "A.B", "%20A", "A%0A", "%C3%84", "__proto__", long(129)]) {
        const wrong = await app.problem("PUT", `${path}/${name}`, { value: "1" });
        expect([name, wrong.code, wrong.detail]).toEqual([
          name,
          "invalid",
          expect.stringContaining("name: "),
        ]);
      }
      for (const name of BUILT_IN_ENV_NAMES) {
        for (const method of ["PUT", "DELETE"]) {
          const body = method === "PUT" ? { value: "1" } : undefined;
          expect(await app.problem(method, `${path}/${name}`, body)).toMatchObject({
            code: "invalid",
            detail: `name: "${name}" is built in and cannot be set or deleted: choose another name`,
          });
        }
      }
    }
    expect(await app.db.select().from(envVars)).toEqual([]);
    for (const name of ["_", "a1", "app_id", "constructor", "toString", long(128)]) {
      await put(`/v1/env/${name}`, { value: name });
    }
    const env = await readEnv(app.db, { account: "default", script: "" }, KEY);
    expect(env["constructor"]).toBe("constructor");
    expect(Object.keys(env)).toHaveLength(6);
  });

  it("needs a value that is text of at most 8,192 characters", async ({ expect }) => {
    for (const body of [
      {},
      { value: null },
      { value: 5 },
      { value: { a: "1" } },
      { value: "x".repeat(8_193) },
      { value: "\ud800" },
      { value: "1", protected: "yes" },
      { value: "1", name: "B" },
    ]) {
      expect((await app.problem("PUT", "/v1/env/A", body)).code).toBe("invalid");
    }
    expect(await app.db.select().from(envVars)).toEqual([]);
    await put("/v1/env/A", { value: "☎".repeat(8_192) });
  });

  it("is one of at most 200 of its holder, also when many are set at once", async ({ expect }) => {
    await create("one");
    const names = Array.from({ length: MAX_ENV_VARS + 5 }, (_, index) => `V${index}`);
    const answers = await Promise.all(
      names.map((name) => app.ask("PUT", `/v1/env/${name}`, { value: "1" })),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(5);
    for (const { body } of refused) expect(Problem.parse(body).code).toBe("conflict");

    const [first] = await list("/v1/env");
    await put(`/v1/env/${first?.name}`, { value: "replaced" });
    await put("/v1/scripts/one/env/MORE", { value: "1" });
    expect((await app.problem("PUT", "/v1/env/MORE", { value: "1" })).code).toBe("conflict");
    await app.ask("DELETE", `/v1/env/${first?.name}`);
    await put("/v1/env/MORE", { value: "1" });
    expect(await list("/v1/env")).toHaveLength(MAX_ENV_VARS);
  });

  it("goes with its script", async ({ expect }) => {
    const one = await create("one");
    await create("two");
    await put("/v1/env/A", { value: "account" });
    await put("/v1/scripts/one/env/A", { value: "one" });
    await put("/v1/scripts/two/env/A", { value: "two" });
    expect((await app.ask("DELETE", "/v1/scripts/one")).status).toBe(204);
    const rows = await app.db.select().from(envVars);
    expect(rows).toHaveLength(2);
    expect(rows.map(({ script }) => script)).not.toContain(one.id);
  });

  it("is not stored for a script that was deleted meanwhile or is another account's", async ({
    expect,
  }) => {
    const { id } = await create("one");
    for (const holder of [
      { account: "default", script: "scr_gone" },
      { account: "other", script: id },
    ]) {
      const at = { ...holder, name: "A" };
      const stored = putEnvVar({ db: app.db, sealingKey: KEY }, at, {
        value: "1",
        protected: false,
      });
      await expect(stored).rejects.toMatchObject({ code: "script_not_found" });
    }
    expect(await app.db.select().from(envVars)).toEqual([]);
  });

  it("moves the revision that edge nodes follow, and reading it does not", async ({ expect }) => {
    await create("one");
    for (const path of ["/v1/env", "/v1/scripts/one/env"]) {
      for (const [method, body] of [
        ["PUT", { value: "1" }],
        ["PUT", { value: "2" }],
        ["DELETE", undefined],
      ] as const) {
        const before = await app.revision();
        await app.ask("GET", path);
        expect(await app.revision()).toBe(before);
        await app.ask(method, `${path}/A`, body);
        expect(await app.revision()).toBe(before + 1);
      }
    }
  });
});

describe("another account", () => {
  it("neither sees nor changes them", async ({ expect }) => {
    const { id } = await create("one");
    await put("/v1/env/A", { value: PLAIN });
    await put("/v1/scripts/one/env/A", { value: PLAIN });
    const before = await app.db.select().from(envVars);
    app.answered.length = app.logged.length = 0;
    expect(await list("/v1/env", OTHER)).toEqual([]);
    expect((await app.problem("DELETE", "/v1/env/A", undefined, OTHER)).code).toBe("not_found");
    for (const script of ["one", id]) {
      const path = `/v1/scripts/${script}/env`;
      for (const [method, at, body] of [
        ["GET", path, undefined],
        ["PUT", `${path}/A`, { value: "2" }],
        ["DELETE", `${path}/A`, undefined],
      ] as const) {
        expect((await app.problem(method, at, body, OTHER)).code).toBe("script_not_found");
      }
    }
    expect(await app.db.select().from(envVars)).toEqual(before);
    expect(told()).not.toContain(PLAIN);

    await put("/v1/env/A", { value: "of the other" }, OTHER);
    expect(await list("/v1/env")).toMatchObject([{ value: PLAIN }]);
    expect(await readEnv(app.db, { account: "other", script: id }, KEY)).toEqual({
      A: "of the other",
    });
  });
});

describe("a token with the scope run", () => {
  it("opens none of them", async ({ expect }) => {
    await create("one");
    await put("/v1/env/A", { value: PLAIN });
    const token = await app.makeToken("engine", ["run"]);
    for (const path of ["/v1/env", "/v1/scripts/one/env"]) {
      for (const [method, at, body] of [
        ["GET", path, undefined],
        ["PUT", `${path}/A`, { value: "2" }],
        ["DELETE", `${path}/A`, undefined],
      ] as const) {
        expect((await app.problem(method, at, body, token)).code).toBe("forbidden");
      }
    }
  });
});

describe("the environment of a script", () => {
  it("is its account's, with its own over it", async ({ expect }) => {
    const { id } = await create("one");
    const two = await create("two");
    await put("/v1/env/A", { value: "account" });
    await put("/v1/env/B", { value: "account" });
    await put("/v1/scripts/one/env/B", { value: "script" });
    await put("/v1/scripts/one/env/C", { value: "script", protected: true });
    const account = "default";
    expect(await readEnv(app.db, { account, script: id }, KEY)).toEqual({
      A: "account",
      B: "script",
      C: "script",
    });
    const ofAccount = { A: "account", B: "account" };
    expect(await readEnv(app.db, { account, script: two.id }, KEY)).toEqual(ofAccount);
    expect(await readEnv(app.db, { account, script: "" }, KEY)).toEqual(ofAccount);
    expect(await readEnv(app.db, { account: "other", script: id }, KEY)).toEqual({});
  });

  it("is not read when a row was copied to another place", async ({ expect }) => {
    const { id } = await create("one");
    await put("/v1/env/A", { value: PLAIN, protected: true });
    await put("/v1/env/B", { value: "b" });
    const [secret] = await app.db.select().from(envVars).where(eq(envVars.name, "A"));
    if (secret === undefined) throw new Error("There is no row");
    const { sealed } = secret;
    const copies = [
      { account: "default", script: "", name: "B" },
      { account: "default", script: id, name: "A" },
      { account: "other", script: "", name: "A" },
    ];
    for (const at of copies) {
      const row = { ...secret, ...at, protected: false };
      const target = [envVars.account, envVars.script, envVars.name];
      await app.db.insert(envVars).values(row).onConflictDoUpdate({ target, set: { sealed } });
      await expect(readEnv(app.db, at, KEY)).rejects.toThrow(
        `Cannot open variable "${at.name}": its row was changed or copied`,
      );
      const path = at.script === "" ? "/v1/env" : "/v1/scripts/one/env";
      const token = at.account === "other" ? OTHER : ADMIN;
      expect(await app.problem("GET", path, undefined, token)).toMatchObject({ code: "internal" });
      const isCopy = and(
        eq(envVars.account, at.account),
        eq(envVars.script, at.script),
        eq(envVars.name, at.name),
      );
      await app.db.delete(envVars).where(isCopy);
    }
    expect(told()).not.toContain(PLAIN);
  });

  it("sealed with another key says which secret is wrong, and is mended by new values", async ({
    expect,
  }) => {
    const at = { account: "default", script: "" };
    await put("/v1/env/A", { value: "old" });
    await put("/v1/env/P", { value: "old", protected: true });
    app.changeSealingKey(OTHER_KEY);
    const detail =
      'Cannot open variable "A": it was sealed with another SCRIPTFORGE_SECRET_KEY. Start with that key, or set the variable anew';
    await expect(readEnv(app.db, at, OTHER_KEY)).rejects.toThrow(detail);
    expect(await app.problem("GET", "/v1/env")).toMatchObject({ code: "internal", detail });
    await put("/v1/env/A", { value: "new" });
    expect(await list("/v1/env")).toMatchObject([{ value: "new" }, { name: "P", value: null }]);
    await app.ask("DELETE", "/v1/env/P");
    expect(await readEnv(app.db, at, OTHER_KEY)).toEqual({ A: "new" });
  });

  it("opens only what it gives", async ({ expect }) => {
    const { id } = await create("one");
    await put("/v1/env/A", { value: "old" });
    app.changeSealingKey(OTHER_KEY);
    await put("/v1/scripts/one/env/A", { value: "new" });
    const at = { account: "default", script: id };
    expect(await readEnv(app.db, at, OTHER_KEY)).toEqual({ A: "new" });
  });
});

/** Everything that was answered or logged. */
function told(): string {
  return [...app.answered, ...app.logged].join("");
}

async function put(path: string, content: unknown, token = ADMIN): Promise<EnvVar> {
  return EnvVar.parse((await app.ask("PUT", path, content, token)).body);
}

async function list(path: string, token = ADMIN): Promise<EnvVar[]> {
  return z.array(EnvVar).parse((await app.ask("GET", path, undefined, token)).body);
}

async function create(name: string): Promise<Script> {
  return Script.parse((await app.ask("POST", "/v1/scripts", { name, type: "script" })).body);
}

function long(length: number): string {
  return "A".repeat(length);
}
