// The compiler of the budget: sources that reach, hide from, overrun or break the counter and the wrapper,
// and sources that one parser reads in another way than the engine does.

import type { Expectation, HostileCase } from "../hostile-case.ts";

const js = String.raw;

const SPINS = { is: "fault", code: "cpu_exceeded", withinMs: 1_000 } as const;
const COMPILE_ERROR = { is: "refused", code: "compile_error" } as const;

function writes(name: string, code: string, expect: Expectation): HostileCase {
  return { name, group: "rewriter", type: "script", code, expect };
}

/** Learns every name of the counter's kind from the compiled text. */
const NAMES = js`
const compiled = [main.toString(), ...(typeof arguments === 'undefined' ? [] : [arguments.callee.toString()])].join();
const names = [...new Set(compiled.match(/\$[A-Za-z0-9_$]{6,}/g) ?? [])];`;

export const REWRITER_CASES: readonly HostileCase[] = [
  writes(
    "reads the counter's name and sets it as a global",
    js`${NAMES} function main() { for (const name of names) { try { globalThis[name] = 1e308; } catch {} } for (;;); }`,
    SPINS,
  ),
  writes(
    "defines the counter's name as a getter of the global object",
    js`${NAMES} function main() { for (const name of names) { try { Object.defineProperty(globalThis, name, { get: () => 1e308, set() {} }); } catch {} try { delete globalThis[name]; } catch {} } for (;;); }`,
    SPINS,
  ),
  writes(
    "defines the counter's name on Object.prototype",
    js`${NAMES} function main() { for (const name of names) { try { Object.defineProperty(Object.prototype, name, { get: () => () => 1e308, set() {} }); } catch {} } for (;;); }`,
    SPINS,
  ),
  writes(
    "declares the counter's name by eval and Function",
    js`${NAMES} function main() { for (const name of names) { try { eval('var ' + name + ' = 1e308'); } catch {} try { Function(name + ' = 1e308')(); } catch {} } for (;;); }`,
    SPINS,
  ),
  writes(
    "shadows names of the counter's pattern",
    js`function main($counter1, $refill23 = () => 1e308) { let $budget00 = 1e308, $awaitedabcdefgh = (x) => x, b = { n: 1e308, t() {} }; for (;;); }`,
    SPINS,
  ),
  writes(
    "names its functions like the counter's",
    js`function $refillabcd() { return 1e308; } var refill = $refillabcd, resume = refill, counter = 1e308, budget = { refill, n: 1e308 }; function main() { for (;;); }`,
    SPINS,
  ),
  writes(
    "takes refill out of a stack trace",
    js`
function main() {
  const taken = [];
  try { Error.prepareStackTrace = (e, sites) => { for (const s of sites) taken.push(s.getFunction?.(), s.getThis?.()); return ''; }; } catch {}
  const clock = Date.now;
  try { Date.now = performance.now = () => { new Error('x').stack; return clock(); }; } catch {}
  for (let i = 0; i < 2e5; i += 1);
  for (const thing of taken) { try { for (const key of Reflect.ownKeys(thing)) thing[key] = 0; } catch {} }
  for (;;);
}`,
    SPINS,
  ),
  writes(
    "makes the counter's number something else by valueOf",
    js`try { Number.prototype.valueOf = () => 1e308; Number.prototype[Symbol.toPrimitive] = () => 1e308; } catch {} function main() { for (;;); }`,
    SPINS,
  ),
  writes(
    "calls its own wrapper again for a new counter",
    js`
if (exports.again !== 1) {
  const wrapper = arguments.callee, given = Array.from(arguments);
  exports.main = () => { for (;;) { for (let i = 0; i < 100; i += 1); try { wrapper.call({}, { again: 1 }, ...given.slice(1)); } catch {} } };
}`,
    SPINS,
  ),
  writes(
    "is nested in functions that each count for themselves",
    js`function main() { const make = () => { const f = () => { for (let i = 0; i < 20; i += 1); return make; }; return f; }; let f = make(); for (;;) f = f()(); }`,
    SPINS,
  ),
  writes(
    "uses with to answer for the counter",
    js`function main() {
  with (new Proxy({}, { has: () => true, get: () => 1e308 })) { for (;;); }
}`,
    { ...COMPILE_ERROR, line: 2 },
  ),
  writes(
    "uses with in a nested sloppy function of a strict one",
    js`function main() { 'use strict'; return 1; }
function other() { with ({}) ; }`,
    { ...COMPILE_ERROR, line: 2 },
  ),
  writes("closes the wrapper", js`} for (;;); { function main() { return 1; }`, {
    ...COMPILE_ERROR,
    line: 1,
  }),
  writes(
    "closes the wrapper's parentheses and opens others",
    js`}; }); globalThis.pwned = 1; (function () { return function () { function main() { return 1; }`,
    { ...COMPILE_ERROR, line: 1 },
  ),
  writes("ends in an open comment", "function main() { return 1; } /*", COMPILE_ERROR),
  writes("ends in an open template", "function main() { return 1; } `", COMPILE_ERROR),
  writes("ends in an open string", "function main() { return 1; } '", COMPILE_ERROR),
  writes("ends in an open brace", "function main() { return 1; } {", COMPILE_ERROR),
  writes("ends in a line comment", "function main() { return 1; } //", { is: "value", value: 1 }),
  writes("ends in an HTML comment", "function main() { return 1; }\n-->", {
    is: "refused",
    code: "compile_error",
    line: 2,
  }),
  writes(
    "ends in an arrow that the next line would call",
    "function main() { return 1; }\nvar f = x => y => { for (;;); }",
    { is: "value", value: 1 },
  ),
  writes(
    "ends in what the tail could become an argument of",
    "function main() { return 1; }\nvar f = main",
    { is: "value", value: 1 },
  ),
  writes(
    "returns at its top level before main is found",
    "function main() { return 'FORGED'; } return () => 'top';",
    { is: "value", value: "top" },
  ),
  writes(
    "hides a loop behind an HTML comment",
    "function main() { var x = 1;\n<!-- /*\nfor (;;);\n--> */\n}",
    { is: "refused", code: "compile_error", line: 2 },
  ),
  writes(
    "hides a loop behind an arrow that is no comment",
    "function main() { var x = 9; while (x --> 0) { x = 9; } }",
    SPINS,
  ),
  writes(
    "hides a loop between what may be a division and a regular expression",
    js`function main() { var a = 1, g = 1, x = a++ /1/g; if (1) /x/g.test('x'); var y = {} / 1; for (;;) /[/]for(;;);/.test('/'); }`,
    SPINS,
  ),
  writes(
    "hides a loop behind a regular expression after a brace",
    js`function main() { {} /1/g; +{} /1/ /1/g.lastIndex; while (1) /*/ for */ ; }`,
    SPINS,
  ),
  writes(
    "hides a loop in a template in a template",
    "function main() { return `${`${(() => { for (;;); })()}`}`; }",
    SPINS,
  ),
  writes(
    "hides a loop in a template that looks like a comment",
    "function main() { return `//${(() => { while (1); })()}/*`; }",
    SPINS,
  ),
  writes(
    "hides a loop behind unicode escapes in names",
    js`function m\u0061in() { var \u{69} = 0; for (;;) \u0069++; }`,
    SPINS,
  ),
  writes("spells a keyword with escapes", js`function main() { f\u006fr (;;); }`, COMPILE_ERROR),
  writes("hides a loop behind odd line ends", "function main() { // x\u2028for (;;);\n}", SPINS),
  writes("hides a loop behind a carriage return", "function main() { // x\rfor (;;);\n}", SPINS),
  writes(
    "hides a loop behind a byte order mark and odd blanks",
    "\uFEFF\u00a0\u3000function\u2003main() { for\ufeff(;;); }",
    SPINS,
  ),
  writes(
    "begins with a hashbang that closes the wrapper",
    "#!} for (;;); {\nfunction main() { return 1; }",
    { is: "value", value: 1 },
  ),
  writes(
    "breaks after return, throw and continue",
    "function main() { a: for (;;) { if (0) return\n/x/g\ncontinue\na }\n}",
    SPINS,
  ),
  writes(
    "uses let, async, of, get and await as names",
    "var let_ = 1, async = 1, of = [1], get = 1, await = 1, yield_ = 1; function main() { for (async of => {}; ;) { for (var x of of) ; } }",
    SPINS,
  ),
  writes(
    "has await mean a name before a regular expression",
    "var await = 1, g = 1; function main() { var x = await /1/g; for (;;) x = await /1/g; }",
    SPINS,
  ),
  writes(
    "has yield mean a name before a regular expression",
    "var yield = 1, g = 1; function main() { var x = yield /1/g; for (;;) x = yield\n/1/g; }",
    SPINS,
  ),
  writes(
    "loops in a labelled function and a block's function",
    "function main() { a: function f() { for (;;); }\n { function g() { f(); } } g(); }",
    SPINS,
  ),
  writes(
    "declares main twice",
    "function main() { return 'FORGED'; } function main() { for (;;); }",
    SPINS,
  ),
  writes(
    "loops in else without braces after a comment",
    "function main(d) { if (0) 1; else /* { */ do ; while (1) }",
    SPINS,
  ),
  writes(
    "loops in the single statement of a for in a label in a for",
    "function main() { for (;;) a: b: for (;;) c: for (;;) ; }",
    SPINS,
  ),
  writes(
    "loops in getters of classes, objects and private names",
    js`class C { static #x = 1; static get #y() { for (;;); } static z() { return C.#y; } } function main() { return C.z(); }`,
    SPINS,
  ),
  writes(
    "loops in a default that is an anonymous class with a computed key",
    js`function main({ a = class { static [(() => { for (;;); })()] = 1 } } = {}) { return a; }`,
    SPINS,
  ),
  writes(
    "loops in a decorator-like call and optional chains",
    js`const f = () => f?.call?.(null) ?? f?.(); function main() { for (;;) { try { f(); } catch {} } }`,
    SPINS,
  ),
  writes(
    "loops in a destructuring that assigns to a call's member",
    js`const o = { get p() { return o; }, set q(v) { for (;;); } }; function main() { for ([o.p.q] of [[1]]); }`,
    SPINS,
  ),
  writes(
    "loops in the head of a for of",
    js`function main() { for (const x of (() => { for (;;); })()) ; }`,
    SPINS,
  ),
  writes(
    "loops in the update of a for whose body never runs",
    js`function main() { for (let i = 0; i < 1; (() => { for (;;); })()) ; }`,
    SPINS,
  ),
  writes(
    "sets the counter's sign by running it under",
    js`function main() { let i = 0; while (true) { i -= 1; if (i < -(2 ** 53)) break; } }`,
    SPINS,
  ),
  writes(
    "keeps line numbers true behind loops",
    "function main(d) {\n  for (let i = 0; i < 2; i++)\n    d = d;\n  return d.x.y;\n}",
    { is: "fault", code: "script_error", line: 4 },
  ),
  writes(
    "renames itself with sourceURL",
    "function main(d) {\n  return d.x.y;\n}\n//# sourceURL=prelude.js",
    { is: "fault", code: "script_error", line: 2 },
  ),
  writes(
    "renames itself with sourceURL on its last line and a forged frame",
    "function main(d) {\n  const e = new Error('x'); e.stack = 'Error: x\\n    at script.js:99:1';\n  throw e;\n}\n/*# sourceURL=script.js:1:1 */",
    { is: "error", message: /x/ },
  ),
  writes(
    "has its source map fetched",
    "function main() { return 1; }\n//# sourceMappingURL=http://127.0.0.1:BAIT_PORT/map",
    { is: "value", value: 1 },
  ),
  {
    ...writes(
      "has its source map fetched from a module",
      "export function main() { return 1; }\n//# sourceMappingURL=http://127.0.0.1:BAIT_PORT/map",
      { is: "value", value: 1 },
    ),
    type: "app",
  },
  {
    ...writes(
      "is a module that reads an operator as an HTML comment",
      "let x = 1, y = 0;\nexport function main() { return x<!--y; }",
      { is: "anything", never: /"value":true/ },
    ),
    type: "app",
  },
  {
    ...writes(
      "is a module with an HTML comment that hides a loop once it is a classic script",
      "let x = 1, y = 5, z = 0;\nexport function main() { if (x<!--y) { z = 1; }\n for (;;) z = x<!--y; }",
      { is: "anything", withinMs: 1_000, never: /"outcome":"ok"/ },
    ),
    type: "app",
  },
  {
    ...writes(
      "is a module that awaits at its top level",
      "const x = 1;\nawait x;\nexport function main() { return x; }",
      { ...COMPILE_ERROR, line: 2 },
    ),
    type: "app",
  },
  {
    ...writes(
      "is a module whose export is named like CommonJS's own",
      "const __esModule = 1; export { __esModule as default }; export const module_ = 1; export function main() { return typeof require + typeof module; }",
      { is: "value", value: "functionobject" },
    ),
    type: "app",
  },
  {
    ...writes(
      "exports a getter by a name and spins in an export that nobody reads",
      "export let unused = 1; Object.defineProperty(module.exports, 'unread', { enumerable: true, get() { for (;;); } }); export function main() { return 1; }",
      { is: "anything", withinMs: 1_000 },
    ),
    type: "app",
  },
  writes(
    "is nested too deeply to be parsed",
    `function main() { return ${"(".repeat(20_000)}1${")".repeat(20_000)}; }`,
    COMPILE_ERROR,
  ),
  writes(
    "is nested too deeply in arrays and functions",
    `function main() { return ${"[".repeat(20_000)}${"]".repeat(20_000)}; }`,
    COMPILE_ERROR,
  ),
  writes(
    "chains 20,000 members, which is no nesting for a parser",
    `function main() { var a = {}; a.b = a; return typeof a${".b".repeat(20_000)}; }`,
    { is: "anything", withinMs: 2_000, never: /"internal"/ },
  ),
  writes("adds 20,000 terms", `function main() { return ${"1+".repeat(20_000)}1; }`, {
    is: "anything",
    withinMs: 2_000,
    never: /"internal"/,
  }),
  writes(
    "has 20,000 loops in a row",
    `function main() { ${"for (var i = 0; i < 1; i++);".repeat(20_000)} return 1; }`,
    { is: "anything", withinMs: 3_000, never: /"internal"/ },
  ),
  writes(
    "has a regular expression that the engine refuses",
    "function main() { return 1; }\nvar r = /(?<a>x)(?<a>y)/;",
    { ...COMPILE_ERROR, line: 2 },
  ),
  writes(
    "is syntax that only the engine refuses",
    "function main() { return 1; }\nvar r = /(?:a{2147483648,2147483647})/;",
    { ...COMPILE_ERROR, line: 2 },
  ),
  writes(
    "assigns to a call, which engines once allowed",
    "function main() { return 1; }\nif (0) main() = 1;",
    COMPILE_ERROR,
  ),
  writes(
    "uses octal literals, duplicate parameters and delete of names",
    "var a = 010; function main(b, b) { delete a; return a + (b ?? 0) + '\\07'.length; }",
    { is: "value", value: 9 },
  ),
  writes(
    "redefines undefined, NaN and arguments",
    "function main(undefined, NaN) { var arguments = 1; var eval = 2; return [undefined === arguments, eval]; }",
    { is: "value", value: [false, 2] },
  ),
  writes(
    "counts down from its own arguments",
    "function main() { arguments[0] = 1; for (arguments.length in [1]); for (;;) { arguments.length -= 1; } }",
    SPINS,
  ),
  writes(
    "deletes and freezes whatever it finds before it spins",
    js`
for (const thing of [globalThis, this, module, exports, require, console, Object, Function.prototype]) { try { Object.freeze(thing); } catch {} try { Object.preventExtensions(thing); } catch {} }
function main() { for (;;); }`,
    SPINS,
  ),
];
