// The language's library as routing scripts use it.

import { main, type LegitCase } from "../legit-case.ts";

const js = String.raw;

const ROUTES = {
  routes: [
    { prefix: "44", price: 0.01, name: "uk" },
    { prefix: "447", price: 0.03, name: "uk mobile" },
    { prefix: "1", price: 0.005, name: "us" },
  ],
  number: "+44 7700 900-999",
};

export const LANGUAGE_CASES: readonly LegitCase[] = [
  main(
    "asks a date for its parts",
    js`const d = new Date("2024-02-29T13:45:10.123Z");
return [d.getTime(), d.toISOString(), d.getUTCDay(), d.getUTCHours(), d.toJSON(), d.toUTCString(), +d, d > new Date(0), JSON.stringify({ d }), Object.prototype.toString.call(d)];`,
  ),
  main(
    "sets dates in universal time",
    js`const d = new Date(Date.UTC(2024, 0, 31)); d.setUTCMonth(1); d.setUTCHours(25, 61); const copy = new Date(d); copy.setTime(copy.getTime() + 864e5);
return [d.toISOString(), copy.toISOString(), (copy - d) / 36e5, d.setUTCFullYear(1999)];`,
  ),
  main(
    "parses dates of all kinds",
    js`return [Date.parse("2024-01-01"), Date.parse("Thu, 01 Jan 1970 00:00:00 GMT"), Date.parse("2024-01-01T00:00:00+02:00"), isNaN(Date.parse("never")), isNaN(new Date("x")), new Date(2020, 0, 1) instanceof Date, String(new Date(NaN))];`,
  ),
  main(
    "asks for the time now",
    "const a = Date.now(), b = new Date(); return [typeof a, b.getTime() >= a, Math.abs(b - a) < 5000];",
  ),
  main(
    "sorts its own arrays",
    js`const byPrice = data.routes.sort((a, b) => a.price - b.price).map((r) => r.name); const longest = data.routes.slice().sort(function (a, b) { return b.prefix.length - a.prefix.length; })[0].name;
return [byPrice, longest, [10, 9, 1].sort(), ["b", "a"].sort().reverse(), [3, 1, 2].toSorted(), [1, 2, 3].toReversed(), [1, 2, 3].with(1, 9)];`,
    ROUTES,
  ),
  main(
    "chains map, filter and reduce",
    js`return data.routes.filter((r) => data.number.replace(/\D/g, "").startsWith(r.prefix)).map(({ name, price }) => ({ name, price: price * 2 })).reduce((all, r) => ({ ...all, [r.name]: r.price }), {});`,
    ROUTES,
  ),
  main(
    "changes arrays in every way",
    js`const a = [1, 2, 3]; a.push(4); a.unshift(0); a.splice(1, 1, "x", "y"); a.pop(); a.shift(); a.length = 3; a[5] = 1; const b = a.concat([7], 8); a.fill(0, 4); a.copyWithin(0, 1); delete a[0];
return [a, b, a.indexOf("y"), [[1, [2]]].flat(2), [1, 2].flatMap((n) => [n, n]), Array.from({ length: 3 }, (_, n) => n * n), Array.of(1, 2), [..."abc"].entries().next().value, [1, 2, 3].at(-1), [5, 6].findLast((n) => n < 6), Array.isArray(a)];`,
  ),
  main(
    "works on texts",
    js`const n = data.number.replace(/[^\d+]/g, ""); return [n, n.padStart(20, "0"), n.slice(1, 3), n.split("").reverse().join(""), n.includes("77"), "a-b_c".split(/[-_]/), "%s is %d".replace("%s", "x").replace(/%d/, 5), "é".normalize("NFD").length, "abc".at(-1), "x".repeat(3), " a ".trim(), "aXbX".replaceAll("X", "-"), "a".localeCompare("b"), "Straße".toUpperCase(), "abc".charCodeAt(1), String.fromCodePoint(128512).length, encodeURIComponent("a b&c"), escape("ü"), unescape("%FC")];`,
    ROUTES,
  ),
  main(
    "reads the last match from the RegExp itself",
    js`if (/^\+?(\d{2})\s*(\d+)/.test(data.number)) return [RegExp.$1, RegExp.$2, RegExp.lastMatch, RegExp["$&"], RegExp.leftContext, RegExp.rightContext, RegExp.lastParen, RegExp.input];`,
    ROUTES,
  ),
  main(
    "matches with groups, flags and places",
    js`const re = /(?<year>\d{4})-(?<month>\d\d)/gu; const text = "2024-01 and 2025-02"; const all = [...text.matchAll(re)].map((m) => ({ ...m.groups })); let m, at = []; while ((m = re.exec(text))) at.push(m.index, re.lastIndex);
return [all, at, text.replace(re, "$<month>/$<year>"), text.search(/and/), "aBc".replace(/b/i, (x) => x + x), /a.c/s.test("a\nc"), /\p{L}+/u.exec("äb1")[0], new RegExp("a+", "y").sticky, "a1b2".split(/(\d)/), /(?<=\$)\d+/.exec("$42")[0]];`,
  ),
  main(
    "reads and writes JSON with its own functions",
    js`const text = JSON.stringify({ at: new Date(0), big: 12n, skip: undefined, n: NaN }, (key, value) => (typeof value === "bigint" ? String(value) : value), 2);
const back = JSON.parse(text, function (key, value) { return key === "at" ? new Date(value).getTime() : value; }); return [text, back, JSON.stringify("\u2028"), JSON.parse('{"__proto__": 1}').hasOwnProperty("__proto__")];`,
  ),
  main(
    "formats numbers and dates for people",
    js`const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }); const day = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "long" });
return [money.format(1234.5), day.format(new Date(0)), (1234567.891).toLocaleString("en-US"), (0.256).toLocaleString("en-US", { style: "percent" }), new Date(0).toLocaleDateString("en-US", { timeZone: "UTC" }), new Date(0).toLocaleTimeString("en-GB", { timeZone: "UTC" }), (255).toString(16), (1.005).toFixed(2), (1e21).toExponential(2), (123.456).toPrecision(4)];`,
  ),
  main(
    "asks Intl for more",
    js`return [new Intl.PluralRules("en").select(1), new Intl.ListFormat("en").format(["a", "b", "c"]), ["z", "a", "ä"].sort(new Intl.Collator("de").compare), [...new Intl.Segmenter("en", { granularity: "word" }).segment("a bc")].length, new Intl.NumberFormat("en").formatToParts(1.5).map((p) => p.type), new Intl.DateTimeFormat("en", { timeZone: "America/New_York", hour: "numeric", hour12: false }).format(0), new Intl.Locale("en-Latn-US").language];`,
  ),
  main(
    "keeps things in maps and sets",
    js`const m = new Map([["a", 1]]); m.set("b", 2).delete("a"); const s = new Set([1, 2, 2]); const w = new WeakMap([[m, 1]]); const ws = new WeakSet([s]);
return [[...m], m.size, [...s], s.has(2), w.get(m), ws.has(s), Object.fromEntries(m), [...new Set([1, 2]).union(new Set([3]))], Object.groupBy([1, 2, 3], (n) => (n % 2 ? "odd" : "even")), Map.groupBy([1], () => "k").get("k")];`,
  ),
  main(
    "works on objects of its own",
    js`const o = { a: 1, get b() { return this.a + 1; }, set b(n) { this.a = n; }, ["c" + 1]: 2 }; o.b = 5; Object.defineProperty(o, "hidden", { value: 1 }); const frozen = Object.freeze({ x: 1 }); frozen.x = 2; const { a, ...rest } = o; delete o.c1;
return [o, a, rest, Object.keys(o), Object.entries(o), frozen, Object.isFrozen(frozen), "a" in o, o.hasOwnProperty("hidden"), Object.getOwnPropertyNames(o), structuredLike(o), o?.x?.y ?? "none", Object.is(NaN, NaN)];
function structuredLike(x) { return JSON.parse(JSON.stringify(x)); }`,
  ),
  main(
    "makes objects without a prototype",
    js`const table = Object.create(null); table.toString = "mine"; table.constructor = 1; table["__proto__"] = "own"; for (const k of ["a", "b", "a"]) table[k] = (table[k] || 0) + 1; return [Object.keys(table), table.a, "valueOf" in table, { __proto__: null, x: 1 }];`,
  ),
  main(
    "uses generators and iterators",
    js`function* fib() { let [a, b] = [0, 1]; for (;;) { yield a; [a, b] = [b, a + b]; } }
class Range { constructor(n) { this.n = n; } *[Symbol.iterator]() { for (let i = 0; i < this.n; i++) yield i; } } const taken = []; for (const x of fib()) { if (x > 20) break; taken.push(x); } const g = fib(); g.next(); 
return [taken, [...new Range(3)], Array.from(new Range(2)), Math.max(...new Range(4)), g.return(7), fib().take(4).map((x) => x * 2).toArray(), (function* () { const got = yield 1; yield got; })().next()];`,
  ),
  main(
    "puts proxies before its own objects",
    js`const log = []; const p = new Proxy({ a: 1 }, { get: (t, k, r) => (log.push(String(k)), Reflect.get(t, k, r)), has: (t, k) => k.startsWith("x") || Reflect.has(t, k), set(t, k, v) { t[k] = v * 2; return true; } }); p.b = 2;
return [p.a, p.b, "xyz" in p, log, Reflect.ownKeys(p), Reflect.apply(Math.max, null, [1, 2]), Reflect.construct(Date, [0]).getTime(), Reflect.has({ a: 1 }, "a")];`,
  ),
  {
    name: "tags templates",
    code: "function tag(parts, ...values) { return parts.raw.map((p, i) => p + (values[i] ?? '')).join('|') + parts.length; }\nfunction main(data) { return [tag`a${1}b\\n${2}c`, String.raw`x\\y${3}`, `${[1, 2]} ${{}}`]; }",
  },
  main(
    "throws and catches",
    js`const seen = []; try { null.x; } catch (e) { seen.push(e.name, e instanceof TypeError, typeof e.stack); } finally { seen.push("finally"); } try { throw { code: 404 }; } catch ({ code }) { seen.push(code); } const e = new Error("outer", { cause: new RangeError("inner") }); seen.push(e.cause.message, String(e), Object.prototype.toString.call(e)); try { decodeURIComponent("%"); } catch (x) { seen.push(x.name); } try { undeclared; } catch (x) { seen.push(x.message); } return seen;`,
  ),
  main(
    "looks at where it was called from",
    js`Error.stackTraceLimit = 1; const short = new Error("x").stack.split("\n").length; Error.stackTraceLimit = 50; const o = {}; Error.captureStackTrace(o, main); Error.prepareStackTrace = (e, sites) => sites.length > 0; const own = new Error().stack; return [short, typeof o.stack, own];`,
  ),
  main(
    "counts with numbers of all kinds",
    js`return [0.1 + 0.2, 7 % 3, 2 ** 10, -7 >> 1, -7 >>> 28, ~5, 0x1f, 0b11, 1_000, Math.round(2.5), Math.trunc(-1.5), Math.hypot(3, 4), Math.clz32(1), Number("12px"), parseInt("12px"), parseFloat("1.5e3x"), Number.isSafeInteger(2 ** 53), String(12345678901234567890n * 2n), Number.EPSILON > 0, (25).toString(36), isFinite("5"), Math.sign(-3), Math.imul(3, 4), Math.fround(5.5)];`,
  ),
  main(
    "draws lots",
    "const n = Math.floor(Math.random() * 6) + 1; return [n >= 1 && n <= 6, Math.random() !== Math.random()];",
  ),
  main(
    "works on bytes",
    js`const b = new Uint8Array([1, 2, 300]); b.set([9], 1); const v = new DataView(b.buffer); v.setUint16(0, 0x1234); const f = new Float64Array(1); f[0] = 1.5; return [[...b], v.getUint8(0), [...b.subarray(1)], f.byteLength, [...Uint8Array.from("123", Number)], b.buffer.slice(1).byteLength, [...new Uint16Array([3, 1, 2]).sort()], [...new BigInt64Array([1n])].map(String)];`,
  ),
  main(
    "answers at once with promises left to themselves",
    "const done = []; Promise.resolve(1).then((n) => done.push(n)); (async () => { await null; done.push(2); })(); return [done.length, typeof Promise.all([]).then];",
  ),
  main(
    "labels, switches and loops",
    js`let n = 0; outer: for (let i = 0; i < 5; i++) { for (let j = 0; j < 5; j++) { if (j === 3) continue outer; if (i === 3) break outer; n += j; } } const fns = []; for (let i = 0; i < 3; i++) fns.push(() => i); var k = 0; do { k++; } while (k < 3); for (const x in [7, 8]) n += x; switch (n) { case 0: return 0; default: n = n + "!"; } return [n, fns.map((f) => f()), k];`,
  ),
  main(
    "destructures and gives defaults",
    js`const { a = 1, b: { c = 2, ...others } = {}, ...rest } = data; const [x, , y = 5, ...z] = [1, 2, undefined, 4, 5]; function f({ p = 1 } = {}, q = p, ...r) { return [p, q, r, arguments.length, f.length]; } return [a, c, others, rest, x, y, z, f(), f({ p: 2 }, 3, 4)];`,
    { b: { d: 3 }, e: 4 },
  ),
  main(
    "recurses through trees",
    js`const walk = (node, path = []) => [path.join("/"), ...(node.children || []).flatMap((child, i) => walk(child, [...path, i]))]; return [walk(data), (function depth(n) { return n.children ? 1 + Math.max(...n.children.map(depth)) : 1; })(data)];`,
    { children: [{}, { children: [{}, { children: [{}] }] }] },
  ),
];
