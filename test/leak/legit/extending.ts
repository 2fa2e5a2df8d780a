// Scripts that extend what the language gives them, without asking. They must find their additions, and only in the call
// that makes them: each tells first what it finds of an earlier one's.

import type { LegitCase } from "../legit-case.ts";

const js = String.raw;

function extending(name: string, { found, code }: { found: string; code: string }): LegitCase {
  return { name: `adds ${name}`, code: `const found = ${found};\n${code}` };
}

export const EXTENDING_CASES: readonly LegitCase[] = [
  extending("a method to strings", {
    found: "typeof ''.reverse",
    code: js`String.prototype.reverse = function () { return this.split("").reverse().join(""); };
function main() { return [found, "abc".reverse()]; }`,
  }),
  extending("a method to arrays", {
    found: "typeof [].last",
    code: js`Array.prototype.last = function () { return this[this.length - 1]; };
function main() { const seen = []; for (const key in [7]) seen.push(key); return [found, [1, 2, 3].last(), seen]; }`,
  }),
  extending("a method to arrays, from within main", {
    found: "typeof [].sum",
    code: js`function main() { Array.prototype.sum = function () { return this.reduce(function (a, b) { return a + b; }, 0); }; return [found, [1, 2].sum()]; }`,
  }),
  extending("methods to numbers, dates and functions", {
    found: "[typeof (0).pad, typeof new Date().ymd, typeof main.curry]",
    code: js`Number.prototype.pad = function (n) { return String(this).padStart(n, "0"); };
Date.prototype.ymd = function () { return this.toISOString().slice(0, 10); };
Function.prototype.curry = function (x) { var f = this; return function (y) { return f(x, y); }; };
function main() { return [found, (5).pad(3), new Date(0).ymd(), (function (a, b) { return a + b; }).curry(1)(2)]; }`,
  }),
  extending("a method to every object", {
    found: "typeof {}.size",
    code: js`Object.prototype.size = function () { return Object.keys(this).length; };
function main() { return [found, { a: 1, b: 2 }.size()]; }`,
  }),
  extending("a method by its definition", {
    found: "[typeof [].first, typeof ''.shout]",
    code: js`Object.defineProperty(Array.prototype, "first", { get: function () { return this[0]; }, configurable: true });
Object.defineProperties(String.prototype, { shout: { value: function () { return this.toUpperCase() + "!"; } } });
function main() { return [found, [4, 5].first, "a".shout()]; }`,
  }),
  extending("many methods at once", {
    found: "[typeof ''.left, typeof [].unique]",
    code: js`Object.assign(String.prototype, { left: function (n) { return this.slice(0, n); } });
Object.assign(Array.prototype, { unique() { return [...new Set(this)]; } });
function main() { return [found, "abcd".left(2), [1, 1, 2].unique()]; }`,
  }),
  extending("a method by way of a variable", {
    found: "typeof ''.words",
    code: js`var proto = String.prototype; proto.words = function () { return this.split(" "); };
function main() { return [found, "a b".words()]; }`,
  }),
  extending("a method by way of a function that is given the prototype", {
    found: "typeof ''.twice",
    code: js`(function (proto) { proto.twice = function () { return this + this; }; })(String.prototype);
function main() { return [found, "a".twice()]; }`,
  }),
  extending("a method by way of a function that is given the constructor", {
    found: "typeof ''.thrice",
    code: js`(function (Kind) { Kind.prototype.thrice = function () { return this.repeat(3); }; })(String);
function main() { return [found, "a".thrice()]; }`,
  }),
  extending("a method that adds methods", {
    found: "[typeof main.method, typeof ''.deent]",
    code: js`Function.prototype.method = function (name, f) { this.prototype[name] = f; return this; };
String.method("deent", function () { return this.replace(/&lt;/g, "<"); });
function main() { return [found, "a&lt;".deent()]; }`,
  }),
  extending("a method from a list of names", {
    found: "typeof [].head",
    code: js`var extra = { head: function () { return this[0]; }, tail: function () { return this.slice(1); } }; for (var name in extra) Array.prototype[name] = extra[name];
function main() { return [found, [1, 2].head(), [1, 2].tail()]; }`,
  }),
  extending("functions to Math, JSON, Object and Number", {
    found: "[typeof Math.clamp, typeof JSON.safe, typeof Object.values2, typeof Number.from]",
    code: js`Math.clamp = function (n, low, high) { return Math.min(high, Math.max(low, n)); };
JSON.safe = function (text) { try { return JSON.parse(text); } catch (e) { return null; } };
Object.values2 = function (o) { return Object.keys(o).map(function (k) { return o[k]; }); };
Number.from = Number;
function main() { return [found, Math.clamp(9, 0, 5), JSON.safe("{"), Object.values2({ a: 1 }), Number.from("5")]; }`,
  }),
  extending("another behaviour to a built-in method", {
    found: "[2, 10, 1].sort().join()",
    code: js`var sort = Array.prototype.sort; Array.prototype.sort = function (f) { return sort.call(this, f || function (a, b) { return a - b; }); };
function main() { return [found, [2, 10, 1].sort()]; }`,
  }),
  extending("a clock and dice that stand still", {
    found: "[Date.now() > 5, Math.random() !== Math.random()]",
    code: js`Date.now = function () { return 5; }; Math.random = () => 0.5;
function main() { return [found, Date.now(), Math.random() + Math.random()]; }`,
  }),
  extending("a console that keeps quiet", {
    found: "String(console.log).includes('quiet')",
    code: js`const lines = []; console.log = function quiet(line) { lines.push(line); };
function main() { console.log("a"); return [found, lines]; }`,
  }),
  extending("a JSON form to errors and expressions", {
    found: "JSON.stringify([new RangeError('x'), /a/])",
    code: js`Error.prototype.toJSON = function () { return { message: this.message }; }; RegExp.prototype.toJSON = function () { return this.source; };
function main() { return [found, JSON.stringify([new RangeError("m"), /a/])]; }`,
  }),
  extending("methods to maps, sets and promises", {
    found: "[typeof new Map().pluck, typeof new Set().first, typeof Promise.resolve().done]",
    code: js`Map.prototype.pluck = function (k) { const v = this.get(k); this.delete(k); return v; }; Set.prototype.first = function () { return this.values().next().value; }; Promise.prototype.done = function () { return "done"; };
function main() { const m = new Map([["a", 1]]); return [found, m.pluck("a"), m.size, new Set([7]).first(), Promise.resolve().done()]; }`,
  }),
  extending("an alias to a built-in method that it then removes", {
    found: "[typeof [].contains, typeof [].includes]",
    code: js`Array.prototype.contains = Array.prototype.includes; delete Array.prototype.includes;
function main() { return [found, [1].contains(1), typeof [].includes]; }`,
  }),
  extending("a built-in of its own in the place of another", {
    found: "[typeof Date.own, typeof parseInt('7')]",
    code: js`const NativeDate = Date; Date = class extends NativeDate { static own = true; }; parseInt = () => "own"; globalThis.isNaN = () => "own";
function main() { return [found, Date.own, new Date(0).getTime(), parseInt("7"), isNaN(1)]; }`,
  }),
];
