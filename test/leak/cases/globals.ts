// The global object: what a script may add to it, and what it tries to do to what is there.

import type { LeakCase } from "../leak-case.ts";
import { attempts, leaking, value } from "../script-parts.ts";

const js = String.raw;

const LOOK =
  "return { global: surface(globalThis), chain: chain(globalThis), leftovers: leftovers() };";

/** Each assigns to the global object and tells what it then reads there. */
const WRITES: readonly (readonly [name: string, leave: string, left: unknown])[] = [
  [
    "variables that nobody declared",
    js`first = 1; second = { deep: [2] }; third = typeof third === "undefined" ? 3 : third + 1;
return [first, second.deep[0], third];`,
    [1, 2, 3],
  ],
  [
    "undeclared targets of loops and patterns",
    js`for (i = 0; i < 3; i++);
for (key in { a: 1 });
for (item of [7]);
({ a: picked, ...others } = { a: 1, b: 2 });
[head, ...tail] = [5, 6];
return [i, key, item, picked, others, head, tail];`,
    [3, "a", 7, 1, { b: 2 }, 5, [6]],
  ],
  [
    "undeclared variables of inner functions",
    js`function outer() { depth = 0; const inner = () => { depth += 1; seen = "inner"; }; [1, 2].forEach(inner); }
outer();
return [depth, seen];`,
    [2, "inner"],
  ],
  [
    "properties set through every name of the global object",
    js`globalThis.byGlobalThis = 1;
(function () { this.byThis = 2; })();
(function () { return () => { (function () { this["by" + "Callback"] = 3; })(); }; })()();
if (typeof self === "object") self.bySelf = 4;
if (typeof global === "object") global.byGlobal = 5;
[0].forEach(function () { this.byForEach = 6; });
return [byGlobalThis, byThis, byCallback, byForEach];`,
    [1, 2, 3, 6],
  ],
  [
    "properties that grow where they are found",
    js`globalThis.count ??= 0; globalThis.count += 1;
globalThis.list ||= []; list.push(1);
globalThis.memo = globalThis.memo || {}; memo[data.key] = "secret";
return [count, list.length, Object.keys(memo)];`,
    [1, 1, ["a"]],
  ],
  [
    "properties under symbols",
    js`globalThis[Symbol("left")] = 1;
globalThis[Symbol.for("left")] = 2;
globalThis[Symbol.toStringTag] = "left";
return globalThis[Symbol.for("left")];`,
    2,
  ],
  [
    "thousands of properties",
    js`for (let n = 0; n < 3000; n++) globalThis["left" + n] = n;
for (let n = 0; n < 300; n++) globalThis[n] = n;
return [left0, left2999, globalThis[299]];`,
    [0, 2999, 299],
  ],
  [
    "properties deleted and added again",
    js`one = 1; two = 2; three = 3;
delete globalThis.one; delete globalThis.two;
two = 4; one = 5; delete globalThis.three;
return [one, two];`,
    [5, 4],
  ],
  [
    "objects with a life of their own",
    js`proxy = new Proxy({}, { get: (_, key) => String(key), getPrototypeOf() { throw new Error("asked"); } });
again = globalThis;
frozen = Object.freeze({ secret: data.key });
handler = function () { return data; };
return [proxy.a, again === globalThis, frozen.secret, typeof handler];`,
    ["a", true, "a", "function"],
  ],
  [
    "the script's own names",
    js`main = function () { return "left"; };
globalThis.leave = globalThis.look = main;
globalThis.exports = { main, look: main };
globalThis.module = { exports: globalThis.exports };
globalThis.require = main;
globalThis.data = "left";
return [main(), globalThis.look(), globalThis.require()];`,
    ["left", "left", "left"],
  ],
];

const BUILT_IN = [
  "Object",
  "Function",
  "Array",
  "Date",
  "JSON",
  "Math",
  "Promise",
  "RegExp",
  "String",
  "Symbol",
  "Error",
  "Map",
  "Proxy",
  "Reflect",
  "Intl",
  "parseInt",
  "isNaN",
  "console",
  "process",
  "undefined",
  "NaN",
  "Infinity",
  // Last, because the attacks go by this name.
  "globalThis",
] as const;

const NAMES = JSON.stringify(BUILT_IN);

type Attack = readonly [name: string, leave: string, made: number];

/** Ways of adding to the global object other than by assignment. Refused, or done and then undone. */
const DEFINITIONS: readonly Attack[] = [
  [
    "accessors",
    js`let kept = 1;
attempt(() => defineProperty(globalThis, "byDefine", { get: () => kept, set: (next) => { kept = next; }, configurable: true }));
attempt(() => { globalThis.__defineGetter__("byGetter", () => kept * 2); });
attempt(() => { globalThis.__defineSetter__("bySetter", (next) => { kept = next; }); });
attempt(() => { bySetter = byDefine = 5; });`,
    4,
  ],
  [
    "accessors that throw when they are touched",
    js`const touched = () => { throw new TypeError("touched"); };
for (let n = 0; n < 5; n++) attempt(() => defineProperty(globalThis, "trap" + n, { get: touched, set: touched, configurable: true }));
attempt(() => { trap3 = globalThis.trap2; });`,
    6,
  ],
  [
    "properties that are not enumerable or not writable",
    js`attempt(() => defineProperty(globalThis, "hidden", { value: 1, configurable: true, writable: true }));
attempt(() => defineProperty(globalThis, "fixed", { value: 2, configurable: true, enumerable: true }));
attempt(() => { hidden = fixed = 3; });`,
    3,
  ],
  [
    "properties that arrive by way of other objects",
    js`attempt(() => { new Proxy(globalThis, {}).byProxy = 1; });
attempt(() => defineProperty(new Proxy(globalThis, {}), "byProxyDefine", { value: 2, configurable: true }));
attempt(() => Reflect.set({}, "byReceiver", 3, globalThis));
attempt(() => Reflect.set(globalThis, "bySet", 3));
attempt(() => { Object.assign(globalThis, { byAssign: 4 }); });
attempt(() => { Object.defineProperties(globalThis, { byDefineAll: { value: 5, configurable: true } }); });
attempt(() => { ({ __proto__: {}, run() { super.bySuper = 6; } }).run.call(globalThis); });
attempt(() => { Array.prototype.push.call(Object.assign(globalThis, { length: 0 }), 7); });
attempt(() => { class Back { constructor() { return globalThis; } } new (class extends Back { byField = 1; ["by" + "Name"] = 2; })(); });
attempt(() => { Error.captureStackTrace(globalThis); });
attempt(() => { Object.create(globalThis).byHeir = 1; });`,
    11,
  ],
  ["a pinned property", js`attempt(() => defineProperty(globalThis, "pinned", { value: 1 }));`, 1],
  [
    "a pinned property that can be written",
    js`attempt(() => defineProperty(globalThis, "cell", { value: 1, writable: true }));
attempt(() => { cell = 2; });`,
    2,
  ],
  [
    "a pinned accessor",
    js`let kept = 1;
attempt(() => defineProperty(globalThis, "door", { get: () => kept, set: (next) => { kept = next; } }));
attempt(() => { door = 2; });`,
    2,
  ],
  [
    "a pinned symbol",
    js`attempt(() => defineProperty(globalThis, Symbol.for("pinned"), { value: 1 }));`,
    1,
  ],
  ["a pinned index", js`attempt(() => defineProperty(globalThis, 0, { value: 1 }));`, 1],
  [
    "a variable that was pinned later",
    js`attempt(() => { loose = 1; });
attempt(() => defineProperty(globalThis, "loose", { configurable: false }));
attempt(() => delete globalThis.loose);`,
    3,
  ],
];

/** Each does something to the global object as a whole, or to what it comes with. */
const ATTACKS: readonly Attack[] = [
  [
    "odd names",
    js`const names = ["", "0", "4294967295", "__proto__", "constructor", "toString", "valueOf", "hasOwnProperty", "then", "toJSON", "\u2028", "x".repeat(100000)];
for (const name of names) {
  attempt(() => { globalThis[name] = "left"; });
  attempt(() => defineProperty(globalThis, name, { value: "left", configurable: true }));
}`,
    24,
  ],
  [
    "well-known symbols",
    js`const names = ["toStringTag", "toPrimitive", "hasInstance", "unscopables", "iterator", "species"];
for (const name of names) attempt(() => defineProperty(globalThis, Symbol[name], { value: "left", configurable: true }));`,
    6,
  ],
  ["a freeze", js`attempt(() => { Object.freeze(globalThis); });`, 1],
  ["a seal", js`attempt(() => { Object.seal(globalThis); });`, 1],
  [
    "an end to its extension",
    js`attempt(() => { Object.preventExtensions(globalThis); });
attempt(() => Reflect.set(globalThis, "after", 1));`,
    2,
  ],
  [
    "another prototype",
    js`attempt(() => setPrototypeOf(globalThis, Object.create(Object.prototype, { left: { value: 1 } })));
attempt(() => { globalThis.__proto__ = { left: 1 }; });`,
    2,
  ],
  ["no prototype", js`attempt(() => setPrototypeOf(globalThis, null));`, 1],
  [
    "a prototype that answers for every name",
    js`const all = new Proxy({}, { has: (_, key) => key === "left", get: (_, key) => (key === "left" ? 1 : undefined) });
attempt(() => setPrototypeOf(globalThis, all));`,
    1,
  ],
  [
    "other values for what it comes with",
    js`"use strict";
for (const name of ${NAMES}) attempt(() => { globalThis[name] = "left"; });`,
    BUILT_IN.length,
  ],
  [
    "assignments to what it comes with, ignored or not",
    js`attempt(() => { Date = 1; JSON = 2; Math = 3; Array = 4; String = 5; Promise = 6; RegExp = 7; isNaN = 8; console = 9; process = 10; });
attempt(() => { undefined = 1; NaN = 2; Infinity = 3; globalThis = 4; });
attempt(() => { Object = Function = Error = Symbol = function left() {}; });`,
    3,
  ],
  [
    "new definitions of what it comes with",
    js`for (const name of ${NAMES}) {
  attempt(() => defineProperty(globalThis, name, { value: "left" }));
  attempt(() => defineProperty(globalThis, name, { get: () => "left", configurable: true }));
}`,
    BUILT_IN.length * 2,
  ],
  [
    "deletions of what it comes with",
    js`for (const name of ${NAMES}) attempt(() => deleteProperty(globalThis, name));`,
    BUILT_IN.length,
  ],
  [
    "writes through what else leads to it",
    js`"use strict";
const proxy = new Proxy(globalThis, {});
attempt(() => { proxy.Date = "left"; });
attempt(() => delete proxy.JSON);
attempt(() => Reflect.set({}, "Math", "left", globalThis));
attempt(() => { Object.assign(globalThis, { Array: "left" }); });
class Back { constructor() { return globalThis; } }
attempt(() => { new (class extends Back { Symbol = "left"; })(); });
attempt(() => { globalThis.__defineGetter__("Map", () => "left"); });`,
    6,
  ],
];

export const GLOBAL_CASES: readonly LeakCase[] = [
  ...WRITES.map(([name, leave, left]) =>
    leaking(`the global object keeps no trace of ${name}`, {
      leave,
      look: LOOK,
      left: value(left),
      data: { key: "a" },
    }),
  ),
  ...[...DEFINITIONS, ...ATTACKS].map(([name, leave, made]) =>
    leaking(`the global object keeps no trace of ${name}`, {
      leave: `${leave}\nreturn attempts;`,
      look: LOOK,
      left: attempts(made),
    }),
  ),
  leaking("the prototypes of the global object take nothing", {
    leave: js`"use strict";
const prototypes = [];
for (let at = Object.getPrototypeOf(globalThis); at !== null; at = Object.getPrototypeOf(at)) prototypes.push(at);
for (const at of prototypes) {
  attempt(() => { at.left = 1; });
  attempt(() => { at[Symbol.for("left")] = 1; });
  attempt(() => defineProperty(at, "leftToo", { get: () => 1 }));
  for (const receiver of [at, globalThis, {}, Object.create(at), new Proxy(globalThis, {})]) attempt(() => Reflect.set(at, "leftByReceiver", 1, receiver));
  attempt(() => { new Proxy(at, {}).leftByProxy = 1; });
  attempt(() => deleteProperty(at, "toString"));
  attempt(() => { at.__proto__ = { left: 1 }; });
}
return { isReached: attempts.made >= 3, odd: attempts.odd };`,
    look: LOOK,
    left: value({ isReached: true, odd: [] }),
  }),
  leaking("no other call pays for what a call heaps up on the global object", {
    // As much as fits into half of its time.
    leave: js`const end = Date.now() + 125; let n = 0;
while (Date.now() < end) for (let last = n + 1000; n < last; n++) globalThis[n] = n;
return globalThis[999];`,
    look: "return [0 in globalThis, 999 in globalThis];",
    left: value(999),
  }),
  leaking("code made of text puts nothing into the global object", {
    // Refused altogether, or run.
    leave: js`const texts = ["var byEval = 1; function functionByEval() {}", "byFunction = 1"];
let tried = 0;
for (const compile of [(text) => (0, eval)(text), (text) => Function(text)(), (text) => (function* () {}).constructor(text)().next()]) {
  for (const text of texts) { tried += 1; try { compile(text); } catch {} }
}
return tried;`,
    look: LOOK,
    left: value(6),
  }),
];
