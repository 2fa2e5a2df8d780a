import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { LocalDatabases } from "../../schemas/userspace/local-databases.ts";
import { Userspace } from "../../schemas/userspace/userspace.ts";
import { userspaceLibrary } from "./userspace.ts";

const OWNER = { account: "acme", script: "scr_1" };
const OTHER = { account: "other", script: "scr_1" };
const { signal } = new AbortController();
const FOREVER =
  "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";

let folder: string;
let userspace: Userspace;
let ask: (method: string, input?: object, owner?: typeof OWNER) => Promise<unknown>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-userspace-"));
  userspace = open();
  const library = userspaceLibrary(userspace);
  ask = async (method, input = {}, owner = OWNER) => await library[method]?.(owner, input, signal);
});
beforeEach(async () => {
  for (const { account } of [OWNER, OTHER]) {
    await userspace.drop({ account, database: "dnc" }).catch(() => undefined);
    await userspace.put({ account, database: "dnc" }, { kind: "kv", columns: [], now: 0 });
  }
});
afterAll(async () => {
  await userspace[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function open(bytes = 10_000_000): Userspace {
  const quota = (): Promise<{ databases: number; bytes: number }> =>
    Promise.resolve({ databases: 10, bytes });
  return new Userspace(new LocalDatabases({ folder, quota }));
}

function sql(
  text: string,
  ...[params = [], owner = OWNER]: [unknown?, typeof OWNER?]
): Promise<unknown> {
  return ask("sql", { sql: text, params }, owner);
}

function create(key: string, value: unknown, owner = OWNER): Promise<unknown> {
  return ask("create", { database: "dnc", key, columns: { value } }, owner);
}

function read(key: string, owner = OWNER): Promise<unknown> {
  return ask("read", { database: "dnc", key }, owner);
}

describe("what a script asks", () => {
  it("is of its own account, whatever its input says", async ({ expect }) => {
    await create("a", "mine");
    const input = { database: "dnc", key: "a", account: "acme", owner: OWNER, file: "acme.db" };
    expect(await ask("read", input, OTHER)).toBeNull();
    await ask("create", { ...input, columns: { value: "theirs" } }, OTHER);
    expect([await read("a"), await read("a", OTHER)]).toEqual([
      { key: "a", value: "mine" },
      { key: "a", value: "theirs" },
    ]);
    expect(await ask("delete", input, OTHER)).toBe(true);
    expect(await read("a")).toEqual({ key: "a", value: "mine" });
  });

  it("is checked again, since the isolate may have been another's", async ({ expect }) => {
    for (const [method, input] of [
      ["read", { database: "dnc" }],
      ["read", { database: 5, key: "a" }],
      ["read", { database: "dnc", key: {} }],
      ["create", { database: "dnc", key: "a", columns: { value: {} } }],
      ["create", { database: "dnc", key: "a", columns: { value: "\0" } }],
      ["create", { database: "dnc", key: "a" }],
      ["sql", { sql: 5, params: [] }],
      ["sql", { sql: "SELECT 1", params: "x" }],
      ["sql", { sql: "x".repeat(100_001), params: [] }],
      ["builder", { recording: "x".repeat(1_000_001) }],
    ] as const) {
      await expect(ask(method, input)).rejects.toMatchObject({ code: "invalid" });
    }
  });

  it("about no database is told so", async ({ expect }) => {
    const none = { account: "nobody", script: "s" };
    await expect(read("a", none)).rejects.toThrow("Userspace database not found: dnc");
    await expect(sql("SELECT 1", [], none)).rejects.toThrow("the account has no databases");
    expect(existsSync(join(folder, "nobody.db"))).toBe(false);
  });

  it("keeps an account's file in the folder, whatever the account's id", async ({ expect }) => {
    for (const account of ["../escaped", "/etc/x", "a/b", "..", "."]) {
      await userspace.put({ account, database: "dnc" }, { kind: "kv", columns: [], now: 0 });
      await create("a", account, { account, script: "s" });
    }
    expect(existsSync(join(folder, "../escaped.db"))).toBe(false);
    expect(await read("a", { account: "..", script: "s" })).toEqual({ key: "a", value: ".." });
  });
});

/** Recordings that no library of ours makes. */
const HOSTILE: [what: string, recording: unknown][] = [
  ["a method that is not listed", { root: "query", args: [], calls: [["client", []]] }],
  ["a prototype's method", { root: "query", args: [], calls: [["constructor", [{ value: "x" }]]] }],
  ["a connection", { root: "query", args: [{ value: "dnc" }], calls: [["connection", []]] }],
  ["a root of its own", { root: "schema", args: [], calls: [] }],
  [
    "a prototype's name",
    {
      root: "query",
      args: [{ value: "dnc" }],
      calls: [["where", [{ entries: [["__proto__", { value: 1 }]] }]]],
    },
  ],
  [
    "a constructor's name",
    {
      root: "query",
      args: [{ value: "dnc" }],
      calls: [["insert", [{ entries: [["constructor", { value: 1 }]] }]]],
    },
  ],
  ["calls that are no list", { root: "query", args: [], calls: { length: 1e9 } }],
  ["nothing", null],
  ["a text", "text"],
  ["an argument that is none", { root: "query", args: [5], calls: [] }],
  [
    "a join's method on a query",
    { root: "query", args: [{ value: "dnc" }], calls: [["on", [{ value: "a" }, { value: "b" }]]] },
  ],
  ["a raw of no text", { root: "raw", args: [{ list: [] }], calls: [] }],
  ["a ref as a query", { root: "ref", args: [{ value: "a" }], calls: [] }],
  ["other tables", { root: "query", args: [{ value: "_databases" }], calls: [] }],
  ["SQL within a name", { root: "query", args: [{ value: "dnc` ; DROP TABLE `dnc" }], calls: [] }],
  [
    "many parts",
    {
      root: "query",
      args: [{ value: "dnc" }],
      calls: [
        [
          "whereIn",
          [{ value: "key" }, { list: Array.from({ length: 10_001 }, () => ({ value: 1 })) }],
        ],
      ],
    },
  ],
];

describe("a recording", () => {
  it.for(HOSTILE)("with %s is refused", async ([, recording], { expect }) => {
    const asked = ask("builder", { recording: JSON.stringify(recording) });
    const fault: unknown = await asked.catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: expect.stringMatching(/^(?:invalid|not_found)$/) });
    expect(await sql("SELECT count(*) AS n FROM dnc")).toEqual([{ n: 0 }]);
  });

  it("that is too deep is refused", async ({ expect }) => {
    const begin = '{"root":"query","calls":[],"args":[{"builder":'.repeat(15_000);
    const recording = `${begin}1${"}]}".repeat(15_000)}`;
    await expect(ask("builder", { recording })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  it("changes nothing in the process for those that come behind", async ({ expect }) => {
    const proto =
      '{"root":"query","args":[{"value":"dnc"}],"calls":[["insert",[{"entries":[["__proto__",{"entries":[["polluted",{"value":1}]]}]]}]]],"__proto__":{"polluted":1}}';
    await expect(ask("builder", { recording: proto })).rejects.toMatchObject({ code: "invalid" });
    const plain = {
      root: "query",
      args: [{ value: "dnc" }],
      calls: [["where", [{ entries: [] }]]],
    };
    expect(await ask("builder", { recording: JSON.stringify(plain) })).toEqual([]);
  });
});

function countTo(n: number): string {
  return `WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT ${n}) SELECT n FROM t`;
}

describe("a statement", () => {
  it("returns so many rows and bytes, and changes nothing where that is too much", async ({
    expect,
  }) => {
    expect(await sql(countTo(10_000))).toHaveLength(10_000);
    const tooMuch = "it returns more than 10,000 rows and 1,000,000 bytes";
    await expect(sql(countTo(10_001))).rejects.toThrow(tooMuch);
    for (const key of ["a", "b", "c", "d", "e", "f"]) await create(key, "x");
    await expect(
      sql("UPDATE dnc SET value = hex(zeroblob(100000)) RETURNING value"),
    ).rejects.toThrow(tooMuch);
    expect(await sql("SELECT DISTINCT value FROM dnc")).toEqual([{ value: "x" }]);
  });

  it("takes parameters of every kind and returns what they were", async ({ expect }) => {
    const params = { a: "☎", b: 5, c: 0.5, d: true, e: null, f: 9_007_199_254_740_991 };
    expect(await sql("SELECT :a a, :b b, :c c, :d d, :e e, :f f, typeof(:b) AS t", params)).toEqual(
      [{ ...params, d: 1, t: "integer" }],
    );
    expect(await sql("SELECT 9223372036854775807 AS big, x'616263' AS blob, 1e999 AS inf")).toEqual(
      [{ big: "9223372036854775807", blob: "YWJj", inf: null }],
    );
    expect(await sql('SELECT 1 AS "__proto__"')).toHaveLength(1);
  });

  it("that does not end is ended, and the account's own reads go on", async ({ expect }) => {
    const slow = sql(FOREVER).catch((error: unknown) => error);
    for (let key = 0; key < 20; key += 1) await create(String(key), key);
    expect(await slow).toMatchObject({ code: "wall_exceeded" });
    expect(await sql("SELECT count(*) AS n FROM dnc")).toEqual([{ n: 20 }]);
  });

  it("that writes and does not end leaves nothing behind", async ({ expect }) => {
    await create("a", "before");
    const endless = `UPDATE dnc SET value = (${FOREVER})`;
    const insert =
      "INSERT INTO dnc (value) WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t";
    for (const statement of [endless, insert]) {
      await expect(sql(statement)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:wall_exceeded|conflict)$/),
      });
      expect(await sql("SELECT * FROM dnc")).toEqual([{ key: "a", value: "before" }]);
    }
    expect(await create("b", "after")).toEqual({ key: "b", value: "after" });
  });

  it("of an account that asks for much leaves a process to others", async ({ expect }) => {
    const accounts = ["one", "two", "three"].map((account) => ({ account, script: "s" }));
    for (const { account } of accounts) {
      await userspace.put({ account, database: "dnc" }, { kind: "kv", columns: [], now: 0 });
    }
    // From now on they have used much.
    await Promise.all(accounts.map((owner) => sql(FOREVER, [], owner).catch(() => undefined)));
    const hostile = accounts.map((owner) =>
      sql(FOREVER, [], owner).catch((error: unknown) => error),
    );
    const first = await Promise.race([sql("SELECT 1 AS one", [], OTHER), ...hostile]);
    expect(first).toEqual([{ one: 1 }]);
    for (const ended of await Promise.all(hostile)) {
      expect(ended).toMatchObject({
        code: expect.stringMatching(/^(?:wall_exceeded|overloaded)$/),
      });
    }
  });

  it("waits its turn, and not for ever", async ({ expect }) => {
    const asked = Array.from({ length: 220 }, () =>
      sql("SELECT 1").catch((error: unknown) => error),
    );
    const answers = await Promise.all(asked);
    const refused = answers.filter((answer) => !Array.isArray(answer));
    expect(refused.length).toBeGreaterThan(0);
    for (const fault of refused) expect(fault).toMatchObject({ code: "overloaded" });
  });
});

describe("two processes of one machine", () => {
  it("see each other's writes, and lose none", async ({ expect }) => {
    await using second = open();
    const other = userspaceLibrary(second);
    await userspace.put(
      { account: "acme", database: "counts" },
      { kind: "leads", columns: ["n"], now: 0 },
    );
    await ask("create", { database: "counts", key: "n", columns: { n: 0 } });
    const add = { sql: "UPDATE counts SET n = n + 1", params: [] };
    await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        Promise.resolve(at % 2 === 0 ? ask("sql", add) : other["sql"]?.(OWNER, add, signal)),
      ),
    );
    expect(await ask("read", { database: "counts", key: "n" })).toEqual({ key: "n", n: 60 });
    const made = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) =>
        Promise.resolve(
          at % 2 === 0
            ? create("once", at)
            : other["create"]?.(
                OWNER,
                { database: "dnc", key: "once", columns: { value: at } },
                signal,
              ),
        ),
      ),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("databases that fail", () => {
  it("say that they are full, and keep what they have", async ({ expect }) => {
    await using small = open(100_000);
    const library = userspaceLibrary(small);
    await create("a", "kept");
    const fill =
      "INSERT INTO dnc (value) SELECT replace(hex(zeroblob(10000)), '00', 'x') FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]')";
    await expect(library["sql"]?.(OWNER, { sql: fill, params: [] }, signal)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        /^Cannot write to the account's databases: [\d,]+ of the 100,000 bytes/,
      ),
    });
    expect(await sql("SELECT * FROM dnc")).toEqual([{ key: "a", value: "kept" }]);
  });

  it("whose file is broken say so, and others' work", async ({ expect }) => {
    writeFileSync(join(folder, "broken.db"), "this is no database ".repeat(1_000));
    const broken = { account: "broken", script: "s" };
    for (const asked of [() => read("a", broken), () => sql("SELECT 1", [], broken)]) {
      await expect(asked()).rejects.toMatchObject({
        code: "internal",
        message: "The file of the account's databases cannot be used: file is not a database",
      });
    }
    expect(await create("a", 1)).toEqual({ key: "a", value: "1" });
  });

  it("are started again after they are gone", async ({ expect }) => {
    await create("a", 1);
    await expect(sql(FOREVER)).rejects.toMatchObject({ code: "wall_exceeded" });
    await expect(sql(FOREVER)).rejects.toMatchObject({ code: "wall_exceeded" });
    expect(await sql("SELECT value FROM dnc")).toEqual([{ value: "1" }]);
  });
});
