// State that the engine keeps for a realm: the last match, how stacks are written, caches.

import type { LeakCase } from "../leak-case.ts";
import { attempts, holding, leaking, value } from "../script-parts.ts";

const js = String.raw;

const LOOK_STATICS = js`return [RegExp.$1, RegExp.$2, RegExp.$3, RegExp.$4, RegExp.$5, RegExp.$6, RegExp.$7, RegExp.$8, RegExp.$9, RegExp.input, RegExp.$_, RegExp.lastMatch, RegExp["$&"],
  RegExp.lastParen, RegExp["$+"], RegExp.leftContext, RegExp["$\x60"], RegExp.rightContext, RegExp["$'"], surface(RegExp)];`;

/** Each leaves a match, and tells what the statics then are. */
const MATCHES: readonly (readonly [name: string, leave: string, left: unknown])[] = [
  [
    "exec",
    js`/(\d+)-(\d+)/.exec("call 44-77 now"); return [RegExp.$1, RegExp.$2, RegExp.lastMatch, RegExp.leftContext, RegExp.rightContext];`,
    ["44", "77", "44-77", "call ", " now"],
  ],
  [
    "test, with as many groups as there are statics",
    js`/(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)/.test("abcdefghij"); return [RegExp.$1, RegExp.$9, RegExp.lastParen];`,
    ["a", "i", "j"],
  ],
  [
    "match and matchAll",
    js`"pin 1234".match(/(\d)(\d)/); const first = RegExp.$2; [..."a1b2".matchAll(/([a-z])(\d)/g)]; return [first, RegExp.$1, RegExp.$2];`,
    ["2", "b", "2"],
  ],
  [
    "replace with a function",
    js`const seen = []; "a1b2".replace(/([a-z])(\d)/g, () => { seen.push(RegExp.$1); return ""; }); return [seen.length, RegExp.$1, RegExp.input];`,
    [2, "b", "a1b2"],
  ],
  [
    "replace with a function that throws",
    js`try { "secret".replace(/(s)(e)/, () => { throw new Error("in the middle"); }); } catch {} return [RegExp.$1, RegExp.input];`,
    ["s", "secret"],
  ],
  ["split and search", js`"a,b".split(/(,)/); "xay".search(/(a)/); return RegExp.$1;`, "a"],
  [
    "a global expression used again and again",
    js`const all = /(\w)/g; while (all.exec("xyz")); return [RegExp.$1, RegExp.leftContext];`,
    ["z", "xy"],
  ],
  [
    "an assignment to the input",
    js`/a/.exec("a"); RegExp.input = "left"; const first = RegExp.$_; RegExp.$_ = data.key; return [first, RegExp.input];`,
    ["left", "secret"],
  ],
  [
    "a long text",
    js`/(b)/.exec("a".repeat(200000) + "b"); return [RegExp.leftContext.length, RegExp.$1];`,
    [200000, "b"],
  ],
  [
    "a match in the midst of a callback of the engine's",
    js`[2, 1].sort((a, b) => { /(sort)/.exec("sort"); return a - b; }); JSON.parse("[1]", (_, one) => { /(json)/.exec("json"); return one; }); return RegExp.$1;`,
    "json",
  ],
];

/** Tells how many frames a stack has, and what is behind it. */
const STACKS = js`
function deep(n) { return n === 0 ? new Error("mine") : deep(n - 1); }
function frames(error = deep(30)) { return typeof error.stack === "string" ? error.stack.split("\n").length - 1 : typeof error.stack; }
`;

const LOOK_STACKS = js`const engine = (() => { try { null.x; } catch (error) { return error; } })();
return [frames(), typeof engine.stack, typeof new RangeError("mine").stack, surface(Error), surface(TypeError), typeof globalThis.spied];`;

/** Each changes how stacks are written, and tells what came of it. */
const CONFIGURATIONS: readonly (readonly [name: string, leave: string, left: unknown])[] = [
  ["a short limit", js`Error.stackTraceLimit = 2; return frames();`, 2],
  ["no frames at all", js`Error.stackTraceLimit = 0; return frames();`, 0],
  ["a long limit", js`Error.stackTraceLimit = 20; return frames();`, 20],
  [
    "a limit that is no number",
    js`Error.stackTraceLimit = { secret: data }; return frames();`,
    "undefined",
  ],
  [
    "a function that writes stacks",
    js`Error.prepareStackTrace = (error, sites) => [error.message, sites.length]; return deep(3).stack[0];`,
    "mine",
  ],
  [
    "a function that collects errors",
    js`Error.prepareStackTrace = (error) => { (globalThis.spied ??= []).push(error.message); return "left"; }; return [deep(1).stack, spied];`,
    ["left", ["mine"]],
  ],
  [
    "a function that throws",
    js`Error.prepareStackTrace = () => { throw "left"; }; try { return deep(1).stack; } catch (thrown) { return thrown; }`,
    "left",
  ],
  [
    "something in the function's place",
    js`Error.prepareStackTrace = { secret: data.key }; return Error.prepareStackTrace.secret;`,
    "secret",
  ],
];

const PINS: readonly (readonly [name: string, leave: string])[] = [
  ["removed", js`attempt(() => deleteProperty(Error, "stackTraceLimit"));`],
  [
    "made read-only",
    js`attempt(() => defineProperty(Error, "stackTraceLimit", { value: 1, writable: false }));`,
  ],
  [
    "pinned",
    js`attempt(() => defineProperty(Error, "stackTraceLimit", { value: 1, writable: false, configurable: false }));`,
  ],
  [
    "pinned but writable",
    js`attempt(() => defineProperty(Error, "stackTraceLimit", { value: 1, writable: true, configurable: false, enumerable: false }));`,
  ],
  [
    "hidden behind an accessor",
    js`attempt(() => defineProperty(Error, "stackTraceLimit", { get: () => 1, set() {}, configurable: true }));`,
  ],
  [
    "pinned behind an accessor",
    js`attempt(() => defineProperty(Error, "stackTraceLimit", { get: () => 1, set() {}, configurable: false }));`,
  ],
  [
    "left to a function that cannot be removed",
    js`attempt(() => defineProperty(Error, "prepareStackTrace", { value: () => "left", configurable: false }));`,
  ],
  [
    "left to a function behind an accessor",
    js`attempt(() => defineProperty(Error, "prepareStackTrace", { get: () => () => "left", configurable: true }));`,
  ],
  ["left as they are, on an Error that is frozen", js`attempt(() => { Object.freeze(Error); });`],
  [
    "changed for other kinds of errors",
    js`attempt(() => defineProperty(TypeError, "stackTraceLimit", { value: 1, configurable: true, writable: true }));`,
  ],
];

/**
 * An error's stack is a property with functions that all errors share. They read and write a place that no key leads to,
 * and which captureStackTrace makes on any object, so that it outlives the property.
 */
const STACK_PLACES = js`
const accessors = [new Error(), captured({}), thrownBy(() => null.x), thrownBy(() => atob("*")), thrownBy(() => structuredClone(() => 1))]
  .map((one) => Object.getOwnPropertyDescriptor(Object(one), "stack") || {});
const { get, set } = accessors[0];
const prototypes = [];
for (let at = Object.getPrototypeOf(globalThis); at !== null; at = Object.getPrototypeOf(at)) prototypes.push(at);
const shared = [globalThis, ...prototypes, Function.prototype, Array.prototype, Error.prototype, Error, RegExp, Math, JSON, console, process, get, set, Array.isArray, Array.prototype.push, Object.prototype.toString];
function captured(one) { Error.captureStackTrace(one); return one; }
function thrownBy(act) { try { act(); } catch (error) { return error; } }
function read(one) { try { return String(get.call(one)); } catch (error) { return error.name; } }
`;

const ENGINE_CACHES: readonly (readonly [
  name: string,
  parts: { top?: string; leave: string; look: string },
  left: unknown,
])[] = [
  [
    "arrays and objects that the engine may keep to answer with again",
    {
      top: js`const make = () => ["a,b,c".split(","), Object.keys({ a: 1, b: 2 }), "abc".match(/b/), /(?<name>b)/.exec("abc").groups, Object.entries({ a: 1 }), Object.getOwnPropertyNames({ x: 1 }), [..."abc"],
  JSON.parse('{"a":[1,2]}'), Intl.getCanonicalLocales("en"), Intl.supportedValuesOf("currency").slice(0, 3), new Intl.NumberFormat("en").resolvedOptions(), new Intl.NumberFormat("en").formatToParts(1.5), Object.getOwnPropertyDescriptor({ a: 1 }, "a")];`,
      leave: js`let changed = 0;
for (let n = 0; n < 30; n++) for (const one of make()) { one[0] = "left"; one.a = "left"; one.name = one.value = "left"; one.length = 1; one.locale = "left"; changed += 1; }
return changed;`,
      look: "return make();",
    },
    390,
  ],
  [
    "dates that were set",
    {
      top: "const kept = new Date(0);",
      leave: js`kept.setUTCFullYear(1999); kept.setUTCHours(5); kept.left = 1; const other = new Date(0); other.setTime(5); return [kept.getUTCFullYear(), other.getTime()];`,
      look: "return [kept.getTime(), Object.keys(kept), new Date(0).getTime(), new Date(0).toISOString(), Date.UTC(2020, 1)];",
    },
    [1999, 5],
  ],
  [
    "formatters and what was put on them",
    {
      top: js`const number = new Intl.NumberFormat("en"), date = new Intl.DateTimeFormat("en", { timeZone: "UTC" }), collator = new Intl.Collator("sv");`,
      leave: js`for (const one of [number, date, collator]) { one.left = 1; Object.defineProperty(one, "format", { value: () => "left" }); }
return [number.format(1), date.left, new Intl.NumberFormat("de").format(1234.5), ["z", "ä"].sort(collator.compare)];`,
      look: js`return [number.format(1234.5), date.format(0), collator.compare("a", "b"), [number, date, collator].map((one) => Object.keys(one)), (1234.5).toLocaleString("en"), new Date(0).toLocaleDateString("en", { timeZone: "UTC" }), ["z", "ä"].sort(Intl.Collator("sv").compare)];`,
    },
    ["left", 1, "1.234,5", ["z", "ä"]],
  ],
  [
    "arrays whose sorting was cut short",
    {
      top: "const kept = [3, 1, 2];",
      leave: js`let n = 0; try { kept.sort(() => { n += 1; kept.push("left"); throw new Error("cut"); }); } catch {} try { kept.reduce(() => { throw 1; }); } catch {} return [n, kept.includes("left")];`,
      look: "return [kept, [3, 1, 2].sort(), [3, 1, 2].toSorted((a, b) => a - b)];",
    },
    [1, true],
  ],
  [
    "buffers that were moved or filled",
    {
      top: "const kept = new Uint8Array([1, 2, 3]);",
      leave: js`kept.fill(9); const moved = new ArrayBuffer(8); new Uint8Array(moved).fill(7); const next = moved.transfer(); kept.buffer.left = 1; return [kept[0], moved.byteLength, next.byteLength];`,
      look: "return [[...kept], new Uint8Array(4096).some((one) => one !== 0), Object.keys(kept.buffer), [...new Uint8Array(new ArrayBuffer(64))].every((one) => one === 0)];",
    },
    [9, 0, 8],
  ],
  [
    "arrays that could not take any more",
    {
      top: "const fixed = Object.freeze([1, 2]);",
      leave: js`"use strict";
for (const way of [() => fixed.push(3), () => { fixed[0] = 3; }, () => { fixed.length = 0; }, () => fixed.splice(0, 1), () => fixed.sort(), () => Array.prototype.push.call(fixed, 3)]) attempt(way);
return [attempts.made, attempts.done, fixed.length];`,
      look: "return [surface(fixed), [1, 2]];",
    },
    [6, 0, 2],
  ],
  [
    "chance",
    {
      leave:
        "const drawn = []; for (let n = 0; n < 500; n++) drawn.push(Math.random()); return new Set(drawn).size > 400;",
      look: js`const drawn = Array.from({ length: 20 }, () => Math.random()); return [new Set(drawn).size === 20, drawn.every((one) => one >= 0 && one < 1)];`,
    },
    true,
  ],
  [
    "numbers and texts that were made before",
    {
      leave: js`let text = ""; for (let n = 0; n < 2000; n++) text += String(n) + (n / 7).toString(36) + parseFloat("1." + n); return text.length > 1000;`,
      look: js`return [String(1999), (10 / 7).toString(36), parseFloat("1.5"), "a" + 1 === "a1", (0.1 + 0.2).toString(), (25).toString(36), "İ".toLowerCase().length];`,
    },
    true,
  ],
];

export const ENGINE_STATE_CASES: readonly LeakCase[] = [
  ...MATCHES.map(([name, leave, left]) =>
    leaking(`the last match is not that of another call: ${name}`, {
      leave,
      look: LOOK_STATICS,
      left: value(left),
      data: { key: "secret" },
    }),
  ),
  leaking("the last match's statics take nothing else", {
    leave: js`"use strict";
for (const name of ["$1", "$9", "lastMatch", "leftContext", "input", "$_", "$&"]) {
  attempt(() => defineProperty(RegExp, name, { value: "left" }));
  attempt(() => defineProperty(RegExp, name, { get: () => "left", set() {}, configurable: true }));
  attempt(() => deleteProperty(RegExp, name));
  attempt(() => { RegExp[name] = "left"; });
}
return attempts;`,
    look: LOOK_STATICS,
    left: attempts(28),
  }),
  ...CONFIGURATIONS.map(([name, leave, left]) =>
    leaking(`stacks are not written as another call wants them: ${name}`, {
      top: STACKS,
      leave,
      look: LOOK_STACKS,
      left: value(left),
      data: { key: "secret" },
    }),
  ),
  ...PINS.map(([name, leave]) =>
    leaking(`how stacks are written is not ${name} by another call`, {
      top: STACKS,
      leave: `${leave}\nreturn attempts;`,
      look: LOOK_STACKS,
      left: attempts(1),
    }),
  ),
  leaking("no object keeps a stack that another call captured on it", {
    top: STACK_PLACES,
    leave: js`for (const one of shared) {
  attempt(() => { Error.captureStackTrace(one); });
  attempt(() => { Error.captureStackTrace(new Proxy(Object(one), {})); });
  attempt(() => { set.call(one, "left"); });
  attempt(() => { Object.create(Object(one)).stack = "left"; });
}
return { isTold: attempts.made === shared.length * 4, odd: attempts.odd };`,
    look: "return [shared.map(read), shared.map((one) => typeof Object.create(Object(one)).stack)];",
    left: value({ isTold: true, odd: [] }),
  }),
  leaking("the functions behind an error's stack take nothing", {
    top: STACK_PLACES,
    leave: js`let count = 0;
for (const pair of accessors) for (const one of [pair.get, pair.set]) {
  if (typeof one !== "function") continue;
  count += 3;
  attempt(() => { "use strict"; one.left = 1; });
  attempt(() => defineProperty(one, "name", { value: "left" }));
  attempt(() => setPrototypeOf(one, { left: 1 }));
}
return { isTold: attempts.made === count, odd: attempts.odd };`,
    look: "return accessors.map((pair) => [surface(pair.get), surface(pair.set), pair.get && pair.get.left]);",
    left: value({ isTold: true, odd: [] }),
  }),
  ...ENGINE_CACHES.map(([name, parts, left]) =>
    holding(`the engine hands no other call ${name}`, { ...parts, left: value(left) }),
  ),
];
