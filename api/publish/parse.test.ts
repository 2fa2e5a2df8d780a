import { describe, it } from "vitest";
import { Fault } from "../../schemas/fault.ts";
import { parseScript } from "./parse.ts";

type Refusal = { code: string; message: string; line?: number; column?: number };

/** The fault of a source that does not parse. */
function refusalOf(source: string): Refusal | "accepted" {
  try {
    parseScript(source);
    return "accepted";
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { code: error.code, message: error.message, ...error.facts };
  }
}

describe("a source", () => {
  it("is classic unless it imports or exports", ({ expect }) => {
    for (const source of [
      "",
      "function main(data) { return data; }",
      "module.exports = { main() {} };",
      "'use strict'; exports.main = () => 1;",
      "// export default 1",
      "const text = `\nexport default 1;\n`;",
      "var exported = 1, imported = 2;",
      "return;",
    ]) {
      expect(parseScript(source).format).toBe("classic");
    }
  });

  it("is a module where it exports", ({ expect }) => {
    for (const source of [
      "export function main() {}",
      "export default () => 1;",
      "const main = 1; export { main };",
      "export {};",
      "#!/bin/node\nexport const main = 1;",
    ]) {
      expect(parseScript(source).format).toBe("module");
    }
  });

  it("keeps its text but for the byte order mark and the hashbang", ({ expect }) => {
    const cases: [source: string, kept: string][] = [
      ["a = 1", "a = 1"],
      ["\uFEFFa = 1", "a = 1"],
      ["#!/bin/node\na = 1", "///bin/node\na = 1"],
      ["\uFEFF#!/bin/node\na = 1", "///bin/node\na = 1"],
      ["a = '\uFEFF#!'", "a = '\uFEFF#!'"],
    ];
    for (const [source, kept] of cases) expect(parseScript(source).source).toBe(kept);
  });

  it("may be as sloppy as old scripts are", ({ expect }) => {
    for (const source of [
      "function main() { return 1 } function main() { return 2 }",
      "x = 1; delete x; var undefined;",
      "var n = 017, s = '\\07';",
      "function f(a, a) { arguments[0] = 1; return arguments.callee }",
      "var await = 1, yield = 2, let = 3, static = 4, async = 5, of = 6;",
      "if (1) function f() {}",
      "label: for (;;) break label",
      "return 5",
    ]) {
      expect([source, refusalOf(source)]).toEqual([source, "accepted"]);
    }
  });
});

describe("an HTML-like comment", () => {
  const sources: [source: string, line: number, column: number][] = [
    ["<!-- hidden", 1, 1],
    ["var a = 1\n--> hidden", 2, 1],
    ["let <!--\nx\n/ '/; hidden(); //'", 1, 5],
  ];
  for (const [source, line, column] of sources) {
    it(`is refused with its place: ${source.replaceAll("\n", "\\n")}`, ({ expect }) => {
      const refusal = refusalOf(source);
      expect(refusal).toMatchObject({ code: "compile_error", line, column });
    });
  }

  it("is fine as text", ({ expect }) => {
    for (const source of [
      "var a = '<!-- -->'",
      "/* <!-- --> */",
      "x = a--> b",
      "a = /<!--/",
      "a<<!--b/*\nb; //*/",
    ]) {
      expect([source, refusalOf(source)]).toEqual([source, "accepted"]);
    }
  });
});

describe("a source that does not parse", () => {
  it("is refused with the line and column of its author", ({ expect }) => {
    const cases: [source: string, line: number, column: number][] = [
      ["function main(data) {\n  return data..x;\n}", 2, 15],
      ["let a = 1;\nlet a = 2;", 2, 5],
      ["const x = ;", 1, 11],
      ["function main() {", 1, 18],
      ["}", 1, 1],
      ["'a\nb'", 1, 1],
      ["\uFEFFconst x = ;", 1, 11],
      ["#!/bin/node\nconst x = ;", 2, 11],
      ["\uFEFF#!/bin/node\r\n\r\nconst x = ;", 3, 11],
      ["export function main() {\n\n  const x = ;\n}", 3, 13],
      ["export const a = 1;\nexport const a = 2;", 2, 14],
      ["import x from 'y';\nx = ;", 2, 5],
      ["export default 1;\nfunction f(a, a) {}", 2, 15],
      ["class A { #x; m() { this.#y } }", 1, 26],
      ["new.target", 1, 1],
      ["super.x", 1, 1],
      ["break;", 1, 1],
    ];
    for (const [source, line, column] of cases) {
      expect([source, refusalOf(source)]).toMatchObject([
        source,
        { code: "compile_error", line, column },
      ]);
    }
  });

  it("is refused with a message that names the place once", ({ expect }) => {
    expect(refusalOf("a = 1;\n const x = ;")).toMatchObject({
      message: "Unexpected token (line 2, column 12)",
    });
  });

  it("is refused as a module where it gets further as one", ({ expect }) => {
    const refusal = refusalOf("export const a = 1;\nawait = 2;");
    expect(refusal).toMatchObject({ code: "compile_error", line: 2 });
    expect(refusalOf("const a = 1;\nconst b = await a ++ 2;")).toMatchObject({ line: 2 });
  });
});

describe("a construct that no script may use", () => {
  const refused: [source: string, line: number, column: number, word: string][] = [
    ["function main() {\n  return import('x');\n}", 2, 10, "import()"],
    ["exports.main = () => `${import('x')}`;", 1, 25, "import()"],
    ["class A { [import('x')] = 1 }", 1, 12, "import()"],
    ["class A { static { import('x') } }", 1, 20, "import()"],
    ["function f(a = import('x')) {}", 1, 16, "import()"],
    ["async () => { for await (const x of import('y')); }", 1, 37, "import()"],
    ["import/**/(\n'x')", 1, 1, "import()"],
    ["export default () => import('x');", 1, 22, "import()"],
    ["await 1;", 1, 1, "await"],
    ["const a = 1;\n\n  await a;", 3, 3, "await"],
    ["for await (const x of []) {}", 1, 1, "await"],
    ["export const a = await 1;", 1, 18, "await"],
    ["export const a = 1;\nfor await (const x of []) {}", 2, 1, "await"],
    ["export class A extends (await 1) {}", 1, 25, "await"],
    ["export class A { [await 1]() {} }", 1, 19, "await"],
  ];
  for (const [source, line, column, word] of refused) {
    it(`is refused with its place: ${source.replaceAll("\n", "\\n")}`, ({ expect }) => {
      const refusal = refusalOf(source);
      expect(refusal).toMatchObject({ code: "compile_error", line, column });
      expect(refusal).toHaveProperty("message", expect.stringContaining(word));
    });
  }

  it("is fine as a word in strings, comments and names", ({ expect }) => {
    for (const source of [
      "const a = \"import('x')\"; // import('x')",
      "const a = /import\\('x'\\)/; /* await 1 */",
      "const o = { import: 1, await: 2, with: 3 }; o.import; o.with;",
      "async function f() { await 1; for await (const x of []); }",
      "const f = async () => await 1; class A { async m() { await 1; } }",
      "export const f = async () => { await 1; };",
    ]) {
      expect([source, refusalOf(source)]).toEqual([source, "accepted"]);
    }
  });
});

describe("a source made to hurt the parser", () => {
  const n = 20_000;
  const deep: [claim: string, source: string][] = [
    ["arrays", `${"[".repeat(n)}${"]".repeat(n)}`],
    ["parentheses", `${"(".repeat(n)}1${")".repeat(n)}`],
    ["blocks", `${"{".repeat(n)}${"}".repeat(n)}`],
    ["functions", `${"function f(){".repeat(n)}${"}".repeat(n)}`],
    ["arrows", `x = ${"a=>".repeat(n)}1`],
    ["templates", `${"`${".repeat(n)}1${"}`".repeat(n)}`],
    ["members", `a${".b".repeat(n)}`],
    ["calls", `a${"()".repeat(n)}`],
    ["sums", `1${"+1".repeat(n)}`],
    ["negations", `${"!".repeat(n)}1`],
    ["conditions", `${"if(1)".repeat(n)};`],
    ["choices", `${"a?b:".repeat(n)}c`],
    ["classes", `${"class A{static{".repeat(n)}${"}}".repeat(n)}`],
    ["patterns", `var ${"[".repeat(n)}a${"]".repeat(n)} = 1`],
    ["a module's arrays", `export default ${"[".repeat(n)}${"]".repeat(n)}`],
    ["what never ends", "[".repeat(n)],
  ];
  for (const [claim, source] of deep) {
    it(`is refused where it is too deep: ${claim}`, ({ expect }) => {
      expect(refusalOf(source)).toMatchObject({
        code: "compile_error",
        line: expect.any(Number),
        column: expect.any(Number),
      });
    });
  }

  it("is refused where one scope declares names without end", ({ expect }) => {
    const names = Array.from({ length: 100_000 }, (_, n) => `a${n}`).join();
    for (const source of [`let ${names};`, `const {${names}} = {};`, `function f(${names}) {}`]) {
      expect(refusalOf(source)).toMatchObject({ code: "compile_error", line: 1 });
    }
    const many = Array.from({ length: 10_000 }, (_, n) => `function f${n}(a, b) { let c; }`);
    expect(refusalOf(many.join("\n"))).toBe("accepted");
  });

  it("is accepted where it is long and flat", ({ expect }) => {
    const source = "a = [1, { b: 'c' }];\n".repeat(40_000);
    expect(parseScript(source).program.body).toHaveLength(40_000);
  });
});

describe("an attempt to close the wrapper", () => {
  it("does not parse on its own", ({ expect }) => {
    for (const source of [
      "}); evil(); (function(){",
      "}; }); evil(); (function () { return function () {",
      "} evil(); {",
      "}}}",
      ")",
      "function main() {} } ) ; evil ( ) ; ( function ( ) {",
      "\\u007d); evil(); (function(){",
      "/*",
      "`",
      "'",
      "a = `${",
      "a = /",
      "\u2028}); evil(); (function(){",
      "// \u2028}); evil(); (function(){",
      "// \r}); evil(); (function(){",
      "/* */}); evil(); (function(){ /*",
      "<!--\n}); evil(); (function(){",
      "export default 1; }); evil(); (function(){",
      "return }); evil(); (function(){",
      "*/ }); evil(); /*",
    ]) {
      expect([source, refusalOf(source)]).toMatchObject([source, { code: "compile_error" }]);
    }
  });
});
