import { describe, it } from "vitest";
import type { ScriptType } from "../../schemas/script-type.ts";
import { findFreeNames } from "./free-names.ts";
import { findFunctions } from "./exports.ts";
import { findLints } from "./lints.ts";
import { parseScript } from "./parse.ts";
import { findRequires } from "./requires.ts";
import { resolveNames } from "./scopes.ts";
import { refuseForType } from "./type-rules.ts";

/** The messages for `source`. */
function lintsIn(source: string, type: ScriptType = "app"): string[] {
  return findLints(parseScript(source), type).map(({ message }) => message);
}

/** The messages for statements in the main function of an app that does all else right. */
function lintsInMain(statements: string, before = ""): string[] {
  return lintsIn(`${before} async function main(data) { ${statements}; return data; }`);
}

/** The message about `call` without a wait. */
function floating(call: string): string {
  return `${call}(...) returns a promise that nobody waits for: put await before it`;
}

describe("a promise that nobody waits for", () => {
  it("is found where a library's function is called for nothing", ({ expect }) => {
    const cases: [before: string, statement: string, call: string][] = [
      ["const axios = require('axios');", "axios.get('x')", "axios.get"],
      ["const axios = require('axios');", "axios({ url: 'x' })", "axios"],
      ["const axios = require('axios').default;", "axios.post('x')", "axios.post"],
      ["const { put } = require('axios');", "put('x')", "put"],
      ["const get = require('axios').get;", "get('x')", "get"],
      ["const http = require('axios').create({});", "http.delete('x')", "http.delete"],
      ["const axios = require('axios');", "axios.create().get('x')", "axios.create().get"],
      ["", "require('axios').get('x')", "require('axios').get"],
      ["const a = require('axios'), b = a, c = b;", "c.head('x')", "c.head"],
      ["var axios; axios = require('axios');", "axios.get('x')", "axios.get"],
      ["axios = require('axios');", "axios.get('x')", "axios.get"],
      ["const { kv } = require('cxKV');", "kv.set('a', 1)", "kv.set"],
      ["const { kv: { set: put } } = require('cxKV');", "put('a', 1)", "put"],
      ["const store = require('cxKV');", "store.ko.set('a', {})", "store.ko.set"],
      ["const { kv } = require('cxKV');", "kv['del']('a')", "kv['del']"],
      ["const { incr, keys, usage } = require(`cxKV`);", "incr('a')", "incr"],
      ["const us = require('cxUserspace');", "us.create('a', 'b', 1)", "us.create"],
      ["const rest = require('cxRest');", "rest.auth(user).put('x')", "rest.auth(user).put"],
      ["const api = require('cxRest').auth(user);", "api.post('x')", "api.post"],
      ["const auth = require('cxRest');", "auth(user).delete('x')", "auth(user).delete"],
      ["const auth = require('cxRest');", "new auth(user).create('x')", "new auth(user).create"],
      ["", "api.rest.auth(user).update('x')", "api.rest.auth(user).update"],
      ["", "api.send.email({})", "api.send.email"],
      ["const { email, sms } = require('cxSend');", "sms('1', 'x')", "sms"],
      ["", "require('cxOriginate').originate(1)", "require('cxOriginate').originate"],
      ["const job = require('cxJob');", "job.scriptForge(1, {})", "job.scriptForge"],
      ["", "fetch('x')", "fetch"],
      ["", "setEnvVar('a', 'b')", "setEnvVar"],
      ["const { kv } = require('cxKV');", "if (x) kv.set('a', 1); else f()", "kv.set"],
      ["const { kv } = require('cxKV');", "x && kv.set('a', 1)", "kv.set"],
      ["const { kv } = require('cxKV');", "x ? kv.set('a', 1) : f()", "kv.set"],
      ["const { kv } = require('cxKV');", "f(), kv.set('a', 1)", "kv.set"],
      ["const { kv } = require('cxKV');", "kv?.set('a', 1)", "kv?.set"],
      ["const { kv } = require('cxKV');", "list.map((x) => { kv.set(x, 1); })", "kv.set"],
    ];
    for (const [before, statement, call] of cases) {
      const source = `${before} ${statement}`;
      expect([source, lintsInMain(statement, before)]).toEqual([source, [floating(call)]]);
    }
  });

  it("is found where a module imports them", ({ expect }) => {
    const cases: [imports: string, statement: string, call: string][] = [
      ["import axios from 'axios';", "axios.get('x')", "axios.get"],
      ["import * as axios from 'axios';", "axios.get('x')", "axios.get"],
      ["import { post as send } from 'axios';", "send('x')", "send"],
      ["import { kv } from 'cxKV';", "kv.set('a', 1)", "kv.set"],
      ["import store from 'cxKV';", "store.kv.set('a', 1)", "store.kv.set"],
      ["import auth from 'cxRest';", "auth(user).get('x')", "auth(user).get"],
      ["import cxRest from 'cxRest';", "cxRest.auth(user).get('x')", "cxRest.auth(user).get"],
      ["import { email } from 'cxSend';", "email({})", "email"],
    ];
    for (const [imports, statement, call] of cases) {
      const source = `${imports} export async function main(data) { ${statement}; return data; }`;
      expect([source, lintsIn(source)]).toEqual([source, [floating(call)]]);
    }
  });

  it("is found where the script's own asynchronous function is called for nothing", ({
    expect,
  }) => {
    for (const own of [
      "async function save() {}",
      "const save = async () => 1;",
      "let save; save = async function () {};",
      "const store = async () => 1; const save = store;",
      "async function save() {} async function save() {}",
    ]) {
      expect([own, lintsInMain("save()", own)]).toEqual([own, [floating("save")]]);
    }
    const script = "async function save() {} function main(data) { save(); return data; }";
    for (const type of ["script", "app", "driver"] as const) {
      expect([type, lintsIn(script, type)]).toEqual([type, [floating("save")]]);
    }
  });

  it("is none where somebody waits, or takes it", ({ expect }) => {
    const before =
      "const axios = require('axios'); const { kv } = require('cxKV'); async function save() {}";
    for (const statement of [
      "await kv.set('a', 1)",
      "void kv.set('a', 1)",
      "kv.set('a', 1).then(f)",
      "kv.set('a', 1).catch(f)",
      "save().finally(f)",
      "const x = kv.set('a', 1); await x",
      "x = kv.get('a')",
      "await Promise.all([kv.set('a', 1), save()])",
      "list.push(save())",
      "if (x) return kv.set('a', 1)",
      "await Promise.all(list.map((x) => kv.set(x, 1)))",
      "const f = () => kv.set('a', 1); await f()",
      "kv.set('a', 1) || f()",
      "(async () => { await save(); })()",
    ]) {
      expect([statement, lintsInMain(statement, before)]).toEqual([statement, []]);
    }
  });

  it("is none where it is not certain that there is a promise", ({ expect }) => {
    const cases: [before: string, statement: string][] = [
      ["const axios = require('axios');", "axios.create({})"],
      ["const axios = require('axios');", "axios.interceptors.request.use(f)"],
      ["const axios = require('axios');", "axios[verb]('x')"],
      ["const axios = require('./axios');", "axios.get('x')"],
      ["const axios = make();", "axios.get('x')"],
      ["let axios = require('axios'); axios = wrap(axios);", "axios.get('x')"],
      ["let { kv } = require('cxKV'); if (x) kv = fake;", "kv.set('a', 1)"],
      ["const { kv = fake } = require('cxKV');", "kv.set('a', 1)"],
      ["const { ...all } = require('cxKV');", "all.kv.set('a', 1)"],
      ["function require() {}", "require('axios').get('x')"],
      ["function fetch() {}", "fetch('x')"],
      ["const api = {};", "api.send.email({})"],
      ["", "kv.set('a', 1)"],
      ["const us = require('cxUserspace');", "us.knex('default').insert({})"],
      ["const rest = require('cxRest');", "rest.auth(user)"],
      ["const { setProgress } = require('cxJob');", "setProgress(1)"],
      ["function save() {} async function save2() {}", "save()"],
      ["async function save() {} function save() {}", "save()"],
      ["async function* save() {}", "save()"],
      ["let save = async () => 1; save = f;", "save()"],
      ["{ async function save() {} }", "save()"],
      ["const { kv } = require('cxKV');", "kv.constructor(); kv.toString()"],
      ["const a = b, b = a;", "a.get()"],
    ];
    for (const [before, statement] of cases) {
      const source = `${before} ${statement}`;
      expect([source, lintsInMain(statement, before)]).toEqual([source, []]);
    }
    expect(lintsInMain("const fetch = f; { const kv = fake; kv.set(); fetch(); }")).toEqual([]);
  });

  it("is found however few in a Script know of libraries", ({ expect }) => {
    const source = "function main(data) { api.send.email({}); setEnvVar('a', 1); return data; }";
    expect(lintsIn(source, "script")).toEqual([]);
    expect(lintsIn(source, "app")).toHaveLength(2);
  });

  it("is named in one line that is not too long", ({ expect }) => {
    const options = `{\n  url: '${"x".repeat(100)}' }`;
    expect(lintsInMain(`require('axios').create(${options}).get('x')`)).toEqual([floating("get")]);
    expect(lintsInMain("require('axios')\n    .get('x')")).toEqual([
      floating("require('axios').get"),
    ]);
  });
});

function egress(name: string): string {
  return `egress_routing is a list: ${name} belongs to no route, set it on each route or on routing.${name}`;
}

describe("a member of the egress list", () => {
  it("is found where it is set", ({ expect }) => {
    for (const [name, statements] of [
      ["headers", "data.routing.egress_routing.headers = []"],
      ["headers", "data.egress_routing.headers = []"],
      ["remove_headers", "data.routing['egress_routing']['remove_headers'] = []"],
      ["headers", "const list = data.routing.egress_routing; list.headers = []"],
      ["headers", "const { egress_routing } = data.routing; egress_routing.headers = []"],
      ["headers", "const { routing: { egress_routing: list } } = data; list.headers = []"],
      ["gw", "data.routing.egress_routing.gw ||= {}"],
    ] as const) {
      for (const type of ["script", "app"] as const) {
        const source = `function main(data) { ${statements}; return data; }`;
        expect([source, lintsIn(source, type)]).toEqual([source, [egress(name)]]);
      }
    }
  });

  it("is none where routes are set, or something else", ({ expect }) => {
    for (const statements of [
      "data.routing.egress_routing[0].headers = []",
      "data.routing.egress_routing[0] = {}",
      "data.routing.egress_routing['0'] = {}",
      "data.routing.egress_routing[i] = {}",
      "data.routing.egress_routing.length = 1",
      "data.routing.egress_routing = []",
      "data.routing.headers = []",
      "const h = data.routing.egress_routing.headers",
      "data.routing.egress_routing.forEach((route) => { route.headers = []; })",
      "const list = f(data.routing.egress_routing); list.headers = []",
      "let list = data.routing.egress_routing; list = list[0]; list.headers = []",
      "egress_routing = {}; egress_routing.headers = []",
    ]) {
      const source = `function main(data) { ${statements}; return data; }`;
      expect([source, lintsIn(source)]).toEqual([source, []]);
    }
  });
});

const NOTHING =
  "main returns nothing: a call goes on with what main changed in place; return data to be clear";

describe("a main that returns nothing", () => {
  it("is found", ({ expect }) => {
    for (const source of [
      "function main(data) { data.x = 1; }",
      "async function main(data) { await f(data); }",
      "const main = (data) => { data.x = 1; };",
      "function main(data) { if (data.x) return; data.y = 1; }",
      "function main(data) { list.map(() => { return data; }); }",
      "function main(data) { class A { m() { return data; } } }",
      "module.exports = { main(data) { data.x = 1; } };",
      "export default function (data) { data.x = 1; }",
      "function main(data) { return data; } function main(data) { data.x = 1; }",
    ]) {
      for (const type of ["script", "app"] as const) {
        expect([source, lintsIn(source, type)]).toEqual([source, [NOTHING]]);
      }
      expect(lintsIn(source, "driver")).toEqual([]);
    }
  });

  it("is none that returns in one case, or need not", ({ expect }) => {
    for (const source of [
      "function main(data) { if (data.x) { return data; } }",
      "const main = (data) => data;",
      "const main = (data) => f(data);",
      "function main(data) { throw new Error(`404 ${data.x}`); }",
      "function main(data) { for (;;) { try { return f(data); } finally {} } }",
      "function main(data) { exit(data); }",
      "function main(data) { err([404, data.x]); }",
      "function main(data) { vars.x = data; }",
      "async function main(data, ctx) { await ctx.answer(); }",
      "import cxC5Server from 'cxC5Server'; export async function main(data) { await f(data); }",
      "const socket = require('cxWebSocket'); async function main(data) { await f(data); }",
      "function* main(data) { yield data; }",
      "const main = wrap((data) => { data.x = 1; });",
      "function main(data) { data.x = 1; } module.exports = make();",
      "function main(data) { data.x = 1; } if (x) main = f;",
    ]) {
      expect([source, lintsIn(source)]).toEqual([source, []]);
    }
  });
});

describe("data that main does not use", () => {
  it("is found", ({ expect }) => {
    const cases: [source: string, name: string][] = [
      ["function main(data) { return 1; }", "data"],
      ["function main(input) { return 1; }", "input"],
      ["function main() { return 1; }", "data"],
      ["const main = () => 1;", "data"],
      ["const main = (x) => 1;", "x"],
      ["function main({ routing }) { return 1; }", "data"],
      ["function main(...all) { return 1; }", "data"],
      ["function main(data) { return ((data) => data)(1); }", "data"],
      ["function main(data) { return { data: 1 }.data; }", "data"],
      ["function main(data, ctx) { return 1; }", "data"],
      ["export function main(data) { return 1; }", "data"],
      ["exports.main = async (data) => 1;", "data"],
    ];
    for (const [source, name] of cases) {
      expect([source, lintsIn(source)]).toEqual([
        source,
        [`${name} is not used: main does not look at the call`],
      ]);
    }
  });

  it("is none where main takes it in another way", ({ expect }) => {
    for (const source of [
      "function main(data) { return data; }",
      "function main(data) { var data = data || {}; return data; }",
      "function main(data) { return () => data; }",
      "function main({ routing }) { return routing; }",
      "function main({ a, b: [c] }) { return c; }",
      "function main(...all) { return all[0]; }",
      "function main(data) { return arguments[0]; }",
      "function main() { return arguments[0]; }",
      "function main() { return (() => arguments[0])(); }",
      "function main() { return vars.routing; }",
      "function main(data) { exit(vars()); }",
      "async function main(data, ctx) { await ctx.answer(); }",
      "import cxC5Server from 'cxC5Server'; export async function main() { await f(); }",
      "const main = wrap(() => 1);",
      "const main = f;",
    ]) {
      expect([source, lintsIn(source)]).toEqual([source, []]);
    }
  });
});

describe("a script without main", () => {
  const NO_MAIN = "There is no main function: calls need one; declare function main(data)";

  it("is found where it exports nothing", ({ expect }) => {
    for (const source of [
      "",
      "function handler(data) { return data; }",
      "export {};",
      "const x = 1;",
    ]) {
      for (const type of ["script", "app"] as const) {
        expect([source, findLints(parseScript(source), type)]).toEqual([
          source,
          [{ message: NO_MAIN, line: 1, column: 1 }],
        ]);
      }
      expect(lintsIn(source, "driver")).toEqual([]);
    }
  });

  it("is fine where it exports something, or may", ({ expect }) => {
    for (const source of [
      "exports.handler = f;",
      "module.exports = make();",
      "export const a = 1;",
      "export * from './x';",
    ]) {
      expect([source, lintsIn(source)]).toEqual([source, []]);
    }
  });
});

function inMain(statement: string): string {
  return `function main(data) {\n  ${statement};\n  return data; }`;
}

describe("what type Script does not have", () => {
  it("is found where it is used, once a name", ({ expect }) => {
    for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"]) {
      const source = inMain(`const x = ${name}(f); ${name}(g)`);
      expect(findLints(parseScript(source), "script")).toEqual([
        {
          message: `${name} is not available in type Script: choose type App`,
          line: 2,
          column: 13,
        },
      ]);
      expect(lintsIn(inMain(`x = ${name}(f)`), "app")).toEqual([]);
    }
  });

  it("is a library that others need not require, and should", ({ expect }) => {
    const statement = inMain("x = cxUserspace.read(1, 2)");
    expect(findLints(parseScript(statement), "script")).toMatchObject([
      { line: 2, message: "cxUserspace is not available in type Script: choose type App" },
    ]);
    const message =
      'cxUserspace is used without require: write const cxUserspace = require("cxUserspace")';
    expect(findLints(parseScript(statement), "app")).toMatchObject([{ line: 2, message }]);
    const own = `const cxUserspace = require("cxUserspace");\n${statement}`;
    expect(findLints(parseScript(own), "app")).toEqual([]);
  });

  it("is none where the script has its own, or asks for it", ({ expect }) => {
    for (const statement of [
      "function setTimeout() {} setTimeout(f)",
      "setTimeout = (f) => f(); setTimeout(g)",
      "if (typeof setTimeout === 'function') setTimeout(f)",
      "data.fetch()",
      "({ fetch: 1 })",
    ]) {
      expect([statement, lintsIn(inMain(statement), "script")]).toEqual([statement, []]);
    }
  });
});

describe("the lints of a script", () => {
  it("are sorted by their places, counted from 1", ({ expect }) => {
    const source = [
      "const { kv } = require('cxKV');",
      "async function main(input) {",
      "  list.map(() => {",
      "    kv.set(1); });",
      "  x.egress_routing.headers = kv.set(2); kv.set(3);",
      "}",
    ].join("\n");
    const lints = findLints(parseScript(source), "app");
    expect(lints.map(({ line, column }) => [line, column])).toEqual([
      [2, 1],
      [2, 21],
      [4, 5],
      [5, 3],
      [5, 41],
    ]);
  });

  it("are the first fifty", ({ expect }) => {
    const calls = Array.from({ length: 1_000 }, (_, i) => `fetch(${i});`);
    for (const body of [calls.join("\n"), `f(() => {\n${calls.join("\n")} }); fetch();`]) {
      const source = `async function main(data) {\n${body}\nreturn data; }`;
      const lints = findLints(parseScript(source), "app");
      expect(lints).toHaveLength(50);
      expect(lints.map(({ line }) => line)).toEqual(lints.map((_, i) => i + (lints[0]?.line ?? 0)));
      expect(lints[0]?.line).toBeLessThan(4);
    }
  });

  it("are none for what people write", ({ expect }) => {
    const sources = [
      "function main(data) {\n  data.routing.headers = [{ key: 'x', value: 1 }];\n  return data;\n}",
      "const { incr, kv } = require('cxKV');\nasync function main(data) {\n  const n = await incr('a', 1, 60);\n  if (n > 5) throw new Error('503 Busy');\n  await kv.set('b', n);\n  return data;\n}",
      "const rest = require('cxRest').auth(process.env.CX_API_USER);\nfunction main(data) {\n  return rest.get('cli', { cli: data.routing.cli }).then((rows) => rows.length ? data : Promise.reject([401, 'CLI']));\n}",
      "function main() {\n  const cli = vars['Caller-Caller-ID-Number'];\n  exit({ cli });\n}",
      "module.export = {\n  async search({ number }) {},\n  async allocate({ did }) {},\n  async release({ did }) {},\n  async list() {},\n};",
      "export async function main(data) {\n  const reply = await fetch('https://example.org');\n  return { ...data, ok: reply.ok };\n}",
    ];
    for (const source of sources) {
      expect([source, lintsIn(source, source.includes("search") ? "driver" : "app")]).toEqual([
        source,
        [],
      ]);
    }
  });
});

describe("a source made to hurt the analyses", () => {
  const nested: [claim: string, make: (depth: number) => string][] = [
    ["arrays", (n) => `${"[".repeat(n)}${"]".repeat(n)}`],
    ["blocks", (n) => `${"{".repeat(n)}${"}".repeat(n)}`],
    ["functions", (n) => `${"function f(){".repeat(n)}${"}".repeat(n)}`],
    ["arrows", (n) => `x = ${"a=>".repeat(n)}1`],
    ["members", (n) => `a${".b".repeat(n)}()`],
    ["calls", (n) => `require('axios')${"()".repeat(n)}`],
    ["assignments", (n) => `module.exports = ${"a = ".repeat(n)}1`],
    ["conditions", (n) => `module.exports = ${"a?b:".repeat(n)}c`],
    ["classes", (n) => `${"class A{static{".repeat(n)}${"}}".repeat(n)}`],
    ["patterns", (n) => `var ${"{a:".repeat(n)}b${"}".repeat(n)} = 1`],
  ];
  for (const [claim, make] of nested) {
    it(`is analysed, or ends in a RangeError where it is too deep: ${claim}`, ({ expect }) => {
      for (let depth = 64; depth <= 16_384; depth *= 2) {
        const script = attempt(() => parseScript(make(depth)));
        if (script instanceof Error) continue;
        for (const analyse of [findRequires, findFunctions, findFreeNames] as const) {
          const found = attempt(() => analyse(script));
          expect(!(found instanceof Error) || found instanceof RangeError).toBe(true);
        }
        for (const type of ["script", "app", "driver"] as const) {
          const found = attempt(() => findLints(script, type));
          expect(!(found instanceof Error) || found instanceof RangeError).toBe(true);
          const refused = attempt(() => {
            const requires = { names: [], isOpen: false };
            refuseForType(script, type, { requires, scopes: resolveNames(script) });
          });
          expect(refused instanceof TypeError).toBe(false);
        }
      }
    });
  }

  it("is analysed where it is long and flat", ({ expect }) => {
    const n = 150_000;
    const sequence = `async function f() {} ${"f(),".repeat(n)}f();`;
    expect(lintsIn(sequence)).toHaveLength(50);
    const members = Array.from({ length: n }, (_, i) => `a${i}`);
    expect(findFunctions(parseScript(`module.exports={${members.join()}}`)).exported).toEqual(
      members,
    );
  });
});

function attempt<Found>(find: () => Found): Found | Error {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error;
  }
}
