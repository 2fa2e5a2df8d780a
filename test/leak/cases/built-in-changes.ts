// Ways of changing what every script of a realm shares, and of finding out that somebody did.

import type { LeakCase } from "../leak-case.ts";
import { attempts, leaking, value, type Parts } from "../script-parts.ts";

const js = String.raw;

/** How often `leave` attempts something is `made`, where the script does not count that itself. */
type Attack = readonly [name: string, parts: Parts, made?: number];

/** Each puts something of its own in the place of what everybody calls, and looks whether it is called. */
const PATCHES: readonly Attack[] = [
  [
    "static functions",
    {
      leave: js`"use strict";
attempt(() => { Math.random = () => 0.5; }); attempt(() => { Math.max = () => 1; }); attempt(() => { Math.PI = 3; });
attempt(() => { Date.now = () => 0; }); attempt(() => { Date.UTC = () => 0; }); attempt(() => { Date.parse = () => 0; });
attempt(() => { JSON.parse = () => "left"; }); attempt(() => { JSON.stringify = () => '"left"'; });
attempt(() => { Object.keys = () => ["left"]; }); attempt(() => { Object.entries = () => []; }); attempt(() => { Object.assign = (one) => one; });
attempt(() => { Array.isArray = () => true; }); attempt(() => { Array.from = () => ["left"]; });
attempt(() => { Number.isInteger = () => true; }); attempt(() => { Number.MAX_SAFE_INTEGER = 1; });
attempt(() => { String.fromCharCode = () => "left"; }); attempt(() => { String.raw = () => "left"; });
attempt(() => { Promise.resolve = () => "left"; }); attempt(() => { Promise.all = () => "left"; });
attempt(() => { Reflect.ownKeys = () => ["left"]; }); attempt(() => { Symbol.for = () => "left"; }); attempt(() => { Symbol.iterator = "left"; });
return attempts;`,
      look: js`const random = new Set(Array.from({ length: 20 }, Math.random)).size > 1;
return [random, Math.max(1, 2), Math.PI, Date.now() > 1e12, Date.UTC(2020, 0), Date.parse("2020-01-01"), JSON.parse("1"), JSON.stringify(1), Object.keys({ a: 1 }),
  Object.entries({ a: 1 }), Object.assign({}, { a: 1 }), Array.isArray(1), Array.from("a"), Number.isInteger(1.5), Number.MAX_SAFE_INTEGER, String.fromCharCode(97), "" + String.raw({ raw: ["a"] }),
  typeof Promise.resolve(), typeof Promise.all([]), Reflect.ownKeys({}), typeof Symbol.for("a"), typeof Symbol.iterator];`,
    },
    22,
  ],
  [
    "methods of plain values",
    {
      leave: js`"use strict";
const left = function () { return "left"; };
each(["push", "map", "filter", "reduce", "sort", "join", "slice", "includes", "concat", "forEach", Symbol.iterator, "constructor"], (name) => attempt(() => { Array.prototype[name] = left; }));
each(["replace", "split", "trim", "slice", "padStart", "toUpperCase", "charAt", "constructor", Symbol.iterator], (name) => attempt(() => { String.prototype[name] = left; }));
each(["toFixed", "toString", "toLocaleString", "valueOf"], (name) => attempt(() => { Number.prototype[name] = left; }));
return attempts;`,
      look: js`const list = []; list.push(3, 1, 2);
return [list.map((n) => n + 1), list.filter((n) => n > 1), list.reduce((a, b) => a + b), list.slice().sort(), list.join("-"), list.includes(1), list.concat([4]), [...list], list.constructor === Array,
  "a-b".replace("-", "+"), "a-b".split("-"), " a ".trim(), "abc".slice(1), "a".padStart(2), "a".toUpperCase(), [..."ab"], (1.5).toFixed(2), (255).toString(16), (1234.5).toLocaleString("en"), 1 + 1];`,
    },
    25,
  ],
  [
    "what every object inherits",
    {
      leave: js`"use strict";
const left = function () { return "left"; };
each(["hasOwnProperty", "toString", "valueOf", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "constructor"], (name) => attempt(() => { Object.prototype[name] = left; }));
each(["call", "apply", "bind", "toString", Symbol.hasInstance, "constructor"], (name) => attempt(() => { Function.prototype[name] = left; }));
attempt(() => defineProperty(Object.prototype, "hasOwnProperty", { value: left }));
attempt(() => defineProperty(Function.prototype, Symbol.hasInstance, { value: () => true }));
return attempts;`,
      look: js`function add(a, b) { return a + b; }
return [{ a: 1 }.hasOwnProperty("a"), "" + {}, {} + 1, {}.isPrototypeOf(1), {}.constructor === Object, add.call(null, 1, 2), add.apply(null, [1, 2]), add.bind(null, 1)(2), {} instanceof Array, typeof ("" + add)];`,
    },
    15,
  ],
  [
    "hooks that objects do not have by default",
    {
      leave: js`"use strict";
attempt(() => { Object.prototype.toJSON = () => "left"; });
attempt(() => { Object.prototype[Symbol.toPrimitive] = () => "left"; });
attempt(() => { Object.prototype[Symbol.iterator] = function* () { yield "left"; }; });
attempt(() => { Object.prototype[Symbol.toStringTag] = "left"; });
attempt(() => { Object.prototype.then = (resolve) => resolve("left"); });
attempt(() => { Object.prototype.main = Object.prototype.leave = Object.prototype.default = () => "left"; });
each(["get", "set", "value", "writable", "enumerable", "configurable"], (key) => attempt(() => { Object.prototype[key] = () => "left"; }));
each(["routing", "code", "message", "status", "error", "left", 0, 1], (key) => attempt(() => { Object.prototype[key] = "left"; }));
attempt(() => { Array.prototype[0] = "left"; });
attempt(() => { Array.prototype.toJSON = () => "left"; });
attempt(() => { String.prototype.toJSON = () => "left"; });
attempt(() => { BigInt.prototype.toJSON = () => "left"; });
attempt(() => { Date.prototype.toJSON = () => "left"; });
return attempts;`,
      look: js`const big = (() => { try { return JSON.stringify(1n); } catch (error) { return error.name; } })();
const spread = (() => { try { return [...{}]; } catch (error) { return error.name; } })();
return [JSON.stringify({ a: { b: ["c"] } }), big, spread, "" + {}, typeof {}.then, typeof {}.main, {}.routing, {}.code, {}[0], [, 1][0], Object.keys({}), JSON.stringify(new Date(0)), (() => { for (const key in {}) return key; })()];`,
    },
    25,
  ],
  [
    "setters that others' writes run into",
    {
      leave: js`"use strict";
const caught = [];
const trap = { set(next) { caught.push(next); }, get: () => "left", configurable: true };
each(["0", "secret", "left", "routing", "name", "message", "x"], (name) => attempt(() => defineProperty(Object.prototype, name, trap)));
each(["0", "1", "length"], (name) => attempt(() => defineProperty(Array.prototype, name, trap)));
attempt(() => { Object.prototype.__defineSetter__("byOld", trap.set); });
attempt(() => { Object.prototype.__defineGetter__ = Object.prototype.__defineSetter__ = () => "left"; });
attempt(() => { Object.prototype.__lookupGetter__ = () => "left"; });
attempt(() => defineProperty(Object.prototype, "__proto__", { get: () => "left", set: trap.set }));
return attempts;`,
      look: js`const mine = {}; mine.secret = 1; mine.routing = { x: 1 }; mine[0] = 1; const list = []; list[0] = 1; list[1] = 2;
const heir = {}; heir.__proto__ = { own: 1 };
const old = {}; old.__defineGetter__("a", () => 1); old.byOld = 1;
return [mine, list, heir.own, old.a, typeof old.__lookupGetter__("a"), Object.keys(old)];`,
    },
    14,
  ],
  [
    "what the language itself calls",
    {
      leave: js`"use strict";
const left = function () { return "left"; };
attempt(() => { Object.getPrototypeOf([].values()).next = () => ({ done: true }); });
attempt(() => { Object.getPrototypeOf(new Map().entries()).next = () => ({ done: true }); });
attempt(() => { Object.getPrototypeOf(""[Symbol.iterator]()).next = () => ({ done: true }); });
attempt(() => { Iterator.prototype[Symbol.iterator] = left; });
attempt(() => { Object.getPrototypeOf(function* () {}).prototype.next = () => ({ done: true, value: "left" }); });
attempt(() => { RegExp.prototype.exec = () => null; });
attempt(() => { RegExp.prototype.test = () => true; });
attempt(() => defineProperty(RegExp.prototype, "flags", { get: () => "g" }));
attempt(() => { RegExp.prototype[Symbol.replace] = left; });
attempt(() => { RegExp.prototype[Symbol.split] = left; });
attempt(() => { Map.prototype.set = left; });
attempt(() => { Map.prototype.get = left; });
attempt(() => { Set.prototype.add = left; });
attempt(() => { Date.prototype.toISOString = left; });
attempt(() => { Date.prototype.getTime = Date.prototype.valueOf = left; });
attempt(() => { Error.prototype.toString = left; });
attempt(() => { Error.prototype.name = "left"; });
attempt(() => { Error.prototype.message = "left"; });
attempt(() => { Symbol.prototype[Symbol.toPrimitive] = left; });
attempt(() => defineProperty(Symbol.prototype, "description", { get: left }));
attempt(() => defineProperty(Array, Symbol.species, { get: () => Object }));
attempt(() => defineProperty(Array, Symbol.hasInstance, { value: () => true }));
attempt(() => { Array.prototype.constructor = Object; });
return attempts;`,
      look: js`const seen = []; for (const one of [1, 2]) seen.push(one); for (const [key] of new Map([[1, 2]])) seen.push(key); for (const one of "ab") seen.push(one);
const [first] = [9]; const made = [...(function* () { yield 1; })()];
return [seen, first, made, /a/.test("b"), /(a)/.exec("a")[1], /a/i.flags, "aXa".replace(/a/g, "b"), "a1b".split(/\d/), new Map([[1, 2]]).get(1), [...new Set([1, 1])], new Date(0).toISOString(), new Date(5).getTime() + 0,
  "" + new Error("mine"), new Error().message, "" + Symbol("s").description, [1].map((n) => n) instanceof Array, {} instanceof Array];`,
    },
    23,
  ],
  [
    "promises",
    {
      // They go on working: whoever runs the script may need them to tell how it ended.
      leave: js`"use strict";
const { then, finally: last } = Promise.prototype; const { apply } = Reflect; const Own = Promise;
attempt(() => { Promise.prototype.then = function left() { return apply(then, this, arguments); }; });
attempt(() => { Promise.prototype.finally = function left() { return apply(last, this, arguments); }; });
attempt(() => { Promise.prototype.catch = function left() { return this; }; });
attempt(() => defineProperty(Promise.prototype, "constructor", { get: function left() { return Own; }, configurable: true }));
attempt(() => defineProperty(Promise, Symbol.species, { get: function left() { return Own; }, configurable: true }));
for (const name of ["resolve", "reject", "all", "race", "any", "allSettled", "withResolvers"]) attempt(() => { Promise[name] = function left() {}; });
return attempts;`,
      look: "return [surface(Promise), surface(Promise.prototype), Promise.resolve() instanceof Promise, kind(Promise.resolve().then())];",
    },
    12,
  ],
  [
    "names and lengths of built-in functions",
    {
      leave: js`"use strict";
for (const one of [Array, Array.isArray, Array.prototype.map, Object, JSON.parse, Math.max, parseInt, Promise, Function.prototype, Object.getOwnPropertyDescriptor(Map.prototype, "size").get]) {
  attempt(() => defineProperty(one, "name", { value: "left" }));
  attempt(() => defineProperty(one, "length", { value: 99 }));
  attempt(() => deleteProperty(one, "name"));
}
return attempts;`,
      look: js`return [Array, Array.isArray, Array.prototype.map, Object, JSON.parse, Math.max, parseInt, Promise, Function.prototype, Object.getOwnPropertyDescriptor(Map.prototype, "size").get].map(surface);`,
    },
    30,
  ],
];

/** Ways of writing other than naming the object and the property. */
const WAYS: readonly Attack[] = [
  [
    "built-in methods that change what they are called on",
    {
      leave: js`"use strict";
const { push, unshift, splice, fill, reverse, sort, copyWithin, pop, shift } = Array.prototype;
for (const one of [Array.prototype, Math, JSON, Object.prototype, Function.prototype, Reflect, console, process]) {
  attempt(() => push.call(one, "left"));
  attempt(() => unshift.call(one, "left"));
  attempt(() => splice.call(one, 0, 1, "left", "too"));
  attempt(() => fill.call(one, "left"));
  attempt(() => reverse.call(one));
  attempt(() => sort.call(one));
  attempt(() => copyWithin.call(one, 0, 1));
  attempt(() => pop.call(one));
  attempt(() => shift.call(one));
}
attempt(() => { Array.prototype.length = 3; });
return attempts;`,
      look: js`return [[Array.prototype, Math, JSON, Object.prototype, Function.prototype, Reflect, console].map(surface), [].length, [, 1][0], [...Array.prototype]];`,
    },
    73,
  ],
  [
    "writes with another receiver",
    {
      leave: js`"use strict";
const heir = (of) => Object.create(of);
for (const one of [Object.prototype, Array.prototype, Function.prototype, Math, Error.prototype, JSON]) {
  attempt(() => Reflect.set({}, "left", 1, one));
  attempt(() => Reflect.set(heir(one), "toString", () => "left", one));
  attempt(() => Reflect.defineProperty(one, "left", { value: 1, writable: true }));
  attempt(() => { new Proxy(one, {}).left = 1; });
  attempt(() => { ({ __proto__: {}, run() { super.left = 1; } }).run.call(one); });
  attempt(() => { class Back { constructor() { return one; } } new (class extends Back { left = 1; })(); });
  attempt(() => { ({ left: one.left } = { left: 1 }); });
  attempt(() => { [one[0]] = ["left"]; });
  attempt(() => { for (one.left of [1, 2]); });
  attempt(() => { for (one.leftKey in { left: 1 }); });
  attempt(() => Object.defineProperties(one, { left: { value: 1 }, leftToo: { get: () => 1 } }));
  attempt(() => { one.left ??= 1; });
  attempt(() => { one.left &&= 2; });
  attempt(() => { one.__proto__ = { left: 1 }; });
  attempt(() => { Error.captureStackTrace(one); });
}
return attempts;`,
      look: js`return [Object.prototype, Array.prototype, Function.prototype, Math, Error.prototype, JSON].map(surface);`,
    },
    90,
  ],
  [
    "the setters that mend a frozen prototype's inheritance, if there are any",
    {
      top: js`const pairs = [Object.prototype, Array.prototype, Function.prototype, Error.prototype, Date.prototype, Promise.prototype, Iterator.prototype].flatMap((of) =>
  Reflect.ownKeys(of).map((key) => [of, key, Object.getOwnPropertyDescriptor(of, key)])).filter(([, key, found]) => found.set && !["__proto__", "caller", "arguments"].includes(key));`,
      leave: js`"use strict";
let tried = 0;
for (const [of, key, { get, set }] of pairs) {
  for (const on of [of, Math, Object.prototype, Array.prototype, get, set, JSON, Object.create(of)]) { tried += 1; attempt(() => { set.call(on, "left"); }); }
  for (const one of [get, set]) { tried += 2; attempt(() => { one.left = 1; }); attempt(() => { one.prototype.left = 1; }); }
}
return { isTold: attempts.made === tried, odd: attempts.odd };`,
      look: js`return [pairs.map(([of, key, { get, set }]) => [String(key), surface(of).length, surface(get), surface(set), kind(of[key])]), surface(Math), surface(JSON)];`,
    },
  ],
  [
    "classes that extend them",
    {
      leave: js`"use strict";
for (const Base of [Array, Map, Set, Error, Promise, Date, RegExp, Object, Function, Uint8Array, Iterator]) {
  class Mine extends Base { left() {} static made = 1; }
  attempt(() => { Object.getPrototypeOf(Mine).left = 1; });
  attempt(() => { Object.getPrototypeOf(Mine.prototype).left = () => 1; });
  attempt(() => { ({ run() { super.left = 1; }, __proto__: Base }).run.call(Base); });
  attempt(() => defineProperty(Base, "prototype", { value: Mine.prototype }));
  attempt(() => { Base.prototype = Mine.prototype; });
  attempt(() => { Base.prototype.constructor = Mine; });
  attempt(() => setPrototypeOf(Base, Mine));
  attempt(() => setPrototypeOf(Base.prototype, Mine.prototype));
}
return attempts;`,
      look: js`return [Array, Map, Set, Error, Promise, Date, RegExp, Object, Function, Uint8Array, Iterator].map((Base) => {
  class Mine extends Base {}
  return [surface(Base), surface(Base.prototype), Object.getPrototypeOf(Mine) === Base, Base.prototype.constructor === Base];
});`,
    },
    88,
  ],
  [
    "the state of built-in prototypes that are themselves things",
    {
      leave: js`"use strict";
attempt(() => { Date.prototype.setTime(0); });
attempt(() => { Map.prototype.set("left", 1); });
attempt(() => { Set.prototype.add("left"); });
attempt(() => { WeakMap.prototype.set({}, 1); });
attempt(() => { RegExp.prototype.compile("left"); });
attempt(() => { RegExp.prototype.lastIndex = 5; });
attempt(() => { RegExp.prototype.exec("left"); });
attempt(() => { Array.prototype.push("left"); });
attempt(() => { Function.prototype("left"); });
attempt(() => { Object.getPrototypeOf(function* () {}).prototype.next("left"); });
attempt(() => { Object.getPrototypeOf([].values()).next(); });
attempt(() => { Intl.NumberFormat.call(Object.create(Intl.NumberFormat.prototype)); });
attempt(() => { Intl.DateTimeFormat.call(Intl.DateTimeFormat.prototype); });
attempt(() => { ArrayBuffer.prototype.resize(8); });
attempt(() => { Uint8Array.prototype.set([1]); });
attempt(() => { DataView.prototype.setInt8(0, 1); });
attempt(() => { Error.prototype.stack = "left"; });
attempt(() => { Error.prototype.cause = "left"; });
attempt(() => { Iterator.prototype.constructor = "left"; });
attempt(() => { Iterator.prototype[Symbol.toStringTag] = "left"; });
return attempts;`,
      look: js`return [Date, Map, Set, RegExp, Array, Function, Error, Iterator, Intl.NumberFormat, Intl.DateTimeFormat, ArrayBuffer].map((one) => surface(one.prototype)).concat([[].length, [, 1][0], new Error().cause]);`,
    },
    20,
  ],
  [
    "freezes",
    {
      leave: js`"use strict";
for (const one of [Object.prototype, Array.prototype, Function.prototype, Error, RegExp, Math, Promise.prototype, console, Date, Symbol]) {
  attempt(() => { Object.preventExtensions(one); });
  attempt(() => { Object.seal(one); });
  attempt(() => { Object.freeze(one); });
}
return attempts;`,
      look: js`return [Object.prototype, Array.prototype, Function.prototype, Error, RegExp, Math, Promise.prototype, console, Date, Symbol].map(surface);`,
    },
    30,
  ],
  [
    "deletions",
    {
      leave: js`"use strict";
each([[Array.prototype, ["map", "push", Symbol.iterator]], [Object, ["keys", "assign"]], [Object.prototype, ["toString", "hasOwnProperty", "__proto__"]], [Math, ["max", "PI"]], [JSON, ["parse"]],
  [RegExp, ["$1", "input", Symbol.species]], [Function.prototype, ["call", "caller"]], [Promise.prototype, ["then"]], [Error, ["captureStackTrace", "stackTraceLimit"]], [Symbol.prototype, ["description"]], [Date, ["now"]]], (pair) => {
  const of = pair[0];
  each(pair[1], (key) => attempt(() => deleteProperty(of, key)));
});
return attempts;`,
      look: js`return [Array.prototype, Object, Object.prototype, Math, JSON, RegExp, Function.prototype, Promise.prototype, Error, Symbol.prototype, Date].map(surface);`,
    },
    21,
  ],
];

export const BUILT_IN_CHANGE_CASES: readonly LeakCase[] = [
  ...PATCHES.map(change("another call finds its own")),
  ...WAYS.map(change("shared objects take nothing from")),
];

function change(claim: string): (attack: Attack) => LeakCase {
  return ([name, parts, made]) =>
    leaking(`${claim} ${name}`, {
      ...parts,
      left: made === undefined ? value({ isTold: true, odd: [] }) : attempts(made),
    });
}
