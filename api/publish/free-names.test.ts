import { describe, it } from "vitest";
import { findFreeNames } from "./free-names.ts";
import { parseScript } from "./parse.ts";

/** The free names of `source`, in the order of the alphabet. */
function freeIn(source: string): string[] {
  return [...findFreeNames(parseScript(source))].toSorted();
}

describe("a free name", () => {
  it("is one that nothing declares", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      ["vars.routing;", "vars"],
      ["exit(vars());", "exit", "vars"],
      ["err([404, 'Not Found']);", "err"],
      ["typeof api;", "api"],
      ["x = 1;", "x"],
      ["x += 1;", "x"],
      ["x++;", "x"],
      ["delete x;", "x"],
      ["[a, { b, c: d = e }] = f;", "a", "b", "d", "e", "f"],
      ["for (x of y);", "x", "y"],
      ["for (x.y in z);", "x", "z"],
      ["({ a, b: c, [d]: 1, e() {} });", "a", "c", "d"],
      ["`${a}`; b`${c}`;", "a", "b", "c"],
      ["a?.b?.[c]?.(d);", "a", "c", "d"],
      ["class A extends b { [c] = d; static { e(); } }", "b", "c", "d", "e"],
      ["function f(a = b, { c = d }) {}", "b", "d"],
      ["switch (a) { case b: c(); }", "a", "b", "c"],
      ["a: for (;;) { if (b) continue a; }", "b"],
      ["arguments;", "arguments"],
      ["const f = () => arguments;", "arguments"],
      ["with (a) b();", "a", "b"],
      ["export default a;", "a"],
      ["async function f() { for await (const x of y) await z; }", "y", "z"],
    ];
    for (const [source, ...names] of cases)
      expect([source, freeIn(source)]).toEqual([source, names]);
  });

  it("is one whose declarations do not reach it", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      ["{ let a; const b = 1; class c {} } a; b; c;", "a", "b", "c"],
      ["for (let i = 0; i; i++); i;", "i"],
      ["for (const x of []); x;", "x"],
      ["switch (1) { case 1: let a; } a;", "a"],
      ["try {} catch (e) {} e;", "e"],
      ["function f(a) { var b; } a; b;", "a", "b"],
      ["(function f() {}); f;", "f"],
      ["(class A {}); A;", "A"],
      ["class A { static { var a; } } a;", "a"],
      ["(a => a)(a);", "a"],
      ["export const f = () => { { function g() {} } g(); };", "g"],
      ["{ async function f() {} } f();", "f"],
    ];
    for (const [source, ...names] of cases)
      expect([source, freeIn(source)]).toEqual([source, names]);
  });
});

describe("a name that is not free", () => {
  it("is one that is declared around where it is used", ({ expect }) => {
    for (const source of [
      "",
      "f(); function f() {}",
      "a; var a;",
      "let a; { a; () => a; }",
      "function f() { a; if (1) { var a; } }",
      "function f(a, { b, c: { d } }, [e], ...g) { return [a, b, d, e, g]; }",
      "function f(a, b = a) {}",
      "const f = (a) => a;",
      "function f() { arguments; () => arguments; }",
      "(function f() { f(); });",
      "(class A { m() { A; } });",
      "class A { m() { A; } }",
      "try {} catch ({ a, b }) { a; b; }",
      "for (var i = 0; i; i++); i;",
      "for (const [a, b] of []) { a; b; }",
      "for (let a in {}) () => a;",
      "switch (1) { case 1: let a; case 2: a; }",
      "{ function f() {} } f();",
      "if (1) { function f() {} } function g() { f(); }",
      "class A { static { let a; a; } }",
      "const { [1]: a, ...b } = {}; a; b;",
      "import a, { b as c } from 'x'; import * as d from 'y'; a; c; d;",
      "export default function f() { f(); }",
      "const a = 1; export { a as b };",
      "var a; export { a };",
    ]) {
      expect([source, freeIn(source)]).toEqual([source, []]);
    }
  });

  it("is no name of a variable", ({ expect }) => {
    for (const source of [
      "({ vars: 1 }).vars;",
      "({}).vars = 1;",
      "class A { vars = 1; exit() {} #err; m() { this.#err; } static api; }",
      "vars: for (;;) { break vars; }",
      "import { vars as a } from 'x'; a;",
      "export * as vars from 'x';",
      "export { vars } from 'x';",
      "const { vars: a } = {}; a;",
      "function f() { new.target; }",
      "export default import.meta;",
      "'vars'; /vars/; // vars",
    ]) {
      expect([source, freeIn(source)]).toEqual([source, []]);
    }
  });

  it("may be called like a member of every object", ({ expect }) => {
    expect(freeIn("constructor; __proto__; var toString; toString;")).toEqual([
      "__proto__",
      "constructor",
    ]);
  });
});
