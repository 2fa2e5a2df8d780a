import { createHash } from "node:crypto";
import vm from "node:vm";
import { parse } from "acorn";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { beforeEach, describe, it, vi } from "vitest";
import { Fault } from "../../schemas/fault.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { compile, type Compiled, type Origin } from "./publish.ts";

// Chance would make every release another one; here the same source is compiled the same way each time.
let turn = 0;
vi.mock("node:crypto", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  randomBytes: (size: number): Buffer => Buffer.alloc(size, (turn += 1)),
}));
beforeEach(() => {
  turn = 0;
});

/** What closes, opens, hides and reads two ways. */
const TOKENS = [
  "} ) ( { ; [ ] , : => = ++ -- - < ! > / /* */ // ` ${ ' \" \\ <!-- --> evil() function(){",
  "async await x 1 return export default let class A f(){ function",
]
  .flatMap((line) => line.split(" "))
  .concat("\n", "\u2028");

const ORIGIN: Origin = { account: "default", script: "scr_1", type: "app" };

/** Compiles with the same chance each time. */
function compileAgain(source: string, origin: Partial<Origin> = {}): Promise<Compiled> {
  turn = 0;
  return compile(source, { ...ORIGIN, ...origin });
}

async function refusalOf(source: string, type: ScriptType = "app"): Promise<unknown> {
  return await compile(source, { ...ORIGIN, type }).then(
    () => "accepted",
    (error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      return { code: error.code, message: error.message, ...error.facts };
    },
  );
}

/** Fails unless `code` is one function expression, to our parser and to the engine's. */
function checkWrapped(code: string): void {
  const { body } = parse(code, { ecmaVersion: "latest", sourceType: "script" });
  const [statement, ...others] = body;
  const isFunction =
    statement?.type === "ExpressionStatement" && statement.expression.type === "FunctionExpression";
  if (!isFunction || others.length > 0) throw new Error(`This is no one function: ${code}`);
  void new vm.Script(code);
}

describe("a compiled release", () => {
  it("is one function expression, whatever the source holds", async ({ expect }) => {
    for (const source of [
      "",
      "function main() {}",
      "export default 1;",
      "// }); evil(); (function(){",
      "/* }); evil(); (function(){ */",
      "const a = '}); evil(); (function(){';",
      "const a = `}); evil(); (function(){`;",
      "const a = /}\\); evil\\(\\); \\(function\\(\\)\\{/;",
      "function main() {} // no line's end",
      "function main() {} /* closed */",
      "return 1",
      "'use strict'",
      "a = 1\n//# sourceURL=other.js",
      "x = a--> b",
      "\uFEFF#!/bin/node\nexport const main = 1;",
      "export const main = (a, b) => a <! --b;",
      "const a = 1; export { a as 'a name' };",
      "export default class {}",
    ]) {
      const { code } = await compile(source, ORIGIN);
      checkWrapped(code);
      expect(code).toMatch(/\n\/\/# sourceURL=script\.js$/);
    }
  });

  it("is one function expression for any row of tokens that is accepted", async ({ expect }) => {
    const tokens = array(constantFrom(...TOKENS), { minLength: 1, maxLength: 9 });
    let accepted = 0;
    await assert(
      asyncProperty(tokens, async (parts) => {
        const compiled = await compile(parts.join(" "), ORIGIN).catch((error: unknown) => {
          expect(error).toMatchObject({ name: "Fault", code: "compile_error" });
        });
        if (compiled === undefined) return;
        accepted += 1;
        checkWrapped(compiled.code);
      }),
      { numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(10);
  });

  it("keeps the author's lines", async ({ expect }) => {
    const source = "function main(data) {\n  const x = data;\n\n  return x.here;\n}";
    const { code } = await compile(source, ORIGIN);
    expect(code.split("\n")[3]).toContain("return x.here;");
    expect(code.split("\n")[0]).toContain("function main(data) {");
  });

  it("carries a map for a module, whose lines move", async ({ expect }) => {
    const { sourceMap } = await compile(
      "export const a = 1;\n\nexport const main = () => a;",
      ORIGIN,
    );
    expect(JSON.parse(sourceMap)).toMatchObject({
      version: 3,
      mappings: expect.stringMatching(/\w/),
    });
  });
});

describe("what is refused", () => {
  it("names line and column, in classic scripts and modules", async ({ expect }) => {
    const cases: [source: string, line: number, column: number][] = [
      ["function main() {\n  return data..x;\n}", 2, 15],
      ["export const a = 1;\n\nconst x = ;", 3, 11],
      ["\uFEFF#!/bin/node\nconst x = ;", 2, 11],
      ["function main(d) {\n  with (d) { return x; }\n}", 2, 3],
      ["if (1)\n with (2);", 2, 2],
    ];
    for (const [source, line, column] of cases) {
      expect([source, await refusalOf(source)]).toMatchObject([
        source,
        { code: "compile_error", line, column },
      ]);
    }
  });

  it("is what the engine would refuse inside the wrapper", async ({ expect }) => {
    for (const name of ["exports", "require", "module", "__filename", "__dirname"]) {
      for (const source of [`const ${name} = 1;`, `\nlet ${name};`, `class ${name} {}`]) {
        const refusal = await refusalOf(source);
        expect([source, refusal]).toMatchObject([source, { code: "compile_error" }]);
      }
    }
    for (const source of ["var module;", "function exports() {}", "{ let require; }"]) {
      expect([source, await refusalOf(source)]).toEqual([source, "accepted"]);
    }
  });

  it("is a fault and no crash where a bundler reads a module otherwise", async ({ expect }) => {
    for (const source of [
      "export const main = (a, b) => a <!--b;",
      "export const main = (a) => { while (a --> 0); };",
      "export const a = 1;\n--> 1;",
      "export const main = 1; // <!--",
    ]) {
      const refusal = await refusalOf(source);
      if (refusal === "accepted") checkWrapped((await compile(source, ORIGIN)).code);
      else expect([source, refusal]).toMatchObject([source, { code: "compile_error" }]);
    }
  });

  it("is an attempt to close the wrapper", async ({ expect }) => {
    for (const source of [
      "}); evil(); (function(){",
      "}; }); evil(); (function () { return function () {",
      "return }}); evil(); (function(){{",
      "export default 1; }); evil(); (function(){",
      "\u2028}); evil(); (function(){",
      "/*",
      "`",
    ]) {
      expect([source, await refusalOf(source)]).toMatchObject([source, { code: "compile_error" }]);
    }
  });
});

describe("the id of a release", () => {
  const source = "function main(data) { return data; }";

  it("is a SHA-256 in hexadecimal, and the same for the same", async ({ expect }) => {
    const { id } = await compileAgain(source);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect((await compileAgain(source)).id).toBe(id);
    expect(id).not.toBe(createHash("sha256").update(source).digest("hex"));
  });

  it("differs by account, script, type and code", async ({ expect }) => {
    const ids = [
      await compileAgain(source),
      await compileAgain(source, { account: "other" }),
      await compileAgain(source, { script: "scr_2" }),
      await compileAgain(source, { type: "script" }),
      await compileAgain(source, { type: "driver" }),
      await compileAgain(`${source} `),
      await compileAgain(source, { account: "default,scr_1", script: "" }),
      await compileAgain(source, { account: 'default","scr_1', script: "" }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
