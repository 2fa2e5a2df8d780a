import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { Problem } from "../schemas/fault.ts";
import { ModuleShelf, MODULES_FOLDER } from "../schemas/module-shelf.ts";
import { makeSealingKey } from "../schemas/sealed-text.ts";
import { parseSettings } from "../schemas/settings.ts";
import { accounts, tokens } from "../schemas/tables/account.ts";
import { openDatabase, type Database } from "../schemas/tables/open.ts";
import { hashToken } from "../schemas/token-hash.ts";
import { CreatedToken } from "../schemas/token.ts";
import { RowPage, UserspaceDatabase } from "../schemas/userspace.ts";
import { TemplateRenderer } from "../schemas/template-renderer.ts";
import { openUserspace, type Userspace } from "../schemas/userspace/userspace.ts";
import { buildApp } from "./app.ts";
import { applyMigrations } from "./store/database.ts";
import { putBootstrapToken } from "./store/tokens.ts";

const ADMIN = "the-admin-token-of-this-test";
const OTHER = "the-admin-token-of-another-account";

type Answer = { status: number; body: unknown };

let folder: string;
let db: Database;
let userspace: Userspace;
let app: ReturnType<typeof buildApp>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-userspace-"));
  const settings = parseSettings({ SCRIPTFORGE_DATA: folder });
  db = await openDatabase(settings);
  await applyMigrations(db);
  await putBootstrapToken(db, ADMIN);
  const createdAt = new Date().toISOString();
  await db.insert(accounts).values({ id: "other", createdAt });
  const other = { id: "tok_other", name: "other", scopes: '["admin"]', account: "other" };
  await db.insert(tokens).values({ ...other, hash: hashToken(OTHER), createdAt });
  userspace = openUserspace(settings, db);
  const sealingKey = makeSealingKey("the secret key of this test");
  const modules = new ModuleShelf(MODULES_FOLDER);
  const runners = { runner: runNothing, simulator: runNothing };
  app = buildApp(
    {
      db,
      ...runners,
      sealingKey,
      signForm: () => "",
      modules,
      renderer: new TemplateRenderer(),
      userspace,
    },
    pino({ level: "silent" }),
  );
});
afterAll(async () => {
  await userspace[Symbol.asyncDispose]();
  db.$client.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const token of [ADMIN, OTHER]) {
    for (const name of ["dnc", "people"]) {
      await ask("DELETE", `/v1/userspace/${name}`, undefined, token);
    }
  }
});

describe("a database", () => {
  it("is made, listed, read and deleted", async ({ expect }) => {
    const made = await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    const dnc = {
      database: "dnc",
      kind: "kv",
      columns: ["key", "value"],
      rows: 0,
      createdAt: expect.any(String),
    };
    expect(made).toEqual({ status: 200, body: dnc });
    await ask("PUT", "/v1/userspace/dnc/rows/1", { value: "x" });
    await ask("PUT", "/v1/userspace/people", { kind: "leads", columns: ["name"] });
    expect((await ask("GET", "/v1/userspace")).body).toEqual({
      databases: [
        { ...dnc, rows: 1 },
        { ...dnc, database: "people", kind: "leads", columns: ["key", "name"] },
      ],
    });
    expect((await ask("GET", "/v1/userspace/DNC")).body).toEqual({ ...dnc, rows: 1 });
    expect((await ask("DELETE", "/v1/userspace/dnc")).status).toBe(204);
    for (const [method, path] of [
      ["GET", "/v1/userspace/dnc"],
      ["DELETE", "/v1/userspace/dnc"],
      ["GET", "/v1/userspace/dnc/rows"],
      ["GET", "/v1/userspace/dnc/rows/1"],
      ["DELETE", "/v1/userspace/dnc/rows/1"],
    ] as const) {
      expect(await problem(method, path)).toMatchObject({
        code: "not_found",
        detail: "Userspace database not found: dnc",
      });
    }
  });

  it("keeps its rows when it is put again, with more columns", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/people", { kind: "leads", columns: ["name"] });
    await ask("PUT", "/v1/userspace/people/rows/1", { name: "Ann" });
    const put = await ask("PUT", "/v1/userspace/people", {
      kind: "leads",
      columns: ["city", "Name"],
    });
    expect(UserspaceDatabase.parse(put.body)).toMatchObject({
      columns: ["key", "name", "city"],
      rows: 1,
    });
    const before = 'Cannot change the database "people": ';
    for (const [body, detail] of [
      [{ kind: "kv" }, "its kind is leads. Delete it first"],
      [{ kind: "leads", columns: ["city"] }, "columns stay, and so name name as well"],
    ] as const) {
      expect(await problem("PUT", "/v1/userspace/people", body)).toMatchObject({
        code: "conflict",
        detail: before + detail,
      });
    }
  });

  it("is refused where its name or its columns make no sense", async ({ expect }) => {
    const names = [
      "_databases",
      "sqlite_master",
      "sqlite_x",
      "a b",
      "a/b",
      'a"b',
      "ä",
      "-",
      "",
      "a".repeat(65),
    ];
    for (const name of names) {
      const path = `/v1/userspace/${encodeURIComponent(name)}`;
      const { code } = await problem("PUT", path, { kind: "kv" });
      expect([name, code]).toEqual([name, name === "" ? "not_found" : "invalid"]);
    }
    for (const body of [
      {},
      { kind: "other" },
      { kind: "leads" },
      { kind: "leads", columns: [] },
      { kind: "kv", columns: ["a"] },
      { kind: "leads", columns: ["a", "A"] },
      { kind: "leads", columns: ["KEY"] },
      { kind: "leads", columns: ["a b"] },
      { kind: "leads", columns: ["1"] },
      { kind: "leads", columns: ["__proto__"] },
      { kind: "leads", columns: Array.from({ length: 101 }, (_, at) => `c${at}`) },
      { kind: "kv", more: 1 },
    ]) {
      const { code } = await problem("PUT", "/v1/userspace/dnc", body);
      expect([body, code]).toEqual([body, "invalid"]);
    }
    expect((await ask("GET", "/v1/userspace")).body).toEqual({ databases: [] });
  });

  it("may have any name that the rules allow, be it a word of SQL", async ({ expect }) => {
    for (const name of [
      "default",
      "select",
      "table",
      "1002",
      "a-b.c",
      "values",
      "dbstat",
      "json_each",
    ]) {
      await ask("PUT", `/v1/userspace/${name}`, { kind: "kv" });
      await ask("PUT", `/v1/userspace/${name}/rows/k`, { value: name });
      const { body } = await ask("GET", `/v1/userspace/${name}/rows/k`);
      expect(body).toEqual({ key: "k", value: name });
      await ask("DELETE", `/v1/userspace/${name}`);
    }
  });

  it("is in a file that libSQL opens", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    await ask("PUT", "/v1/userspace/dnc/rows/1", { value: "x" });
    const client = createClient({ url: `file:${join(folder, "userspace", "default.db")}` });
    const { rows } = await client.execute("SELECT key, value FROM dnc");
    client.close();
    expect(rows.map(({ key, value }) => [key, value])).toEqual([["1", "x"]]);
  });
});

describe("a row", () => {
  it("is put, read, replaced and deleted", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/people", { kind: "leads", columns: ["name", "age"] });
    const at = "/v1/userspace/people/rows/1";
    expect((await ask("PUT", at, { name: "Ann", age: 5 })).body).toEqual({
      key: "1",
      name: "Ann",
      age: 5,
    });
    expect((await ask("PUT", at, { name: { first: "Ann" } })).body).toEqual({
      key: "1",
      name: '{"first":"Ann"}',
      age: null,
    });
    expect((await ask("GET", at)).body).toMatchObject({ age: null });
    expect((await ask("DELETE", at)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect(await problem(method, at)).toMatchObject({
        code: "not_found",
        detail: 'There is no "1" in "people": GET /v1/userspace/people/rows lists what there is',
      });
    }
  });

  it("may have any key that a URL can carry", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    const keys = ["a/b", "a?b=c#d", "100%", "%41", " ", "é☎😀", "' OR 1=1 --", "k".repeat(512)];
    for (const key of keys) {
      const at = `/v1/userspace/dnc/rows/${encodeURIComponent(key)}`;
      await ask("PUT", at, { value: key });
      expect((await ask("GET", at)).body).toEqual({ key, value: key });
    }
    expect((await page("dnc")).rows).toHaveLength(keys.length);
  });

  it("is refused where it does not fit the database", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    for (const [key, body] of [
      ["a", { other: 1 }],
      ["a", { value: 1, key: "b" }],
      ["a", { value: "x".repeat(100_001) }],
      ["a", { value: "a\0b" }],
      ["a", { value: "\ud800" }],
      ["k".repeat(513), { value: 1 }],
      ["a\0b", { value: 1 }],
      ["a", "text"],
      ["a", []],
    ] as const) {
      const path = `/v1/userspace/dnc/rows/${encodeURIComponent(key)}`;
      expect([body, (await problem("PUT", path, body)).code]).toEqual([body, "invalid"]);
    }
    expect((await page("dnc")).rows).toEqual([]);
  });

  it("comes in pages in the order of the keys", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    for (const key of ["44", "441", "442", "4420", "45", "é"]) {
      await ask("PUT", `/v1/userspace/dnc/rows/${encodeURIComponent(key)}`, { value: 1 });
    }
    const seen: unknown[] = [];
    for (let after: string | null = ""; after !== null;) {
      const { rows, next }: RowPage = await page(
        "dnc",
        `?limit=2&after=${encodeURIComponent(after)}`,
      );
      seen.push(...rows.map(({ key }) => key));
      after = next;
    }
    expect(seen).toEqual(["44", "441", "442", "4420", "45", "é"].toSorted());
    expect((await page("dnc", "?prefix=44")).rows.map(({ key }) => key)).toEqual([
      "44",
      "441",
      "442",
      "4420",
    ]);
    for (const query of ["?limit=0", "?limit=1001", "?limit=x"]) {
      expect((await problem("GET", `/v1/userspace/dnc/rows${query}`)).code).toBe("invalid");
    }
  });

  it("comes with fewer in a page where they are large", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    const value = "x".repeat(99_000);
    for (let key = 10; key < 25; key += 1) {
      await ask("PUT", `/v1/userspace/dnc/rows/${key}`, { value });
    }
    const first = await page("dnc");
    expect(first.rows).toHaveLength(10);
    const second = await page("dnc", `?after=${first.next}`);
    expect([second.rows.length, second.next]).toEqual([5, null]);
  });
});

describe("another account", () => {
  it("neither sees nor changes any of it", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    await ask("PUT", "/v1/userspace/dnc/rows/1", { value: "mine" });
    expect((await ask("GET", "/v1/userspace", undefined, OTHER)).body).toEqual({ databases: [] });
    const at = "/v1/userspace/dnc/rows/1";
    expect((await problem("GET", at, undefined, OTHER)).code).toBe("not_found");
    await ask("PUT", "/v1/userspace/dnc", { kind: "leads", columns: ["value"] }, OTHER);
    await ask("PUT", at, { value: "theirs" }, OTHER);
    expect((await ask("GET", at)).body).toEqual({ key: "1", value: "mine" });
    await ask("DELETE", "/v1/userspace/dnc", undefined, OTHER);
    expect((await ask("GET", at)).body).toEqual({ key: "1", value: "mine" });
  });
});

describe("a token with the scope run", () => {
  it("opens none of them", async ({ expect }) => {
    const made = await ask("POST", "/v1/tokens", { name: "engine", scopes: ["run"] });
    const { token } = CreatedToken.parse(made.body);
    for (const [method, path, body] of [
      ["GET", "/v1/userspace", undefined],
      ["GET", "/v1/userspace/dnc", undefined],
      ["PUT", "/v1/userspace/dnc", { kind: "kv" }],
      ["DELETE", "/v1/userspace/dnc", undefined],
      ["GET", "/v1/userspace/dnc/rows", undefined],
      ["GET", "/v1/userspace/dnc/rows/1", undefined],
      ["PUT", "/v1/userspace/dnc/rows/1", { value: 1 }],
      ["DELETE", "/v1/userspace/dnc/rows/1", undefined],
    ] as const) {
      expect((await problem(method, path, body, token)).code).toBe("forbidden");
    }
  });
});

describe("the reference", () => {
  it("has all of it", async ({ expect }) => {
    const { status, body } = await ask("GET", "/openapi.json");
    expect(status).toBe(200);
    const text = JSON.stringify(body);
    for (const name of ["", "/{database}", "/{database}/rows", "/{database}/rows/{key}"]) {
      expect(text).toContain(`"/v1/userspace${name}"`);
    }
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

async function page(database: string, query = ""): Promise<RowPage> {
  return RowPage.parse((await ask("GET", `/v1/userspace/${database}/rows${query}`)).body);
}

async function problem(...request: Parameters<typeof ask>): Promise<Problem> {
  const { status, body } = await ask(...request);
  const answered = Problem.parse(body);
  if (answered.status !== status) throw new Error(`The problem has another status: ${status}`);
  return answered;
}
