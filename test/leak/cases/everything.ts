// Every object that a script can reach, and every way of changing one.

import type { LeakCase } from "../leak-case.ts";
import { WITHOUT_PLATFORM } from "../script-parts.ts";

const js = String.raw;

/** Things that lead where no name does. One that cannot be made is left out. */
const THINGS: readonly string[] = [
  "function () {}",
  "function* () {}",
  "async function () {}",
  "async function* () {}",
  "(function () { return arguments; })()",
  "(function () { 'use strict'; return arguments; })()",
  "(function* () {})()",
  "(async function* () {})()",
  "[].values()",
  "new Map().keys()",
  "new Set().keys()",
  "''[Symbol.iterator]()",
  "''.matchAll(/a/g)",
  "[].values().map((one) => one)",
  "Iterator.from({ next() {} })",
  "/(?<name>a)/d.exec('a')",
  "new Error()",
  "new AggregateError([])",
  "thrownBy(() => null.x)",
  "thrownBy(() => atob('*'))",
  "thrownBy(() => structuredClone(() => 1))",
  "thrownBy(() => new URL('bad'))",
  "captured({})",
  "sites()[0]",
  "new Promise(() => {})",
  "new Proxy({}, {})",
  "Proxy.revocable({}, {})",
  "Promise.withResolvers()",
  "new DisposableStack()",
  "new Intl.Segmenter('en').segment('a')",
  "new Intl.Segmenter('en').segment('a')[Symbol.iterator]()",
  "new Intl.NumberFormat('en')",
  "new Intl.DateTimeFormat('en')",
  "new URL('https://example.com')",
  "new URLSearchParams('a=1')",
  "new URLSearchParams('a=1').keys()",
  "new URLSearchParams('a=1').values()",
  "new URLSearchParams('a=1').entries()",
  "new TextEncoder()",
  "new TextDecoder()",
  "crypto.subtle",
  "require",
];

/**
 * `everything()` lists what can be reached by properties, accessors, what these return, and prototypes, each with its
 * shortest path.
 */
const WALK = js`${WITHOUT_PLATFORM}
const { ownKeys, getOwnPropertyDescriptor: describe, getPrototypeOf, isExtensible, defineProperty, deleteProperty, setPrototypeOf, preventExtensions, set: assign, apply } = Reflect;
function thrownBy(act) { try { act(); } catch (error) { return error; } }
function captured(one) { Error.captureStackTrace(one); return one; }
function sites() {
  const kept = describe(Error, "prepareStackTrace");
  Error.prepareStackTrace = (_, list) => list;
  const list = new Error().stack;
  if (kept === undefined) delete Error.prepareStackTrace; else defineProperty(Error, "prepareStackTrace", kept);
  return list;
}
const things = [${THINGS.map((one) => `["${one}", () => ${one}]`).join(", ")}];
function everything() {
  const objects = [], paths = [], keys = [], known = new Map();
  const add = (one, path) => {
    if (one === null || (typeof one !== "object" && typeof one !== "function") || known.has(one)) return;
    known.set(one, path);
    objects.push(one);
    paths.push(path);
  };
  const walk = () => {
    for (let at = keys.length; at < objects.length; at += 1) {
      const one = objects[at], path = one === globalThis ? "" : paths[at] + ".";
      keys.push(ownKeys(one));
      add(getPrototypeOf(one), path + "__proto__");
      for (const key of keys[at]) {
        const { value, get, set } = describe(one, key);
        const name = path + String(key);
        add(value, name);
        add(get, name + ".get");
        add(set, name + ".set");
        if (get !== undefined) { try { add(one[key], name + "()"); } catch {} }
      }
    }
  };
  add(globalThis, "globalThis");
  walk();
  for (const [path, make] of things) { try { add(make(), path); } catch {} }
  walk();
  return { objects, paths, keys, known };
}
`;

/**
 * The digest of each object: all of its own that can be seen, where it leads, what it comes from. But not the texts of
 * errors, which may quote the budget of a release.
 */
const LOOK = js`
const TEXTS = new Set(["stack", "message"]);
function digest(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
module.exports.look = () => {
  const { objects, paths, keys, known } = everything();
  const show = (one) => known.get(one) ?? typeof one + " " + String(one);
  const seen = {};
  for (let at = 0; at < objects.length; at += 1) {
    const one = objects[at];
    let text = typeof one + isExtensible(one) + show(getPrototypeOf(one));
    for (const key of keys[at]) {
      const { value, get, set, writable, enumerable, configurable } = describe(one, key);
      text += "\n" + String(key) + writable + enumerable + configurable + (TEXTS.has(key) ? typeof value : show(value)) + show(get) + show(set);
    }
    seen[paths[at]] = digest(text);
  }
  return seen;
};
`;

/**
 * Ways of changing an object `one`, whose own keys are `keys`, that count what they try and what was let through.
 * From the first change on nothing of the realm's can be relied upon but what was taken before.
 */
const CHANGES: Readonly<Record<string, string>> = {
  "gets another property": js`
  yes(() => defineProperty(one, "left", { __proto__: null, value: left, writable: true, enumerable: true, configurable: true }));`,
  "gets another property under a symbol": js`
  yes(() => defineProperty(one, mark, { __proto__: null, value: left, configurable: true }));`,
  "gets another accessor": js`
  yes(() => defineProperty(one, 0, { __proto__: null, get: left, configurable: true }));`,
  "has a property assigned to": js`
  for (let at = 0; at < keys.length; at += 1) if (!isVital(one, keys[at])) yes(() => assign(one, keys[at], left));`,
  "has a property defined anew": js`
  for (let at = 0; at < keys.length; at += 1) if (!isVital(one, keys[at])) yes(() => defineProperty(one, keys[at], { __proto__: null, value: left }));`,
  "has a property turned into an accessor": js`
  for (let at = 0; at < keys.length; at += 1) if (!isVital(one, keys[at])) yes(() => defineProperty(one, keys[at], { __proto__: null, get: left, set: left, configurable: true }));`,
  "has a property taken away": js`
  for (let at = 0; at < keys.length; at += 1) if (!isVital(one, keys[at])) yes(() => deleteProperty(one, keys[at]));`,
  "has its properties' attributes changed": js`
  for (let at = 0; at < keys.length; at += 1) {
    yes(() => defineProperty(one, keys[at], { __proto__: null, enumerable: true }));
    yes(() => defineProperty(one, keys[at], { __proto__: null, enumerable: false }));
  }`,
  "gets another prototype": js`
  if (!isVital(one)) yes(() => setPrototypeOf(one, heir));`,
  "can be closed to others' properties": js`
  if (one !== global) yes(() => preventExtensions(one));`,
  "is changed by what changes arrays, maps, dates and the like": js`
  for (let at = 0; at < mutators.length; at += 1) if (one !== global) yes(() => { apply(mutators[at], one, ["left", left]); });`,
  "is changed by its own functions": js`
  for (let at = 0; at < keys.length; at += 1) {
    let own; try { own = describe(one, keys[at]); } catch {}
    if (own === undefined || isVital(one, keys[at])) continue;
    if (typeof own.value === "function") { yes(() => { apply(own.value, one, []); }); yes(() => { apply(own.value, one, ["left", left]); }); }
    if (own.set !== undefined) yes(() => { apply(own.set, one, ["left"]); });
  }`,
};

/**
 * `isVital`: while promises are broken, whoever runs the script may not get to tell how it ended. They alone are left
 * out here, and attacked in cases of their own.
 */
const leaveBy = (change: string): string => js`
module.exports.leave = () => {
  const { objects, keys: allKeys } = everything();
  const global = globalThis, left = function left() { return "left"; }, mark = Symbol.for("left"), heir = { left: 1 };
  const vital = Promise.prototype, maker = Promise;
  const isVital = (one, key) => one === vital || one === maker || (one === global && key === "Promise");
  const { push, unshift, splice, fill, reverse, sort, pop } = Array.prototype;
  const mutators = [push, unshift, splice, fill, reverse, sort, pop, Date.prototype.setTime, Map.prototype.set, Set.prototype.add, WeakSet.prototype.add,
    RegExp.prototype.compile, Uint8Array.prototype.fill, DataView.prototype.setInt8, ArrayBuffer.prototype.resize, Object.prototype.__defineGetter__, Object.assign.bind(null), Error.captureStackTrace];
  let tried = 0, done = 0;
  const yes = (act) => { tried += 1; try { if (act() !== false) done += 1; } catch {} };
  Error.stackTraceLimit = 0;
  const change = (one, keys) => {${change}
  };
  for (let at = 0; at < objects.length; at += 1) change(objects[at], allKeys[at]);
  return { isThorough: objects.length > 800 && tried > 500, objects: objects.length, tried, done, then: undefined, toJSON: undefined };
};
`;

export const EVERYTHING_CASES: readonly LeakCase[] = Object.entries(CHANGES).map(
  ([name, change]) => ({
    name: `no object that can be reached ${name}`,
    code: `${WALK}${LOOK}${leaveBy(change)}`,
    left: { is: "value", value: { isThorough: true } },
    view: "everything",
    unguarded: "leaks",
  }),
);
