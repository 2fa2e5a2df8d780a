import { describe, it } from "vitest";
import { parseScript } from "./parse.ts";
import { findRequires } from "./requires.ts";

/** What `source` requires by name, in order. */
function namesIn(source: string): string[] {
  return findRequires(parseScript(source)).names.map(({ name }) => name);
}

function isOpen(source: string): boolean {
  return findRequires(parseScript(source)).isOpen;
}

describe("a name that is required", () => {
  it("is one that require is called with", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      ["const axios = require('axios');", "axios"],
      ["require('csv-parse/lib/sync')", "csv-parse/lib/sync"],
      ["const auth = require(`cxRest`).auth;", "cxRest"],
      ["function main() { const { kv } = require('cxKV'); }", "cxKV"],
      ["exports.main = () => require('./other').f();", "./other"],
      ["class A { x = require('a'); static { require('b') } }", "a", "b"],
      ["function f(a = require('a')) {}", "a"],
      ["require('a', 'b');", "a"],
      ["require?.('a');", "a"],
      ["require('a')(require('b'));", "a", "b"],
      ["if (typeof require === 'function') require('a');", "a"],
      ["require('');", ""],
    ];
    for (const [source, ...names] of cases) {
      expect([source, namesIn(source), isOpen(source)]).toEqual([source, names, false]);
    }
  });

  it("is one that a module imports or exports from", ({ expect }) => {
    const source = [
      "export * from 'a';",
      "import b from 'b';",
      "import 'c';",
      "export { d } from 'd';",
      "export * as e from 'e';",
      "import * as f from './f';",
      "export default require('g');",
    ].join("\n");
    expect(namesIn(source)).toEqual(["a", "b", "c", "d", "e", "./f", "g"]);
    expect(isOpen(source)).toBe(false);
  });

  it("is listed once, where it stands first", ({ expect }) => {
    const source = "const a = require('a');\nrequire('b'); {\n  require('a'); }\n require('c');";
    expect(findRequires(parseScript(source)).names).toEqual([
      { name: "a", line: 1, column: 11 },
      { name: "b", line: 2, column: 1 },
      { name: "c", line: 4, column: 2 },
    ]);
  });

  it("is placed at the string of an import, and at the call of a require", ({ expect }) => {
    const source = "const axios = require('axios');\nimport moment from 'moment';\nimport 'axios';";
    expect(findRequires(parseScript(source)).names).toEqual([
      { name: "axios", line: 1, column: 15 },
      { name: "moment", line: 2, column: 20 },
    ]);
    const [first] = findRequires(parseScript("require(require('a').b); require('a')")).names;
    expect(first).toEqual({ name: "a", line: 1, column: 9 });
  });

  it("is no word of another kind", ({ expect }) => {
    for (const source of [
      "",
      "// require('a')",
      "'require(\"a\")';",
      "x.require('a');",
      "({ require: 'a' }).require('a');",
      "class A { require() {} }",
      "require: for (;;) break require;",
    ]) {
      expect([source, namesIn(source), isOpen(source)]).toEqual([source, [], false]);
    }
  });
});

describe("a require of the script's own", () => {
  it("asks for nothing", ({ expect }) => {
    for (const source of [
      "function require() {} require('a'); require(b);",
      "var require = x; require('a');",
      "function f(require) { return require('a'); }",
      "const f = (require, module) => require(1);",
      "const f = ({ require }) => { require('a'); };",
      "try {} catch (require) { require('a'); }",
      "const f = function require() { require(b); };",
      "{ const require = f; { require('a'); } }",
      "for (const require of list) require('a');",
      "import require from './own'; require('a');",
      "function f() { require('a'); var require = g; }",
    ]) {
      expect([source, namesIn(source).filter((name) => name !== "./own"), isOpen(source)]).toEqual([
        source,
        [],
        false,
      ]);
    }
  });

  it("does not reach beyond its scope", ({ expect }) => {
    for (const source of [
      "{ let require = f; } require('a');",
      "function f(require) {} require('a');",
      "(function require() {}); require('a');",
      "function f() { var require; } require('a');",
      "for (let require of list); require('a');",
    ]) {
      expect([source, namesIn(source)]).toEqual([source, ["a"]]);
    }
  });
});

describe("a script whose requires are open", () => {
  it("is one that uses require in any other way", ({ expect }) => {
    for (const source of [
      "require(name);",
      "require('./' + name);",
      "require(`./${name}`);",
      "require();",
      "require(5);",
      "require(...names);",
      "const load = require;",
      "list.map(require);",
      "(0, require)('a');",
      "new require('a');",
      "require.resolve('a');",
      "require.call(null, 'a');",
      "require = load;",
      "({ require } = load);",
      "({ require });",
      "require``;",
      "typeof require('a') === 'x' && require(b);",
    ]) {
      expect([source, isOpen(source)]).toEqual([source, true]);
    }
  });

  it("is not one that asks whether there is a require, or who started it", ({ expect }) => {
    for (const source of [
      "typeof require;",
      "if (typeof require !== 'undefined' && require.main === module) main();",
      "export default typeof require;",
    ]) {
      expect([source, isOpen(source)]).toEqual([source, false]);
    }
  });

  it("is open beside what it names", ({ expect }) => {
    const source = "require('a');\n  require(b);\nload(require);\nrequire('c');";
    expect(findRequires(parseScript(source))).toMatchObject({
      names: [{ name: "a" }, { name: "c" }],
      isOpen: true,
    });
  });
});
