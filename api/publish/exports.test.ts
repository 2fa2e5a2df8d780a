import { describe, it } from "vitest";
import { findFunctions } from "./exports.ts";
import { parseScript } from "./parse.ts";

function topLevel(source: string): string[] {
  return findFunctions(parseScript(source)).topLevel;
}

function exported(source: string): string[] | undefined {
  return findFunctions(parseScript(source)).exported;
}

function hasMain(source: string): boolean {
  return findFunctions(parseScript(source)).hasMain;
}

describe("the top-level functions of a script", () => {
  it("are those that it declares or assigns there", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      [""],
      ["function a() {} async function b() {} function* c() {}", "a", "b", "c"],
      [
        "const a = function () {}, b = () => 1; let c = async () => 1; var d = function* x() {};",
        "a",
        "b",
        "c",
        "d",
      ],
      ["a = function () {}; b = () => 1;", "a", "b"],
      ["let a; a = () => 1;", "a"],
      ["const a = exports.a = () => 1;", "a"],
      ["exports.a = a = function () {};", "a"],
      ["const a = b = () => 1;", "a", "b"],
      ["function main() {} function x() {} function main() {}", "main", "x"],
      ["const b = () => 1; function a() {}", "b", "a"],
      ["export function a() {} export const b = () => 1; function c() {}", "a", "b", "c"],
      ["export default function a() {}", "a"],
      ["export default function () {}"],
      ["export default () => 1;"],
    ];
    for (const [source, ...names] of cases)
      expect([source, topLevel(source)]).toEqual([source, names]);
  });

  it("are not what is deeper, or no function, or a member", ({ expect }) => {
    for (const source of [
      "{ function a() {} }",
      "if (1) { var a = () => 1; }",
      "x = 1;",
      "const a = 1, b = wrap(() => 1), { c } = () => 1;",
      "class A { m() {} }",
      "x.a = () => 1;",
      "a += () => 1;",
      "(function a() {});",
      "(() => { a = () => 1; })();",
    ]) {
      expect([source, topLevel(source)]).toEqual([source, []]);
    }
  });
});

describe("the exports of a CommonJS script", () => {
  it("are none where it exports nothing", ({ expect }) => {
    for (const source of [
      "",
      "function main() {}",
      "const exports2 = {}; exports2.a = 1;",
      "function f(exports, module) { exports.a = 1; module.exports = g(); }",
      "function f() { this.a = 1; }",
      "module.exports = undefined;",
      "module.exports = 5;",
      "module.exports = null;",
      "module.id; typeof module; typeof exports;",
      "if (require.main === module) f();",
      "exports.a; exports.b(); module.exports.c();",
    ]) {
      expect([source, exported(source)]).toEqual([source, []]);
    }
  });

  it("are the members of the object that it exports", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      [
        "module.exports = { a, b: 1, c() {}, 'd': 2, 5: 3, ['e']: 4, get f() { return 1; } };",
        "a",
        "b",
        "c",
        "d",
        "5",
        "e",
        "f",
      ],
      ["module.export = { search, allocate: async () => ({}) };", "search", "allocate"],
      ["module['exports'] = { a };", "a"],
      ["exports = module.exports = { a };", "a"],
      ["module.exports = exports = { a };", "a"],
      ["module.exports = Object.freeze({ a });", "a"],
      ["module.exports = module.exports || {}; module.exports.a = 1;", "a"],
      ["if (typeof module !== 'undefined' && module.exports) { module.exports = { a }; }", "a"],
      ["if (typeof exports === 'object' && exports) exports.a = 1;", "a"],
      ["module.exports = x ? { a } : { b };", "a", "b"],
      ["module.exports = {}; module.exports.default = { a };", "default", "a"],
    ];
    for (const [source, ...names] of cases)
      expect([source, exported(source)]).toEqual([source, names]);
  });

  it("are what it assigns one by one, once each, in order", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      [
        "exports.a = 1; exports['b'] = 2; module.exports.c = 3; module.export.d = 4;",
        "a",
        "b",
        "c",
        "d",
      ],
      ["exports.a = exports.b = void 0; exports.b = g; exports.a = f;", "a", "b"],
      ["this.a = 1; (() => { this.b = 2; })();", "a", "b"],
      ["function f() { exports.a = 1; }", "a"],
      ["exports.a ||= 1;", "a"],
      ["exports.a = 1; module.exports.b = exports.a; exports.a = exports.b;", "a", "b"],
      ["Object.defineProperty(exports, '__esModule', { value: true }); exports.a = 1;", "a"],
      ["Object.defineProperty(exports, 'a', { value: 1, enumerable: true });", "a"],
      ["Object.assign(exports, { a, b }, { c });", "a", "b", "c"],
      ["Object.assign(module.exports, { a });", "a"],
      ["module.exports = function () {}; module.exports.a = 1;", "a"],
      [
        "var __importDefault = (this && this.__importDefault) || function () {}; exports.a = 1;",
        "a",
      ],
      ["module.exports.default = module.exports; exports.a = 1;", "default", "a"],
      ["[exports.a, ...exports.b] = f; for (exports.c of f);", "a", "b", "c"],
      ["({ x: exports.a, y: exports.b = 1, ...exports.c } = f);", "a", "b", "c"],
      ["f({ x: exports.b, y: [exports.c] }); exports.a = 1;", "a"],
      ["exports.constructor = exports.toString = 1;", "constructor", "toString"],
    ];
    for (const [source, ...names] of cases)
      expect([source, exported(source)]).toEqual([source, names]);
  });

  it("are seen through the variables that hold them", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      ["const driver = { a, b() {} }; module.exports = driver;", "a", "b"],
      ["const driver = {}; driver.a = 1; driver['b'] = 2; module.exports = driver;", "a", "b"],
      ["const driver = module.exports = { a }; driver.b = 1;", "a", "b"],
      ["const driver = exports; driver.a = 1; driver.a();", "a"],
      ["var driver; driver = module.exports = {}; driver.a = 1;", "a"],
      ["module.exports = driver = { a }; driver.b = 1;", "a", "b"],
      [
        "const inner = { a }; const driver = inner; inner.b = 1; module.exports = driver;",
        "a",
        "b",
      ],
      ["function main() {} main.a = 1; module.exports = main; main();", "a"],
      ["const driver = {}; Object.assign(driver, { a }); module.exports = driver;", "a"],
      ["(function () { const driver = {}; driver.a = 1; module.exports = driver; })();", "a"],
      ["const driver = { a }; exports.default = driver; driver.b = 1;", "a", "default", "b"],
      ["const a = b, b = a; module.exports = { c };", "c"],
    ];
    for (const [source, ...names] of cases)
      expect([source, exported(source)]).toEqual([source, names]);
  });

  it("are not to be seen where they come from elsewhere or go elsewhere", ({ expect }) => {
    for (const source of [
      "module.exports = make();",
      "module.exports = new Driver();",
      "module.exports = class {};",
      "module.exports = require('./driver');",
      "module.exports = { ...other };",
      "module.exports = { [name]: 1 };",
      "module.exports = other;",
      "const driver = make(); module.exports = driver;",
      "const { driver } = all; module.exports = driver;",
      "let driver; module.exports = driver;",
      "import driver from './driver'; module.exports = driver;",
      "function f(driver) { module.exports = driver; }",
      "const driver = {}; fill(driver); module.exports = driver;",
      "const driver = {}; driver[name] = 1; module.exports = driver;",
      "const driver = {}; const other = driver; other.a = 1; module.exports = driver;",
      "exports[name] = 1;",
      "module.exports[name] = 1;",
      "module[name] = {};",
      "[exports[name]] = f;",
      "fill(exports);",
      "globalThis.driver = exports;",
      "fill(module);",
      "fill(module.exports);",
      "(function (root) { root.a = 1; })(this);",
      "Object.assign(exports, other);",
      "Object.assign(exports, ...others);",
      "Object.defineProperty(exports, name, {});",
      "Object.defineProperties(exports, {});",
      "const driver = exports || {}; driver.a = 1;",
      "for (const name of names) exports[name] = all[name];",
      "const { exports: driver } = module;",
      "function f() { return exports; }",
      "exports = make();",
      "module = {};",
    ]) {
      expect([source, exported(source)]).toEqual([source, undefined]);
    }
  });
});

describe("the exports of a module", () => {
  it("are the names that it exports", ({ expect }) => {
    const cases: [source: string, ...names: string[]][] = [
      ["export {};"],
      ["export function a() {} export async function b() {} export class c {}", "a", "b", "c"],
      ["export const a = 1, { b, c: [d] } = {};", "a", "b", "d"],
      ["const a = 1; export { a, a as b, a as 'c d' };", "a", "b", "c d"],
      ["export { a, b as c, default as d } from './x';", "a", "c", "d"],
      ["export * as a from './x';", "a"],
      ["export default function () {} export const a = 1;", "default", "a"],
      ["export default function a() {}", "default"],
      ["export default 5;", "default"],
      ["export default { a, b() {} };", "default", "a", "b"],
      ["const driver = { a }; export default driver; driver.b = 1;", "a", "default", "b"],
      ["const driver = { a }; export { driver as default };", "a", "default"],
      ["import x from './x'; export { x };", "x"],
      ["export const a = 1; this.b = 2;", "a"],
      ["export const a = 1; exports.b = 2;", "a", "b"],
    ];
    for (const [source, ...names] of cases)
      expect([source, exported(source)]).toEqual([source, names]);
  });

  it("are not to be seen where they are another module's, or made when it runs", ({ expect }) => {
    for (const source of [
      "export * from './x';",
      "export { default } from './x';",
      "export default make();",
      "export default class {}",
      "export default { ...other };",
      "import driver from './x'; export default driver;",
    ]) {
      expect([source, exported(source)]).toEqual([source, undefined]);
    }
  });
});

describe("a main function", () => {
  it("is there or may be there", ({ expect }) => {
    for (const source of [
      "function main() {}",
      "async function main() {} function main() {}",
      "const main = () => 1;",
      "const main = wrap(f);",
      "var main; if (x) main = f;",
      "main = function () {};",
      "(function () { main = f; })();",
      "globalThis.main = f;",
      "(function (root) { root.main = f; })(this);",
      "{ function main() {} }",
      "class main {}",
      "exports.main = f;",
      "this.main = f;",
      "module.exports = { main };",
      "module.exports = { main() {} };",
      "module.export = { main: f };",
      "module.exports = function () {};",
      "module.exports = () => 1;",
      "function f() {} module.exports = f;",
      "module.exports = make();",
      "exports.default = 1;",
      "export function main() {}",
      "export const main = 1;",
      "function f() {} export { f as main };",
      "export default function () {}",
      "export default { main() {} };",
      "export * from './x';",
      "import main from './x';",
    ]) {
      expect([source, hasMain(source)]).toEqual([source, true]);
    }
  });

  it("is missing", ({ expect }) => {
    for (const source of [
      "",
      "function handler() {}",
      "main();",
      "typeof main;",
      "function f() { function main() {} var main2; }",
      "const f = function main() {};",
      "f(main => main);",
      "x.main();",
      "exports.handler = f;",
      "module.exports = { search, main2: main };",
      "module.exports = { handler() { var main; } };",
      "export const a = 1;",
      "export { main as run } from './x';",
    ]) {
      expect([source, hasMain(source)]).toEqual([source, false]);
    }
  });
});
