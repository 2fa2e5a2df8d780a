import { join } from "node:path";
import { createClient } from "@libsql/client";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { RowPage, UserspaceDatabase } from "../schemas/userspace.ts";
import { ADMIN, OTHER, TestApp } from "./test-app.ts";

let app: TestApp;

beforeAll(async () => {
  app = await TestApp.open();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const token of [ADMIN, OTHER]) {
    for (const name of ["dnc", "people"]) {
      await app.ask("DELETE", `/v1/userspace/${name}`, undefined, token);
    }
  }
});

describe("a database", () => {
  it("is made, listed, read and deleted", async ({ expect }) => {
    const made = await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    const dnc = {
      database: "dnc",
      kind: "kv",
      columns: ["key", "value"],
      rows: 0,
      createdAt: expect.any(String),
    };
    expect(made).toEqual({ status: 200, body: dnc });
    await app.ask("PUT", "/v1/userspace/dnc/rows/1", { value: "x" });
    await app.ask("PUT", "/v1/userspace/people", { kind: "leads", columns: ["name"] });
    expect((await app.ask("GET", "/v1/userspace")).body).toEqual({
      databases: [
        { ...dnc, rows: 1 },
        { ...dnc, database: "people", kind: "leads", columns: ["key", "name"] },
      ],
    });
    expect((await app.ask("GET", "/v1/userspace/DNC")).body).toEqual({ ...dnc, rows: 1 });
    expect((await app.ask("DELETE", "/v1/userspace/dnc")).status).toBe(204);
    for (const [method, path] of [
      ["GET", "/v1/userspace/dnc"],
      ["DELETE", "/v1/userspace/dnc"],
      ["GET", "/v1/userspace/dnc/rows"],
      ["GET", "/v1/userspace/dnc/rows/1"],
      ["DELETE", "/v1/userspace/dnc/rows/1"],
    ] as const) {
      expect(await app.problem(method, path)).toMatchObject({
        code: "not_found",
        detail: "Userspace database not found: dnc",
      });
    }
  });

  it("keeps its rows when it is put again, with more columns", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/people", { kind: "leads", columns: ["name"] });
    await app.ask("PUT", "/v1/userspace/people/rows/1", { name: "Ann" });
    const put = await app.ask("PUT", "/v1/userspace/people", {
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
      expect(await app.problem("PUT", "/v1/userspace/people", body)).toMatchObject({
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
      const { code } = await app.problem("PUT", path, { kind: "kv" });
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
      const { code } = await app.problem("PUT", "/v1/userspace/dnc", body);
      expect([body, code]).toEqual([body, "invalid"]);
    }
    expect((await app.ask("GET", "/v1/userspace")).body).toEqual({ databases: [] });
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
      await app.ask("PUT", `/v1/userspace/${name}`, { kind: "kv" });
      await app.ask("PUT", `/v1/userspace/${name}/rows/k`, { value: name });
      const { body } = await app.ask("GET", `/v1/userspace/${name}/rows/k`);
      expect(body).toEqual({ key: "k", value: name });
      await app.ask("DELETE", `/v1/userspace/${name}`);
    }
  });

  it("is in a file that libSQL opens", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    await app.ask("PUT", "/v1/userspace/dnc/rows/1", { value: "x" });
    const client = createClient({ url: `file:${join(app.folder, "userspace", "default.db")}` });
    const { rows } = await client.execute("SELECT key, value FROM dnc");
    client.close();
    expect(rows.map(({ key, value }) => [key, value])).toEqual([["1", "x"]]);
  });
});

describe("a row", () => {
  it("is put, read, replaced and deleted", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/people", { kind: "leads", columns: ["name", "age"] });
    const at = "/v1/userspace/people/rows/1";
    expect((await app.ask("PUT", at, { name: "Ann", age: 5 })).body).toEqual({
      key: "1",
      name: "Ann",
      age: 5,
    });
    expect((await app.ask("PUT", at, { name: { first: "Ann" } })).body).toEqual({
      key: "1",
      name: '{"first":"Ann"}',
      age: null,
    });
    expect((await app.ask("GET", at)).body).toMatchObject({ age: null });
    expect((await app.ask("DELETE", at)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect(await app.problem(method, at)).toMatchObject({
        code: "not_found",
        detail: 'There is no "1" in "people": GET /v1/userspace/people/rows lists what there is',
      });
    }
  });

  it("may have any key that a URL can carry", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    const keys = ["a/b", "a?b=c#d", "100%", "%41", " ", "é☎😀", "' OR 1=1 --", "k".repeat(512)];
    for (const key of keys) {
      const at = `/v1/userspace/dnc/rows/${encodeURIComponent(key)}`;
      await app.ask("PUT", at, { value: key });
      expect((await app.ask("GET", at)).body).toEqual({ key, value: key });
    }
    expect((await page("dnc")).rows).toHaveLength(keys.length);
  });

  it("is refused where it does not fit the database", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
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
      expect([body, (await app.problem("PUT", path, body)).code]).toEqual([body, "invalid"]);
    }
    expect((await page("dnc")).rows).toEqual([]);
  });

  it("comes in pages in the order of the keys", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    for (const key of ["44", "441", "442", "4420", "45", "é"]) {
      await app.ask("PUT", `/v1/userspace/dnc/rows/${encodeURIComponent(key)}`, { value: 1 });
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
      expect((await app.problem("GET", `/v1/userspace/dnc/rows${query}`)).code).toBe("invalid");
    }
  });

  it("comes with fewer in a page where they are large", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    const value = "x".repeat(99_000);
    for (let key = 10; key < 25; key += 1) {
      await app.ask("PUT", `/v1/userspace/dnc/rows/${key}`, { value });
    }
    const first = await page("dnc");
    expect(first.rows).toHaveLength(10);
    const second = await page("dnc", `?after=${first.next}`);
    expect([second.rows.length, second.next]).toEqual([5, null]);
  });
});

describe("another account", () => {
  it("neither sees nor changes any of it", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    await app.ask("PUT", "/v1/userspace/dnc/rows/1", { value: "mine" });
    expect((await app.ask("GET", "/v1/userspace", undefined, OTHER)).body).toEqual({
      databases: [],
    });
    const at = "/v1/userspace/dnc/rows/1";
    expect((await app.problem("GET", at, undefined, OTHER)).code).toBe("not_found");
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "leads", columns: ["value"] }, OTHER);
    await app.ask("PUT", at, { value: "theirs" }, OTHER);
    expect((await app.ask("GET", at)).body).toEqual({ key: "1", value: "mine" });
    await app.ask("DELETE", "/v1/userspace/dnc", undefined, OTHER);
    expect((await app.ask("GET", at)).body).toEqual({ key: "1", value: "mine" });
  });
});

describe("a token with the scope run", () => {
  it("opens none of them", async ({ expect }) => {
    const token = await app.makeToken("engine", ["run"]);
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
      expect((await app.problem(method, path, body, token)).code).toBe("forbidden");
    }
  });
});

describe("the reference", () => {
  it("has all of it", async ({ expect }) => {
    const paths = ["", "/{database}", "/{database}/rows", "/{database}/rows/{key}"];
    const names = paths.map((path) => `/v1/userspace${path}`);
    expect(await app.missingInReference(names)).toEqual([]);
  });
});

async function page(database: string, query = ""): Promise<RowPage> {
  return RowPage.parse((await app.ask("GET", `/v1/userspace/${database}/rows${query}`)).body);
}
