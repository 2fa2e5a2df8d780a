import type { Node } from "acorn";
import { full } from "acorn-walk";
import { describe, it } from "vitest";
import { isFunction } from "./nodes.ts";
import { parseScript } from "./parse.ts";
import { resolveNames, type Definition, type Scopes, type Variable } from "./scopes.ts";

function scopesOf(source: string): Scopes {
  return resolveNames(parseScript(source));
}

function variable(source: string, name: string): Variable {
  const { top, free } = scopesOf(source);
  const found = top.get(name) ?? free.get(name);
  if (found === undefined) throw new Error(`Cannot find variable "${name}": ${source}`);
  return found;
}

/** A definition in short, with the text of its value. */
function shown(source: string, definition: Definition): string {
  const text = ({ start, end }: Node): string => source.slice(start, end);
  switch (definition.is) {
    case "function":
      return `function ${text(definition.node)}`;
    case "value":
      return [text(definition.value), ...definition.path].join(" . ");
    case "import":
      return `import ${definition.name} from ${definition.source}`;
    case "unknown":
      return "unknown";
  }
}

function definitionsIn(source: string, name: string): string[] {
  return variable(source, name).definitions.map((definition) => shown(source, definition));
}

/** Of the first function of `source`, those that are referred to. */
function usedParameters(source: string): string[] {
  const script = parseScript(source);
  const scopes = resolveNames(script);
  const used: string[] = [];
  full(script.program, (node, _state, type) => {
    if (type !== "Function" || !isFunction(node)) return;
    for (const { name, references } of scopes.parametersOf(node).values()) {
      if (references.length > 0) used.push(name);
    }
  });
  return used;
}

describe("the definitions of a variable", () => {
  it("are what it is given", ({ expect }) => {
    const cases: [source: string, ...definitions: string[]][] = [
      ["var x;"],
      ["var x = 1;", "1"],
      ["let x; x = 1;", "1"],
      ["x = 1;", "1"],
      ["const x = y = 1;", "y = 1"],
      ["var x = 1; function f() { x = 2; }", "1", "2"],
      ["const { x } = y;", "y . x"],
      ["const { a: { 'b': x } } = y;", "y . a . b"],
      ["({ x } = y);", "y . x"],
      ["({ a: x } = y);", "y . a"],
      ["function x() {}", "function function x() {}"],
      ["class x {}", "unknown"],
      ["import x from 'y'; x;", "import default from y"],
      ["import * as x from 'y';", "import * from y"],
      ["import { x } from 'y';", "import x from y"],
      ["import { a as x } from 'y';", "import a from y"],
      ["import { 'a b' as x } from 'y';", "import a b from y"],
    ];
    for (const [source, ...definitions] of cases) {
      expect([source, definitionsIn(source, "x")]).toEqual([source, definitions]);
    }
  });

  it("are unknown where the source does not show them", ({ expect }) => {
    for (const source of [
      "x += 1;",
      "x ||= 1;",
      "x++;",
      "for (x of y);",
      "for (var x in y);",
      "for ({ a: x } of y);",
      "for (var [x] of y);",
      "var [x] = y;",
      "var { ...x } = y;",
      "var { x = 1 } = y;",
      "var { [a]: x } = y;",
      "var { a = 1, b: [{ x }] } = y;",
      "var { a: { a: { a: { a: { a: { a: { a: { a: { x } } } } } } } } } = y;",
    ]) {
      expect([source, definitionsIn(source, "x")]).toEqual([source, ["unknown"]]);
    }
  });

  it("are those of the function that is hoisted out of a block, which may not be reached", ({
    expect,
  }) => {
    expect(definitionsIn("if (1) { function x() {} }", "x")).toEqual(["unknown"]);
    expect(definitionsIn("function x() {} function x() { return 1; }", "x")).toHaveLength(2);
  });
});

describe("the references to a variable", () => {
  it("are its uses and assignments, and not its declarations", ({ expect }) => {
    const cases: [source: string, references: number][] = [
      ["var x;", 0],
      ["var x = 1;", 0],
      ["function x() {}", 0],
      ["x; x = 1; x++; typeof x; ({ x }); [x] = y;", 6],
      ["var x; function f(x) { x; } x;", 1],
      ["var x; { let x; x; } x;", 1],
      ["var x; (function x() { x; });", 0],
      ["var x; class A { x; [x]() { this.x; } }", 1],
      ["const x = 1; export { x };", 1],
      ["export const x = 1;", 0],
    ];
    for (const [source, references] of cases) {
      expect([source, variable(source, "x").references.length]).toEqual([source, references]);
    }
  });
});

describe("the parameters of a function", () => {
  it("are also what variables of their names mean in it", ({ expect }) => {
    expect(usedParameters("function f(a) { var a; a; }")).toEqual(["a"]);
    expect(usedParameters("function f(a) { if (1) { var a = a || 1; } }")).toEqual(["a"]);
    expect(usedParameters("function f(a) { { let a; a; } }")).toEqual([]);
    expect(usedParameters("function f(a) { function g() { return a; } }")).toEqual(["a"]);
  });

  it("are with them its arguments and its own name", ({ expect }) => {
    expect(usedParameters("function f() { arguments[0]; }")).toEqual(["arguments"]);
    expect(usedParameters("function f() { () => arguments; }")).toEqual(["arguments"]);
    expect(usedParameters("function f(arguments) { arguments; }")).toEqual(["arguments"]);
    expect(usedParameters("(function f() { f(); });")).toEqual(["f"]);
    expect(usedParameters("(function f(f) { f(); });")).toEqual(["f"]);
  });
});

describe("a this of the top level", () => {
  it("is one outside of functions and classes that have their own", ({ expect }) => {
    const cases: [source: string, count: number][] = [
      ["this.a; () => this.b; { this.c }", 3],
      ["function f() { this.a; () => this.b; }", 0],
      ["({ m() { this.a; }, get g() { return this; } });", 0],
      ["class A { a = this; static { this; } m() { this; } }", 0],
      ["(function () {})(this);", 1],
    ];
    for (const [source, count] of cases) {
      expect([source, scopesOf(source).topLevelThis.size]).toEqual([source, count]);
    }
  });
});
