import { describe, it } from "vitest";
import { Fault } from "../../schemas/fault.ts";
import { ScriptType } from "../../schemas/script-type.ts";
import { parseScript } from "./parse.ts";
import { findRequires } from "./requires.ts";
import { resolveNames } from "./scopes.ts";
import { refuseForType } from "./type-rules.ts";

type Refusal = { code: string; message: string; line?: number; column?: number };

function refusalOf(source: string, type: ScriptType): Refusal | "accepted" {
  const script = parseScript(source);
  try {
    refuseForType(script, type, {
      requires: findRequires(script),
      scopes: resolveNames(script),
    });
    return "accepted";
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { code: error.code, message: error.message, ...error.facts };
  }
}

describe("a Script", () => {
  it("that requires a library is refused, with the advice to choose an App", ({ expect }) => {
    const cases: [source: string, what: string, line: number, column: number][] = [
      ["const axios = require('axios');", 'use require("axios")', 1, 15],
      ["function main() {\n  return require(`cxKV`).kv; }", 'use require("cxKV")', 2, 10],
      ["import axios from 'axios';", 'import "axios"', 1, 19],
      ["export const a = 1;\nexport * from './b';", 'import "./b"', 2, 15],
      ["import 'a';\nrequire('a');", 'import "a"', 1, 8],
      ["f();\nrequire(name); require('a');", 'use require("a")', 2, 16],
      ["f(); require('a'); require(name);", 'use require("a")', 1, 6],
      ["if (typeof require !== 'undefined') require('a');", 'use require("a")', 1, 37],
      ["require('\"\\n');", 'use require("\\"\\n")', 1, 1],
    ];
    for (const [source, what, line, column] of cases) {
      expect([source, refusalOf(source, "script")]).toEqual([
        source,
        {
          code: "module_not_allowed",
          message: `Cannot ${what}: type Script has no libraries, choose type App (line ${line}, column ${column})`,
          line,
          column,
        },
      ]);
    }
  });

  it("that requires a name without end is refused with its beginning", ({ expect }) => {
    const refusal = refusalOf(`require('${"x".repeat(100_000)}');`, "script");
    expect(refusal).toHaveProperty("message", expect.stringMatching(/^.{100,250}$/));
  });

  it("whose main is asynchronous is refused, with the advice to choose an App", ({ expect }) => {
    const cases: [source: string, kind: string, line: number, column: number][] = [
      ["async function main() {}", "an async function", 1, 1],
      ["const main = async () => 1;", "an async function", 1, 14],
      ["var main; main = async function () {};", "an async function", 1, 18],
      ["main = async () => 1;", "an async function", 1, 8],
      ["function main() {}\nasync function main() {}", "an async function", 2, 1],
      ["const f = async () => 1; const main = f;", "an async function", 1, 11],
      ["function* main() {}", "a generator", 1, 1],
      ["async function* main() {}", "an async generator", 1, 1],
      ["exports.main = async () => 1;", "an async function", 1, 16],
      ["module.exports = { main: async () => 1 };", "an async function", 1, 26],
      ["module.exports = { async main() {} };", "an async function", 1, 30],
      ["async function main() {} module.exports = { main };", "an async function", 1, 1],
      [
        "exports.main = void 0; async function main() {} exports.main = main;",
        "an async function",
        1,
        24,
      ],
      ["module.exports = async function () {};", "an async function", 1, 18],
      ["async function f() {} module.exports = f;", "an async function", 1, 1],
      ["export async function main() {}", "an async function", 1, 8],
      ["export const main = async () => 1;", "an async function", 1, 21],
      ["async function f() {} export { f as main };", "an async function", 1, 1],
      ["export default async function () {}", "an async function", 1, 16],
      ["export default { async main() {} };", "an async function", 1, 28],
    ];
    for (const [source, kind, line, column] of cases) {
      expect([source, refusalOf(source, "script")]).toEqual([
        source,
        {
          code: "compile_error",
          message: `type Script cannot be asynchronous: main is ${kind}. Choose type App (line ${line}, column ${column})`,
          line,
          column,
        },
      ]);
    }
  });

  it("is accepted where that is not certain", ({ expect }) => {
    for (const source of [
      "async function main() {} function main() {}",
      "let main = async () => 1; main = wrap(main);",
      "async function main() {} if (x) main = f;",
      "const main = wrap(async () => 1);",
      "const { main } = { main: async () => 1 };",
      "let main; if (x) main = async () => 1; else main = () => 1;",
      "{ async function main() {} }",
      "async function main() {} module.exports = { main() {} };",
      "async function main() {} module.exports = make();",
      "exports.main = async () => 1; exports.main = f;",
      "export function main() {} export default async function () {}",
      "const main = other, other = main;",
    ]) {
      expect([source, refusalOf(source, "script")]).toEqual([source, "accepted"]);
    }
  });

  it("is accepted where it only mentions what waits", ({ expect }) => {
    for (const source of [
      "",
      "function main(data) { return data; }",
      "function main() { return Promise.reject([480, 'x']); }",
      "function main() { return new Promise(() => 1); }",
      "function main() {} async function helper() {}",
      "exports.other = async () => 1;",
      "if (typeof require === 'function') f();",
      "const load = require; load(name); require(name);",
      "if (typeof require !== 'undefined' && require.main === module) main();",
      "function require() {} require('a');",
      "x.require('a');",
    ]) {
      expect([source, refusalOf(source, "script")]).toEqual([source, "accepted"]);
    }
  });
});

describe("a Driver", () => {
  it("that offers nothing of a driver is refused", ({ expect }) => {
    for (const source of [
      "",
      "exports.find = f;",
      "module.exports = { searching };",
      "module.exports = function search() {};",
      "{ function search() {} }",
      "const search = 5;",
      "function search() {} export const a = 1;",
      "export default function search() {}",
      "exports.a = { search() {} };",
    ]) {
      expect([source, refusalOf(source, "driver")]).toEqual([
        source,
        {
          code: "compile_error",
          message:
            "A Driver exports at least one of search, allocate, release, list, alert, main (line 1, column 1)",
          line: 1,
          column: 1,
        },
      ]);
    }
  });

  it("is accepted with one of its functions, and where its functions are not to be seen", ({
    expect,
  }) => {
    for (const source of [
      "module.export = { search: async ({ number }) => [], allocate };",
      "module.exports = { release() {} };",
      "exports.list = f;",
      "const driver = {}; driver.alert = f; module.exports = driver;",
      "async function search() {}",
      "const allocate = async () => 1;",
      "export async function search() {}",
      "export { f as list } from './x';",
      "export default { search() {} };",
      "module.exports = make();",
      "export * from './x';",
      "const axios = require('axios'); exports.search = async () => 1;",
    ]) {
      expect([source, refusalOf(source, "driver")]).toEqual([source, "accepted"]);
    }
  });
});

describe("an App", () => {
  it("may do all that", ({ expect }) => {
    for (const source of [
      "",
      "const axios = require('axios'); async function main() {}",
      "import axios from 'axios'; export default async () => 1;",
      "require(name);",
    ]) {
      expect([source, refusalOf(source, "app")]).toEqual([source, "accepted"]);
    }
  });
});

it("accepts a plain script in every type", ({ expect }) => {
  const accepted = ScriptType.options.filter(
    (type) => refusalOf("function main(data) { return data; }", type) === "accepted",
  );
  expect(accepted).toEqual(["script", "app", "driver"]);
});
