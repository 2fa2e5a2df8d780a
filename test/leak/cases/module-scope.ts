// What belongs to one call by the language: variables, closures, exports, and the functions around the script.

import type { LeakCase } from "../leak-case.ts";
import { attempts, holding, leaking, value } from "../script-parts.ts";

const js = String.raw;

/** The script's own state: `leave` changes it and tells what it then is, `look` tells what it finds. */
const STATE: readonly (readonly [
  name: string,
  parts: { top: string; leave: string; look: string },
  left: unknown,
])[] = [
  [
    "variables of the top level",
    {
      top: "var a = 0; let b = 0; const c = { n: 0 }; class D { static n = 0; }",
      leave: "a += 1; b += 1; c.n += 1; D.n += 1; return [a, b, c.n, D.n];",
      look: "return [a, b, c.n, D.n];",
    },
    [1, 1, 1, 1],
  ],
  [
    "functions put in place of the script's own",
    {
      top: js`function rate() { return 1; } { function inBlock() { return 1; } }
const table = { rate() { return 1; } };`,
      leave: js`rate = () => 2; inBlock = () => 2; table.rate = () => 2;
look = leave = exports.look = module.exports.look = () => "left";
return [rate(), inBlock(), table.rate(), look()];`,
      look: "return [rate(), inBlock(), table.rate(), typeof leave];",
    },
    [2, 2, 2, "left"],
  ],
  [
    "what closures hold",
    {
      top: js`const next = (() => { let n = 0; return () => ++n; })();
const memo = (() => { const seen = new Map(); return (key) => { if (!seen.has(key)) seen.set(key, seen.size); return seen.size; }; })();
function lazily() { if (!lazily.made) lazily.made = { at: 1 }; return lazily.made; }
function byDefault(list = byDefault.list ??= []) { list.push(1); return list.length; }`,
      leave:
        "next(); memo('a'); lazily().at += 1; byDefault(); return [next(), memo('b'), lazily().at, byDefault()];",
      look: "return [next(), memo('c'), lazily().at, byDefault()];",
    },
    [2, 2, 2, 2],
  ],
  [
    "properties of the script's own functions and classes",
    {
      top: js`function own() {} class Kind { static made = 0; static #secret = 0; static spend() { return ++Kind.#secret; } }
const arrow = () => 1; async function later() {} function* many() {}`,
      leave: js`for (const one of [own, Kind, arrow, later, many, leave, look]) { one.left = 1; Object.defineProperty(one, "name", { value: "left" }); }
own.prototype.left = many.prototype.left = Kind.prototype.left = 1;
Object.setPrototypeOf(own, { left: 1 }); Object.freeze(arrow);
return [Kind.spend(), new own().left, Object.keys(many), look.name];`,
      look: js`return [Kind.spend(), [own, Kind, arrow, later, many, leave, look, own.prototype, many.prototype, Kind.prototype].map(surface)];`,
    },
    [1, 1, ["left"], "left"],
  ],
  [
    "collections kept at the top level",
    {
      top: "const map = new Map(), set = new Set(), weak = new WeakMap(), weakSet = new WeakSet(), list = [], key = {};",
      leave: js`map.set("a", 1); set.add(1); list.push(1);
for (const one of [Object.prototype, Math, key]) { weak.set(one, "left"); weakSet.add(one); }
return [map.size, set.size, list.length, weak.get(Math), weakSet.has(key)];`,
      look: "return [map.size, set.size, list.length, weak.has(Math), weak.has(Object.prototype), weakSet.has(key), weakSet.has(Math)];",
    },
    [1, 1, 1, "left", true],
  ],
  [
    "generators and iterators that were used half",
    {
      top: js`function* count() { let n = 0; for (;;) yield ++n; }
const numbers = count(), values = [1, 2, 3].values(), letters = "abc"[Symbol.iterator](), entries = new Map([[1, 2], [3, 4]]).entries(),
  matches = "a1a2".matchAll(/a./g), mapped = [1, 2, 3].values().map((n) => n * 2);`,
      leave: js`const all = [numbers, values, letters, entries, matches, mapped];
for (const one of all) one.next();
return all.map((one) => one.next().value !== undefined);`,
      look: "return [numbers, values, letters, entries, matches, mapped].map((one) => one.next().value);",
    },
    [true, true, true, true, true, true],
  ],
  [
    "the place where a regular expression goes on",
    {
      top: "const kept = /a/g; function fresh() { return /a/y; }",
      leave: js`kept.test("aaa"); kept.test("aaa"); kept.left = 1; const one = fresh(); one.test("aaa");
return [kept.lastIndex, one.lastIndex];`,
      look: "return [kept.lastIndex, fresh().lastIndex, Object.keys(kept), kept.test('a')];",
    },
    [2, 1],
  ],
  [
    "regular expressions compiled anew",
    {
      top: "const kept = /a/; function fresh() { return /a/; } function looped() { let last; for (let n = 0; n < 3; n++) { last = /a/; last.compile('left' + n); } return /a/; }",
      leave:
        "kept.compile('left', 'g'); fresh().compile('left'); looped(); return [kept.source, kept.flags];",
      look: "return [kept.source, kept.flags, fresh().source, looped().source];",
    },
    ["left", "g"],
  ],
  [
    "literals that were changed",
    {
      top: js`function list() { return [1, 2, [3, { deep: 4 }]]; } function record() { return { a: 1, b: { c: [2] } }; }
function holes() { return [, 1]; } function doubles() { return [1.5, 2.5]; }`,
      leave: js`for (let n = 0; n < 50; n++) {
  const one = list(); one.push("left"); one[2][1].deep = "left"; one.length = 1;
  const two = record(); two.b.c[0] = "left"; delete two.a; Object.freeze(two.b);
  holes()[0] = "left"; doubles()[0] = "left"; doubles().push({});
}
return list().length;`,
      look: "return [list(), record(), Object.isFrozen(record().b), holes().length, 0 in holes(), doubles()];",
    },
    3,
  ],
  [
    "names that the script declares like built-ins",
    {
      top: js`var Date = typeof Date === "undefined" ? { now: () => 1 } : "taken"; function parseInt() { return 7; }
let isNaN = 1; const Intl = { own: 1 }; class Map {}`,
      leave:
        "Date.left = parseInt.left = Intl.left = Map.left = 1; isNaN = 2; return [Date.now(), parseInt('1'), isNaN, Map.left];",
      look: "return [surface(Date), surface(parseInt), isNaN, surface(Intl), surface(Map), typeof globalThis.Date.UTC];",
    },
    [1, 7, 2, 1],
  ],
];

/** `found` are all functions that a function of the script can reach by way of whoever called it. */
const CALLERS = js`
function reachable() {
  const found = [arguments.callee, leave, look];
  const read = (object, key) => { try { return object[key]; } catch { return undefined; } };
  for (let at = 0; at < found.length && at < 50; at++) {
    const lists = [read(found[at], "arguments") || [], wrapperArguments];
    for (const one of [read(found[at], "caller"), read(found[at], "callee"), wrapperArguments.callee, ...lists.flatMap((list) => [...list, read(list, "callee")])])
      if ((typeof one === "function" || (typeof one === "object" && one !== null)) && !found.includes(one)) found.push(one);
  }
  return found;
}
const wrapperArguments = arguments;
`;

/** All that an error's stack gives away besides text. */
const CALL_SITES = js`
function sites(error = new Error()) {
  const kept = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.prepareStackTrace = (_, list) => list;
  const list = error.stack;
  if (kept) Object.defineProperty(Error, "prepareStackTrace", kept); else delete Error.prepareStackTrace;
  return list;
}
function reachable() {
  const list = sites(), found = [list, Object.getPrototypeOf(list[0]), ...list];
  for (const site of list) {
    for (const name of ["getThis", "getFunction", "getTypeName", "getEvalOrigin"]) {
      let one; try { one = site[name](); } catch {}
      if ((typeof one === "function" || (typeof one === "object" && one !== null)) && one !== globalThis) found.push(one);
    }
  }
  for (const name of Reflect.ownKeys(found[1])) { const one = found[1][name]; if (typeof one === "function") found.push(one); }
  return found;
}
`;

const MARK_ALL = js`const found = reachable();
for (const one of found) {
  attempt(() => { "use strict"; one.left = 1; });
  attempt(() => defineProperty(one, Symbol.for("left"), { value: 1 }));
}
return { isReached: found.length >= 3, odd: attempts.odd };`;

const SEE_ALL = js`return reachable().map((one) => [kind(one), Reflect.has(one, "left"), Reflect.has(one, Symbol.for("left"))]);`;

// A template's strings are made once for each place in the code, however often the function around it is made.
const TAGGED = [
  "function strings() { return (function tag(parts) { return parts; })`one ${1} two`; }",
  "function again() { return String.raw`a${strings().length}`; }",
].join("\n");

const CALL_DATA = { cli: "1", routing: { list: [1, { deep: "a" }], empty: {} }, text: "b" };

export const MODULE_SCOPE_CASES: readonly LeakCase[] = [
  holding("the data of a call is nobody else's", {
    leave: js`const { routing } = data;
routing.list[1].deep = "left"; routing.list.push("left"); routing.left = 1; delete data.text; data.cli += "left"; data.more = { left: 1 };
Object.defineProperty(routing.empty, "hidden", { value: 1 }); Object.setPrototypeOf(routing.empty, { inherited: 1 }); Object.freeze(routing.list); data.self = data;
return [routing.list.length, data.cli, routing.empty.inherited, data.self === data];`,
    look: js`return [data, Object.getOwnPropertyNames(data.routing.empty), typeof data.routing.empty.inherited, Object.isFrozen(data.routing.list), Object.getPrototypeOf(data) === Object.prototype, typeof data.self];`,
    left: value([3, "1left", 1, true]),
    data: CALL_DATA,
  }),
  ...STATE.map(([name, parts, left]) =>
    holding(`a call's own scope keeps no trace of ${name}`, { ...parts, left: value(left) }),
  ),
  leaking("a call's own scope keeps no trace of what the module is given", {
    top: js`const given = [this, exports, require, module].map(surface);
const self = this, args = arguments;`,
    leave: js`for (const one of [self, exports, require, module, module.exports]) {
  attempt(() => { "use strict"; one.left = 1; });
  attempt(() => defineProperty(one, Symbol.for("left"), { value: 1 }));
}
attempt(() => { "use strict"; require.cache = { left: 1 }; });
attempt(() => { "use strict"; require.resolve = () => "left"; });
attempt(() => { "use strict"; require.prototype.left = 1; });
attempt(() => setPrototypeOf(require, { left: 1 }));
module.children = ["left"]; module.id = "left";
return { self: self.left, module: module.left, arguments: args.length, made: attempts.made, odd: attempts.odd };`,
    look: js`return [given, args.length, [...args].slice(3), typeof __filename, Object.keys(module), surface(require), surface(require.prototype)];`,
    left: value({ self: 1, module: 1, arguments: 5, made: 14, odd: [] }),
  }),
  holding("a property that a script puts on its module's own function is gone", {
    top: js`const wrapper = arguments.callee; const before = [surface(wrapper), surface(wrapper.prototype), surface(arguments)];
arguments[5] = "left"; arguments.left = 1;`,
    leave: js`wrapper.left = 1; wrapper.prototype.left = 1; wrapper[Symbol.for("left")] = 1;
Object.defineProperty(wrapper, "name", { value: "left" }); Object.setPrototypeOf(wrapper, { left: 1 }); Object.freeze(wrapper);
return [wrapper.left, Object.isFrozen(wrapper)];`,
    look: "return before;",
    left: value([1, true]),
  }),
  leaking("no function that a script reaches through its callers keeps anything", {
    top: CALLERS,
    leave: MARK_ALL,
    look: SEE_ALL,
    left: value({ isReached: true, odd: [] }),
  }),
  leaking("nothing that a script reaches through call sites keeps anything", {
    top: CALL_SITES,
    leave: MARK_ALL,
    look: SEE_ALL,
    left: value({ isReached: true, odd: [] }),
  }),
  holding("the strings of a tagged template take nothing", {
    top: TAGGED,
    leave: js`"use strict";
const parts = strings();
attempt(() => { parts.left = 1; });
attempt(() => { parts[0] = "left"; });
attempt(() => { parts.push("left"); });
attempt(() => { parts.raw.push("left"); });
attempt(() => { parts.raw[0] = "left"; });
attempt(() => { parts.length = 0; });
attempt(() => { Array.prototype.splice.call(parts.raw, 0, 2, "left"); });
attempt(() => { Array.prototype.reverse.call(parts); });
attempt(() => setPrototypeOf(parts, { left: 1 }));
attempt(() => defineProperty(parts, Symbol.for("left"), { value: 1 }));
return attempts;`,
    look: "return [surface(strings()), surface(strings().raw), again()];",
    left: attempts(10),
  }),
  holding("the strings of a tagged template are no place to know a call by", {
    top: `${TAGGED}\nconst known = new WeakSet();`,
    leave: "known.add(strings()); return [known.has(strings()), strings() === strings()];",
    look: "return [known.has(strings()), strings() === strings()];",
    left: value([true, true]),
  }),
  holding("private names stamped on shared objects are not seen again", {
    top: js`class Give { constructor(object) { return object; } }
class Stamp extends Give { #mark = "left"; static has(object) { return #mark in object; } static read(object) { return object.#mark; } }
const shared = [globalThis, Object.prototype, Array.prototype, Function.prototype, Math, JSON, console, process, Reflect];`,
    leave: js`for (const one of shared) attempt(() => { new Stamp(one); });
return { made: attempts.made, odd: attempts.odd, isConsistent: shared.filter((one) => Stamp.has(one)).length === attempts.done };`,
    look: "return shared.map((one) => Stamp.has(one));",
    left: value({ made: 9, odd: [], isConsistent: true }),
  }),
  holding("symbols of the registry carry nothing", {
    leave: js`const mine = Symbol.for("left " + data.key);
attempt(() => { "use strict"; mine.left = 1; });
attempt(() => { new WeakMap().set(mine, 1); });
return { known: Symbol.keyFor(mine), made: attempts.made, odd: attempts.odd };`,
    look: js`const one = Symbol.for("left a"); return [Symbol.keyFor(one), one.description, one.left === undefined, Symbol.keyFor(Symbol("left a")) === undefined];`,
    left: value({ known: "left a", made: 2, odd: [] }),
    data: { key: "a" },
  }),
  {
    name: "exports that are frozen, replaced or guarded are those of one call",
    code: js`
let reads = 0;
const target = { reads: 0 };
module.exports = new Proxy(target, {
  getOwnPropertyDescriptor: (on, key) => { reads += 1; on.reads += 1; return Reflect.getOwnPropertyDescriptor(on, key); },
});
target.leave = () => { target.left = 1; Object.freeze(target); Object.freeze(exports); module.exports = null; return [reads > 0, Object.isFrozen(target)]; };
target.look = () => [typeof target.left, Object.isFrozen(target), Object.isFrozen(exports), reads === target.reads];
target.look = ((look) => () => look())(target.look);
`,
    left: value([true, true]),
    view: "exports",
    unguarded: "holds",
  },
  {
    name: "a strict script's state is that of one call",
    code: js`"use strict";
let calls = 0; const seen = [];
exports.leave = (data) => { calls += 1; seen.push(data.key); try { strictly = 1; } catch {} globalThis.strictlyToo = 1; return [calls, seen, strictlyToo]; };
exports.look = () => [calls, seen, typeof strictly, typeof strictlyToo];
`,
    left: value([1, ["a"], 1]),
    data: { key: "a" },
    view: "strict",
    unguarded: "leaks",
  },
];
