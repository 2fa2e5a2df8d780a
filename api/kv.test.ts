import { afterEach, beforeEach, describe, it } from "vitest";
import { KvEntry, KvPage } from "../schemas/kv.ts";
import { kv } from "../schemas/tables/kv.ts";
import { ADMIN, OTHER, TestApp } from "./test-app.ts";

let app: TestApp;

beforeEach(async () => {
  app = await TestApp.open();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

describe("a key", () => {
  it("is set, read, replaced and deleted", async ({ expect }) => {
    expect(await put("a", { value: "text" })).toEqual({ key: "a", value: "text", expiresAt: null });
    expect(await get("a")).toEqual({ key: "a", value: "text", expiresAt: null });
    await put("a", { value: "2 ☎" });
    expect(await get("a")).toMatchObject({ value: "2 ☎" });
    expect(await app.ask("DELETE", "/v1/kv/a")).toEqual({ status: 204, body: undefined });
    for (const method of ["GET", "DELETE"]) {
      expect(await app.problem(method, "/v1/kv/a")).toMatchObject({
        code: "not_found",
        detail: 'There is no key "a": GET /v1/kv lists them',
      });
    }
  });

  it("holds a string as it is and any other JSON as its text", async ({ expect }) => {
    for (const [value, stored] of [
      ["", ""],
      ["5", "5"],
      [5, "5"],
      [true, "true"],
      [[1, { a: null }], '[1,{"a":null}]'],
      [{ é: 1 }, '{"é":1}'],
    ]) {
      expect(await put("a", { value })).toMatchObject({ value: stored });
      expect(await get("a")).toMatchObject({ value: stored });
    }
  });

  it("lives as long as it is told", async ({ expect }) => {
    const before = Date.now();
    const { expiresAt } = await put("a", { value: "1", ttl: 3_600 });
    const lives = new Date(expiresAt ?? 0).getTime() - before;
    expect(lives).toBeGreaterThanOrEqual(3_600_000);
    expect(lives).toBeLessThan(3_660_000);
    expect(await get("a")).toMatchObject({ expiresAt });
    await app.db.update(kv).set({ expiresAt: 1 });
    expect((await app.problem("GET", "/v1/kv/a")).code).toBe("not_found");
    expect((await app.problem("DELETE", "/v1/kv/a")).code).toBe("not_found");
    expect(await list()).toEqual({ keys: [], next: null });
  });

  it("may have any name that a URL can carry", async ({ expect }) => {
    const names = [
      "a/b",
      "a?b=c#d",
      "100%",
      "%41",
      " ",
      "é☎😀",
      "..a",
      "+",
      "a&b",
      "k".repeat(512),
    ];
    for (const name of names) {
      await put(name, { value: name });
      expect(await get(name)).toMatchObject({ key: name, value: name });
    }
    expect((await list()).keys.toSorted()).toEqual(names.toSorted());
  });

  it("is refused where it, its value or its time makes no sense", async ({ expect }) => {
    for (const [key, body] of [
      ["a", {}],
      ["a", { value: null }],
      ["a", { value: "x".repeat(100_001) }],
      ["a", { value: "☎".repeat(33_334) }],
      ["a", { value: "a\0b" }],
      ["a", { value: "\ud800" }],
      ["a", { value: "1", ttl: -1 }],
      ["a", { value: "1", ttl: "60" }],
      ["a", { value: "1", ttl: Date.now() }],
      ["a", { value: "1", more: 1 }],
      ["k".repeat(513), { value: "1" }],
      ["a\0b", { value: "1" }],
    ] as const) {
      const { code } = await app.problem("PUT", `/v1/kv/${encodeURIComponent(key)}`, body);
      expect([key, body, code]).toEqual([key, body, "invalid"]);
    }
    expect(await app.db.$count(kv)).toBe(0);
    expect(await app.problem("PUT", "/v1/kv/a", { value: null })).toMatchObject({
      detail: "value: Give the key a value that is not null: DELETE deletes a key",
    });
  });

  it("does not move the revision, which only what edge nodes keep does", async ({ expect }) => {
    const before = await app.revision();
    await put("a", { value: "1" });
    await app.ask("DELETE", "/v1/kv/a");
    expect(await app.revision()).toEqual(before);
  });
});

describe("the keys of the account", () => {
  it("are listed by prefix, page by page", async ({ expect }) => {
    for (const key of ["dnc:1", "dnc:2", "dnc:3", "dnc", "dnd:1", "Dnc:1", "dnc:\u{10ffff}", "é"]) {
      await put(key, { value: "1" });
    }
    expect((await list("?prefix=dnc:")).keys).toEqual([
      "dnc:1",
      "dnc:2",
      "dnc:3",
      "dnc:\u{10ffff}",
    ]);
    expect((await list("?prefix=%C3%A9")).keys).toEqual(["é"]);
    expect((await list("?prefix=dnc%25")).keys).toEqual([]);
    const seen: string[] = [];
    for (let after: string | null = ""; after !== null;) {
      const page = await list(`?limit=3&after=${encodeURIComponent(after)}`);
      seen.push(...page.keys);
      after = page.next;
    }
    expect(seen).toEqual((await list()).keys);
    expect(seen).toHaveLength(8);
    expect(await list("?prefix=dnc:&after=dnc:2&limit=1")).toEqual({
      keys: ["dnc:3"],
      next: "dnc:3",
    });
    for (const query of ["?limit=0", "?limit=10001", "?limit=x"]) {
      expect((await app.problem("GET", `/v1/kv${query}`)).code).toBe("invalid");
    }
  });
});

describe("another account", () => {
  it("neither sees nor changes them", async ({ expect }) => {
    await put("a", { value: "mine" });
    expect(await list("", OTHER)).toEqual({ keys: [], next: null });
    for (const method of ["GET", "DELETE"]) {
      expect((await app.problem(method, "/v1/kv/a", undefined, OTHER)).code).toBe("not_found");
    }
    await put("a", { value: "theirs" }, OTHER);
    expect(await get("a")).toMatchObject({ value: "mine" });
  });
});

describe("a token with the scope run", () => {
  it("opens none of them", async ({ expect }) => {
    const token = await app.makeToken("engine", ["run"]);
    for (const [method, path, body] of [
      ["GET", "/v1/kv", undefined],
      ["GET", "/v1/kv/a", undefined],
      ["PUT", "/v1/kv/a", { value: "1" }],
      ["DELETE", "/v1/kv/a", undefined],
    ] as const) {
      expect((await app.problem(method, path, body, token)).code).toBe("forbidden");
    }
  });
});

describe("the reference", () => {
  it("has all of it", async ({ expect }) => {
    const names = ["/v1/kv", "/v1/kv/{key}", "PutKv", "KvEntry", "KvPage"];
    expect(await app.missingInReference(names)).toEqual([]);
  });
});

async function put(key: string, content: unknown, token = ADMIN): Promise<KvEntry> {
  return KvEntry.parse(
    (await app.ask("PUT", `/v1/kv/${encodeURIComponent(key)}`, content, token)).body,
  );
}

async function get(key: string): Promise<KvEntry> {
  return KvEntry.parse((await app.ask("GET", `/v1/kv/${encodeURIComponent(key)}`)).body);
}

async function list(query = "", token = ADMIN): Promise<KvPage> {
  return KvPage.parse((await app.ask("GET", `/v1/kv${query}`, undefined, token)).body);
}
