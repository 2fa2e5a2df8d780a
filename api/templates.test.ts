import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, it } from "vitest";
import { Problem } from "../schemas/fault.ts";
import { ModuleShelf, MODULES_FOLDER } from "../schemas/module-shelf.ts";
import { makeSealingKey } from "../schemas/sealed-text.ts";
import { parseSettings } from "../schemas/settings.ts";
import { accounts, tokens } from "../schemas/tables/account.ts";
import { templates } from "../schemas/tables/template.ts";
import { MAX_TEMPLATES } from "../schemas/template-limits.ts";
import { openDatabase, type Database } from "../schemas/tables/open.ts";
import { hashToken } from "../schemas/token-hash.ts";
import { TemplateRenderer } from "../schemas/template-renderer.ts";
import { openUserspace } from "../schemas/userspace/userspace.ts";
import { buildApp } from "./app.ts";
import { applyMigrations } from "./store/database.ts";
import { putBootstrapToken } from "./store/tokens.ts";

const ADMIN = "the-admin-token-of-this-test";
const OTHER = "the-admin-token-of-another-account";

type Answer = { status: number; body: unknown };

let folder: string;
let db: Database;
let app: ReturnType<typeof buildApp>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-templates-"));
  db = await openDatabase(parseSettings({ SCRIPTFORGE_DATA: folder }));
  await applyMigrations(db);
  await putBootstrapToken(db, ADMIN);
  const createdAt = new Date().toISOString();
  await db.insert(accounts).values({ id: "other", createdAt });
  const other = { id: "tok_other", name: "other", scopes: '["admin"]', account: "other" };
  await db.insert(tokens).values({ ...other, hash: hashToken(OTHER), createdAt });
  const sealingKey = makeSealingKey("the secret key of this test");
  const modules = new ModuleShelf(MODULES_FOLDER);
  app = buildApp(
    {
      db,
      runner: runNothing,
      simulator: runNothing,
      sealingKey,
      signForm: () => "",
      modules,
      renderer: new TemplateRenderer(),
      userspace: openUserspace(parseSettings({ SCRIPTFORGE_DATA: folder }), db),
    },
    pino({ level: "silent" }),
  );
});
afterEach(() => {
  db.$client.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a template", () => {
  it("is put, read, listed, replaced and deleted", async ({ expect }) => {
    const parts = { subject: "{{a}}", html: "<b>{{a}}</b>" };
    const updatedAt = expect.stringMatching(/^\d{4}-/);
    const stored = { name: "alert", text: "", sms: "", ...parts, updatedAt };
    expect(await ask("PUT", "/v1/templates/alert", parts)).toEqual({ status: 200, body: stored });
    expect((await ask("GET", "/v1/templates/alert")).body).toEqual(stored);
    await ask("PUT", "/v1/templates/a-1.b_c", { text: "x" });
    await ask("PUT", "/v1/templates/alert", { sms: "short" });
    expect((await ask("GET", "/v1/templates/alert")).body).toMatchObject({
      sms: "short",
      html: "",
    });
    expect((await ask("GET", "/v1/templates")).body).toEqual([
      { name: "a-1.b_c", updatedAt },
      { name: "alert", updatedAt },
    ]);
    expect((await ask("DELETE", "/v1/templates/alert")).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect(await problem(method, "/v1/templates/alert")).toMatchObject({
        code: "not_found",
        detail: 'There is no template "alert": GET /v1/templates lists them',
      });
    }
  });

  it("that does not compile is refused with its line", async ({ expect }) => {
    expect(await problem("PUT", "/v1/templates/a", { html: "a\n{{> b}}" })).toMatchObject({
      code: "compile_error",
      detail: "Cannot compile the template: html, line 2: Partials ({{> name}}) are not available",
      line: 2,
      column: 1,
    });
    expect((await ask("GET", "/v1/templates")).body).toEqual([]);
  });

  it("is refused where it is none", async ({ expect }) => {
    for (const [name, body] of [
      ["a", {}],
      ["a", { text: "" }],
      ["a", { text: 5 }],
      ["a", { text: "a\0" }],
      ["a", { text: "x".repeat(100_001) }],
      ["a", { title: "a" }],
      ["-a", { text: "a" }],
      ["a%2Fb", { text: "a" }],
      ["a".repeat(101), { text: "a" }],
    ] as const) {
      const { code } = await problem("PUT", `/v1/templates/${name}`, body);
      expect([name, body, code]).toEqual([name, body, "invalid"]);
    }
  });

  it("is its account's alone, and one of so many", async ({ expect }) => {
    await ask("PUT", "/v1/templates/a", { text: "mine" });
    expect((await problem("GET", "/v1/templates/a", undefined, OTHER)).code).toBe("not_found");
    expect((await ask("GET", "/v1/templates", undefined, OTHER)).body).toEqual([]);
    await ask("PUT", "/v1/templates/a", { text: "theirs" }, OTHER);
    expect((await ask("GET", "/v1/templates/a")).body).toMatchObject({ text: "mine" });
    expect((await ask("DELETE", "/v1/templates/a", undefined, OTHER)).status).toBe(204);
    const row = { account: "default", subject: "", text: "x", html: "", sms: "", updatedAt: 1 };
    const rows = Array.from({ length: MAX_TEMPLATES - 1 }, (_, n) => ({ ...row, name: `t${n}` }));
    await db.insert(templates).values(rows);
    expect(await problem("PUT", "/v1/templates/b", { text: "more" })).toMatchObject({
      code: "conflict",
      detail: 'Cannot put the template "b": an account has at most 1000. Delete one first',
    });
    await ask("PUT", "/v1/templates/a", { text: "again" });
    expect((await ask("GET", "/v1/templates/a")).body).toMatchObject({ text: "again" });
  });
});

function runNothing(): Promise<never> {
  return Promise.reject(new Error("Nothing runs here"));
}

async function ask(
  method: string,
  path: string,
  ...[body, token = ADMIN]: [body?: unknown, token?: string]
): Promise<Answer> {
  const response = await app.request(path, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function problem(...request: Parameters<typeof ask>): Promise<Problem> {
  const { status, body } = await ask(...request);
  const answered = Problem.parse(body);
  if (answered.status !== status) throw new Error(`The problem has another status: ${status}`);
  return answered;
}
