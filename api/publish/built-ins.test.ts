import { describe, it } from "vitest";
import { findBuiltInChange } from "./built-ins.ts";
import { parseScript } from "./parse.ts";

/** What `source` changes, in its own words, undefined for nothing. */
function changeIn(source: string): string | undefined {
  const { source: text, program } = parseScript(source);
  return findBuiltInChange(text, program)?.what;
}

/** Line and column of the first change in `source`, both counted from 1. */
function placeIn(source: string): { line: number; column: number } | undefined {
  const { source: text, program } = parseScript(source);
  const start = findBuiltInChange(text, program)?.node.loc?.start;
  return start && { line: start.line, column: start.column + 1 };
}

const f = "function () {}";

describe("a script that changes built-ins", () => {
  it("is one that assigns to their members", ({ expect }) => {
    const cases: [source: string, what: string][] = [
      [`String.prototype.rev = ${f};`, "String.prototype.rev"],
      [`Date.prototype.toJSON = ${f};`, "Date.prototype.toJSON"],
      ["Math.x = 1;", "Math.x"],
      ["Math.x += 1;", "Math.x"],
      ["Math.x++;", "Math.x"],
      ["--Math.x;", "Math.x"],
      [`JSON["parse"] = ${f};`, 'JSON["parse"]'],
      ["JSON.parse.cache = {};", "JSON.parse.cache"],
      [`Array.prototype[Symbol.iterator] = ${f};`, "Array.prototype[Symbol.iterator]"],
      [`function main() { Number.prototype.x = ${f}; }`, "Number.prototype.x"],
      ["Math.x = JSON.y = 1;", "Math.x"],
      // Written in any case: a guard would have left what is there.
      [`Array.prototype.at = Array.prototype.at || ${f};`, "Array.prototype.at"],
    ];
    for (const [source, what] of cases) expect(changeIn(source), source).toBe(what);
  });

  it("is one that deletes their members", ({ expect }) => {
    expect(changeIn("delete Object.prototype.x;")).toBe("Object.prototype.x");
    expect(changeIn("delete Array.prototype['at'];")).toBe("Array.prototype['at']");
    expect(changeIn("delete globalThis.Date;")).toBe("globalThis.Date");
  });

  it("is one that puts something else in their place", ({ expect }) => {
    const cases: [source: string, what: string][] = [
      ["globalThis.Date = 1;", "globalThis.Date"],
      ["self.Date = 1;", "self.Date"],
      ["globalThis['Date'] = 1;", "globalThis['Date']"],
      ["globalThis.String.prototype.x = 1;", "globalThis.String.prototype.x"],
      ['URL = "http://x";', "URL"],
    ];
    for (const [source, what] of cases) expect(changeIn(source), source).toBe(what);
  });

  it("is one that adds behind a guard what the engine does not have", ({ expect }) => {
    const cases: [source: string, what: string][] = [
      [`Array.prototype.last || (Array.prototype.last = ${f});`, "Array.prototype.last"],
      [`if (!String.prototype.rev) { String.prototype.rev = ${f}; }`, "String.prototype.rev"],
      [`Array.prototype.last ||= ${f};`, "Array.prototype.last"],
      [`Array.prototype.last ??= ${f};`, "Array.prototype.last"],
      ["Math.x ? 0 : (Math.x = 1);", "Math.x"],
      [`if (!Array.prototype.map) Array.prototype[map] = ${f};`, "Array.prototype[map]"],
      [
        'if (!Array.prototype.last) Object.defineProperty(Array.prototype, "last", {});',
        "Array.prototype",
      ],
      [
        "if (!Array.prototype.last) Object.assign(Array.prototype, { last: 1 });",
        "Array.prototype",
      ],
      ["if (data.x) { Date.prototype.toJSON = 1; }", "Date.prototype.toJSON"],
    ];
    for (const [source, what] of cases) expect(changeIn(source), source).toBe(what);
  });

  it("is one that calls them what they are not, and changes that", ({ expect }) => {
    const cases: [source: string, what: string][] = [
      ["var p = String.prototype; p.x = 1;", "p.x"],
      [`var p = Array.prototype; p["x"] = ${f};`, 'p["x"]'],
      ["function main() { const p = Object.prototype; delete p.x; }", "p.x"],
      ["(function (p) { p.x = 1; })(String.prototype);", "String.prototype"],
      ["extend(Date.prototype, { x: 1 });", "Date.prototype"],
      ["_.extend({}, Date.prototype);", "Date.prototype"],
    ];
    for (const [source, what] of cases) expect(changeIn(source), source).toBe(what);
  });

  it("is one that changes them by a function of Object or Reflect", ({ expect }) => {
    const cases: [source: string, what: string][] = [
      ['Object.defineProperty(Array.prototype, "last", { value: 1 });', "Array.prototype"],
      ['Object["defineProperty"](Array.prototype, "x", { value: 1 });', "Array.prototype"],
      ["Object.defineProperties(Math, { x: { value: 1 } });", "Math"],
      ["Object.assign(String.prototype, { rev: 1 });", "String.prototype"],
      ["Object.assign(Math, { x: 1 });", "Math"],
      ["Object.setPrototypeOf(Array.prototype, null);", "Array.prototype"],
      ['Reflect.set(JSON, "parse", 1);', "JSON"],
      ['Reflect.deleteProperty(Array.prototype, "at");', "Array.prototype"],
      ['Reflect.defineProperty(globalThis.Math, "x", {});', "globalThis.Math"],
    ];
    for (const [source, what] of cases) expect(changeIn(source), source).toBe(what);
  });

  it("is one that changes them by a method of their own", ({ expect }) => {
    const cases: [source: string, what: string][] = [
      [`String.prototype.__defineGetter__("x", ${f});`, "String.prototype"],
      [`Math.__defineSetter__("x", ${f});`, "Math"],
      [`var p = Array.prototype; p.__defineGetter__("x", ${f});`, "p"],
    ];
    for (const [source, what] of cases) expect(changeIn(source), source).toBe(what);
  });
});

describe("a script that changes no built-ins", () => {
  it("is one that only uses them", ({ expect }) => {
    for (const source of [
      "",
      "function main(data) { return data; }",
      "Array.prototype.slice.call(a);",
      "Object.prototype.hasOwnProperty.call(Array.prototype, 'x');",
      "Math.max.apply(Math, a);",
      "JSON.parse(x).y = 1;",
      "new Date().x = 1;",
      "Object.keys(x).length = 0;",
      "var last = Array.prototype.last;",
      "var p = String.prototype; var x = p.trim;",
      "typeof Math.x;",
      "'String.prototype.x = 1';",
      "// String.prototype.x = 1",
    ]) {
      expect(changeIn(source), source).toBeUndefined();
    }
  });

  it("is one that passes prototypes on to what reads them", ({ expect }) => {
    for (const source of [
      "Object.create(Array.prototype);",
      "Object.getOwnPropertyNames(String.prototype);",
      "Object.setPrototypeOf(own, Array.prototype);",
      "Object.assign(own, Math);",
      "Object.assign(Own.prototype, Array.prototype);",
      'Reflect.get(Array.prototype, "map");',
      "var p = String.prototype; Object.assign({}, p);",
    ]) {
      expect(changeIn(source), source).toBeUndefined();
    }
  });

  it("is one whose polyfills are for what the engine has", ({ expect }) => {
    for (const source of [
      `if (!Array.prototype.map) { Array.prototype.map = ${f}; }`,
      `if (!Array.prototype.map) Array["prototype"]["map"] = ${f};`,
      `Array.prototype.at || (Array.prototype.at = ${f});`,
      `Object.assign || (Object.assign = ${f});`,
      `String.prototype.trim ||= ${f};`,
      `String.prototype.trim ??= ${f};`,
      `typeof Object.keys === "function" ? 0 : (Object.keys = ${f});`,
      `if (!globalThis.Map) globalThis.Map = ${f};`,
    ]) {
      expect(changeIn(source), source).toBeUndefined();
    }
  });

  it("is one that changes what is its own", ({ expect }) => {
    for (const source of [
      "data.Date = 1;",
      "data.String.prototype.x = 1;",
      "var own = {}; own.x = 1; delete own.x; own.y++;",
      "function Own() {} Own.prototype.x = 1; Object.assign(Own.prototype, {});",
      "var p = Own.prototype; p.x = 1;",
      "var own = Object.create(Array.prototype); own.x = 1;",
      "var p = String.prototype; p = 1;",
      "extend(Own.prototype, { x: 1 });",
      "x = 1;",
      "globalThis.x = 1;",
      "delete globalThis.x;",
      "Object.assign(globalThis, { x: 1 });",
      'own.__defineGetter__("x", f);',
      "Map ||= WeakMap;",
      "if (!Intl) Intl = {};",
      'if (!Array.prototype.includes) Object.defineProperty(Array.prototype, "includes", { value: 1 });',
      "if (!Array.prototype.includes) Object.assign(Array.prototype, { includes: 1 });",
    ]) {
      expect(changeIn(source), source).toBeUndefined();
    }
  });

  it("is one that has variables of their names", ({ expect }) => {
    for (const source of [
      "var Map = {}; Map.x = 1;",
      "let URL; URL = 'http://x';",
      "function Date() {} Date.prototype.x = 1;",
      "var x = function Set() { Set.count = 1; };",
      "function main(Number) { Number = 1; Number.x = 2; }",
      "var x = (Symbol) => { Symbol.x = 1; };",
      "class Iterator {} Iterator.prototype.x = 1;",
      "try { f(); } catch (Error) { Error.x = 1; }",
      "var String = {}; Object.assign(String.prototype, {}); var p = String.prototype; p.x = 1;",
    ]) {
      expect(changeIn(source), source).toBeUndefined();
    }
  });

  it("is one that writes where every script may", ({ expect }) => {
    for (const source of [
      "Error.stackTraceLimit = 3;",
      `Error.prepareStackTrace = ${f};`,
      "RegExp.input = '';",
      "NaN = 1; Infinity = 1; undefined = 1;",
    ]) {
      expect(changeIn(source), source).toBeUndefined();
    }
  });
});

describe("the place of a change", () => {
  it("is the first one", ({ expect }) => {
    const source = [
      "function main(data) {",
      "  Array.prototype.slice.call(data.list);",
      "  var x = 1; String.prototype.rev = function () { Math.x = 1; };",
      "  delete Object.prototype.x;",
      "}",
      "Math.y = 1;",
    ].join("\n");
    expect(placeIn(source)).toEqual({ line: 3, column: 14 });
    expect(changeIn(source)).toBe("String.prototype.rev");
  });

  it("is the first one by where it stands, not by what kind it is", ({ expect }) => {
    expect(placeIn("f(Math.x = 1, String.prototype);")).toEqual({ line: 1, column: 3 });
    expect(placeIn("f(String.prototype, Math.x = 1);")).toEqual({ line: 1, column: 3 });
    expect(placeIn("\n(function (p) { Math.x = 1; })(String.prototype);")).toEqual({
      line: 2,
      column: 17,
    });
    expect(placeIn("a = () => delete Math.x;\nvar b = Math.y++;")).toEqual({ line: 1, column: 18 });
  });

  it("is not that of a guard, nor that of an earlier harmless one", ({ expect }) => {
    expect(placeIn(`Array.prototype.last || (Array.prototype.last = ${f});`)).toEqual({
      line: 1,
      column: 26,
    });
    expect(placeIn("Error.stackTraceLimit = 3;\nError.x = 1;")).toEqual({ line: 2, column: 1 });
  });

  it("is undefined where there is none", ({ expect }) => {
    expect(placeIn("function main() {}")).toBeUndefined();
  });
});
