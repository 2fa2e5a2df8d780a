import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { migrate } from "drizzle-orm/libsql/migrator";
import { afterEach, beforeEach, describe, it } from "vitest";
import { MAX_KV_TTL, MAX_KV_VALUE_BYTES } from "../../schemas/kv-limits.ts";
import { MAX_KV_PAGE } from "../../schemas/kv.ts";
import { deleteExpiredKv } from "../../schemas/kv-store.ts";
import { DEFAULT_QUOTAS } from "../../schemas/quotas.ts";
import { parseSettings } from "../../schemas/settings.ts";
import { accounts } from "../../schemas/tables/account.ts";
import { kv, kvUsage } from "../../schemas/tables/kv.ts";
import { openDatabase, type Database } from "../../schemas/tables/open.ts";
import { kvLibrary } from "./kv.ts";

const OWNER = { account: "acme", script: "scr_1" };
const OTHER = { account: "other", script: "scr_1" };
const { signal } = new AbortController();

let folder: string;
let db: Database;
let now: number;
let ask: (method: string, input?: object, owner?: typeof OWNER) => Promise<unknown>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-kv-"));
  db = await openDatabase(parseSettings({ SCRIPTFORGE_DATA: folder }));
  await migrate(db, {
    migrationsFolder: new URL("../../api/store/migrations", import.meta.url).pathname,
  });
  const createdAt = new Date().toISOString();
  await db.insert(accounts).values([OWNER, OTHER].map(({ account: id }) => ({ id, createdAt })));
  now = 1_700_000_000_000;
  const library = kvLibrary({ db }, () => now);
  ask = async (method, input = {}, owner = OWNER) => await library[method]?.(owner, input, signal);
});
afterEach(() => {
  db.$client.close();
  rmSync(folder, { recursive: true, force: true });
});

function get(key: string, owner = OWNER): Promise<unknown> {
  return ask("get", { key }, owner);
}

function set(key: string, value: string, ttl = 0): Promise<unknown> {
  return ask("set", { key, value, ttl });
}

function incr(key: string, by = 1, expire = 0): Promise<unknown> {
  return ask("incr", { key, by, expire });
}

describe("a key", () => {
  it("is what was set last, and null before and after", async ({ expect }) => {
    expect(await get("a")).toBeNull();
    await set("a", "1");
    await set("a", "two ☎ 😀\n");
    await set("b", "");
    expect(await get("a")).toBe("two ☎ 😀\n");
    expect(await get("b")).toBe("");
    expect(await get("A")).toBeNull();
    expect(await ask("del", { key: "a" })).toBe(true);
    expect(await ask("del", { key: "a" })).toBe(false);
    expect(await get("a")).toBeNull();
  });

  it("is any text of 1 to 512 characters", async ({ expect }) => {
    const keys = [
      "k".repeat(512),
      "☎".repeat(512),
      "a/b?c#d%",
      "' OR 1=1 --",
      " ",
      "\n",
      "__proto__",
    ];
    for (const key of keys) {
      await set(key, key);
      expect(await get(key)).toBe(key);
    }
    for (const key of ["", "k".repeat(513), "a\0b", "\ud800", 5, null, undefined, {}]) {
      for (const method of ["get", "set", "del", "incr"]) {
        const input = { key, value: "1", ttl: 0, by: 1, expire: 0 };
        await expect(ask(method, input)).rejects.toMatchObject({ code: "invalid" });
      }
    }
    expect(await ask("keys", { after: "" })).toMatchObject({ keys: keys.toSorted() });
  });

  it("holds text of at most 100,000 bytes", async ({ expect }) => {
    const most = `${"☎".repeat(33_333)}x`;
    expect(Buffer.byteLength(most)).toBe(MAX_KV_VALUE_BYTES);
    await set("a", most);
    expect(await get("a")).toBe(most);
    for (const value of [`${most}x`, "a\0b", "\udc00", 5, null, undefined]) {
      await expect(ask("set", { key: "a", value, ttl: 0 })).rejects.toMatchObject({
        code: "invalid",
      });
    }
    await expect(set("b", `${most}x`)).rejects.toThrow(
      'Cannot set "b": A value has at most 100,000 bytes',
    );
    expect(await get("a")).toBe(most);
  });

  it("belongs to one account", async ({ expect }) => {
    await set("a", "mine");
    await ask("set", { key: "a", value: "theirs", ttl: 0, account: "acme" }, OTHER);
    expect([await get("a"), await get("a", OTHER)]).toEqual(["mine", "theirs"]);
    expect(await ask("incr", { key: "n", by: 5, expire: 0 }, OTHER)).toBe(5);
    expect(await incr("n")).toBe(1);
    expect(await ask("del", { key: "a" }, OTHER)).toBe(true);
    expect(await get("a")).toBe("mine");
    expect(await ask("keys", { after: "" }, OTHER)).toMatchObject({ keys: ["n"] });
    expect(await ask("usage", {}, OTHER)).toEqual({ keys: 1, bytes: 2 });
  });
});

describe("a time to live", () => {
  it("ends a key, to the millisecond", async ({ expect }) => {
    await set("a", "1", 60);
    await set("b", "1", 0.25);
    now += 249;
    expect([await get("a"), await get("b")]).toEqual(["1", "1"]);
    now += 1;
    expect([await get("a"), await get("b")]).toEqual(["1", null]);
    now += 60_000;
    expect(await get("a")).toBeNull();
    expect(await ask("del", { key: "a" })).toBe(false);
    expect(await ask("keys", { after: "" })).toEqual({ keys: [], next: null });
  });

  it("is replaced by every set", async ({ expect }) => {
    await set("a", "1", 1);
    await set("a", "2");
    now += 5_000;
    expect(await get("a")).toBe("2");
    await set("a", "3", 1);
    now += 1_000;
    expect(await get("a")).toBeNull();
    await set("a", "4");
    expect(await get("a")).toBe("4");
  });

  it("is a number of seconds from 0 to ten years", async ({ expect }) => {
    await set("a", "1", MAX_KV_TTL);
    for (const ttl of [-1, MAX_KV_TTL + 1, Number.NaN, Infinity, "5", null, undefined]) {
      const wrong = { key: "a", value: "2", ttl, by: 1, expire: ttl };
      await expect(ask("set", wrong)).rejects.toMatchObject({ code: "invalid" });
      await expect(ask("incr", wrong)).rejects.toMatchObject({ code: "invalid" });
    }
    expect(await get("a")).toBe("1");
  });
});

describe("an increment", () => {
  it("adds to what is there, nothing being 0", async ({ expect }) => {
    expect(await incr("a")).toBe(1);
    expect(await incr("a", 41)).toBe(42);
    expect(await incr("a", -50)).toBe(-8);
    expect(await incr("a", 8)).toBe(0);
    expect(await get("a")).toBe("0");
    await set("b", "7");
    expect(await incr("b", 0.5)).toBe(7.5);
    expect(await get("b")).toBe("7.5");
    expect(await incr("c", -0)).toBe(0);
    expect(await get("c")).toBe("0");
  });

  it("counts fractions as people do", async ({ expect }) => {
    for (let n = 0; n < 10; n += 1) await incr("spent", 0.1);
    expect(await get("spent")).toBe("1");
    expect(await incr("tiny", 1e-7)).toBe(1e-7);
    expect(await incr("big", 1_234_567.891)).toBe(1_234_567.891);
  });

  it("is of a number, however that is written", async ({ expect }) => {
    for (const [value, sum] of [
      ["007", 8],
      [" 12 ", 13],
      ["1e3", 1_001],
      [".5", 1.5],
      ["-3", -2],
      ["+5", 6],
    ] as const) {
      await set("a", value);
      expect([value, await incr("a")]).toEqual([value, sum]);
    }
    for (const value of [
      "",
      " ",
      "x",
      "12x",
      "0x10",
      "1,5",
      "NaN",
      "Infinity",
      "null",
      "true",
      "[1]",
      '"5"',
      "٣",
    ]) {
      await set("a", value);
      await expect(incr("a")).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining('Cannot increment "a": its value is not a number'),
      });
      expect(await get("a")).toBe(value);
    }
  });

  it("stays within what JavaScript counts exactly", async ({ expect }) => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(await incr("a", most)).toBe(most);
    expect(await get("a")).toBe(String(most));
    await expect(incr("a")).rejects.toThrow("beyond 9007199254740991");
    expect(await incr("a", -most)).toBe(0);
    expect(await incr("a", -most)).toBe(-most);
    for (const by of [most + 1, 1e300, Number.NaN, Infinity, "1", null]) {
      await expect(ask("incr", { key: "b", by, expire: 0 })).rejects.toMatchObject({
        code: "invalid",
      });
    }
    for (const value of ["99999999999999999999", "1e999", "9007199254740993"]) {
      await set("c", value);
      await expect(incr("c")).rejects.toMatchObject({ code: "conflict" });
    }
  });

  it("begins a key's time anew with each expire, and leaves it alone without", async ({
    expect,
  }) => {
    await incr("a", 1, 120);
    now += 100_000;
    expect(await incr("a", 100, 1_800)).toBe(101);
    now += 1_799_999;
    expect(await get("a")).toBe("101");
    expect(await incr("a")).toBe(102);
    now += 1;
    expect(await get("a")).toBeNull();
    await set("b", "5", 10);
    now += 9_000;
    expect(await incr("b", 1, 10)).toBe(6);
    now += 9_000;
    expect(await get("b")).toBe("6");
  });

  it("of a key that has expired begins at 0, without an end of its own", async ({ expect }) => {
    await incr("a", 5, 1);
    await set("b", "not a number", 1);
    now += 1_000;
    expect(await incr("a")).toBe(1);
    expect(await incr("b", 2, 1)).toBe(2);
    now += 10_000;
    expect(await get("a")).toBe("1");
    expect(await get("b")).toBeNull();
  });

  it("loses nothing where two connections count at once", async ({ expect }) => {
    const second = await openDatabase(parseSettings({ SCRIPTFORGE_DATA: folder }));
    const library = kvLibrary({ db: second });
    const input = { key: "n", by: 1, expire: 0 };
    const sums = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        Promise.resolve(
          index % 2 === 0 ? ask("incr", input) : library["incr"]?.(OWNER, input, signal),
        ),
      ),
    );
    second.$client.close();
    expect(new Set(sums).size).toBe(200);
    expect(await get("n")).toBe("200");
  });
});

describe("the keys of an account", () => {
  it("come in the order of their code points, a page at a time", async ({ expect }) => {
    const keys = Array.from({ length: MAX_KV_PAGE + 2 }, (_, index) => `k${index}`).toSorted();
    await fill(keys.map((key) => ({ key, value: "" })));
    const first = await ask("keys", { after: "" });
    const after = keys[MAX_KV_PAGE - 1];
    expect(first).toEqual({ keys: keys.slice(0, MAX_KV_PAGE), next: after });
    expect(await ask("keys", { after })).toEqual({ keys: keys.slice(MAX_KV_PAGE), next: null });
  });

  it("are counted with their bytes, without what has expired", async ({ expect }) => {
    expect(await ask("usage")).toEqual({ keys: 0, bytes: 0 });
    await set("key", "12345");
    await set("☎", "☎☎", 1);
    expect(await ask("usage")).toEqual({ keys: 2, bytes: 8 + 9 });
    now += 1_000;
    expect(await ask("usage")).toEqual({ keys: 1, bytes: 8 });
    await deleteExpiredKv(db, now);
    expect(await ask("usage")).toEqual({ keys: 1, bytes: 8 });
    await set("key", "1");
    await incr("key", 99);
    expect(await ask("usage")).toEqual({ keys: 1, bytes: 6 });
    await ask("del", { key: "key" });
    expect(await ask("usage")).toEqual({ keys: 0, bytes: 0 });
  });
});

describe("what has expired", () => {
  it("goes as others are written, some at a time", async ({ expect }) => {
    await fill(
      Array.from({ length: 700 }, (_, n) => ({ key: `old${n}`, value: "", expiresAt: now })),
    );
    await set("stays", "1", 1);
    for (let n = 0; n < 98; n += 1) await incr("n");
    expect(await rows()).toBe(702);
    await incr("n");
    expect(await rows()).toBe(202);
    for (let n = 0; n < 100; n += 1) await set("n", "1");
    expect(await rows()).toBe(2);
    expect(await get("stays")).toBe("1");
  });

  it("is found by an index", async ({ expect }) => {
    const plan = await db.all<{ detail: string }>(
      sql`explain query plan select rowid from ${kv} where ${kv.expiresAt} <= ${now} limit 500`,
    );
    expect(plan.map(({ detail }) => detail).join()).toContain("kv_expiry");
  });
});

describe("an account that is full", () => {
  it("sets no more keys, and goes on with those it has", async ({ expect }) => {
    await set("a", "1");
    await db.update(kvUsage).set({ keys: DEFAULT_QUOTAS.kvKeys });
    for (const more of [set("b", "1"), incr("b")]) {
      await expect(more).rejects.toMatchObject({
        code: "conflict",
        message:
          'Cannot set "b": the account has 100,000 of the 100,000 keys and 2 of the 100,000,000 bytes that it may have in cxKV. Delete what is not needed, or set it with a time to live',
      });
    }
    await set("a", "2");
    expect(await incr("a")).toBe(3);
    await ask("set", { key: "b", value: "1", ttl: 0 }, OTHER);
    await ask("del", { key: "a" });
    await set("b", "1");
    expect(await get("b")).toBe("1");
  });

  it("takes no more bytes, but for less at a key", async ({ expect }) => {
    await set("a", "12345");
    await incr("n");
    await db.update(kvUsage).set({ bytes: DEFAULT_QUOTAS.kvBytes });
    for (const more of [set("a", "123456"), set("b", ""), incr("m")]) {
      await expect(more).rejects.toMatchObject({ code: "conflict" });
    }
    expect(await incr("n", 99)).toBe(100);
    await set("a", "54321");
    await set("a", "1");
    await set("a", "123");
    expect(await get("a")).toBe("123");
  });

  it("makes room of what has expired", async ({ expect }) => {
    await fill(
      Array.from({ length: 3 }, (_, n) => ({ key: `old${n}`, value: "12345", expiresAt: now })),
    );
    await db.update(kvUsage).set({ keys: DEFAULT_QUOTAS.kvKeys });
    await set("a", "1");
    expect(await incr("b")).toBe(1);
    expect(await ask("keys", { after: "" })).toMatchObject({ keys: ["a", "b"] });
  });
});

async function fill(entries: { key: string; value: string; expiresAt?: number }[]): Promise<void> {
  for (let at = 0; at < entries.length; at += 1_000) {
    const values = entries.slice(at, at + 1_000);
    await db.insert(kv).values(values.map((entry) => Object.assign({ account: "acme" }, entry)));
  }
}

function rows(): Promise<number> {
  return db.$count(kv);
}
