// The library cxUserspace, as scripts use it, through the running product.

import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { RunResult } from "../schemas/call.ts";
import { Published } from "../schemas/release.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";

let product: Product;
let other: OtherAccount;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_GATEWAYS: "1", SCRIPTFORGE_CELLS: "1" });
  other = await OtherAccount.open(product);
  for (const type of ["script", "app", "driver"]) {
    await product.manage("POST", "/scripts", { name: `draft-${type}`, type });
  }
  // Under the name of the product's own tables, and under those of this account's databases.
  await other.manage("PUT", "/userspace/dnc", { kind: "kv" });
  await other.manage("PUT", "/userspace/accounts", { kind: "kv" });
  await other.manage("PUT", "/userspace/dnc/rows/theirs", { value: "theirs" });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const database of ["dnc", "people", "default"]) {
    await product.manage("DELETE", `/userspace/${database}`);
  }
  await product.manage("PUT", "/userspace/dnc", { kind: "kv" });
  await product.manage("PUT", "/userspace/default", { kind: "kv" });
  const columns = ["name", "city", "age"];
  await product.manage("PUT", "/userspace/people", { kind: "leads", columns });
});

type Options = { type?: string; data?: unknown };

function draft(code: string, { type = "app", ...request }: Options = {}): Promise<Answer> {
  return product.manage("POST", `/scripts/draft-${type}/run`, { code, ...request });
}

async function run(code: string, options: Options = {}): Promise<RunResult> {
  const answer = await draft(code, options);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return RunResult.parse(answer.body);
}

/** What `main` returns, whose body this is; it has everything of cxUserspace in its scope. */
async function valueOf(body: string): Promise<unknown> {
  const code = `const space = require('cxUserspace');\nconst { create, read, update, random, sql, knex } = space;\nasync function main(data) { ${body} }`;
  const result = await run(code);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

/** The messages of errors by which each of these calls fails. */
async function refusalsOf(calls: readonly string[]): Promise<unknown> {
  const told = calls.map(
    (call) =>
      `await (async () => { try { return ['no error', await ${call}]; } catch (e) { return e.message; } })()`,
  );
  return await valueOf(`return [${told.join(",\n")}];`);
}

async function lintsOf(code: string): Promise<string[]> {
  const { body } = await product.manage("POST", "/scripts/draft-app/releases", { code });
  return Published.parse(body).lints.map(({ message }) => message);
}

const USE = "await space.create('dnc', 44, 'x'); return (await space.read('dnc', '44')).value;";
/** Each returns "x". */
const STYLES: Record<string, string> = {
  "a require of it all": `const space = require('cxUserspace'); async function main() { ${USE} }`,
  "a destructured require":
    "const { create, read } = require('cxUserspace'); async function main() { await create('dnc', 44, 'x'); return (await read('dnc', 44)).value; }",
  "a require in main": `async function main() { const space = require('cxUserspace'); ${USE} }`,
  "a default require": `const space = require('cxUserspace').default; exports.main = async () => { ${USE} };`,
  promises:
    "const s = require('cxUserspace'); function main() { return s.create('dnc', 44, 'x').then(() => s.get('dnc', 44)).then((row) => row.value); }",
  "a default import": `import space from 'cxUserspace'; export async function main() { ${USE} }`,
  "named imports":
    "import { create, get } from 'cxUserspace'; export async function main() { await create('dnc', 44, 'x'); return (await get('dnc', 44)).value; }",
  "an import of everything": `import * as space from 'cxUserspace'; export const main = async () => { ${USE} };`,
  "a global": `async function main() { ${USE.replaceAll("space", "cxUserspace")} }`,
};

describe("cxUserspace comes by", () => {
  it.for(Object.keys(STYLES))("%s", async (style, { expect }) => {
    for (const type of ["app", "driver"]) {
      await product.manage("DELETE", "/userspace/dnc/rows/44");
      const { outcome, value, error } = await run(`${STYLES[style]}\n`, { type });
      expect([type, outcome, value, error?.message]).toEqual([type, "ok", "x", undefined]);
    }
  });

  it("a global with a lint, which a variable of the script's own has not", async ({ expect }) => {
    const main = "async function main(data) { await cxUserspace.read('dnc', 1); return data; }";
    expect(await lintsOf(main)).toEqual([
      expect.stringContaining("cxUserspace is used without require"),
    ]);
    expect(await lintsOf(`const cxUserspace = require('cxUserspace'); ${main}`)).toEqual([]);
    const own =
      "const cxUserspace = { read: () => 'own' }; exports.main = () => cxUserspace.read();";
    expect((await run(own)).value).toBe("own");
  });

  it("no way in type Script", async ({ expect }) => {
    const { status, body } = await draft("require('cxUserspace');", { type: "script" });
    expect([status, body]).toMatchObject([422, { code: "module_not_allowed" }]);
    const global = await run("function main() { return typeof cxUserspace; }", { type: "script" });
    expect(global.value).toBe("undefined");
  });
});

describe("a row", () => {
  it("is created once, read, updated and deleted", async ({ expect }) => {
    const body = `
      const seen = [await read('dnc', 'a'), await create('dnc', 'a', 'one')];
      seen.push(await read('dnc', 'a'), await update('dnc', 'a', { value: 'two' }), await read('dnc', 'a'));
      seen.push(await space.delete('dnc', 'a', 'ignored'), await space.delete('dnc', 'a'), await read('dnc', 'a'));
      return seen;`;
    const one = { key: "a", value: "one" };
    const two = { key: "a", value: "two" };
    expect(await valueOf(body)).toEqual([null, one, one, two, two, true, false, null]);
  });

  it("keeps a scalar as text at value, and an object by its columns", async ({ expect }) => {
    const body = `
      const cells = [5, '5', 0.5, true, '', null, 7n, 1e21, [1, 2], new Date(0), { value: 'v' }, { value: { a: 1 } }, { value: 9, key: 'k' }];
      const seen = [];
      for (const data of cells) { await space.delete('dnc', 'k'); await create('dnc', 'k', data); seen.push((await read('dnc', 'k')).value); }
      return seen;`;
    expect(await valueOf(body)).toEqual([
      ..."5 5 0.5 true".split(" "),
      "",
      null,
      "7",
      "1e+21",
      "[1,2]",
      "1970-01-01T00:00:00.000Z",
      "v",
      '{"a":1}',
      "9",
    ]);
  });

  it("of a lead set has columns, with numbers as they were", async ({ expect }) => {
    const body = `
      await create('people', 1, { name: 'Ann', age: 5, city: { zip: 1 } });
      await create('people', '2', { NAME: 'Bo', age: 0.5, city: undefined });
      return [await read('people', '1'), await update('people', 2, { age: '7' })];`;
    expect(await valueOf(body)).toEqual([
      { key: "1", name: "Ann", city: '{"zip":1}', age: 5 },
      { key: "2", name: "Bo", city: null, age: "7" },
    ]);
  });

  it("at random is any of them", async ({ expect }) => {
    const body = `
      const none = await random('dnc');
      for (let n = 0; n < 5; n += 1) await create('dnc', n, n);
      await space.delete('dnc', 3);
      const seen = new Set();
      for (let n = 0; n < 35 && seen.size < 4; n += 1) seen.add((await random('dnc')).key);
      return [none, [...seen].sort()];`;
    const code = `const space = require('cxUserspace'); const { create, random } = space; exports.main = async () => { ${body} }`;
    const { value } = await run(code);
    expect(value).toEqual([null, ["0", "1", "2", "4"]]);
  });

  it("is not overwritten by create, nor made by update", async ({ expect }) => {
    await valueOf("await create('dnc', 'a', 1);");
    expect(
      await refusalsOf(["create('dnc', 'a', 2)", "create('DNC', 'a', 2)", "update('dnc', 'b', 2)"]),
    ).toEqual([
      'Cannot create "a" in "dnc": it is there already; update changes it',
      'Cannot create "a" in "dnc": it is there already; update changes it',
      'Cannot update "b" in "dnc": it is not there; create makes it',
    ]);
    expect(await valueOf("return [await read('dnc', 'a'), await read('dnc', 'b')];")).toEqual([
      { key: "a", value: "1" },
      null,
    ]);
  });

  it("is refused with an error that says what is wrong", async ({ expect }) => {
    const cases: [call: string, message: string][] = [
      ["read('none', 1)", "Userspace database not found: none"],
      ["create('no such', 1, 1)", "Userspace database not found: no such"],
      ["random('none')", "Userspace database not found: none"],
      ["update('_databases', 1, 1)", "Userspace database not found: _databases"],
      [
        "read('447700900123')",
        'Cannot read in "447700900123": give the database and the key, as in read("default", key)',
      ],
      [
        "read(447700900123)",
        "Cannot read: the first argument has to be the name of a database, not 447700900123",
      ],
      [
        "read('dnc', {})",
        "Cannot read: the key has to be a string or a number, not of type object",
      ],
      ["read('dnc', null)", "Cannot read: the key has to be a string or a number, not null"],
      [
        "space.delete('dnc', NaN)",
        "Cannot delete: the key has to be a string or a number, not NaN",
      ],
      ["read('dnc', '')", "Cannot read: the key has 0 characters, and has to have 1 to 512"],
      [
        "read('dnc', 'k'.repeat(513))",
        "Cannot read: the key has 513 characters, and has to have 1 to 512",
      ],
      ["create('dnc', 'a')", 'Cannot create "a": its data is undefined'],
      ["create('dnc', 'a', () => 1)", 'Cannot create "a": its data is of type function'],
      ["create('dnc', 'a', { value: NaN })", 'Cannot create "a": the column value is NaN'],
      [
        "create('dnc', 'a', { value: 1, key: 'b' })",
        'Cannot create "a" in "dnc": its data have another key, "b"',
      ],
      [
        "create('dnc', 'a', { number: 1 })",
        'Cannot create "a" in "dnc": there is no column "number" but key, value',
      ],
      [
        "create('people', 'a', 1)",
        'Cannot create "a" in "people": there is no column "value" but key, name, city, age',
      ],
      [
        "create('dnc', 'a', 'x'.repeat(100001))",
        'Cannot create "a" in "dnc": a row has at most 100,000 bytes',
      ],
      [
        "create('dnc', 'a', 'a\\0b')",
        "Cannot create the row: A text has neither half characters nor NUL",
      ],
      ["read('dnc', '\\ud800')", "Cannot read the row: A key has neither half characters nor NUL"],
      [
        "sql()",
        "Cannot run the SQL: it has to be a text of at most 100000 characters, not undefined",
      ],
      [
        "sql('select 1', 5)",
        "Cannot run the SQL: its parameters have to be a list or an object, not 5",
      ],
      ["sql('select ?', [undefined])", "Cannot run the SQL: parameter 1 is undefined"],
      ["sql('select ?', [1, 2])", "Cannot run the SQL: column index out of range"],
      [
        "sql('selec 1')",
        "Cannot run the SQL: a statement begins with SELECT, INSERT, UPDATE, DELETE, REPLACE, VALUES, WITH",
      ],
      ["sql('select from dnc')", 'Cannot run the SQL: near "from": syntax error'],
      ["sql('select * from none')", "Userspace database not found: none"],
      ["knex('none')", "Userspace database not found: none"],
      ["knex('dnc').where('value', undefined)", "Cannot use knex: an argument is undefined"],
      ["knex('dnc').where({ value: undefined })", "Cannot use knex: the column value is undefined"],
    ];
    const messages = await refusalsOf(cases.map(([call]) => call));
    expect(messages).toEqual(cases.map(([, message]) => message));
    expect(await valueOf("return await sql('select count(*) as n from dnc');")).toEqual([{ n: 0 }]);
  });
});

describe("api.lookup.userspaceLookup", () => {
  it("resolves to the row of a number, and rejects where there is none", async ({ expect }) => {
    await valueOf("await create('dnc', 447700900999, 'stop');");
    const code = `function main(data) {
      api.lookup.userspaceLookup('dnc', data.number).then((row) => exit(row.value)).catch((e) => exit(e.message));
    }`;
    const found = await run(code, { data: { number: "447700900999" } });
    const missing = await run(code, { data: { number: "447700900123" } });
    expect([found.value, missing.value]).toEqual([
      "stop",
      'Cannot find "447700900123": it is not in the database "dnc"',
    ]);
  });
});

describe("sql", () => {
  it("reads and writes with parameters by place and by name", async ({ expect }) => {
    const body = `
      const made = await sql('INSERT INTO people (key, name, age) VALUES (?, ?, ?), (:b, :b, 2)'.replace(/:b/g, '?'), ['a', 'Ann', 1, 'b', 'Bo']);
      const changed = await sql('UPDATE people SET age = age + :by WHERE key = :key', { by: 5, key: 'a' });
      const rows = await sql('SELECT key, age FROM people ORDER BY key');
      return [made.affectedRows, changed.affectedRows, rows, await sql('DELETE FROM people WHERE age > 100 RETURNING key')];`;
    expect(await valueOf(body)).toEqual([
      2,
      1,
      [
        { key: "a", age: 6 },
        { key: "b", age: 2 },
      ],
      [],
    ]);
  });

  it("finds databases also under the account's id", async ({ expect }) => {
    const body = `
      await create('default_dnc', 'a', 'default_dnc');
      return [
        await sql('SELECT value FROM default_dnc'),
        await sql("SELECT d.value FROM \`default_dnc\` d WHERE d.value = 'default_dnc'"),
        await sql('SELECT value FROM "default_dnc"'),
        await sql('SELECT value FROM "default"'),
        await knex('default_dnc').first('value'),
      ];`;
    const row = { value: "default_dnc" };
    expect(await valueOf(body)).toEqual([[row], [row], [row], [], row]);
  });

  it("changes all that it says, or nothing", async ({ expect }) => {
    await valueOf("await create('dnc', 'b', 1);");
    const refused = await refusalsOf([
      "sql(\"INSERT INTO dnc (key) VALUES ('a'), ('b'), ('c')\")",
      "knex('dnc').insert([{ key: 'x' }, { key: 'b' }])",
      "sql('INSERT INTO dnc (key) VALUES (?)', [''])",
    ]);
    expect(refused).toEqual([
      expect.stringContaining("UNIQUE constraint failed: dnc.key"),
      expect.stringContaining("UNIQUE constraint failed: dnc.key"),
      expect.stringContaining("CHECK constraint failed"),
    ]);
    expect(await valueOf("return await sql('SELECT key FROM dnc');")).toEqual([{ key: "b" }]);
  });

  it("that does not end is ended, and holds nobody up", async ({ expect }) => {
    const forever =
      "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";
    const slow = run(
      `const { sql } = require('cxUserspace'); exports.main = async () => { try { await sql('${forever}'); } catch (e) { return e.message; } };`,
    );
    const quick =
      "const { sql, create, read } = require('cxUserspace'); exports.main = async ({ n }) => [await create('dnc', n, n), await read('dnc', n)];";
    const others = await Promise.all([1, 2, 3].map(async (n) => await run(quick, { data: { n } })));
    for (const { outcome } of others) expect(outcome).toBe("ok");
    expect((await slow).value).toBe(
      "The databases did not answer within 1000 ms, and the question was ended. Ask for less: by key, or with LIMIT",
    );
    expect(await valueOf("return await sql('SELECT count(*) AS n FROM dnc');")).toEqual([{ n: 3 }]);
  });
});

/** What each of these resolves to, over three people. */
const QUERIES: [query: string, result: unknown][] = [
  [
    "knex('people').select('name').orderBy('name')",
    [{ name: "Ann" }, { name: "Bo" }, { name: "Cy" }],
  ],
  ["knex('default', 'people').count('* as n')", [{ n: 3 }]],
  ["knex({}, 'people').count({ n: '*' })", [{ n: 3 }]],
  ["knex({}).from('people').pluck('key').orderBy('key', 'desc')", ["c", "b", "a"]],
  [
    "knex('people').where({ city: 'Bonn' }).first()",
    { key: "b", name: "Bo", city: "Bonn", age: 20 },
  ],
  ["knex('people').where('age', '>', 100).first()", null],
  ["knex('people').where('age', '>', 15).andWhere('age', '<', 25).pluck('name')", ["Bo"]],
  ["knex('people').whereIn('key', ['a', 'c']).pluck('name').orderBy('name')", ["Ann", "Cy"]],
  [
    "knex('people').where(function () { this.where('age', 10).orWhere({ age: 30 }); }).whereNot('name', 'Cy').pluck('name')",
    ["Ann"],
  ],
  [
    "knex('people').where((q) => q.whereNull('city').orWhereBetween('age', [19, 21])).pluck('name').orderBy('name')",
    ["Bo", "Cy"],
  ],
  ["knex('people').whereIn('key', knex('dnc').select('key')).pluck('name')", ["Cy"]],
  [
    "knex('people').whereExists(function () { this.select('*').from('dnc').whereColumn('dnc.key', 'people.key'); }).pluck('name')",
    ["Cy"],
  ],
  [
    "knex('people').join('dnc', 'people.key', 'dnc.key').select('people.name', 'dnc.value')",
    [{ name: "Cy", value: "stop" }],
  ],
  [
    "knex('people as p').leftJoin('dnc as d', function () { this.on('p.key', '=', 'd.key').onVal('d.value', 'stop'); }).select('p.key', 'd.value').orderBy('p.key').limit(2).offset(1)",
    [
      { key: "b", value: null },
      { key: "c", value: "stop" },
    ],
  ],
  ["knex('people').select(knex.raw('sum(age) as total, ? as x', ['y']))", [{ total: 60, x: "y" }]],
  ["knex('people').whereRaw('age % ? = 0', [20]).pluck('name')", ["Bo"]],
  ["knex('people').max('age as most').min('age as least')", [{ most: 30, least: 10 }]],
  [
    "knex('people').select('city').groupBy('city').having('city', 'like', 'B%')",
    [{ city: "Bonn" }],
  ],
  ["knex.raw('select ? + ? as sum', [1, 2])", [{ sum: 3 }]],
  [
    "knex.with('old', (q) => q.from('people').where('age', '>', 15))",
    "knex.with is not a function",
  ],
  [
    "knex().with('old', (q) => q.select('key').from('people').where('age', '>', 15)).from('old').count('* as n')",
    [{ n: 2 }],
  ],
  [
    "knex('people').select('key').union(knex('dnc').select('key')).orderBy('key')",
    [{ key: "a" }, { key: "b" }, { key: "c" }],
  ],
  [
    "knex('people').insert({ key: 'd', name: 'Di' }).returning(['key', 'city'])",
    [{ key: "d", city: null }],
  ],
  ["knex('people').insert([{ key: 'e' }, { key: 'f', name: 'Fe' }]).then((ids) => ids.length)", 1],
  ["knex('people').insert({ key: 'a', age: 99 }).onConflict('key').merge()", [6]],
  [
    "knex('people').insert({ key: 'a', age: 1 }).onConflict('key').ignore().then(() => knex('people').where('key', 'a').first('age'))",
    { age: 99 },
  ],
  ["knex('people').where({ key: 'a' }).update({ city: { zip: 1 } })", 1],
  ["knex('people').where({ key: 'b' }).increment('age', 5)", 1],
  ["knex('people').where('key', 'b').first('age')", { age: 25 }],
  ["knex('people').whereIn('key', ['d', 'e', 'f']).del()", 3],
  ["knex('people').where('key', 'a').del()", 1],
  ["knex('people').catch((e) => e).then((rows) => rows.length)", 2],
  ["knex('people').modify((q, name) => q.where({ name }), 'Bo').pluck('key')", ["b"]],
  [
    "(() => { const all = knex('people'); const one = all.clone().where('key', 'b'); return Promise.all([all, one]).then((r) => r.map((x) => x.length)); })()",
    [2, 1],
  ],
  ["knex('people').where('name', knex.ref('key')).count('* as n')", [{ n: 0 }]],
  ["knex('people').client", null],
];

describe("knex", () => {
  it("makes queries, one after the other", async ({ expect }) => {
    await valueOf(`
      await knex('people').insert([{ key: 'a', name: 'Ann', city: 'Rome', age: 10 }, { key: 'b', name: 'Bo', city: 'Bonn', age: 20 }, { key: 'c', name: 'Cy', age: 30 }]);
      await create('dnc', 'c', 'stop');`);
    const told = QUERIES.map(
      ([query]) =>
        `await (async () => { try { return (await ${query}) ?? null; } catch (e) { return e.message; } })()`,
    );
    const half = Math.ceil(told.length / 2);
    const first = await valueOf(`return [${told.slice(0, half).join(",\n")}];`);
    const second = await valueOf(`return [${told.slice(half).join(",\n")}];`);
    const results = [first, second].flat();
    expect(QUERIES.map(([query], at) => [query, results[at]])).toEqual(QUERIES);
  });

  it("runs nothing before it is waited for, and again each time", async ({ expect }) => {
    const body = `
      const add = knex('dnc').insert({ value: 'x' });
      const before = await knex('dnc').count('* as n');
      await add; await add;
      return [before, await knex('dnc').count('* as n')];`;
    expect(await valueOf(body)).toEqual([[{ n: 0 }], [{ n: 2 }]]);
  });

  it("is what main may return", async ({ expect }) => {
    await valueOf("await create('dnc', 'a', 1);");
    const code =
      "const { knex } = require('cxUserspace'); exports.main = () => knex('dnc').first();";
    expect((await run(code)).value).toEqual({ key: "a", value: "1" });
  });
});

/** Ways to what is not the account's, each of which fails. */
const ATTACKS: string[] = [
  "sql('SELECT * FROM accounts')",
  "sql('SELECT * FROM tokens')",
  "sql('SELECT * FROM main.tokens')",
  "sql('SELECT * FROM other_dnc')",
  "sql('SELECT * FROM `other_dnc`')",
  "sql('SELECT * FROM \"../other\".dnc')",
  "read('other_dnc', 'theirs')",
  "read('../other', 'theirs')",
  "read('sqlite_master', 'dnc')",
  "create('sqlite_master', 'x', 1)",
  "random('_databases')",
  "knex('other_dnc')",
  "knex('sqlite_master')",
  "knex('_databases').del()",
  "knex.raw(\"ATTACH 'other.db' AS o\")",
  "knex('dnc').select(knex.raw('load_extension(?)', ['/tmp/x.so']))",
  "knex('dnc').joinRaw('JOIN sqlite_schema')",
  "knex('dnc').withSchema('temp')",
  "knex.schema.dropTable('dnc')",
  "knex('dnc').from(knex.raw('pragma_table_list'))",
  "sql(\"ATTACH 'other.db' AS o\")",
  "sql(\"/* SELECT */ ATTACH 'other.db' AS o\")",
  "sql(\"-- SELECT\\nATTACH 'other.db' AS o\")",
  "sql(\"aTtAcH\\tdatabase 'other.db' as o\")",
  "sql(\"SELECT 1; ATTACH 'other.db' AS o\")",
  "sql(\"SELECT 1;;/**/ATTACH 'other.db' AS o\")",
  'sql("SELECT 1; SELECT 2")',
  "sql(\"EXPLAIN ATTACH 'other.db' AS o\")",
  "sql('DETACH main')",
  "sql('PRAGMA writable_schema = ON')",
  "sql('PRAGMA database_list')",
  "sql('SELECT * FROM pragma_database_list')",
  "sql('SELECT * FROM pragma_table_info(?)', ['dnc'])",
  "sql('SELECT count(*) FROM pragma_table_list')",
  "sql('SELECT * FROM pragma_max_page_count(1000000)')",
  "sql('SELECT (SELECT file FROM pragma_database_list)')",
  "sql('WITH x AS (SELECT sql FROM sqlite_master) SELECT * FROM x')",
  "sql('SELECT count(*) FROM sqlite_schema')",
  "sql('SELECT 1 FROM _databases')",
  "sql('SELECT * FROM dbstat')",
  "sql('UPDATE sqlite_master SET sql = 1')",
  "sql('DELETE FROM _databases')",
  "sql('WITH x AS (SELECT 1) INSERT INTO _databases SELECT 1, 2, 3 FROM x')",
  "sql('INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)')",
  "sql(\"VACUUM INTO '/tmp/scriptforge-stolen.db'\")",
  "sql('VACUUM')",
  "sql('DROP TABLE dnc')",
  "sql('CREATE TABLE x (a)')",
  "sql('CREATE TEMP TABLE x (a)')",
  "sql('CREATE TRIGGER t AFTER INSERT ON dnc BEGIN DELETE FROM dnc; END')",
  'sql("CREATE VIRTUAL TABLE f USING fts5(a)")',
  "sql('CREATE VIEW v AS SELECT 1')",
  "sql('ALTER TABLE dnc ADD COLUMN x')",
  "sql('REINDEX')",
  "sql('ANALYZE')",
  "sql('BEGIN')",
  "sql('COMMIT')",
  "sql('SAVEPOINT x')",
  "sql(\"SELECT load_extension('x')\")",
  "sql('SELECT fts3_tokenizer(?)', ['simple'])",
  "sql('SELECT sqlite_compileoption_get(1)')",
  "sql(\"SELECT readfile('/etc/passwd')\")",
  "sql(\"SELECT writefile('/tmp/x', 'x')\")",
  "sql('SELECT randomblob(1000000000)')",
  "sql(\"SELECT printf('%.*c', 100000000, 'x')\")",
  "sql('SELECT 1\\0; DROP TABLE dnc')",
  "sql('')",
  "sql(';')",
  "sql('SELECT ' + '('.repeat(5000) + '1' + ')'.repeat(5000))",
];

describe("another account", () => {
  it("and what is ours is out of reach of every function", async ({ expect }) => {
    const told: unknown[] = [];
    for (let at = 0; at < ATTACKS.length; at += 40) {
      told.push(await refusalsOf(ATTACKS.slice(at, at + 40)));
    }
    const answers = told.flat();
    expect(answers).toHaveLength(ATTACKS.length);
    const open = ATTACKS.filter((_attack, at) => typeof answers[at] !== "string");
    expect(open).toEqual([]);
    expect(answers.filter((answer) => /does not answer|failed/.test(String(answer)))).toEqual([]);
    const theirs = await other.manage("GET", "/userspace/dnc/rows/theirs");
    expect(theirs.body).toEqual({ key: "theirs", value: "theirs" });
  });

  it("has databases of its own under the same names", async ({ expect }) => {
    await valueOf(
      "await create('dnc', 'theirs', 'mine'); await knex('dnc').update({ value: 'all mine' });",
    );
    expect((await other.manage("GET", "/userspace/dnc/rows/theirs")).body).toEqual({
      key: "theirs",
      value: "theirs",
    });
    expect(await valueOf("return await read('accounts', 1);").catch(String)).toContain(
      "Userspace database not found: accounts",
    );
  });

  it("cannot be named by what a script has changed in its isolate", async ({ expect }) => {
    const code = `
      const { read, knex } = require('cxUserspace');
      Object.prototype.account = 'other'; Object.prototype.owner = { account: 'other', script: 'x' };
      Object.prototype.toJSON = function () { return { account: 'other', database: 'dnc', key: 'theirs' }; };
      JSON.stringify = () => '{"owner":{"account":"other","script":""},"input":{"database":"dnc","key":"theirs"}}';
      Array.prototype.push = Array.prototype.map = () => { throw new Error('no'); };
      exports.main = async () => {
        const row = await read('dnc', 'theirs').catch((e) => e.message);
        delete Object.prototype.toJSON;
        return [row, await knex('dnc').where({ key: 'theirs' })];
      };`;
    const { value, outcome } = await run(code);
    expect(["ok", "not_serialisable", "script_error"]).toContain(outcome);
    expect(JSON.stringify(value ?? null)).not.toContain('"value":"theirs"');
  });
});
