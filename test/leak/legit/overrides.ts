// Objects of a script's own that replace what they inherit. On frozen prototypes that fails unless somebody mends it.

import { main, type LegitCase } from "../legit-case.ts";

const js = String.raw;

export const OVERRIDE_CASES: readonly LegitCase[] = [
  main(
    "gives an object a toString, a valueOf and their like by assignment",
    js`const o = {}; o.toString = function () { return "mine"; }; const v = {}; v.valueOf = () => 42; const l = {}; l.toLocaleString = () => "local"; const j = {}; j.toJSON = () => "json";
return ["" + o, v + 1, v > 41, [l].toLocaleString(), JSON.stringify(j), Object.keys(o), Object.getOwnPropertyDescriptor(o, "toString").writable];`,
  ),
  main(
    "uses names of Object.prototype as keys of its own",
    js`const count = {}; for (const word of ["constructor", "toString", "hasOwnProperty", "valueOf", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "a"]) { if (!Object.prototype.hasOwnProperty.call(count, word)) count[word] = 0; count[word] += 1; count[word]++; }
const o = {}; o.hasOwnProperty = 1; o.constructor = "x"; o.isPrototypeOf = o.propertyIsEnumerable = null; o.__defineGetter__ = 5; delete o.constructor;
return [count, o, o.constructor === Object, Object.keys(count)];`,
  ),
  main(
    "assigns and spreads keys like toString and constructor",
    js`const source = { toString: 1, constructor: 2, valueOf: 3, name: 4, length: 5 }; const copy = Object.assign({}, source); const onto = Object.assign([], { length: 0, push: 1 }); const fn = Object.assign(function () {}, { toString: () => "fn", call: 1 }); const err = Object.assign(new Error("m"), { name: "Mine", message: "other", toString: 1 });
return [copy, { ...source }, onto.push, "" + fn, fn.call, err.name, err.message, err.toString, Object.fromEntries([["toString", 1], ["__proto__", 2]]).toString];`,
  ),
  main(
    "inherits the way it was done before classes",
    js`function Base(n) { this.n = n; } Base.prototype.get = function () { return this.n; }; Base.prototype.toString = function () { return "Base " + this.n; };
function Sub(n) { Base.call(this, n); } Sub.prototype = Object.create(Base.prototype); Sub.prototype.constructor = Sub; Sub.prototype.toString = function () { return "Sub of " + Base.prototype.toString.call(this); }; Sub.prototype.valueOf = function () { return this.n; };
function Old() {} Old.prototype = new Base(7); Old.prototype.constructor = Old; Old.prototype.hasOwnProperty = function () { return "own"; };
const s = new Sub(3); return ["" + s === "3", String(s), s.get(), s instanceof Base, s.constructor === Sub, s.constructor.name, s + 1, new Old().get(), new Old().hasOwnProperty("x"), Object.keys(Sub.prototype)];`,
  ),
  main(
    "inherits with a helper that copies",
    js`function inherits(ctor, superCtor) { ctor.super_ = superCtor; Object.setPrototypeOf(ctor.prototype, superCtor.prototype); } function extend(target) { for (var i = 1; i < arguments.length; i++) for (var key in arguments[i]) target[key] = arguments[i][key]; return target; }
function A() {} A.prototype = { constructor: A, toString: function () { return "A"; }, hello: function () { return "hello " + this; } }; function B() { A.apply(this, arguments); } inherits(B, A); extend(B.prototype, { constructor: B, toString: function () { return "B"; } });
return [new B().hello(), new B().constructor === B, B.super_ === A, "" + new A()];`,
  ),
  main(
    "extends built-in classes",
    js`class Stack extends Array { peek() { return this[this.length - 1]; } toString() { return "Stack"; } get length2() { return this.length * 2; } static get [Symbol.species]() { return Array; } }
class Table extends Map { get(key) { return super.get(key) ?? "none"; } } class Day extends Date { toString() { return "day " + this.getTime(); } } class Bag extends Set { add(x) { return super.add(String(x)); } } class Text extends String { shout() { return this.toUpperCase() + "!"; } } class Fn extends Function.prototype.constructor.prototype.constructor {}
const s = Stack.of(1, 2); s.push(3); return [s.peek(), "" + s, s.length2, s.map((x) => x) instanceof Stack, s.length, new Table([["a", 1]]).get("b"), "" + new Day(5), [...new Bag([1, 2])], new Text("a").shout(), typeof Fn, Object.getPrototypeOf(Stack) === Array];`,
  ),
  main(
    "extends errors in every way",
    js`class Reject extends Error { constructor(code, message) { super(message); this.name = "Reject"; this.code = code; this.message = code + " " + message; } toString() { return "R:" + this.message; } get [Symbol.toStringTag]() { return "Reject"; } }
class Named extends TypeError { name = "Named"; message = "field"; constructor() { super("x"); this.constructor = Named; } }
function Old(message) { this.name = "Old"; this.message = message; this.stack = new Error().stack; this.toString = function () { return "old " + this.message; }; } Old.prototype = Object.create(Error.prototype); Old.prototype.constructor = Old; Old.prototype.name = "OldName";
function Older(message) { var e = Error.call(this, message); this.message = e.message; } Older.prototype = new Error(); Older.prototype.name = "Older"; Older.prototype.message = "default"; Older.prototype.toString = function () { return this.name + "!"; };
const e = new Error("a"); e.name = "Other"; e.message = "b"; e.toString = () => "c"; e.constructor = 1; e.code = 5; const out = []; for (const make of [() => new Reject(404, "Not Found"), () => new Named(), () => new Old("m"), () => new Older("n"), () => e]) { try { throw make(); } catch (x) { out.push([x.name, x.message, String(x), x instanceof Error, Object.keys(x).includes("message")]); } } return out;`,
  ),
  main(
    "gives functions a toString, call, apply, bind and name of their own",
    js`function f() { return 1; } f.toString = () => "f!"; f.call = () => "called"; f.apply = function () { return "applied"; }; f.bind = 5; f.constructor = "c"; f.prototype.toString = () => "instance"; f.hasOwnProperty = () => "own"; f.valueOf = () => 9;
const spy = (fn) => { const w = (...args) => { w.calls.push(args); return fn(...args); }; w.calls = []; w.toString = () => "spy"; return w; }; const s = spy((x) => x); s(1);
function Klass() {} Klass.name2 = 1; try { Klass.name = "ignored"; } catch {} Klass.length2 = 2; class S { static name = "S2"; static toString() { return "S3"; } static call() { return 1; } } return [f + "", f.call(), f.apply(), f.bind, f.constructor, "" + new f(), f.hasOwnProperty(), f - 0, s.calls, "" + s, Klass.name, S.name, "" + S, S.call()];`,
  ),
  main(
    "gives its own arrays methods of their own",
    js`const a = [1, 2]; const native = a.push; a.push = function (x) { return native.call(this, x * 10); }; a.push(3); a.toString = () => "arr"; a.join = () => "joined"; a.map = () => "mapped"; a.concat = 1; a.length = 2; a.find = null; a.values = undefined; a.name = "n"; a.includes = (x) => x === "any";
return [a.length, "" + a, a.join(), a.map(), a.includes("any"), a.find, Object.keys(a), [1, 2].map((x) => x)];`,
  ),
  main(
    "gives dates, maps, sets and bytes a toString and its like",
    js`const d = new Date(0); d.toString = () => "d"; d.toJSON = () => "dj"; d.valueOf = () => 5; d.constructor = 1; const m = new Map(); m.toString = () => "m"; m.constructor = 2; const s = new Set(); s.toString = () => "s"; s.valueOf = () => 7; const w = new WeakMap(); w.toString = () => "w";
return ["" + d, d - 0, JSON.stringify(d), d.constructor, "" + m, m.constructor, "" + s, s - 0, "" + w];`,
  ),
  main(
    "gives dates, maps and sets methods of their own",
    js`const d = new Date(0); d.toISOString = () => "iso"; d.getTime = () => 6; const m = new Map(); m.get = () => "got"; m.set = 1; m.forEach = null; const s = new Set(); s.has = () => true; s.add = 1;
return [d.toISOString(), d.getTime(), m.get(), m.set, m.forEach, s.has(), s.add];`,
  ),
  main(
    "gives regular expressions methods of their own",
    js`const r = /a/; r.test = () => "tested"; r.exec = () => null; r.toString = () => "r"; r.source2 = 1; return [r.test(), "" + r, r.source2, /b/.test("b"), "a".search(r)];`,
  ),
  main(
    "overrides through classes, fields, literals and descriptors",
    js`class P { toString() { return "P"; } valueOf = () => 1; static toString() { return "PS"; } hasOwnProperty = 2; constructor() { this.isPrototypeOf = 3; } } const lit = { toString() { return "lit"; }, constructor: 4, __proto__: { valueOf() { return 5; } } }; const heir = Object.create({ toString() { return "proto"; } }, { valueOf: { value: () => 6 } }); heir.toString = () => "heir"; const deep = Object.create(Object.create(lit)); deep.toString = () => "deep"; deep.constructor = 7;
return ["" + new P() === "1", String(new P()), String(P), new P().hasOwnProperty, new P().isPrototypeOf, lit + 0, lit.constructor, String(heir), heir - 0, String(deep), deep.constructor, Object.keys(deep)];`,
  ),
  main(
    "writes prototypes in literals and by assignment",
    js`const base = { hello() { return "hello " + this.name; } }; const a = { __proto__: base, name: "a" }; const b = {}; b.__proto__ = base; b.name = "b"; const c = Object.setPrototypeOf({ name: "c" }, base); const d = { ["__proto__"]: 1 }; const e = JSON.parse('{"__proto__":{"x":1}}'); class K { get hello() { return super.toString(); } }
return [a.hello(), b.hello(), c.hello(), Object.keys(d), e.x, Object.keys(e), b.__proto__ === base, {}.__proto__ === Object.prototype, new K().hello, typeof a.toString];`,
  ),
  main(
    "defines getters the old way",
    js`const o = {}; o.__defineGetter__("x", function () { return 7; }); o.__defineSetter__("x", function (v) { this.y = v; }); o.x = 3; return [o.x, o.y, typeof o.__lookupGetter__("x"), o.__lookupSetter__("z")];`,
  ),
  main(
    "refuses to write where its own objects are frozen",
    js`"use strict"; const out = []; const frozen = Object.freeze({ toString: 1, a: 1 }); const heir = Object.create(frozen); for (const act of [() => { frozen.a = 2; }, () => { heir.a = 2; }, () => { frozen.b = 1; }, () => { Object.freeze([]).push(1); }, () => { "text".x = 1; }, () => { (5).toString = 1; }, () => { undefined.x = 1; }]) { try { act(); out.push("done"); } catch (e) { out.push(e.name); } } return out;`,
  ),
  main(
    "keeps constructor and prototype as fields of its data",
    js`const row = {}; for (const [k, v] of Object.entries(data)) row[k] = v; row.prototype = row.prototype || {}; row.prototype.x = 1; const merged = Object.entries(data).reduce((all, [k, v]) => { all[k] = v; return all; }, {}); return [row, merged, typeof row.constructor, {}.constructor === Object];`,
    { constructor: { name: "Acme" }, toString: "t", valueOf: 5, hasOwnProperty: null, name: "n" },
  ),
];
