// Runs scripts as a cell does: published code, the bundled dispatcher, real isolates. No gateway.

import { createRequire } from "node:module";
import {
  convertV4MiniflareOptions,
  Miniflare,
  Response as HostResponse,
  type Request as HostRequest,
} from "miniflare";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { compile, type Compiled } from "../api/publish/publish.ts";
import { bundleDispatcher } from "../runtime/cell/bundle.ts";
import { runErrorOf } from "../runtime/gateway/run-error.ts";
import { sipAnswerOf } from "../runtime/gateway/sip-answer.ts";
import { EdgeRelease } from "../runtime/store/release.ts";
import { readBatchAnswer } from "../schemas/batch-answer.ts";
import { writeBatch } from "../schemas/batch.ts";
import type { ProgramParts } from "../schemas/program-code.ts";
import { RunOutcome, type Invocation, type RunError, type Thrown } from "../schemas/call.ts";
import { COMPATIBILITY_DATE } from "../schemas/compatibility.ts";
import type { Limits } from "../schemas/limits.ts";
import type { ScriptType } from "../schemas/script-type.ts";
import type { SipAnswer } from "../schemas/sip.ts";
import { isolationOf } from "../schemas/isolation.ts";
import { LogLine } from "../schemas/usage.ts";

type RunOptions = { type?: ScriptType; name?: string; data?: unknown };
type Case = [claim: string, source: string];

/** Far more than any script here uses: limits have tests of their own. */
const LIMITS: Limits = { cpuMs: 10_000, wallMs: 20_000, subrequests: 50 };

const releases = new Map<string, string>();
const reached: string[] = [];
let cell: Miniflare;

beforeAll(async () => {
  // Miniflare's own workerd is older than our compatibility date.
  // Not imported: vitest would unwrap the package's member "default", and Node does not.
  const workerd = z.object({ default: z.string() });
  process.env["MINIFLARE_WORKERD_PATH"] = workerd.parse(
    createRequire(import.meta.url)("workerd"),
  ).default;
  cell = new Miniflare(
    convertV4MiniflareOptions({
      name: "dispatcher",
      modules: [{ type: "ESModule", path: "dispatcher.js", contents: await bundleDispatcher() }],
      compatibilityDate: COMPATIBILITY_DATE,
      workerLoaders: { LOADER: {} },
      serviceBindings: { HOST: answerRelease, INTERNET: answerInternet },
    }),
  );
  await cell.ready;
});
afterAll(async () => {
  await cell.dispose();
});

describe("the main function", () => {
  // Each finds 1 in data.n and answers with 2.
  const classic: Case[] = [
    ["a function declaration", "function main(data) { return data.n + 1; }"],
    ["an async function declaration", "async function main(data) { await 0; return data.n + 1; }"],
    ["a const arrow", "const main = (data) => data.n + 1;"],
    ["a const async arrow", "const main = async (data) => data.n + 1;"],
    ["a let", "let main = function (data) { return data.n + 1; };"],
    ["a var", "var main = function (data) { return data.n + 1; };"],
    ["an implicit global", "main = function (data) { return data.n + 1; };"],
    ["a member of this", "this.main = (data) => data.n + 1;"],
    [
      "the last of two declarations",
      "function main() {} function main(data) { return data.n + 1; }",
    ],
    ["hoisted out of a block", "{ function main(data) { return data.n + 1; } }"],
    ["destructured", "const { main } = { main(data) { return data.n + 1; } };"],
    [
      "module.exports = { main }",
      "function main(d) { return d.n + 1; } module.exports = { main };",
    ],
    ["a method of module.exports", "module.exports = { main(data) { return data.n + 1; } };"],
    ["an arrow in module.exports", "module.exports = { main: (data) => data.n + 1 };"],
    ["an async arrow in module.exports", "module.exports = { main: async (data) => data.n + 1 };"],
    ["module.exports.main", "module.exports.main = (data) => data.n + 1;"],
    ["exports.main", "exports.main = function (data) { return data.n + 1; };"],
    ["exports = module.exports", "exports = module.exports = { main: (data) => data.n + 1 };"],
    ["assigned into module.exports", "Object.assign(module.exports, { main: (d) => d.n + 1 });"],
    ["behind a getter", "Object.defineProperty(exports, 'main', { get: () => (d) => d.n + 1 });"],
    ["in frozen exports", "module.exports = Object.freeze({ main: (data) => data.n + 1 });"],
    ["module.exports itself", "module.exports = function (data) { return data.n + 1; };"],
    ["module.exports itself, async", "module.exports = async (data) => data.n + 1;"],
    [
      "main of a function in module.exports",
      "module.exports = () => 0; module.exports.main = (d) => d.n + 1;",
    ],
    [
      "a static method of a class",
      "module.exports = class { static main(d) { return d.n + 1; } };",
    ],
    ["a member of the misspelling", "module.export = { main: (data) => data.n + 1 };"],
    ["the misspelling itself", "module.export = (data) => data.n + 1;"],
    ["default of the misspelling", "module.export = { default: (data) => data.n + 1 };"],
    ["exports.default", "exports.default = (data) => data.n + 1;"],
    ["main of exports.default", "exports.default = { main: (data) => data.n + 1 };"],
    ["transpiled, with __esModule", "exports.__esModule = true; exports.main = (d) => d.n + 1;"],
    ["transpiled, the default", "exports.__esModule = true; exports.default = (d) => d.n + 1;"],
    [
      "a declaration beside other exports",
      "exports.other = () => 0; function main(d) { return d.n + 1; }",
    ],
    [
      "an export before a declaration",
      "exports.main = (d) => d.n + 1; function main() { return 0; }",
    ],
    [
      "called with its exports as this",
      "module.exports = { one: 1, main(d) { return d.n + this.one; } };",
    ],
  ];
  const module: Case[] = [
    ["export function", "export function main(data) { return data.n + 1; }"],
    ["export async function", "export async function main(data) { return data.n + 1; }"],
    ["export const", "export const main = (data) => data.n + 1;"],
    ["export let, assigned later", "export let main; main = (data) => data.n + 1;"],
    ["export list", "function main(data) { return data.n + 1; }\nexport { main };"],
    [
      "export list before the function",
      "export { main };\nfunction main(data) { return data.n + 1; }",
    ],
    ["export of another name", "const inner = (data) => data.n + 1; export { inner as main };"],
    ["export default function", "export default function (data) { return data.n + 1; }"],
    ["export default named", "export default function run(data) { return data.n + 1; }"],
    ["export default async arrow", "export default async (data) => data.n + 1;"],
    ["export default of a variable", "const run = (data) => data.n + 1;\nexport default run;"],
    ["export as default", "const run = (data) => data.n + 1; export { run as default };"],
    ["export default object", "export default { main(data) { return data.n + 1; } };"],
    ["export default class", "export default class { static main(d) { return d.n + 1; } }"],
    ["main rather than default", "export default () => 0; export const main = (d) => d.n + 1;"],
    [
      "a declaration beside exports",
      "export const other = 1; function main(d) { return d.n + other; }",
    ],
    [
      "module.exports in a module",
      "export const one = 1; module.exports = { main: (d) => d.n + one };",
    ],
  ];
  const source: Case[] = [
    ["'use strict'", "'use strict'; function main(d) { return this === undefined ? d.n + 1 : 0; }"],
    ["a sloppy this", "function main(d) { return this === globalThis ? d.n + 1 : 0; }"],
    ["implicit globals", "counter = 1; function main(data) { return data.n + counter; }"],
    ["an octal literal", "function main(data) { return data.n + 01; }"],
    [
      "await and yield as names",
      "var await = 1, yield = 0; function main(d) { return d.n + await + yield; }",
    ],
    ["a byte order mark", "\uFEFFfunction main(data) { return data.n + 1; }"],
    ["a hashbang", "#!/usr/bin/env node\nfunction main(data) { return data.n + 1; }"],
    ["both marks", "\uFEFF#!/usr/bin/env node\nexport const main = (data) => data.n + 1;"],
    ["a comment without a line's end", "function main(data) { return data.n + 1; } // end"],
    [
      "a comment mark of its own source",
      "function main(d) { return d.n + 1; }\n//# sourceURL=x.js",
    ],
    ["carriage returns", "// first\r\nfunction main(data) {\r\n  return data.n + 1;\r\n}\r\n"],
    ["a return at the top level", "exports.main = (data) => data.n + 1; return;"],
    [
      "a shift that looks like a comment",
      "exports.main = (data) => { let b = 1; return data.n<<!--b; };",
    ],
    [
      "a loop that looks like a comment",
      "exports.main = (data) => { let n = 3; while (n --> 1); return n + data.n + 1; };",
    ],
    [
      "words of a module in strings",
      "const s = `\nexport default 1`; function main(d) { return d.n + 1; }",
    ],
    [
      "letters of any language",
      "const größe = '✓'.length; function main(d) { return d.n + größe; }",
    ],
    [
      "the time at the top level",
      "const at = Date.now(); exports.main = (d) => d.n + (at > 1e12);",
    ],
    [
      "a timer at the top level",
      "const p = new Promise((r) => setTimeout(r, 1, 1)); exports.main = async (d) => d.n + await p;",
    ],
    [
      "chance at the top level",
      "const id = crypto.randomUUID(); exports.main = (d) => d.n + (id.length === 36);",
    ],
    [
      "Node's names as its own, in a module",
      "const __filename = 'x', require = 1; export const main = (d) => d.n + require;",
    ],
  ];

  for (const [claim, code] of [...classic, ...module, ...source]) {
    it(`is found: ${claim}`, async ({ expect }) => {
      const { outcome } = await run(code, { data: { n: 1 } });
      expect(outcome).toEqual({ is: "returned", value: 2 });
    });
  }

  it("of a Script is found in the same styles, as far as they are synchronous", async ({
    expect,
  }) => {
    for (const [claim, code] of [...classic, ...module]) {
      if (/async|await/.test(code)) continue;
      const { outcome } = await run(code, { type: "script", data: { n: 1 } });
      expect([claim, outcome]).toEqual([claim, { is: "returned", value: 2 }]);
    }
  });

  it("may be named, and default as well", async ({ expect }) => {
    expect(await valueOf("exports.main = () => 1;", { name: "main" })).toBe(1);
    expect(await valueOf("function main() { return 1; }", { name: "main" })).toBe(1);
    expect(await valueOf("export default () => 2;", { name: "default" })).toBe(2);
  });

  it("that is missing is a fault which says how to write one", async ({ expect }) => {
    for (const code of [
      "",
      "const x = 1;",
      "module.exports = { other() {} };",
      "export const main = 1;",
    ]) {
      const { outcome } = await run(code);
      expect([code, outcome]).toMatchObject([
        code,
        {
          is: "fault",
          code: "function_not_found",
          message: expect.stringContaining("function main"),
        },
      ]);
    }
  });
});

describe("a function by its name", () => {
  const found: Case[] = [
    ["of exports", "exports.add = (data) => data.n + 1;"],
    ["of module.exports", "module.exports = { add(data) { return data.n + 1; } };"],
    ["of the misspelling", "module.export = { add: async (data) => data.n + 1 };"],
    [
      "of the misspelling beside exports",
      "module.export = { add: (d) => d.n + 1 }; module.exports = { main() {} };",
    ],
    ["of the default export", "export default { add: (data) => data.n + 1 };"],
    [
      "exported from a module",
      "export const add = (data) => data.n + 1; export const main = () => 0;",
    ],
    ["exported by another name", "const inner = (data) => data.n + 1; export { inner as add };"],
  ];
  for (const [claim, code] of found) {
    it(`is called: ${claim}`, async ({ expect }) => {
      expect(await valueOf(code, { name: "add", data: { n: 1 } })).toBe(2);
    });
  }

  it("is not found among what every object inherits", async ({ expect }) => {
    const inherited = ["toString", "constructor", "hasOwnProperty", "__proto__", "valueOf"];
    const ofFunctions = ["call", "apply", "bind", "prototype", "length", "name"];
    for (const name of [...inherited, ...ofFunctions]) {
      for (const code of ["exports.main = () => 1;", "module.exports = function () {};"]) {
        const { outcome } = await run(code, { name });
        expect([name, outcome]).toMatchObject([name, { is: "fault", code: "function_not_found" }]);
      }
    }
  });

  it("is not found where a module does not export it", async ({ expect }) => {
    const code = "export const main = () => 1; function hidden() { return 2; }";
    const { outcome } = await run(code, { name: "hidden" });
    expect(outcome).toMatchObject({
      is: "fault",
      code: "function_not_found",
      message: expect.stringContaining('"hidden"'),
    });
  });

  it("is not found where the export is no function", async ({ expect }) => {
    const { outcome } = await run("exports.table = { a: 1 }; exports.main = () => 1;", {
      name: "table",
    });
    expect(outcome).toMatchObject({ is: "fault", code: "function_not_found" });
  });
});

describe("what a script returns", () => {
  it("arrives as JSON has it", async ({ expect }) => {
    const cases: [string, unknown][] = [
      ["{ a: [1, 'x', null, true] }", { a: [1, "x", null, true] }],
      ["[{ key: 'X-A', value: '1' }]", [{ key: "X-A", value: "1" }]],
      ["'text'", "text"],
      ["0", 0],
      ["''", ""],
      ["false", false],
      ["new Date(0)", "1970-01-01T00:00:00.000Z"],
      ["{ f() {}, u: undefined, s: Symbol('s'), n: NaN }", { n: null }],
      ["{ toJSON: () => ({ mine: 1 }) }", { mine: 1 }],
    ];
    for (const [expression, value] of cases) {
      expect(await valueOf(`exports.main = () => (${expression});`)).toEqual(value);
    }
  });

  it("is null where it returned nothing", async ({ expect }) => {
    for (const end of ["", "return;", "return null;", "return undefined;"]) {
      const { outcome } = await run(`function main(data) { data.big = 1n; ${end} }`, {
        type: "script",
        data: { routing: { cli: "1" } },
      });
      expect(outcome).toEqual({ is: "returned", value: null });
    }
    const { outcome } = await run("async function main(data) { await 0; }");
    expect(outcome).toEqual({ is: "returned", value: null });
  });

  it("is refused with the path of what is not JSON", async ({ expect }) => {
    const cases: [string, string][] = [
      ["data.routing.list = [0, { price: 10n }]; return data;", '"routing.list.1.price"'],
      ["data.routing.self = data; return data;", '"routing.self"'],
      ["data.big = 1n;", '"big"'],
      ["const list = []; list.push(list); return { list };", '"list.0"'],
      ["const o = {}; return { a: o, b: o, c: [1n] };", '"c.0"'],
      ["return () => 1;", "function"],
      ["return Symbol('s');", "symbol"],
    ];
    for (const [body, where] of cases) {
      const { outcome } = await run(`function main(data) { ${body}; return data; }`, {
        data: { routing: {} },
      });
      expect([body, outcome]).toMatchObject([
        body,
        { is: "fault", code: "not_serialisable", message: expect.stringContaining(where) },
      ]);
    }
  });

  it("may hold one object twice", async ({ expect }) => {
    const code = "exports.main = () => { const o = { a: 1 }; return [o, o, { o }]; };";
    expect(await valueOf(code)).toEqual([{ a: 1 }, { a: 1 }, { o: { a: 1 } }]);
  });

  it("has at most a million characters of JSON", async ({ expect }) => {
    const code = "exports.main = ({ length }) => 'x'.repeat(length);";
    expect(await valueOf(code, { data: { length: 999_998 } })).toHaveLength(999_998);
    const { outcome } = await run(code, { data: { length: 999_999 } });
    expect(outcome).toMatchObject({
      is: "fault",
      code: "output_too_large",
      message: expect.stringContaining("1000001"),
    });
    const inPlace = "exports.main = (data) => { data.x = 'x'.repeat(2e6); return data; };";
    expect((await run(inPlace)).outcome).toMatchObject({ is: "fault", code: "output_too_large" });
  });

  it("is a script's failure where serialising it throws", async ({ expect }) => {
    const hostile = [
      "return { get a() { throw new Error('trap'); } };",
      "return { toJSON() { throw new Error('trap'); } };",
      "return new Proxy({}, { ownKeys() { throw new Error('trap'); } });",
      "return new Proxy({}, { get() { throw new Error('trap'); } });",
    ];
    for (const body of hostile) {
      for (const start of ["function", "async function"]) {
        const { outcome } = await run(`${start} main() { ${body} }`);
        expect([body, JSON.stringify(outcome)]).toEqual([body, expect.stringContaining("trap")]);
        expect(outcome.is).not.toBe("returned");
      }
    }
  });
});

describe("a promise", () => {
  it("of an App is awaited", async ({ expect }) => {
    const later = "return new Promise((resolve) => setTimeout(resolve, 5, 'later'));";
    expect(await valueOf(`function main() { ${later} }`)).toBe("later");
    expect(await valueOf("function main() { return { then: (yes) => yes('thenable') }; }")).toBe(
      "thenable",
    );
  });

  const refused: Case[] = [
    ["an async main", "exports.main = [async (data) => data][0];"],
    ["a resolved promise", "function main() { return Promise.resolve(1); }"],
    ["a promise that never settles", "function main() { return new Promise(() => {}); }"],
    ["a thenable", "function main() { return { then() {} }; }"],
    ["a thenable that settles at once", "function main() { return { then: (yes) => yes(1) }; }"],
    ["a rejection without a SIP answer", "exports.main = [async () => null.x][0];"],
  ];
  for (const [claim, code] of refused) {
    it(`of a Script is refused: ${claim}`, async ({ expect }) => {
      expect((await run(code, { type: "script" })).outcome).toMatchObject({
        is: "fault",
        code: "async_in_script",
        message: expect.stringContaining("App"),
      });
    });
  }

  it("of a Script that is rejected with a pair already is a SIP answer", async ({ expect }) => {
    for (const code of [
      "function main() { return Promise.reject([604, 'x']); }",
      "exports.main = [async () => { throw [604, 'x']; }][0];",
    ]) {
      const { outcome } = await run(code, { type: "script" });
      expect(outcome).toMatchObject({ is: "threw", thrown: { pair: [604, "x"] } });
    }
  });

  it("that nobody waits for does no harm", async ({ expect }) => {
    const code = "function main() { Promise.reject(new Error('lost')); return 1; }";
    expect(await valueOf(code)).toBe(1);
    expect(await valueOf(code, { type: "script" })).toBe(1);
  });
});

describe("what a script throws", () => {
  const named: [claim: string, statement: string, answer: SipAnswer][] = [
    ["E1, code and text", "throw new Error('404 Not Found')", { code: 404, reason: "Not Found" }],
    [
      "E1, a string",
      "throw '603 Destination Blocked'",
      { code: 603, reason: "Destination Blocked" },
    ],
    [
      "E1, a subclass",
      "throw new (class extends Error {})('480 Busy')",
      { code: 480, reason: "Busy" },
    ],
    ["E1, a code alone", "throw new Error('404')", { code: 404, reason: "Not Found" }],
    ["E2, a pair", "throw [604, 'On the list']", { code: 604, reason: "On the list" }],
    ["E2, digits", "throw ['604', 'On the list']", { code: 604, reason: "On the list" }],
    ["E2, a code alone", "throw [486]", { code: 486, reason: "Busy Here" }],
    [
      "E3, a pair with an Error",
      "throw [500, new Error('db down')]",
      { code: 500, reason: "db down" },
    ],
    [
      "E3, with an Error of its own",
      "throw [500, new TypeError('db down')]",
      { code: 500, reason: "db down" },
    ],
    ["E3, with a message", "throw [500, { message: 'db down' }]", { code: 500, reason: "db down" }],
    ["E3, with an error", "throw [500, { error: 'db down' }]", { code: 500, reason: "db down" }],
    ["E3, with a number", "throw [500, 17]", { code: 500, reason: "17" }],
    ["E3, with nothing", "throw [503, null]", { code: 503, reason: "Service Unavailable" }],
    ["an object", "throw { code: 486, message: 'Busy' }", { code: 486, reason: "Busy" }],
    [
      "an object, as SIP names it",
      "throw { sip_code: 486, sip_reason: 'Busy' }",
      { code: 486, reason: "Busy" },
    ],
    [
      "an object, as HTTP names it",
      "throw { status: 503, statusText: 'Later' }",
      { code: 503, reason: "Later" },
    ],
  ];
  for (const [claim, statement, answer] of named) {
    it(`names a SIP answer, thrown and rejected: ${claim}`, async ({ expect }) => {
      const value = statement.replace("throw ", "");
      for (const code of [
        `function main() { ${statement}; }`,
        `async function main() { await 0; ${statement}; }`,
        `function main() { return Promise.reject(${value}); }`,
      ]) {
        expect(sipAnswerOf(await thrownBy(code))).toEqual(answer);
      }
      const script = `function main() { ${statement}; }`;
      expect(sipAnswerOf(await thrownBy(script, { type: "script" }))).toEqual(answer);
    });
  }

  it("names no SIP answer where it has no code", async ({ expect }) => {
    const plain: [string, string][] = [
      ["throw new Error('Missing Destination')", "Missing Destination"],
      ["null.x", "Cannot read properties of null"],
      ["undeclared()", "undeclared is not defined"],
      ["JSON.parse('{')", "JSON"],
      ["throw new Error('Request failed with status code 404')", "status code 404"],
      ["throw ['no', 'pair']", '["no","pair"]'],
      ["throw [200, 'OK']", '[200,"OK"]'],
      ["throw { reason: 'mine' }", '{"reason":"mine"}'],
      ["throw 'text'", "text"],
      ["throw 404", "404"],
      ["throw undefined", "undefined"],
      ["throw null", "null"],
      ["throw 10n", "10n"],
      ["throw Symbol('s')", "Symbol(s)"],
      ["throw function named() {}", "named"],
    ];
    for (const [statement, message] of plain) {
      const thrown = await thrownBy(`function main() { ${statement}; }`);
      expect([statement, thrown.message]).toEqual([statement, expect.stringContaining(message)]);
      if (statement !== "throw 404") expect(sipAnswerOf(thrown)).toBeUndefined();
    }
  });

  it("outside of main counts as well", async ({ expect }) => {
    const code = "throw new Error('503 Not Today'); function main() {}";
    expect(sipAnswerOf(await thrownBy(code))).toEqual({ code: 503, reason: "Not Today" });
  });

  it("is told with the author's line and column", async ({ expect }) => {
    const cases: [string, number, number][] = [
      ["function main() { return null.x; }", 1, 31],
      ["function main(data) {\n  const x = data;\n  return x.y.z;\n}", 3, 14],
      [
        "#!/bin/node\n'use strict';\nexports.main = () => {\n    throw new Error('here');\n};",
        4,
        11,
      ],
      ["\uFEFFfunction main() { return null.x; }", 1, 31],
      ["export const a = 1;\n\n\nexport function main() {\n\n  return null.x;\n}", 6, 15],
      ["export default async () => {\n  await 0;\n  throw new Error('here');\n};", 3, 9],
      ["// 1\r\nfunction main() {\r\n  return null.x;\r\n}", 3, 15],
      ["const deep = () => null.x;\nfunction main() {\n  return [1].map(deep);\n}", 1, 25],
    ];
    for (const [code, line, column] of cases) {
      expect([code, await errorOf(code)]).toMatchObject([code, { line, column }]);
    }
  });

  it("shows no frame that is not the author's", async ({ expect }) => {
    const { stack } = await errorOf("function main() { return JSON.parse('{'); }");
    expect(stack).toContain("script.js:1:");
    expect(stack).not.toMatch(/prelude|node:|cloudflare/);
  });

  it("is cut where it is long", async ({ expect }) => {
    const long = "const text = 'x'.repeat(5e6);";
    for (const throwing of [
      "throw new Error(text)",
      "throw text",
      "throw [604, text]",
      "throw { code: 604, message: text }",
      "throw Object.assign(new Error('m'), { stack: text })",
    ]) {
      const thrown = await thrownBy(`function main() { ${long} ${throwing}; }`);
      expect([throwing, JSON.stringify(thrown).length]).toEqual([
        throwing,
        expect.toSatisfy(below(40_000)),
      ]);
      expect(JSON.stringify(thrown)).toContain("xxxx");
    }
  });

  const hostile: Case[] = [
    ["a proxy", "throw new Proxy({}, {})"],
    ["a proxy around an error", "throw new Proxy(new Error('x'), {})"],
    ["a proxy whose get throws", "throw new Proxy({}, { get() { throw 1; } })"],
    [
      "a proxy whose getPrototypeOf throws",
      "throw new Proxy({}, { getPrototypeOf() { throw 1; } })",
    ],
    ["a proxy whose ownKeys throws", "throw new Proxy({}, { ownKeys() { throw 1; } })"],
    ["a revoked proxy", "const p = Proxy.revocable({}, {}); p.revoke(); throw p.proxy"],
    ["a revoked proxy of an array", "const p = Proxy.revocable([], {}); p.revoke(); throw p.proxy"],
    ["a pair whose code throws", "throw Object.defineProperty([], 0, { get() { throw 1; } })"],
    [
      "a pair with a revoked proxy",
      "const p = Proxy.revocable({}, {}); p.revoke(); throw [604, p.proxy]",
    ],
    [
      "an error whose message throws",
      "throw Object.defineProperty(new Error(), 'message', { get() { throw 1; } })",
    ],
    [
      "an error whose message is an object",
      "throw Object.assign(new Error(), { message: { a: 1 } })",
    ],
    [
      "an error whose stack throws",
      "throw Object.defineProperty(new Error('x'), 'stack', { get() { throw 1; } })",
    ],
    [
      "an error whose stack is an object",
      "throw Object.assign(new Error('x'), { stack: { a: 1 } })",
    ],
    ["an error without a prototype", "throw Object.setPrototypeOf(new Error('x'), null)"],
    ["an object whose toString throws", "throw { toString() { throw 1; }, toJSON() { throw 1; } }"],
    ["an object without a prototype", "throw Object.create(null)"],
    ["an object that holds itself", "const o = {}; o.o = o; throw o"],
    ["a deep object", "let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; throw o"],
    ["a code that is a BigInt", "throw [604n, 'x']"],
    ["a reason that is a symbol", "throw [604, Symbol('s')]"],
    ["an object of BigInts", "throw { code: 604n, message: 1n }"],
  ];
  for (const [claim, statement] of hostile) {
    it(`is a failure of the script, whatever it is: ${claim}`, async ({ expect }) => {
      for (const start of ["function", "async function"]) {
        const { outcome } = await run(`${start} main() { ${statement}; }`);
        expect(outcome).toMatchObject({ is: "threw", thrown: { message: expect.any(String) } });
      }
    });
  }
});

describe("the console", () => {
  it("keeps lines with their level and time", async ({ expect }) => {
    const before = Date.now();
    const levels = ["debug", "trace", "log", "dir", "table", "info", "warn", "error"];
    const calls = levels.map((level) => `console.${level}('${level}');`).join(" ");
    const { logs } = await run(`${calls} function main() { console.log('main'); }`);
    expect(logs.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "debug debug",
      "debug trace",
      "log log",
      "log dir",
      "log table",
      "info info",
      "warn warn",
      "error error",
      "log main",
    ]);
    for (const { time } of logs) {
      expect(time).toBeGreaterThanOrEqual(before - 1_000);
      expect(time).toBeLessThanOrEqual(Date.now() + 1_000);
    }
  });

  it("keeps what was written before a failure", async ({ expect }) => {
    const code = "function main() { console.log('before'); null.x; }";
    const { logs, outcome } = await run(code, { type: "script" });
    expect(outcome.is).toBe("threw");
    expect(logs).toMatchObject([{ message: "before" }]);
  });

  it("shows values as people read them", async ({ expect }) => {
    const cases: [string, string][] = [
      ["'a', 1, true, null, undefined", "a 1 true null undefined"],
      ["{ a: [1, { b: 'c' }] }", '{"a":[1,{"b":"c"}]}'],
      ["new Map([['k', 1]]), new Set([1, 2])", '{"k":1} [1,2]'],
      ["10n, { n: 10n }", '10n {"n":"10n"}'],
      ["Symbol('s'), function f() {}, () => 1", "Symbol(s) [Function f] [Function anonymous]"],
      ["{ e: new TypeError('x') }", '{"e":{"name":"TypeError","message":"x"}}'],
      ["Object.assign(new Error('m'), { stack: { a: 1 } })", "m"],
      ["Object.assign(new Error(), { stack: 1, message: 2 })", "Error"],
      ["(() => { const o = { n: 1 }; o.me = o; return o; })()", '{"n":1,"me":"[Circular]"}'],
      ["(() => { const o = {}; return [o, o]; })()", "[{},{}]"],
    ];
    for (const [values, message] of cases) {
      const { logs } = await run(`function main() { console.log(${values}); }`);
      expect([values, logs[0]?.message]).toEqual([values, message]);
    }
    const { logs } = await run("function main() { console.error(new Error('seen')); }");
    expect(logs[0]?.message).toMatch(/^Error: seen\n.*script\.js:1:/s);
  });

  it("keeps 1,000 lines, the last of which says that there were more", async ({ expect }) => {
    const code =
      "function main(data) { for (let i = 0; i < data.n; i++) console.log(i); return 1; }";
    const full = await run(code, { data: { n: 5_000 } });
    expect(full.outcome).toEqual({ is: "returned", value: 1 });
    expect(full.logs).toHaveLength(1_000);
    expect(full.logs.at(-2)).toMatchObject({ message: "998" });
    expect(full.logs.at(-1)).toMatchObject({
      level: "warn",
      message: expect.stringContaining("dropped"),
    });
    const fits = await run(code, { data: { n: 999 } });
    expect(fits.logs.at(-1)).toMatchObject({ level: "log", message: "998" });
  });

  it("cuts a line at 8,192 characters, and all of them at 262,144", async ({ expect }) => {
    const code =
      "function main(data) { for (let i = 0; i < data.n; i++) console.log('x'.repeat(1e6)); }";
    const one = await run(code, { data: { n: 1 } });
    expect(one.logs[0]?.message).toHaveLength(8_192);
    const many = await run(code, { data: { n: 900 } });
    expect(many.logs).toHaveLength(32);
    expect(many.logs.at(-1)).toMatchObject({
      level: "warn",
      message: expect.stringContaining("dropped"),
    });
  });

  const hostile: Case[] = [
    ["a getter that throws", "{ get a() { throw 1; } }"],
    ["a toString that throws", "{ toString() { throw 1; } }"],
    ["a toJSON that throws", "{ toJSON() { throw 1; } }"],
    ["a toPrimitive that throws", "{ [Symbol.toPrimitive]() { throw 1; } }"],
    ["a proxy of which every trap throws", "new Proxy({}, new Proxy({}, { get() { throw 1; } }))"],
    ["a proxy with another length at each look", "new Proxy([], { get: () => Math.random() })"],
    [
      "a revoked proxy",
      "(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()",
    ],
    ["an error whose stack is an object", "Object.assign(new Error('m'), { stack: { a: 1 } })"],
    [
      "an error whose stack throws",
      "Object.defineProperty(new Error('m'), 'stack', { get() { throw 1; } })",
    ],
    [
      "an error whose stack and message are numbers",
      "Object.assign(new Error(), { stack: 1, message: 2 })",
    ],
    [
      "a function whose name is a symbol",
      "Object.defineProperty(() => 1, 'name', { value: Symbol() })",
    ],
    [
      "a function whose name throws",
      "Object.defineProperty(() => 1, 'name', { get() { throw 1; } })",
    ],
    ["an object without a prototype", "Object.create(null)"],
    [
      "a deep object",
      "(() => { let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o; })()",
    ],
    ["a map that holds itself", "(() => { const m = new Map(); m.set('m', m); return m; })()"],
    ["a huge text", "'x'.repeat(2e7)"],
    ["broken Unicode", "'\\ud800', { '\\udfff': '\\ud800' }"],
  ];
  for (const [claim, values] of hostile) {
    it(`survives ${claim}`, async ({ expect }) => {
      const code = `function main() { console.log('before', ${values}); console.log('after'); return 1; }`;
      const { logs, outcome } = await run(code);
      expect(outcome).toEqual({ is: "returned", value: 1 });
      expect(logs[0]?.message).toMatch(/^before /);
      expect(logs[1]?.message).toBe("after");
    });
  }
});

describe("a Script", () => {
  it("finds nothing that waits or reaches beyond the isolate", async ({ expect }) => {
    const names = [
      "fetch setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate",
      "queueMicrotask scheduler WebSocket WebSocketPair EventSource MessageChannel Request Response",
      "caches WebAssembly SharedArrayBuffer Atomics Cloudflare XMLHttpRequest importScripts",
    ].flatMap((line) => line.split(" "));
    const lookUps = names.map(
      (name) => `['${name}', typeof ${name}, '${name}' in globalThis, typeof self.${name}]`,
    );
    const code = `function main() { return [${lookUps.join(", ")}]; }`;
    expect(await valueOf(code, { type: "script" })).toEqual(
      names.map((name) => [name, "undefined", false, "undefined"]),
    );
  });

  it("is told which type has timers and a network where it uses them", async ({ expect }) => {
    for (const name of ["setTimeout", "fetch", "queueMicrotask", "setEnvVar"]) {
      const { message } = await thrownBy(`function main() { ${name}(() => 1); }`, {
        type: "script",
      });
      expect(message).toContain(`${name} is not defined: type Script`);
      expect(message).toContain("choose type App");
    }
    const own = await thrownBy("function main() { other(); }", { type: "script" });
    expect(own.message).toBe("other is not defined");
  });

  it("finds process.env and nothing that leads to the engine", async ({ expect }) => {
    const code = `function main() {
      const ways = ['binding', 'getBuiltinModule', 'mainModule', 'dlopen', 'exit', 'kill', 'stdout'];
      return [Object.keys(process).length, Object.keys(process.env), ways.filter((way) => way in process)];
    }`;
    expect(await valueOf(code, { type: "script" })).toEqual([1, ["CORRELATION_ID"], []]);
    expect(await valueOf(code, { type: "app" })).toEqual([12, ["CORRELATION_ID"], []]);
  });

  it("has no network, not even by a beacon", async ({ expect }) => {
    const beacon = "try { navigator.sendBeacon('http://beacon.test/' + data.from, 'x'); } catch {}";
    await run(`function main(data) { ${beacon} }`, { type: "script", data: { from: "script" } });
    const code = `async function main(data) { ${beacon} await fetch('http://after.test/'); }`;
    await run(code, { data: { from: "app" } });
    expect(reached).toContain("http://beacon.test/app");
    expect(reached).not.toContain("http://beacon.test/script");
  });
});

describe("the console", () => {
  it("has what consoles have", async ({ expect }) => {
    const { logs } = await run(`function main() {
      console.assert(1 === 1, 'fine'); console.assert(1 === 2, 'wrong');
      console.count(); console.count('a'); console.count(); console.countReset(); console.count();
      console.group('group'); console.groupEnd(); console.clear();
      console.time('t'); console.timeLog('t', 'on'); console.timeEnd('t'); console.timeEnd('t');
    }`);
    expect(
      logs.map(({ level, message }) => `${level} ${message.replace(/\d+ ms/, "N ms")}`),
    ).toEqual([
      "error Assertion failed wrong",
      "log default: 1",
      "log a: 1",
      "log default: 2",
      "log default: 1",
      "log group",
      "log t: N ms on",
      "log t: N ms",
      'warn There is no timer "t"',
    ]);
  });

  it("tells of what nobody caught", async ({ expect }) => {
    const { logs, outcome } = await run(`async function main() {
      setTimeout(() => { throw new Error('late'); }, 1);
      Promise.reject(new Error('lost'));
      await new Promise((done) => setTimeout(done, 20));
    }`);
    expect(outcome.is).toBe("returned");
    const told = logs.map(({ message }) => message.split("\n")[0] ?? "");
    expect(new Set(told)).toEqual(
      new Set(["A timer's callback threw: Error: late", "Nobody caught a rejection: Error: lost"]),
    );
  });
});

describe("an App", () => {
  it("has the network that it is given", async ({ expect }) => {
    const code = "exports.main = async () => (await fetch('http://some.test/path')).text();";
    expect(await valueOf(code)).toBe("the network");
    expect(reached).toContain("http://some.test/path");
  });

  it("has timers and promises", async ({ expect }) => {
    const code = `async function main() {
      const order = [];
      setTimeout(() => order.push('late'), 20);
      queueMicrotask(() => order.push('soon'));
      await new Promise((resolve) => setTimeout(resolve, 40));
      return order;
    }`;
    expect(await valueOf(code)).toEqual(["soon", "late"]);
  });

  it("reaches no timer and no way to listen that it does not name, since neither would count", async ({
    expect,
  }) => {
    const code = `exports.main = () => {
      const names = ["Timeout", "Interval", "Immediate"].map((name) => "set" + name);
      names.push("clearImm" + "ediate", "addEvent" + "Listener", "removeEvent" + "Listener", "getEnv" + "Vars");
      const holders = [EventTarget.prototype, new AbortController().signal];
      for (let at = globalThis; at !== null; at = Object.getPrototypeOf(at)) holders.push(at);
      return names.filter((name) => holders.some((holder) => name in holder));
    };`;
    expect(await valueOf(code)).toEqual([]);
    const listening = `exports.main = () => {
      const { signal } = new AbortController();
      return [typeof signal.addEventListener, typeof setTimeout, typeof clearImmediate, typeof getEnvVars];
    };`;
    expect(await valueOf(listening)).toEqual(["function", "function", "function", "function"]);
  });

  it("cannot publish an import(), however it is written", async ({ expect }) => {
    for (const source of [
      "exports.main = () => import('cloudflare:workers');",
      "exports.main = () => import/**/('cloudflare:workers');",
      "export default () => import('cloudflare:sockets');",
      "exports.main = () => { class A { [import('node:fs')] = 1 } };",
      "exports.main = (x = import('node:fs')) => `${import('node:fs')}`;",
    ]) {
      await expect(publish(source, "app")).rejects.toMatchObject({ code: "compile_error" });
    }
    for (const source of [
      "import { env } from 'cloudflare:workers'; export const main = () => env;",
      "export * from 'cloudflare:workers';",
      "import 'node:module'; export const main = () => 1;",
    ]) {
      await expect(publish(source, "app")).rejects.toMatchObject({ code: "module_not_allowed" });
    }
  });

  const hidden: Case[] = [
    // The parser's comment ends in the last line. Where <!-- is taken for a comment, it ends in the first.
    [
      "behind a shift",
      `let a = 1, b = 1, got;\na<<!--b/*\nb; got = import("cloudflare:workers"); //*/`,
    ],
    // The parser takes let for a name and / for a division; the engine reads a declaration and a regular expression.
    [
      "behind let",
      `var got;\n(() => { let <!--\nx\n/ '/; got = import("cloudflare:workers"); //'\n})();`,
    ],
  ];
  for (const [claim, source] of hidden) {
    it(`cannot hide an import() from the parser: ${claim}`, async ({ expect }) => {
      const code = `exports.main = async () => Object.keys(await got);\n${source}`;
      const answer = await run(code).catch((error: unknown) => error);
      expect(JSON.stringify(answer)).not.toContain("WorkerEntrypoint");
    });
  }

  it("cannot make an import() while it runs", async ({ expect }) => {
    const text = "'return import(\"cloudflare:workers\")'";
    const ways = [
      "(0, eval)('import(\"cloudflare:workers\")')",
      "eval('1')",
      `new Function(${text})()`,
      `(async () => {}).constructor(${text})()`,
      `(function* () {}).constructor(${text})().next()`,
      `(() => {}).constructor.constructor(${text})()`,
      `Reflect.construct(Function, [${text}])()`,
      "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))",
      "require(['cloudflare', 'workers'].join(':'))",
      "require(['node:', 'module'].join(''))",
      "require(['node:', 'vm'].join(''))",
      "module.require('node:fs')",
      "require.main.require('node:fs')",
      "process.getBuiltinModule('node:fs')",
      "process.binding('fs')",
      "process.mainModule.require('fs')",
      "Cloudflare.compatibilityFlags",
    ];
    for (const way of ways) {
      const { outcome } = await run(
        `exports.main = async () => { await (${way}); return 'reached'; };`,
      );
      expect([way, outcome]).toMatchObject([way, { is: "threw" }]);
    }
  });

  it("cannot have a timer compile text", async ({ expect }) => {
    const code = `exports.main = async () => {
      try { setTimeout("globalThis.ran = 1", 1); } catch {}
      await new Promise((resolve) => setTimeout(resolve, 20));
      return typeof ran;
    };`;
    expect(await valueOf(code)).toBe("undefined");
  });

  it("does not reach its caller through the stack", async ({ expect }) => {
    const code = `function main() {
      Error.prepareStackTrace = (_, frames) => frames.map((f) => String(f.getFunction?.() ?? ''));
      const frames = [].concat(new Error().stack);
      return [frames.join(' '), String(arguments.callee.caller), String(main.caller)];
    }`;
    const [frames, ...callers] = z.array(z.string()).parse(await valueOf(code));
    expect(frames).toContain("function main");
    expect(callers).toEqual(["null", "null"]);
    expect(frames).not.toMatch(/Prelude|invocation|findEntry/);
  });

  it("finds no trace of us in its globals", async ({ expect }) => {
    const code = `function main() {
      return ['LOADER', 'HOST', 'INTERNET', 'env', 'Prelude', 'factory', 'code', 'invocation', 'captureConsole']
        .filter((name) => name in globalThis);
    }`;
    expect(await valueOf(code)).toEqual([]);
    const scope =
      "function main() { return [typeof factory, typeof parse, typeof stringify, typeof code]; }";
    expect(await valueOf(scope)).toEqual(["undefined", "undefined", "undefined", "undefined"]);
  });
});

describe("two calls of one release", () => {
  const code = `
    let calls = 0;
    function main() {
      calls += 1;
      const seen = [calls, globalThis.x, [].y, {}.z, Math.floor, process.env.A, JSON.mine, RegExp.$1]
        .map((value) => typeof value === 'function' ? value.name : value ?? null);
      globalThis.x = 1; Array.prototype.y = 2; Object.prototype.z = 3; Math.floor = () => 7;
      process.env.A = 'a'; JSON.mine = 1; /(left)/.exec('left');
      console.log = () => {};
      return seen;
    }`;
  const clean = [1, null, null, null, "floor", null, null, ""];

  for (const type of ["script", "app"] as const) {
    it(`share nothing, one after the other and at once: ${type}`, async ({ expect }) => {
      expect(await valueOf(code, { type })).toEqual(clean);
      expect(await valueOf(code, { type })).toEqual(clean);
      const many = Array.from({ length: 8 }, () => valueOf(code, { type }));
      for (const value of await Promise.all(many)) expect(value).toEqual(clean);
    });
  }

  it("each have their own data and logs", async ({ expect }) => {
    const echo = `async function main(data) {
      console.log(data.n);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return data.n;
    }`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => run(echo, { data: { n } })),
    );
    for (const [n, { outcome, logs }] of answers.entries()) {
      expect(outcome).toEqual({ is: "returned", value: n });
      expect(logs.map(({ message }) => message)).toEqual([String(n)]);
    }
  });
});

describe("a script that changes the built-ins", () => {
  const changes: Case[] = [
    ["Object.prototype.toJSON", "Object.prototype.toJSON = () => 5;"],
    ["Array.prototype.toJSON", "Array.prototype.toJSON = () => ({});"],
    ["String.prototype.toJSON", "String.prototype.toJSON = () => 5;"],
    ["String.prototype.slice", "String.prototype.slice = () => ({});"],
    [
      "Array.prototype.map",
      "Array.prototype.map = () => ({ join: () => ({ slice: () => 7, length: 1 }) });",
    ],
    ["Array.prototype.join", "Array.prototype.join = () => ({ slice: () => ({ length: 1 }) });"],
    [
      "elements of every array",
      "Object.defineProperty(Array.prototype, 0, { set() {}, get: () => 5 });",
    ],
    ["JSON.stringify", "JSON.stringify = () => '{'; JSON.parse = () => 5;"],
    ["Array.isArray", "Array.isArray = () => { throw 1; };"],
    ["Reflect", "Reflect.get = Reflect.apply = Object.hasOwn = () => { throw 1; };"],
    ["instanceof", "Object.defineProperty(Error, Symbol.hasInstance, { value() { throw 1; } });"],
    ["promises", "Promise.prototype.then = Promise.race = Promise.resolve = () => { throw 1; };"],
    ["the clock", "Date.now = performance.now = () => 'noon';"],
    ["the console", "console = null; globalThis.JSON = null; globalThis.Date = null;"],
  ];
  const endings = [
    "return { a: [1] };",
    "data.a = 1;",
    "throw new Error('x'.repeat(9000));",
    "throw [604, new Error('x')];",
  ];
  for (const [claim, change] of changes) {
    it(`spoils at most its own answer: ${claim}`, async ({ expect }) => {
      for (const ending of endings) {
        const code = `function main(data) { ${change} try { console.log('x', {}); } catch {} ${ending} }`;
        for (const type of ["script", "app"] as const) {
          const { outcome } = await run(code, { type });
          expect(["returned", "threw", "fault"]).toContain(outcome.is);
        }
      }
    });
  }
});

describe("a run", () => {
  it("tells how long the script's code ran, without its waits", async ({ expect }) => {
    const busy = "function main() { const end = Date.now() + 40; while (Date.now() < end); }";
    expect((await run(busy, { type: "script" })).cpuMs).toBeGreaterThanOrEqual(30);
    const wait = "const main = () => new Promise((resolve) => setTimeout(resolve, 300));";
    expect((await run(wait)).cpuMs).toBeLessThan(200);
  });

  it("takes any JSON as its argument", async ({ expect }) => {
    for (const data of [{}, { a: { b: [1] } }, [1], "text", 5, null, true]) {
      const code = "function main(data) { return [data]; }";
      expect(await valueOf(code, { data })).toEqual([data]);
    }
  });

  it("does not take __proto__ in its argument for the prototype", async ({ expect }) => {
    const code = "function main(data) { return [data.admin, {}.admin, Object.keys(data)]; }";
    const answer = await ask(await publish(code, "app"), {
      payload: '{"__proto__":{"admin":true}}',
    });
    expect(answer.outcome).toEqual({ is: "returned", value: [null, null, ["__proto__"]] });
  });
});

async function answerRelease(request: HostRequest): Promise<HostResponse> {
  const id = new URL(request.url).pathname.replace("/programs/", "");
  const code = releases.get(id);
  if (code === undefined) return new HostResponse(null, { status: 404 });
  const parts: ProgramParts = { code, scripts: {}, modules: [], preload: [], allowed: [] };
  return new HostResponse(JSON.stringify(parts));
}

async function answerInternet(request: HostRequest): Promise<HostResponse> {
  reached.push(request.url);
  return new HostResponse("the network");
}

async function publish(source: string, type: ScriptType): Promise<Compiled> {
  return await compile(source, { account: "default", script: "scr_1", type });
}

type Ran = { outcome: RunOutcome; logs: LogLine[]; cpuMs: number };

/** Publishes `source` and runs it. Fails unless the cell answers. */
async function run(source: string, options: RunOptions = {}): Promise<Ran> {
  const { type = "app", name = null, data = {} } = options;
  const compiled = await publish(source, type);
  return await ask(compiled, { type, function: name, payload: JSON.stringify(data) });
}

async function ask(compiled: Compiled, invocation: Partial<Invocation>): Promise<Ran> {
  const { id: release, code, altersBuiltIns } = compiled;
  releases.set(release, code);
  const type = invocation.type ?? "app";
  const whole: Invocation = {
    id: crypto.randomUUID(),
    owner: { account: "default", script: "scr_1" },
    release,
    type,
    isolation: isolationOf({ type, chosen: null, altersBuiltIns }),
    function: null,
    anyFunction: false,
    env: "",
    payload: "{}",
    vars: "",
    isCall: false,
    limits: LIMITS,
    egressHosts: null,
    ...invocation,
  };
  const body = writeBatch([whole], null);
  const response = await cell.dispatchFetch("http://cell/run", { method: "POST", body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`The cell failed: ${text}`);
  const batch = readBatchAnswer(text);
  const answer = batch?.is === "ran" ? batch.answers[0] : undefined;
  if (answer === undefined) throw new Error(`The isolate ended: ${text}`);
  const outcome = RunOutcome.parse(JSON.parse(answer.text));
  return { outcome, logs: LogLine.array().parse(JSON.parse(answer.logs)), cpuMs: answer.cpuMs };
}

async function valueOf(source: string, options: RunOptions = {}): Promise<unknown> {
  const { outcome } = await run(source, options);
  if (outcome.is !== "returned") throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

async function thrownBy(source: string, options: RunOptions = {}): Promise<Thrown> {
  const { outcome } = await run(source, options);
  if (outcome.is !== "threw") throw new Error(JSON.stringify(outcome));
  return outcome.thrown;
}

/** What the author of an App is told. */
async function errorOf(source: string): Promise<RunError> {
  const compiled = await publish(source, "app");
  const { outcome } = await ask(compiled, {});
  if (outcome.is !== "threw") throw new Error(JSON.stringify(outcome));
  return runErrorOf(outcome.thrown, new Map([["script.js", new EdgeRelease(compiled)]]));
}

function below(limit: number): (value: number) => boolean {
  return (value) => value < limit;
}
