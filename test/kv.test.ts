// The library cxKV, as scripts use it, through the running product: two edge processes with two cells for apps each.

import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { CX_LIBRARIES } from "../schemas/cx-libraries.ts";
import { KvEntry } from "../schemas/kv.ts";
import { RunResult } from "../schemas/call.ts";
import { Published } from "../schemas/release.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";

const Refusal = z.object({ code: z.string(), detail: z.string() });

let product: Product;
let other: OtherAccount;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_GATEWAYS: "2", SCRIPTFORGE_CELLS: "2" });
  other = await OtherAccount.open(product);
  for (const type of ["script", "app", "driver"]) {
    await product.manage("POST", "/scripts", { name: `draft-${type}`, type });
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await product.db.execute("DELETE FROM kv");
});

type Options = { type?: string; data?: unknown; function?: string };

function draft(code: string, { type = "app", ...request }: Options = {}): Promise<Answer> {
  return product.manage("POST", `/scripts/draft-${type}/run`, { code, ...request });
}

async function run(code: string, options: Options = {}): Promise<RunResult> {
  const answer = await draft(code, options);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return RunResult.parse(answer.body);
}

/** What `main` returns, whose body this is; it has everything of cxKV in its scope. */
async function valueOf(body: string, data: unknown = {}): Promise<unknown> {
  const code = `const { kv, ko, incr, keys, usage } = require('cxKV');\nasync function main(data) { ${body} }`;
  const result = await run(code, { data });
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

async function stored(key: string): Promise<string> {
  return KvEntry.parse((await product.manage("GET", `/kv/${key}`)).body).value;
}

async function lintsOf(code: string): Promise<string[]> {
  const { body } = await product.manage("POST", "/scripts/draft-app/releases", { code });
  return Published.parse(body).lints.map(({ message }) => message);
}

/** The milliseconds that each key still has. */
async function timesLeft(): Promise<Map<unknown, number>> {
  const { rows } = await product.db.execute("SELECT key, expires_at FROM kv");
  return new Map(rows.map((row) => [row["key"], Number(row["expires_at"]) - Date.now()]));
}

/** Each returns `[2, "2"]`. */
const STYLES: Record<string, string> = {
  "a destructured require":
    "const { kv, incr } = require('cxKV'); async function main() { return [await incr('n', 2), await kv.get('n')]; }",
  "a require of it all":
    "const store = require('cxKV'); async function main() { return [await store.incr('n', 2), await store.kv.get('n')]; }",
  "a require in main":
    "async function main() { return [await require('cxKV').incr('n', 2), await require('cxKV').kv.get('n')]; }",
  "a require of a name in a variable":
    "const name = 'cxKV'; exports.main = async () => [await require(name).incr('n', 2), await require(name).kv.get('n')];",
  "a default require":
    "const cxKV = require('cxKV').default; exports.main = async () => [await cxKV.incr('n', 2), await cxKV.kv.get('n')];",
  promises:
    "const { kv, incr } = require('cxKV'); function main() { return incr('n', 2).then((n) => kv.get('n').then((text) => [n, text])); }",
  "what runs before main":
    "const { kv, incr } = require('cxKV'); const counted = incr('n', 2); async function main() { return [await counted, await kv.get('n')]; }",
  "named imports":
    "import { kv, incr } from 'cxKV'; export async function main() { return [await incr('n', 2), await kv.get('n')]; }",
  "renamed imports":
    "import { kv as store, incr as count } from 'cxKV'; export const main = async () => [await count('n', 2), await store.get('n')];",
  "a default import":
    "import cxKV from 'cxKV'; export const main = async () => [await cxKV.incr('n', 2), await cxKV.kv.get('n')];",
  "an import of everything":
    "import * as cxKV from 'cxKV'; export const main = async () => [await cxKV.incr('n', 2), await cxKV.kv.get('n')];",
  "a default import with names":
    "import cxKV, { kv } from 'cxKV'; export const main = async () => [await cxKV.incr('n', 2), await kv.get('n')];",
};

describe("cxKV comes by", () => {
  it.for(Object.keys(STYLES))("%s", async (style, { expect }) => {
    for (const type of ["app", "driver"]) {
      await product.db.execute("DELETE FROM kv");
      const { outcome, value } = await run(`${STYLES[style]}\n`, { type });
      expect([type, outcome, value]).toEqual([type, "ok", [2, "2"]]);
    }
  });

  it("another script that requires it", async ({ expect }) => {
    const code = "const { incr } = require('cxKV'); exports.count = () => incr('n', 2);";
    await product.manage("POST", "/scripts", { name: "counter", type: "app", code });
    const user =
      "const { count } = require('./counter'); const { kv } = require('cxKV'); exports.main = async () => [await count(), await kv.get('n')];";
    expect((await run(user)).value).toEqual([2, "2"]);
  });

  it("no other name, and says which there are", async ({ expect }) => {
    for (const name of ["cxKv", "cxNothing", "cxKV/kv"]) {
      const { status, body } = await draft(`\nrequire('${name}');`);
      expect([status, body]).toMatchObject([422, { code: "module_not_allowed", line: 2 }]);
      const told = `Cannot find module '${name}': the libraries of this edge are ${CX_LIBRARIES.join(", ")}`;
      expect(Refusal.parse(body).detail).toContain(told);
      const late = await run(`const name = '${name}'; exports.main = () => require(name);`);
      expect(late.error?.message).toBe(told);
    }
    const { detail } = Refusal.parse((await draft("require('lodash');")).body);
    expect(detail).toContain("cxKV");
  });

  it("no way in type Script, which is told what has it", async ({ expect }) => {
    for (const code of ["const { kv } = require('cxKV');", "import { kv } from 'cxKV';"]) {
      const { status, body } = await draft(code, { type: "script" });
      expect([status, body]).toMatchObject([422, { code: "module_not_allowed" }]);
      expect(Refusal.parse(body).detail).toContain("choose type App");
    }
  });

  it("publishing without a lint, where its promises are waited for", async ({ expect }) => {
    const head = "const { kv } = require('cxKV');";
    const main = "async function main(data) { await kv.set('a', 1); return data; }";
    expect(await lintsOf(`${head} ${main}`)).toEqual([]);
    expect(await lintsOf(`${head} ${main.replace("await ", "")}`)).toEqual([
      expect.stringContaining("returns a promise that nobody waits for"),
    ]);
  });
});

describe("a value", () => {
  it("is kept as text by kv and as JSON by ko, under the same keys", async ({ expect }) => {
    const body = `
      const seen = [await kv.get('a'), await ko.get('a')];
      for (const value of [5, '5', 0.5, true, '', 'text', { a: [1] }, [1, 2], 7n]) {
        await kv.set('a', value);
        seen.push([await kv.get('a'), await ko.get('a')]);
      }
      for (const value of [5, '5', { a: [1], b: undefined }, [null], false]) {
        await ko.set('a', value);
        seen.push([await kv.get('a'), await ko.get('a')]);
      }
      return seen;`;
    expect(await valueOf(body)).toEqual([
      null,
      null,
      ["5", 5],
      ["5", 5],
      ["0.5", 0.5],
      ["true", true],
      ["", ""],
      ["text", "text"],
      ['{"a":[1]}', { a: [1] }],
      ["[1,2]", [1, 2]],
      ["7", 7],
      ["5", 5],
      ['"5"', "5"],
      ['{"a":[1]}', { a: [1] }],
      ["[null]", [null]],
      ["false", false],
    ]);
  });

  it("of null deletes, as del does", async ({ expect }) => {
    const body = `
      await kv.set('a', 1); await kv.set('b', 1); await kv.set('c', 1); await ko.set(4, {});
      const deleted = [await kv.del('a'), await kv.del('a'), await ko.del(4)];
      return [deleted, await kv.set('b', null), await ko.set('c', null), await keys(), await kv.get('b')];`;
    expect(await valueOf(body)).toEqual([[true, false, true], null, null, [], null]);
  });

  it("is what other runs and people have set", async ({ expect }) => {
    await product.manage("PUT", "/kv/limit", { value: { calls: 5 } });
    expect(await valueOf("return (await ko.get('limit')).calls;")).toBe(5);
    await valueOf("await kv.set('limit', 6); await ko.set('list', [1]); await kv.set(7, 'n');");
    expect([await stored("limit"), await stored("list"), await stored("7")]).toEqual([
      "6",
      "[1]",
      "n",
    ]);
    const body = `const all = await keys(); return [all, await usage()];`;
    const used = { keys: 3, bytes: "limit6list[1]7n".length };
    expect(await valueOf(body)).toEqual([["7", "limit", "list"], used]);
  });

  it("is refused with an error that says what is wrong", async ({ expect }) => {
    const cases: [call: string, message: string][] = [
      ["kv.get()", "Cannot use a key: it has to be a string or a number, not undefined"],
      ["kv.get(null)", "Cannot use a key: it has to be a string or a number, not null"],
      ["kv.get({})", "Cannot use a key: it has to be a string or a number, not of type object"],
      ["ko.get(NaN)", "Cannot use a key: it has to be a string or a number, not NaN"],
      ["kv.del('')", "Cannot use a key of 0 characters: it has to have 1 to 512"],
      ["incr('k'.repeat(513))", "Cannot use a key of 513 characters: it has to have 1 to 512"],
      ["kv.set('a')", 'Cannot set "a": its value is undefined; null deletes the key'],
      [
        "kv.set('a', () => 1)",
        'Cannot set "a": its value is of type function; null deletes the key',
      ],
      [
        "kv.set('a', Symbol())",
        'Cannot set "a": its value is of type symbol; null deletes the key',
      ],
      ["ko.set('a', undefined)", 'Cannot set "a": its value is undefined; null deletes the key'],
      ["ko.set('a', 1n)", "Do not know how to serialize a BigInt"],
      ["kv.set('a', 'x'.repeat(100001))", 'Cannot set "a": its value has more than 100000 bytes'],
      [
        "kv.set('a', 1, '60')",
        'Cannot let "a" expire: the time has to be a number of seconds from 0 to 315360000, not of type string',
      ],
      [
        "kv.set('a', 1, -1)",
        'Cannot let "a" expire: the time has to be a number of seconds from 0 to 315360000, not -1',
      ],
      ["incr('a', '1')", 'Cannot increment "a": by has to be a number, not of type string'],
      ["incr('a', NaN)", 'Cannot increment "a": by has to be a number, not NaN'],
    ];
    for (const [call, message] of cases) {
      const told = `try { await ${call}; } catch (e) { return [e instanceof TypeError, e.message]; }`;
      expect([call, await valueOf(told)]).toEqual([call, [true, message]]);
    }
    for (const [call, message] of [
      ["kv.set('a', '☎'.repeat(33334))", 'Cannot set "a": A value has at most 100,000 bytes'],
      ["kv.set('a', 'a\\0b')", 'Cannot set "a": A value has neither half characters nor NUL'],
      ["kv.get('\\ud800')", 'Cannot get "\ud800": A key has neither half characters nor NUL'],
      [
        "kv.set('a', 'x').then(() => incr('a'))",
        'Cannot increment "a": its value is not a number, or the sum is beyond 9007199254740991',
      ],
    ] as const) {
      const told = `try { await ${call}; } catch (e) { return [e instanceof Error, e.message]; }`;
      expect([call, await valueOf(told)]).toEqual([call, [true, message]]);
    }
  });

  it("that is refused tells the line of the script", async ({ expect }) => {
    const code =
      "const { incr } = require('cxKV');\nasync function main() {\n  await incr('a', 'b');\n}";
    expect((await run(code)).error).toMatchObject({ line: 3 });
    await product.manage("PUT", "/kv/a", { value: "text" });
    expect((await run(code.replace("'b'", "1"))).error).toMatchObject({
      line: 3,
      message: expect.stringContaining("is not a number"),
    });
  });
});

describe("a time to live", () => {
  it("ends a key, and an increment with expire begins it anew", async ({ expect }) => {
    await valueOf("await kv.set('a', 1, 3600); await incr('n', 1, 120); await kv.set('b', 1);");
    const first = await timesLeft();
    expect(first.get("a")).toBeGreaterThan(3_500_000);
    expect(first.get("a")).toBeLessThanOrEqual(3_600_000);
    expect(first.get("n")).toBeLessThanOrEqual(120_000);
    expect(await valueOf("return await incr('n', 100, 1800);")).toBe(101);
    expect((await timesLeft()).get("n")).toBeGreaterThan(1_700_000);
    expect(await valueOf("return await incr('n');")).toBe(102);
    expect((await timesLeft()).get("n")).toBeGreaterThan(1_700_000);
    await product.db.execute("UPDATE kv SET expires_at = 1 WHERE expires_at IS NOT NULL");
    const body = "return [await kv.get('a'), await kv.get('b'), await keys(), await incr('n')];";
    expect(await valueOf(body)).toEqual([null, "1", ["b"], 1]);
  });
});

describe("an increment", () => {
  it("is not lost among 1,000 at once, over cells and edge processes", async ({ expect }) => {
    const code = `const { incr } = require('cxKV');
      async function main({ count }) {
        return await Promise.all(Array.from({ length: count }, () => incr('calls', 1, 3600)));
      }`;
    const limits = { cpuMs: 1_000, wallMs: 30_000, subrequests: 50 };
    await product.manage("POST", "/scripts", { name: "count", type: "app", code, limits });
    await untilBothRun("count", { count: 0 });
    const runs = Array.from({ length: 40 }, () => product.ask("/run/count", { count: 25 }));
    const answers = await Promise.all(runs);
    const sums = answers.flatMap(({ body }) => z.array(z.int()).parse(body));
    expect(sums.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    );
    expect(await stored("calls")).toBe("1000");
  });

  it("counts as one of the run's requests", async ({ expect }) => {
    const code =
      "const { incr } = require('cxKV'); exports.main = async () => { for (;;) await incr('n'); };";
    expect((await run(code)).outcome).toBe("subrequests_exceeded");
    expect(await stored("n")).toBe("50");
  });
});

describe("another account", () => {
  it("sees nothing and changes nothing, whatever its script says", async ({ expect }) => {
    await valueOf("await kv.set('a', 'mine'); await incr('n', 5);");
    const code = `const cxKV = require('cxKV');
      async function main() {
        process.env.APP_ID = 'default';
        const { kv, incr, keys, usage } = cxKV;
        const seen = [await kv.get('a'), await keys(), await usage(), await incr('n'), await kv.del('a')];
        await kv.set('a', 'theirs');
        return seen;
      }`;
    const created = await other.manage("POST", "/scripts", { name: "spy", type: "app", code });
    expect(created.status).toBe(201);
    const { body } = await other.manage("POST", "/scripts/spy/run", {});
    expect(RunResult.parse(body).value).toEqual([null, [], { keys: 0, bytes: 0 }, 1, false]);
    expect([await stored("a"), await stored("n")]).toEqual(["mine", "5"]);
    const { rows } = await product.db.execute(
      "SELECT account || '/' || key AS it FROM kv ORDER BY it",
    );
    expect(rows.map((row) => row["it"])).toEqual(["default/a", "default/n", "other/a", "other/n"]);
  });
});

describe("what a script does to the library", () => {
  it("ends with its run, also where runs share an isolate", async ({ expect }) => {
    const code = `const cxKV = require('cxKV');
      const seen = [cxKV.mine, cxKV.kv.mine, cxKV.kv.get.mine, cxKV.incr.mine].map(String);
      const own = cxKV.kv.get;
      async function main() {
        const value = await own('a');
        for (const holder of [cxKV, cxKV.kv, cxKV.kv.get, cxKV.incr]) holder.mine = 'kept';
        cxKV.kv.get = async () => 'forged';
        return [value, seen, require('cxKV') === cxKV, await cxKV.kv.get('a')];
      }`;
    await product.manage("PUT", "/kv/a", { value: "1" });
    for (const isolation of ["scope", "call"]) {
      const name = `holder-${isolation}`;
      await product.manage("POST", "/scripts", { name, type: "app", code, isolation });
      await untilBothRun(name, {});
      for (let n = 0; n < 5; n += 1) {
        const { body } = await product.ask(`/run/${name}`);
        expect(body).toEqual(["1", Array(4).fill("undefined"), true, "forged"]);
      }
    }
  });

  it("does not reach how it checks and asks", async ({ expect }) => {
    const code = `const { kv, ko } = require('cxKV');
      JSON.parse = JSON.stringify = String = Number.isFinite = () => 'forged';
      exports.main = async () => {
        await ko.set(5, { a: 1 });
        return [await kv.get('5'), (await ko.get(5)).a];
      };`;
    await draft(code);
    expect(await stored("5")).toBe('{"a":1}');
  });
});

describe("a store that does not answer", () => {
  it("is an error of the call, and of no other kind", async ({ expect }) => {
    await product.db.execute("ALTER TABLE kv RENAME TO kv_away");
    try {
      const told =
        "try { await kv.get('a'); } catch (e) { return [e instanceof Error, e.message]; }";
      const message = "The platform's kv does not answer at the moment";
      expect(await valueOf(told)).toEqual([true, message]);
    } finally {
      await product.db.execute("ALTER TABLE kv_away RENAME TO kv");
    }
    expect(await valueOf("return await incr('a');")).toBe(1);
  });
});

/** Waits until either edge process has seen the newest release: each sees it by itself. */
async function untilBothRun(script: string, data: unknown): Promise<void> {
  await product.untilRevision();
  for (let inRow = 0; inRow < 20;) {
    const { status } = await product.ask(`/run/${script}`, data);
    inRow = status === 200 ? inRow + 1 : 0;
  }
}
