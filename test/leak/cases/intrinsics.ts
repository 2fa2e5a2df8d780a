// The objects that every script of a realm shares, those without a name among them.

import type { LeakCase } from "../leak-case.ts";
import { attempts, leaking } from "../script-parts.ts";

const js = String.raw;

/** Expressions for what belongs together. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  "the prototypes of plain values": [
    "Object.prototype",
    "Function.prototype",
    "Array.prototype",
    "String.prototype",
    "Number.prototype",
    "Boolean.prototype",
    "Symbol.prototype",
    "BigInt.prototype",
    "Date.prototype",
    "RegExp.prototype",
    "Promise.prototype",
    "Array.prototype[Symbol.unscopables]",
  ],
  "the prototypes of collections": [
    "Map.prototype",
    "Set.prototype",
    "WeakMap.prototype",
    "WeakSet.prototype",
    "ArrayBuffer.prototype",
    "DataView.prototype",
    "Object.getPrototypeOf(Uint8Array)",
    "Object.getPrototypeOf(Uint8Array.prototype)",
    "Uint8Array.prototype",
    "Float64Array.prototype",
    "BigInt64Array.prototype",
  ],
  "the prototypes of errors": [
    "Error.prototype",
    "TypeError.prototype",
    "RangeError.prototype",
    "SyntaxError.prototype",
    "ReferenceError.prototype",
    "EvalError.prototype",
    "URIError.prototype",
    "AggregateError.prototype",
    "AggregateError",
    "Object.getPrototypeOf(TypeError)",
  ],
  "the prototypes of iterators": [
    "Iterator.prototype",
    "Object.getPrototypeOf([].values())",
    "Object.getPrototypeOf(new Map().entries())",
    "Object.getPrototypeOf(new Set().values())",
    "Object.getPrototypeOf(''[Symbol.iterator]())",
    "Object.getPrototypeOf(''.matchAll(/a/g))",
    "Object.getPrototypeOf([].values().map((one) => one))",
    "Object.getPrototypeOf(Iterator.from({ next() {} }))",
    "Object.getPrototypeOf((function () { return arguments; })()[Symbol.iterator]())",
  ],
  "the prototypes of generators and async functions": [
    "(function* () {}).constructor",
    "Object.getPrototypeOf(function* () {})",
    "Object.getPrototypeOf(function* () {}).prototype",
    "(async function () {}).constructor",
    "Object.getPrototypeOf(async function () {})",
    "(async function* () {}).constructor",
    "Object.getPrototypeOf(async function* () {})",
    "Object.getPrototypeOf(async function* () {}).prototype",
    "Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())))",
  ],
  "the constructors": [
    "Object",
    "Function",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Symbol",
    "BigInt",
    "Date",
    "RegExp",
    "Promise",
    "Proxy",
    "Map",
    "WeakMap",
    "ArrayBuffer",
    "Uint8Array",
    "Error",
    "TypeError",
    "Iterator",
  ],
  "the namespaces": ["Math", "JSON", "Reflect", "Intl"],
  "built-in functions": [
    "Array.isArray",
    "Array.from",
    "Array.prototype.push",
    "Object.keys",
    "Object.prototype.toString",
    "Function.prototype.call",
    "JSON.parse",
    "Math.random",
    "Date.now",
    "Promise.prototype.then",
    "Promise.resolve",
    "Reflect.get",
    "String.fromCharCode",
    "parseInt",
    "isNaN",
    "encodeURIComponent",
    "Symbol.for",
    "eval",
  ],
  "built-in accessors": [
    "Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').get",
    "Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').set",
    "Object.getOwnPropertyDescriptor(Map.prototype, 'size').get",
    "Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags').get",
    "Object.getOwnPropertyDescriptor(RegExp, 'input').set",
    "Object.getOwnPropertyDescriptor(RegExp, '$1').get",
    "Object.getOwnPropertyDescriptor(Array, Symbol.species).get",
    "Object.getOwnPropertyDescriptor(Symbol.prototype, 'description').get",
    "Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length').get",
    "Object.getOwnPropertyDescriptor(Function.prototype, 'caller').get",
    "Object.getOwnPropertyDescriptor(Function.prototype, 'arguments').set",
    "Object.getOwnPropertyDescriptor((function () { 'use strict'; return arguments; })(), 'callee').get",
  ],
  "what Intl makes": [
    "Intl.NumberFormat",
    "Intl.NumberFormat.prototype",
    "Intl.DateTimeFormat",
    "Intl.DateTimeFormat.prototype",
    "Intl.Collator.prototype",
    "Intl.PluralRules.prototype",
    "Intl.RelativeTimeFormat.prototype",
    "Intl.ListFormat.prototype",
    "Intl.DisplayNames.prototype",
    "Intl.Locale.prototype",
    "Intl.Segmenter.prototype",
    "Object.getPrototypeOf(new Intl.Segmenter('en').segment('a b'))",
    "Object.getPrototypeOf(new Intl.Segmenter('en').segment('a b')[Symbol.iterator]())",
    "Object.getOwnPropertyDescriptor(Intl.NumberFormat.prototype, 'format').get",
  ],
};

const FAMILY_LEAVE = js`"use strict";
for (const object of shared) {
  if (object === undefined) attempts.odd.push("missing");
  attempt(() => { object.left = 1; });
  attempt(() => { object[Symbol.for("left")] = { secret: data }; });
  attempt(() => defineProperty(object, "leftToo", { get: () => data }));
  attempt(() => { object.toString = () => "left"; });
  attempt(() => { object.__defineGetter__("leftAgain", () => "left"); });
  attempt(() => { Object.assign(object, { leftByAssign: 1 }); });
  attempt(() => defineProperty(object, "name", { value: "left" }));
  attempt(() => setPrototypeOf(object, { left: 1 }));
}
return attempts;`;

/** Attempts of FAMILY_LEAVE on each object. */
const FAMILY_ATTEMPTS = 8;

function family([name, expressions]: [string, readonly string[]]): LeakCase {
  return leaking(`${name} take nothing`, {
    top: `const shared = [${expressions.join(", ")}];`,
    leave: FAMILY_LEAVE,
    look: "return shared.map(surface);",
    left: attempts(expressions.length * FAMILY_ATTEMPTS),
  });
}

export const INTRINSIC_CASES: readonly LeakCase[] = Object.entries(FAMILIES).map(family);
