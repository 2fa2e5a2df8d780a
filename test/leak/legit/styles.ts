// How scripts are written: their modules, variables, functions, and the libraries pasted into them.

import { main, type LegitCase } from "../legit-case.ts";

const js = String.raw;

function whole(name: string, code: string, data?: unknown): LegitCase {
  return { name, code, data };
}

export const STYLE_CASES: readonly LegitCase[] = [
  whole("is a bare main", "function main(data) { return [data.n, typeof module.exports]; }", {
    n: 1,
  }),
  whole("is a main in a var", "var main = function (data) { return data.n + 1; };", { n: 1 }),
  whole("is a main that nobody declared", "main = function (data) { return data.n + 1; };", {
    n: 1,
  }),
  whole("is a main in a const", "const main = ({ n }) => n + 1;", { n: 1 }),
  whole(
    "exports an object with main",
    "function main(data) { return helper(data.n); }\nfunction helper(n) { return n + 1; }\nmodule.exports = { main };",
    { n: 1 },
  ),
  whole("adds main to exports", "exports.main = function (data) { return this === exports; };"),
  whole("exports a function", "module.exports = (data) => data.n + 1;", { n: 1 }),
  whole("misspells its exports", "module.export = { main(data) { return data.n + 1; } };", {
    n: 1,
  }),
  whole(
    "uses this at the top level as its exports",
    "this.main = function () { return [typeof this.main, top === module.exports]; }; var top = this;",
  ),
  whole(
    "is strict as a whole",
    "'use strict'; let n = 0; function main(data) { n += 1; return [n, this === undefined, (function () { return this; })() === undefined]; }",
  ),
  whole(
    "is a module behind a universal wrapper",
    js`(function (root, factory) { if (typeof define === "function" && define.amd) define([], factory); else if (typeof module === "object" && module.exports) module.exports = factory(); else root.lib = factory(); })(this, function () { return { main: function (data) { return "umd " + data.n; } }; });`,
    { n: 1 },
  ),
  whole(
    "keeps variables that nobody declared for the time of a call",
    js`total = 0; function add(n) { total += n; if (typeof calls === "undefined") calls = 0; calls++; return total; }
function main(data) { for (i = 0; i < 4; i++) add(i); for (key in { a: 1 }) last = key; result = { total, calls, i, last }; return result; }`,
  ),
  whole(
    "keeps state on the global object for the time of a call",
    js`globalThis.cache = globalThis.cache || {}; if (!globalThis.started) globalThis.started = 1; else globalThis.started++; (function () { this.viaThis = typeof this.viaThis === "undefined" ? "first" : "again"; })();
function main(data) { cache[data.n] = (cache[data.n] || 0) + 1; return [cache, started, viaThis, "cache" in globalThis, globalThis["started"]]; }`,
    { n: 1 },
  ),
  whole(
    "declares functions twice, in blocks and after use",
    js`function pick() { return 1; } function main() { if (true) { function inner() { return "a"; } } return [pick(), inner(), typeof later, later2()]; var later = 1; function later2() { return "hoisted"; } } function pick() { return 2; }`,
  ),
  whole(
    "counts in closures and at the top level",
    js`var n = 0; let m = 0; const next = (function () { var c = 0; return function () { return ++c; }; })(); class C { static k = 0; #p = 0; bump() { return ++this.#p + ++C.k; } } const memo = {}; function once() { return memo.v || (memo.v = ++n); }
function main() { n++; m++; next(); return [n, m, next(), new C().bump(), once(), once()]; }`,
  ),
  whole(
    "names its things like built-ins",
    js`var name = "n", status = 1, top = 2, event = 3, self = { own: 1 }; function print() { return "p"; } var Date2 = Date; let Map2 = class extends Map {}; var parent = null, location = "l", origin = "o", performance2 = 1;
function main(data) { var Array = [1]; let JSON = { parse: () => "mine" }; var undefined2; const Symbol = 5; return [name, status, top, event, self.own, print(), Array[0], JSON.parse(), Symbol, location, origin, parent]; }`,
  ),
  whole(
    "gives new things the names of built-ins for the time of a call",
    js`var Set = function () { this.own = true; }; function Map() { this.mine = true; } var isNaN = function () { return "own"; };
function main() { return [new Set().own, new Map().mine, isNaN(1), typeof globalThis.Map.prototype.get]; }`,
  ),
  main(
    "uses arguments as it was done",
    js`function sum() { var t = 0; for (var i = 0; i < arguments.length; i++) t += arguments[i]; return t; } function alias(a) { arguments[0] = 9; return a; } function all() { return Array.prototype.slice.call(arguments, 1).concat([].map.call(arguments, (x) => x * 2)); } return [sum(1, 2, 3), alias(1), all(1, 2, 3), sum.apply(null, [4, 5]), sum.call(null, 6), sum.bind(null, 1)(2), (function f(n) { return n < 2 ? 1 : n * arguments.callee(n - 1); })(5), Math.max.apply(Math, [1, 5, 3])];`,
  ),
  main(
    "fills in for engines that lack something",
    js`if (!Array.prototype.includes) { Array.prototype.includes = function () { return "polyfill"; }; }
String.prototype.padStart || (String.prototype.padStart = function () { return "polyfill"; }); if (!Object.entries) Object.entries = function () { return "polyfill"; }; Number.isInteger = Number.isInteger || function () { return "polyfill"; }; if (typeof Array.prototype.flat !== "function") { Object.defineProperty(Array.prototype, "flat", { value: function () { return "polyfill"; } }); } String.prototype.trim ||= function () { return "polyfill"; }; Array.from ??= () => "polyfill"; if (!("assign" in Object)) { Object.assign = function () {}; } if (!Function.prototype.bind) { Function.prototype.bind = function () {}; } var P = typeof Promise !== "undefined" ? Promise : null; if (!Date.now) { Date.now = function () { return 0; }; }
return [[1].includes(1), "a".padStart(3), Object.entries({ a: 1 }), Number.isInteger(1), [[1]].flat(), " a ".trim(), Array.from("ab"), P === Promise, Date.now() > 0];`,
  ),
  main(
    "fills in with a list of methods",
    js`var fill = { startsWith: function () { return "own"; }, endsWith: function () { return "own"; } }; for (var name in fill) if (!String.prototype[name]) String.prototype[name] = fill[name]; [["find", function () { return "own"; }]].forEach(function (pair) { if (!Array.prototype[pair[0]]) Array.prototype[pair[0]] = pair[1]; }); return ["ab".startsWith("a"), "ab".endsWith("b"), [1, 2].find((n) => n > 1)];`,
  ),
  whole(
    "has a small library of collections pasted in",
    js`var _ = (function () { function _(x) { if (!(this instanceof _)) return new _(x); this._wrapped = x; } var ObjProto = Object.prototype, toString = ObjProto.toString, hasOwn = ObjProto.hasOwnProperty, nativeKeys = Object.keys, slice = Array.prototype.slice;
_.VERSION = "1"; _.has = function (o, k) { return o != null && hasOwn.call(o, k); }; _.keys = function (o) { return nativeKeys(o); }; _.each = _.forEach = function (o, f) { if (Array.isArray(o)) o.forEach(f); else _.keys(o).forEach(function (k) { f(o[k], k, o); }); return o; }; _.map = function (o, f) { var r = []; _.each(o, function (v, k) { r.push(typeof f === "string" ? v[f] : f(v, k)); }); return r; }; _.groupBy = function (o, f) { return o.reduce(function (r, v) { var k = f(v); (_.has(r, k) ? r[k] : (r[k] = [])).push(v); return r; }, {}); };
["Arguments", "Function", "String", "Number", "Date", "RegExp"].forEach(function (n) { _["is" + n] = function (o) { return toString.call(o) === "[object " + n + "]"; }; }); _.extend = function (t) { slice.call(arguments, 1).forEach(function (s) { for (var k in s) t[k] = s[k]; }); return t; }; _.mixin = function (o) { _.each(Object.keys(o), function (n) { _[n] = o[n]; _.prototype[n] = function () { return _.chain ? o[n].apply(_, [this._wrapped].concat(slice.call(arguments))) : null; }; }); }; _.uniqueId = (function () { var id = 0; return function (p) { return (p || "") + ++id; }; })(); _.template = function (t) { return function (d) { return t.replace(/<%=\s*(\w+)\s*%>/g, function (_, k) { return d[k]; }); }; }; _.chain = true; _.mixin({ sum: function (a) { return a.reduce(function (x, y) { return x + y; }, 0); }, toString: function () { return "_"; }, constructor2: function () { return 1; } }); _.prototype.toString = function () { return String(this._wrapped); }; _.prototype.valueOf = _.prototype.toJSON = function () { return this._wrapped; }; return _; })();
function main(data) { return [_.map([{ a: 1 }], "a"), _.groupBy([1, 2, 3], function (n) { return n % 2 ? "constructor" : "even"; }), _.isDate(new Date()), _.isFunction(main), _.extend({}, { toString: 1, a: 2 }), _([1, 2]).sum(), "" + _([3]), _.uniqueId("u"), _.uniqueId("u"), _.template("a <%= x %>")({ x: 5 }), JSON.stringify(_(7))]; }`,
  ),
  whole(
    "has an event emitter, a deferred and a cache pasted in",
    js`function Emitter() { this._on = {}; } Emitter.prototype = { constructor: Emitter, on: function (n, f) { (this._on[n] = this._on[n] || []).push(f); return this; }, emit: function (n) { var a = [].slice.call(arguments, 1); (this._on[n] || []).forEach(function (f) { f.apply(this, a); }, this); return this; } }; Emitter.prototype.addListener = Emitter.prototype.on;
function Lru(max) { this.max = max; this.map = new Map(); } Lru.prototype.get = function (k) { var v = this.map.get(k); if (v !== undefined) { this.map.delete(k); this.map.set(k, v); } return v; }; Lru.prototype.set = function (k, v) { this.map.set(k, v); if (this.map.size > this.max) this.map.delete(this.map.keys().next().value); }; Object.defineProperty(Lru.prototype, "size", { get: function () { return this.map.size; }, enumerable: true });
var md5ish = function (s) { var h = 0; for (var i = 0; i < s.length; i++) { h = (h << 5) - h + s.charCodeAt(i); h |= 0; } return (h >>> 0).toString(16); };
function main() { var seen = []; new Emitter().on("valueOf2", function (x) { seen.push(x); }).on("a", function (x, y) { seen.push(x + y); }).emit("a", 1, 2).emit("valueOf2", 5); var c = new Lru(2); c.set("a", 1); c.set("b", 2); c.get("a"); c.set("c", 3); return [seen, c.get("b"), c.size, md5ish("hello"), Object.keys(Emitter.prototype)]; }`,
  ),
  whole(
    "is what a compiler made of classes",
    js`var __extends = (this && this.__extends) || (function () { var extendStatics = function (d, b) { extendStatics = Object.setPrototypeOf || ({ __proto__: [] } instanceof Array && function (d, b) { d.__proto__ = b; }) || function (d, b) { for (var p in b) if (Object.prototype.hasOwnProperty.call(b, p)) d[p] = b[p]; }; return extendStatics(d, b); }; return function (d, b) { if (typeof b !== "function" && b !== null) throw new TypeError("no class"); extendStatics(d, b); function __() { this.constructor = d; } d.prototype = b === null ? Object.create(b) : (__.prototype = b.prototype, new __()); }; })();
var __assign = (this && this.__assign) || function () { __assign = Object.assign || function (t) { return t; }; return __assign.apply(this, arguments); };
Object.defineProperty(exports, "__esModule", { value: true }); exports.main = void 0; var Animal = (function () { function Animal(n) { this.n = n; } Animal.prototype.toString = function () { return this.n; }; return Animal; })(); var Dog = (function (_super) { __extends(Dog, _super); function Dog() { return (_super !== null && _super.apply(this, arguments)) || this; } Dog.prototype.toString = function () { return "dog " + _super.prototype.toString.call(this); }; return Dog; })(Animal); var Failure = (function (_super) { __extends(Failure, _super); function Failure(m) { var _this = _super.call(this, m) || this; Object.setPrototypeOf(_this, Failure.prototype); _this.name = "Failure"; return _this; } return Failure; })(Error);
exports.main = function (data) { var d = new Dog("rex"); try { throw new Failure("no"); } catch (e) { return ["" + d, d instanceof Animal, d.constructor === Dog, __assign({}, { a: 1 }), e instanceof Failure, String(e), e.constructor === Failure]; } };`,
  ),
  whole(
    "looks up tables that it builds at the top level",
    js`var PREFIXES = {}; [["44", "UK"], ["1", "US"], ["49", "DE"]].forEach(function (p) { PREFIXES[p[0]] = p[1]; }); const RATES = Object.freeze({ UK: 0.01, US: 0.005 }); const order = Object.keys(PREFIXES).sort((a, b) => b.length - a.length);
function main(data) { const prefix = order.find((p) => data.number.startsWith(p)); PREFIXES[prefix] += "!"; return { country: PREFIXES[prefix], rate: RATES[PREFIXES[prefix].slice(0, -1)] ?? null }; }`,
    { number: "447700900999" },
  ),
  whole(
    "changes its argument and gives it back",
    js`function main(data) { data.routing = data.routing || {}; data.routing.cli = String(data.routing.cli).replace(/^00/, "+"); data.headers = (data.headers || []).concat({ key: "X-A", value: "1" }); delete data.secret; Object.assign(data.routing, { toString: undefined, tags: [...new Set(["a", "a"])] }); return data; }`,
    { routing: { cli: "0044770" }, secret: 1 },
  ),
  {
    name: "reads its environment and writes to its console",
    code: js`function main() { process.env.MINE = (process.env.MINE || "") + "x"; console.log("a", { b: 1 }); console.error(new Error("e")); console.table && console.table([1]); var log = console.log; log("detached"); return [process.env.MINE, process.env.NODE_ENV === undefined, typeof console.warn]; }`,
    expected: ["x", true, "function"],
  },
  {
    name: "reads and builds URLs",
    code: js`function main(data) { const u = new URL("https://user@example.com:8080/a/b?x=1&y=2#h"); u.searchParams.append("z", "3 4"); u.pathname = "/c"; const q = new URLSearchParams({ a: "1", b: "ü" }); q.sort(); q.toString2 = 1; class Link extends URL { get short() { return this.host; } } return [u.href, u.searchParams.get("z"), [...q], q.toString(), URL.canParse("x:"), new Link("http://a.b/").short, [...u.searchParams.keys()]]; }`,
    expected: [
      "https://user@example.com:8080/c?x=1&y=2&z=3+4#h",
      "3 4",
      [
        ["a", "1"],
        ["b", "ü"],
      ],
      "a=1&b=%C3%BC",
      true,
      "a.b",
      ["x", "y", "z"],
    ],
  },
  {
    name: "encodes, clones and draws bytes",
    code: js`function main() { const b = new TextEncoder().encode("é"); const c = structuredClone({ d: new Date(0), m: new Map([[1, { x: 1 }]]) }); const r = crypto.getRandomValues(new Uint8Array(8)); let code; try { atob("*"); } catch (e) { code = [e instanceof DOMException, e instanceof Error, e.name]; } return [[...b], new TextDecoder().decode(b), btoa("abc"), atob("YWJj"), c.d.getTime(), [...c.m][0][1].x, r.length, crypto.randomUUID().length, code, typeof performance.now()]; }`,
    expected: [
      [195, 169],
      "é",
      "YWJj",
      "abc",
      0,
      1,
      8,
      36,
      [true, true, "InvalidCharacterError"],
      "number",
    ],
  },
];
