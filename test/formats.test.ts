// Every way in which scripts are written, through the running product.

import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { Published } from "../schemas/release.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";

const Caught = z.object({ code: z.string(), detail: z.string(), line: z.int().optional() });

let product: Product;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  for (const type of ["script", "app", "driver"]) {
    await product.manage("POST", "/scripts", { name: `draft-${type}`, type });
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
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

async function valueOf(code: string, options: Options = {}): Promise<unknown> {
  const result = await run(code, options);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

async function refusalOf(code: string, options: Options = {}): Promise<z.infer<typeof Caught>> {
  return Caught.parse((await draft(code, options)).body);
}

/** Creates a script with a live release, or publishes another of it. */
async function publish(name: string, code: string, settings: object = {}): Promise<void> {
  const created = await product.manage("POST", "/scripts", {
    name,
    type: "app",
    code,
    ...settings,
  });
  if (created.status === 201) return;
  const published = await product.manage("POST", `/scripts/${name}/releases`, { code });
  if (published.status !== 201) throw new Error(JSON.stringify(published.body));
}

/** Each returns `data.n + 1`. */
const STYLES: Record<string, string> = {
  "a bare function": "function main(data) { return data.n + 1; }",
  "a bare async function": "async function main(data) { return data.n + 1; }",
  "the last of two functions":
    "function main() { return 0; } function main(data) { return data.n + 1; }",
  "a var": "var main = function (data) { return data.n + 1; };",
  "a let": "let main = (data) => data.n + 1;",
  "a const": "const main = async (data) => data.n + 1;",
  "an implicit global": "main = function (data) { return data.n + 1; };",
  "a global of this": "this.main = function (data) { return data.n + 1; };",
  "module.exports of an object":
    "function main(data) { return data.n + 1; } module.exports = { main };",
  "module.exports of a method": "module.exports = { main(data) { return data.n + 1; } };",
  "module.exports of an async arrow": "module.exports = { main: async (data) => data.n + 1 };",
  "module.exports of a quoted name":
    "module.exports = { 'main': function (data) { return data.n + 1; } };",
  "the misspelt module.export": "module.export = { main: (data) => data.n + 1 };",
  "the misspelt module.export of a function": "module.export = (data) => data.n + 1;",
  "both, the right one empty": "module.exports = {}; module.export = { main: (d) => d.n + 1 };",
  "module.exports of a function": "module.exports = function (data) { return data.n + 1; };",
  "module.exports of a class":
    "module.exports = class { static main(data) { return data.n + 1; } };",
  "module.exports.main": "module.exports.main = (data) => data.n + 1;",
  "exports.main": "exports.main = (data) => data.n + 1;",
  "exports.default": "exports.default = (data) => data.n + 1;",
  "exports.default of an object": "exports.default = { main: (data) => data.n + 1 };",
  "what a compiler writes":
    "'use strict'; Object.defineProperty(exports, '__esModule', { value: true }); exports.default = (d) => d.n + 1;",
  "an export": "export function main(data) { return data.n + 1; }",
  "an async export": "export async function main(data) { return data.n + 1; }",
  "an exported const": "export const main = (data) => data.n + 1;",
  "an export list": "function main(data) { return data.n + 1; }\nexport { main };",
  "a renamed export": "function decide(data) { return data.n + 1; }\nexport { decide as main };",
  "a default export": "export default function (data) { return data.n + 1; }",
  "a named default export": "export default function decide(data) { return data.n + 1; }",
  "an async arrow as default export": "export default async (data) => data.n + 1;",
  "an object as default export": "export default { main: (data) => data.n + 1 };",
  "both exports, main wins":
    "export default () => 0;\nexport function main(data) { return data.n + 1; }",
  "an import and a bare main":
    "import path from 'path';\nfunction main(data) { return data.n + path.join('1').length; }",
  "a late import":
    "export function main(data) { return data.n + join('1').length; }\nimport { join } from 'node:path';",
  "a strict script": "'use strict';\nfunction main(data) { return data.n + 1; }",
  "a byte order mark and a hashbang":
    "\uFEFF#!/usr/bin/env node\nfunction main(data) { return data.n + 1; }",
  "a trailing comment": "function main(data) { return data.n + 1; } // the end",
  "a return at the top level":
    "return { main: 1 }, main; function main(data) { return data.n + 1; }",
  "sloppy this":
    "function main(data) { return (function () { return this === undefined ? 0 : data.n + 1; })(); }",
  "an undeclared variable": "function main(data) { sum = data.n + 1; return sum; }",
  "octal and duplicate parameters":
    "function add(a, a) { return a; } function main(d) { return add(0, d.n + 01); }",
  "a require in a function":
    "function main(data) { return data.n + require('path').join('1').length; }",
  "a require of a name in a variable":
    "const name = 'path'; function main(data) { return data.n + require(name).join('1').length; }",
  "a name in another alphabet":
    "function main(données) { const größe = données.n + 1; return größe; }",
  "what runs before main":
    "const at = Date.now(); const id = crypto.randomUUID(); function main(d) { return at > 1e12 && id ? d.n + 1 : 0; }",
};

describe("a script that is written as", () => {
  const returnsEarly = "a return at the top level";
  it.for(Object.keys(STYLES).filter((style) => style !== returnsEarly))(
    "%s runs",
    async (style, { expect }) => {
      expect(await valueOf(STYLES[style] ?? "", { data: { n: 41 } })).toBe(42);
    },
  );

  it("a return at the top level has what it exported before", async ({ expect }) => {
    const code = "exports.main = (data) => data.n + 1; if (true) return; exports.main = () => 0;";
    expect(await valueOf(code, { data: { n: 41 } })).toBe(42);
  });

  it.for(["script", "driver"])("a bare function runs as type %s", async (type, { expect }) => {
    const code = "function main(data) { return data.n + 1; } function search() { return []; }";
    expect(await valueOf(code, { type, data: { n: 41 } })).toBe(42);
  });
});

describe("a function by name", () => {
  const CODE = `
    function main() { return 'main'; }
    function helper() { return 'helper'; }
    const arrow = () => 'arrow';
    later = function () { return 'later'; };
    exports.shown = () => 'shown';`;

  it("is any at the top level, for its owner", async ({ expect }) => {
    for (const name of ["main", "helper", "arrow", "later", "shown"]) {
      expect(await valueOf(CODE, { function: name })).toBe(name);
    }
  });

  it("is one that exists", async ({ expect }) => {
    for (const name of ["gone", "toString", "constructor", "__proto__", "CODE", "require"]) {
      const { outcome, error } = await run(CODE, { function: name });
      expect([name, outcome]).toEqual([name, "function_not_found"]);
      expect(error?.message).toContain(`"${name}"`);
    }
  });

  it("is main, what is exported or what is exposed, over HTTP", async ({ expect }) => {
    await publish("by-name", CODE, { expose: ["arrow"] });
    await product.untilRevision();
    for (const name of ["main", "arrow", "shown"]) {
      expect((await product.ask(`/run/by-name/${name}`)).body).toBe(name);
    }
    for (const name of ["helper", "later"]) {
      const { status, body } = await product.ask(`/run/by-name/${name}`);
      expect([name, status]).toEqual([name, 404]);
      expect(body).toMatchObject({ code: "function_not_found" });
    }
    await product.manage("PATCH", "/scripts/by-name", { expose: ["helper"] });
    await product.untilRevision();
    expect((await product.ask("/run/by-name/helper")).body).toBe("helper");
    expect((await product.ask("/run/by-name/arrow")).status).toBe(404);
  });

  it("is an export of a module, and no other of its functions", async ({ expect }) => {
    const code = `export function main() {}
      export const listed = () => 'listed';
      export default () => 'default';
      function hidden() {}`;
    expect(await valueOf(code, { function: "listed" })).toBe("listed");
    expect(await valueOf(code, { function: "default" })).toBe("default");
    expect((await run(code, { function: "hidden" })).outcome).toBe("function_not_found");
  });
});

describe("the oldest scripts", () => {
  it("read their data from vars, as a function and as an object", async ({ expect }) => {
    const code = `function main() {
      vars.routing.cli = vars()['routing'].cli + '1';
      vars.added = Object.keys(vars).join();
      delete vars.gone;
      return vars;
    }`;
    for (const type of ["script", "app"]) {
      const data = { routing: { cli: "44" }, gone: 1 };
      const value = await valueOf(code, { type, data });
      expect(value).toEqual({ routing: { cli: "441" }, added: "routing,gone" });
    }
  });

  it("give their result by exit, or fail by err, at once or later", async ({ expect }) => {
    const now = "function main(data) { exit({ ...vars(), done: true }); exit(1); }";
    for (const type of ["script", "app"]) {
      expect(await valueOf(now, { type, data: { a: 1 } })).toEqual({ a: 1, done: true });
    }
    const later = "function main(data) { setTimeout(() => exit(data.a + 1), 5); }";
    expect(await valueOf(later, { data: { a: 1 } })).toBe(2);
    const laterStill = "async function main(d) { await null; setTimeout(() => exit(d.a), 5); }";
    expect(await valueOf(laterStill, { data: { a: 1 } })).toBe(1);
    const fails = "function main() { setTimeout(() => err([404, 'Not Found']), 5); }";
    expect(await run(fails)).toMatchObject({ outcome: "script_error" });
  });

  it("are answered on a call as their err says", async ({ expect }) => {
    const code = "function main() { if (vars.routing.cli === '1') err([404, 'Not Found']); }";
    await product.assign({ name: "err", code, customer: "err" });
    const reject = await product.ask("/call/termination/err/main", { routing: { cli: "1" } });
    expect(reject.body).toMatchObject({
      action: "reject",
      sip: { code: 404, reason: "Not Found" },
    });
    const goesOn = await product.ask("/call/termination/err/main", { routing: { cli: "2" } });
    expect(goesOn.body).toEqual({
      action: "continue",
      data: { routing: { cli: "2" } },
      warnings: [expect.stringContaining("returned nothing")],
    });
  });

  it("may declare those names themselves", async ({ expect }) => {
    const code = `const api = { a: 1 }; var vars = 2; function exit() { return 3; }
      function main() { try { throw 4; } catch (err) { return [api.a, vars, exit(), err]; } }`;
    expect(await valueOf(code)).toEqual([1, 2, 3, 4]);
  });

  it("share nothing by them with another run", async ({ expect }) => {
    const code =
      "function main(data) { const seen = typeof vars.kept; vars.kept = 1; vars = 5; return seen; }";
    await publish("vars", code, { type: "script" });
    await product.untilRevision();
    for (let n = 0; n < 3; n += 1) {
      expect((await product.ask("/run/vars", { n })).body).toBe("undefined");
    }
  });
});

describe("another script of the account", () => {
  beforeAll(async () => {
    await publish("rules", "const LIMIT = 3; module.exports = { LIMIT, double: (n) => n * 2 };");
    await publish("helper", "export const triple = (n) => n * 3;\nexport default (n) => n * 10;");
    await publish("first.js", "exports.name = 'first.js';");
    await publish(
      "outer",
      "const { double } = require('./rules'); exports.quad = (n) => double(double(n));",
    );
  });

  it("is required by its name, with ./ and .js or without", async ({ expect }) => {
    for (const name of ["rules", "./rules", "./rules.js", "rules.js"]) {
      const code = `const { double, LIMIT } = require('${name}'); function main(d) { return double(d.n) + LIMIT; }`;
      expect(await valueOf(code, { data: { n: 4 } })).toBe(11);
    }
    for (const name of ["./first.js", "first.js"]) {
      expect(await valueOf(`exports.main = () => require('${name}').name;`)).toBe("first.js");
    }
  });

  it("is imported, by default and by name", async ({ expect }) => {
    const code = `import ten, { triple } from './helper';
      import * as all from './helper.js';
      import rules, { double } from './rules';
      export const main = (d) => [ten(d.n), triple(d.n), all.default(d.n), rules.LIMIT, double(d.n)];`;
    expect(await valueOf(code, { data: { n: 2 } })).toEqual([20, 6, 20, 3, 4]);
    const classic =
      "const helper = require('./helper'); function main(d) { return [helper.default(d.n), helper.triple(d.n)]; }";
    expect(await valueOf(classic, { data: { n: 2 } })).toEqual([20, 6]);
  });

  it("may require others itself, and is evaluated once in a run", async ({ expect }) => {
    const code =
      "const { quad } = require('outer'); function main(d) { return [quad(d.n), require('outer') === require('./outer')]; }";
    expect(await valueOf(code, { data: { n: 3 } })).toEqual([12, true]);
  });

  it("is the one that is live now", async ({ expect }) => {
    await publish("moving", "exports.version = 1;");
    await publish("user", "function main() { return require('./moving').version; }");
    await product.untilRevision();
    expect((await product.ask("/run/user")).body).toBe(1);
    await publish("moving", "exports.version = 2;");
    await product.untilRevision();
    expect((await product.ask("/run/user")).body).toBe(2);
    await product.manage("PUT", "/scripts/moving/live", { version: 1 });
    await product.untilRevision();
    expect((await product.ask("/run/user")).body).toBe(1);
  });

  it("that is deleted fails where it is required", async ({ expect }) => {
    await publish("fleeting", "exports.here = true;");
    await publish("left-alone", "function main() { return require('./fleeting').here; }");
    await product.manage("DELETE", "/scripts/fleeting");
    await product.untilRevision();
    const { status, body } = await product.ask("/run/left-alone");
    expect(status).toBe(500);
    expect(body).toMatchObject({
      code: "script_error",
      detail: `Cannot find module './fleeting': the account has no script "fleeting" with a live release`,
    });
  });

  it("that fails tells where", async ({ expect }) => {
    await publish("failing rules", "exports.check = (data) => {\n  return data.x.y;\n};");
    const code =
      "const { check } = require('./failing rules');\nfunction main(data) {\n  return check(data);\n}";
    const { error } = await run(code);
    expect(error).toMatchObject({ file: "scripts/failing%20rules.js", line: 2 });
    expect(error?.stack).toContain("script.js:3");
  });

  it("that leads back to the one that requires it is refused", async ({ expect }) => {
    await publish("one", "exports.n = 1;");
    await publish("two", "require('./one'); exports.n = 2;");
    const answer = await product.manage("POST", "/scripts/one/releases", {
      code: "exports.n = 1;\n  require('./two');",
    });
    expect(answer.body).toMatchObject({ code: "compile_error", line: 2 });
    expect(Caught.parse(answer.body).detail).toContain("./two -> ./one");
    const own = await product.manage("POST", "/scripts/one/releases", {
      code: "require('./one');",
    });
    expect(Caught.parse(own.body).detail).toContain("circle");
  });

  it("may form a circle by going back to an older version, which is told where it runs", async ({
    expect,
  }) => {
    await publish("left", "exports.n = 1;");
    await publish("right", "exports.n = require('./left').n + 1;");
    await publish("left", "exports.n = 2;");
    await publish("right", "exports.n = 3;");
    await publish("left", "exports.n = require('./right').n; exports.main = () => exports.n;");
    await product.manage("PUT", "/scripts/right/live", { version: 1 });
    await product.untilRevision();
    const { body } = await product.ask("/run/left");
    expect(Caught.parse(body)).toMatchObject({ code: "script_error" });
    expect(Caught.parse(body).detail).toContain("circle");
  });

  it("is not that of another account or of no name", async ({ expect }) => {
    for (const name of ["./unknown", "unknown"]) {
      const refusal = await refusalOf(`\n  require('${name}');`);
      expect(refusal).toMatchObject({ code: "module_not_allowed", line: 2 });
      expect(refusal.detail).toContain(name);
    }
  });
});

describe("what a script may require", () => {
  it("is named where it is refused", async ({ expect }) => {
    for (const name of ["lodash", "child_process", "node:vm", "axios/lib/axios.js", "Axios"]) {
      const refusal = await refusalOf(`const it = require('${name}');`);
      expect(refusal.code).toBe("module_not_allowed");
      expect(refusal.detail).toContain(`Cannot find module '${name}'`);
      expect(refusal.detail).toContain("axios, axios-cookiejar-support, card-validator");
    }
    const late = await run("const name = 'lodash'; function main() { return require(name); }");
    expect(late.error?.message).toContain("Cannot find module 'lodash': available are axios, ");
    const url = await refusalOf("import dayjs from 'https://esm.sh/dayjs';");
    expect(url.detail).toContain("URL");
  });

  it("is nothing for type Script, which is told what has it", async ({ expect }) => {
    for (const code of [
      "const a = require('axios');",
      "import a from 'axios';",
      "import './rules';",
    ]) {
      const refusal = await refusalOf(code, { type: "script" });
      expect(refusal.code).toBe("module_not_allowed");
      expect(refusal.detail).toContain("choose type App");
    }
    const hidden = "function main() { return eval('require')('axios'); }";
    expect((await run(hidden, { type: "script" })).outcome).toBe("script_error");
  });

  it("can be narrowed by its account, for what is published and for what is live", async ({
    expect,
  }) => {
    await publish("toml", "function main() { return require('fast-toml').parse('a = 1'); }");
    await product.untilRevision();
    expect((await product.ask("/run/toml")).body).toEqual({ a: 1 });
    const narrowed = await product.manage("PUT", "/modules", { allowed: ["moment"] });
    expect(narrowed.status).toBe(200);
    await product.untilRevision();
    const { body } = await product.ask("/run/toml");
    expect(Caught.parse(body).detail).toContain(
      "Cannot find module 'fast-toml': available are moment, assert",
    );
    expect((await refusalOf("require('fast-toml');")).detail).toContain("available are moment");
    expect((await draft("require('moment'); exports.main = () => 1;")).status).toBe(200);
    expect((await product.manage("PUT", "/modules", { allowed: ["lodash"] })).status).toBe(422);
    await product.manage("PUT", "/modules", { allowed: null });
    await product.untilRevision();
    expect((await product.ask("/run/toml")).body).toEqual({ a: 1 });
  });

  it("is listed with versions and differences", async ({ expect }) => {
    const Modules = z.array(
      z.object({ name: z.string(), version: z.string().min(5), bytes: z.int().min(1_000) }),
    );
    const { body } = await product.manage("GET", "/modules");
    const modules = Modules.parse(body);
    expect(modules).toHaveLength(18);
    expect(modules.map(({ name }) => name)).toContain("csv-parse/lib/sync");
  });
});

describe("the environment", () => {
  it("has the account's variables, the script's own over them, and the built-in ones", async ({
    expect,
  }) => {
    const code = "function main() { return { ...process.env }; }";
    await publish("env", code);
    await publish("env-script", code, { type: "script" });
    await product.manage("PUT", "/env/SHARED", { value: "account" });
    await product.manage("PUT", "/env/SECRET", { value: "hush", protected: true });
    await product.manage("PUT", "/scripts/env/env/SHARED", { value: "script" });
    await product.untilRevision();
    const own = await product.ask("/run/env");
    expect(own.body).toMatchObject({
      SHARED: "script",
      SECRET: "hush",
      SCRIPTFORGE_NAME: "env",
      SCRIPTFORGE_ID: expect.stringMatching(/^scr_/),
      CORRELATION_ID: own.headers.get("x-invocation"),
    });
    const other = await product.ask("/run/env-script");
    expect(other.body).toMatchObject({ SHARED: "account", SCRIPTFORGE_NAME: "env-script" });
  });

  it("can be set by a script, for itself and for the runs to come", async ({ expect }) => {
    const code = `const seen = process.env.COUNT;
      async function main(data) {
        const before = await getEnvVars();
        await setEnvVar('COUNT', String(data.n));
        return [seen ?? null, before.COUNT ?? null, process.env.COUNT, (await getEnvVars()).COUNT];
      }`;
    await publish("count", code);
    await product.untilRevision();
    expect((await product.ask("/run/count", { n: 1 })).body).toEqual([null, null, "1", "1"]);
    await product.untilRevision();
    expect((await product.ask("/run/count", { n: 2 })).body).toEqual(["1", "1", "2", "2"]);
    expect((await product.manage("GET", "/env")).body).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: "COUNT", value: "2" })]),
    );
  });

  it("is set with strings, under names that are free", async ({ expect }) => {
    for (const [name, value, reason] of [
      ["A", "{}", "not a string"],
      ["A", "undefined", "not a string"],
      ["SCRIPTFORGE_ID", "'x'", "built in"],
      ["1", "'x'", "letters"],
    ] as const) {
      const { error } = await run(
        `async function main() { await setEnvVar('${name}', ${value}); }`,
      );
      expect(error?.message).toContain(reason);
    }
  });

  it("is one run's own where it is only assigned", async ({ expect }) => {
    const code =
      "function main() { const seen = process.env.LOCAL; process.env.LOCAL = 'x'; return [seen ?? null, process.env.LOCAL]; }";
    await publish("local", code, { type: "script" });
    await product.untilRevision();
    for (let n = 0; n < 3; n += 1) {
      expect((await product.ask("/run/local", { n })).body).toEqual([null, "x"]);
    }
  });

  it("keeps the time of UTC", async ({ expect }) => {
    const code =
      "function main() { return [new Date().getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions().timeZone]; }";
    for (const type of ["script", "app"]) {
      expect(await valueOf(code, { type })).toEqual([0, "UTC"]);
    }
  });
});

describe("publishing", () => {
  it("tells of probable mistakes, and refuses nothing for them", async ({ expect }) => {
    const code =
      "const axios = require('axios');\nfunction main(data) {\n  axios.get('http://x.test');\n}";
    await product.manage("POST", "/scripts", { name: "lints", type: "app" });
    const { status, body } = await product.manage("POST", "/scripts/lints/releases", { code });
    expect(status).toBe(201);
    const { lints } = Published.parse(body);
    expect(lints).toEqual(
      expect.arrayContaining([expect.objectContaining({ line: 3, column: 3 })]),
    );
  });

  it("refuses what the type cannot do", async ({ expect }) => {
    const isAsync = await refusalOf("async function main() {}", { type: "script" });
    expect(isAsync.detail).toContain("type Script cannot be asynchronous");
    const noDriver = await refusalOf("exports.helper = () => 1;", { type: "driver" });
    expect(noDriver.detail).toContain("search, allocate, release, list");
  });

  it("refuses a source that is larger than a request may be", async ({ expect }) => {
    const code = `// ${"x".repeat(2_000_000)}\nfunction main() {}`;
    const { status, body } = await product.manage("POST", "/scripts", {
      name: "large",
      type: "app",
      code,
    });
    expect(status).toBe(413);
    expect(Caught.parse(body)).toMatchObject({ code: "body_too_large" });
  });
});
