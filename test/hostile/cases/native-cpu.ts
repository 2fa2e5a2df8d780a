// CPU time used up where no counter is: in the engine's own code. One tick of the script's, seconds of the processor's.

import type { HostileCase } from "../hostile-case.ts";

const js = String.raw;

/** The watchdog's patience and its work, on a machine that is busy with other tests. */
const WITHIN_MS = 1_500;

function stalls(name: string, code: string, more: Partial<HostileCase> = {}): HostileCase {
  return {
    name,
    group: "native",
    type: "script",
    code,
    expect: {
      is: "fault",
      code: ["cpu_exceeded", "memory_exceeded"],
      withinMs: WITHIN_MS,
    },
    ...more,
  };
}

function appStalls(name: string, code: string): HostileCase {
  return stalls(name, code, { type: "app", limits: { cpuMs: 50 } });
}

/** May also run into one of the engine's own bounds, with which the script fails. */
function stallsOrFails(name: string, code: string): HostileCase {
  const codes = ["cpu_exceeded", "memory_exceeded", "script_error"] as const;
  return stalls(name, code, { expect: { is: "fault", code: codes, withinMs: WITHIN_MS } });
}

const REGEX = "/^(a+)+$/.test('a'.repeat(40) + '!')";

/** Some 40 ms of native code in one tick: less than what a watchdog would call stuck, in sum far more than the limit. */
const SLICE = "/^(a+)+$/.test('a'.repeat(22) + '!')";

export const NATIVE_CASES: readonly HostileCase[] = [
  stalls("backtracks in a regular expression", js`function main() { return ${REGEX}; }`),
  stalls(
    "backtracks behind a lookbehind and with backreferences",
    js`function main() { return /(?<=x)(?:(a+)\1?)+$/.test('x' + 'a'.repeat(50) + '!'); }`,
  ),
  stalls(
    "backtracks in split and replaceAll",
    js`function main() { return ('a'.repeat(40) + '!').split(/(a+)+$/).length + ('x'.repeat(50) + '!').replaceAll(/(x+x+)+y/g, ''); }`,
  ),
  stalls(
    "backtracks in matchAll with the flag v",
    js`function main() { return [...('a'.repeat(50) + '\n').matchAll(/([\p{L}--[b]]+)*\d/gv)].length; }`,
  ),
  stalls("backtracks at its top level", js`const x = ${REGEX}; function main() { return x; }`),
  stalls(
    "backtracks in toJSON of its result",
    js`function main() { return { toJSON: () => ${REGEX} }; }`,
  ),
  stalls("fills a huge sparse array", js`function main() { return Array(4e9).fill(1).length; }`),
  stalls(
    "searches an array-like of the greatest length",
    js`function main() { return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); }`,
  ),
  stalls(
    "searches it backwards",
    js`function main() { return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1); }`,
  ),
  stalls(
    "reverses it",
    js`function main() { return Array.prototype.reverse.call({ length: 2 ** 53 - 1 }); }`,
  ),
  stalls(
    "copies within it",
    js`function main() { return Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1); }`,
  ),
  stalls(
    "shifts it",
    js`function main() { return Array.prototype.unshift.call({ length: 2 ** 50 }, 1); }`,
  ),
  stalls(
    "spreads an array-like of the greatest length in concat",
    js`function main() { return Array.prototype.concat.call([], { length: 2 ** 32 - 2, [Symbol.isConcatSpreadable]: true }).length; }`,
  ),
  stalls(
    "looks whether an array-like of the greatest length includes something",
    js`function main() { return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1); }`,
  ),
  stalls(
    "has a native function as the callback of a huge some",
    js`function main() { return Array.prototype.some.call({ length: 2 ** 53 - 1, 0: 0 }, Boolean) || Array.prototype.findIndex.call({ length: 2 ** 53 - 1 }, Boolean); }`,
  ),
  stalls(
    "sorts a huge array with a native comparator",
    js`function main() { const a = new Float64Array(6e6).map(Math.random); for (;;) Array.from(a).sort(Math.max); }`,
  ),
  stalls(
    "sorts strings by their native order",
    js`function main() { for (;;) Array.from(new Float64Array(1e6).map(Math.random)).sort(); }`,
  ),
  stalls(
    "sorts with localeCompare as its only comparator",
    js`function main() { const c = new Intl.Collator('de').compare; for (;;) Array.from(new Float64Array(3e5).map(Math.random), String).sort(c); }`,
  ),
  stalls(
    "compares long strings by locale",
    js`function main() { const a = '\u0301'.repeat(3e6); for (;;) (a + 'x').localeCompare(a + 'y', 'sv'); }`,
  ),
  stalls("raises a BigInt to a power", js`function main() { return String(7n ** 4000000n % 2n); }`),
  stalls(
    "multiplies BigInts",
    js`function main() { let a = (1n << 900000n) - 1n; for (;;) a = BigInt.asUintN(900000, a * a + 1n); }`,
  ),
  stalls(
    "divides BigInts",
    js`function main() { const a = (1n << 8000000n) - 1n, b = (1n << 4000001n) - 3n; for (;;) a % b; }`,
  ),
  stalls(
    "writes a BigInt in decimal",
    js`function main() { for (;;) ((1n << 20000000n) - 1n).toString(); }`,
  ),
  stalls(
    "reads a BigInt from decimal",
    js`function main() { const text = '7'.repeat(5e6); for (;;) BigInt(text); }`,
  ),
  stalls(
    "parses a bomb of JSON",
    js`function main() { const text = '[' + '{"a":[1,2,3]},'.repeat(1e6) + '1]'; for (;;) JSON.parse(text); }`,
  ),
  stalls(
    "writes a bomb of JSON",
    js`function main() { let o = [1, 2, 3]; for (let i = 0; i < 24; i += 1) o = [o, o]; return JSON.stringify(o).length; }`,
  ),
  stalls(
    "returns a bomb of JSON",
    js`function main() { let o = {}; for (let i = 0; i < 40; i += 1) o = { a: o, b: o }; return o; }`,
  ),
  stalls(
    "makes the search for what is not JSON exponential",
    js`
function main() {
  let o = {};
  for (let i = 0; i < 40; i += 1) o = { a: o, b: o };
  let thrown = false;
  return { get first() { if (thrown) return 1; thrown = true; throw new TypeError('not now'); }, rest: o };
}`,
    {
      expect: {
        is: "fault",
        code: ["cpu_exceeded", "not_serialisable", "script_error"],
        withinMs: WITHIN_MS,
      },
    },
  ),
  stalls(
    "logs a bomb of JSON",
    js`function main() { let o = {}; for (let i = 0; i < 40; i += 1) o = { a: o, b: o }; console.log(o); return 1; }`,
  ),
  stalls(
    "clones a bomb",
    js`function main() { const o = Array.from({ length: 1e6 }, (x, i) => ({ i })); for (;;) structuredClone(o); }`,
  ),
  stalls(
    "searches a long string for what is nearly there",
    js`function main() { const text = 'a'.repeat(2 ** 24); const part = 'a'.repeat(2 ** 13) + 'b' + 'a'.repeat(2 ** 13); for (;;) text.indexOf(part); }`,
  ),
  stalls("pads and repeats", js`function main() { for (;;) ''.padEnd(5e8, 'ab').indexOf('c'); }`),
  stalls(
    "normalises a long string",
    js`function main() { const text = 'a\u0323\u0307'.repeat(5e6); for (;;) text.normalize('NFKD').normalize('NFC'); }`,
  ),
  stalls(
    "changes the case of a long string by locale",
    js`function main() { const text = '\u0130\u0390'.repeat(1e7); for (;;) text.toLocaleLowerCase('tr').toUpperCase(); }`,
  ),
  stalls(
    "encodes a long string",
    js`function main() { const text = '\u20ac'.repeat(1e7); for (;;) encodeURIComponent(text).length; }`,
  ),
  stalls(
    "escapes and unescapes a long string",
    js`function main() { const text = '\u20ac'.repeat(1e7); for (;;) unescape(escape(text)); }`,
  ),
  stalls(
    "sorts a huge typed array",
    js`function main() { const a = new Float64Array(2e7); for (let i = 0; i < 1e5; i += 1) a[i * 200] = -i; for (;;) a.toSorted(); }`,
  ),
  stalls(
    "fills a huge typed array",
    js`function main() { const a = new Uint8Array(2 ** 28); for (;;) a.fill(1); }`,
  ),
  stalls(
    "searches a huge typed array",
    js`function main() { const a = new Uint8Array(2 ** 28); for (;;) a.indexOf(1); }`,
  ),
  stallsOrFails(
    "concatenates sparse arrays",
    js`function main() { const a = Array(2 ** 32 - 1); a[0] = 1; return [].concat(a, a).length + a.concat().length; }`,
  ),
  stalls(
    "flattens nested arrays",
    js`function main() { let a = [1]; for (let i = 0; i < 30; i += 1) a = [a, a]; return a.flat(Infinity).length; }`,
  ),
  stalls(
    "joins nested arrays",
    js`function main() { let a = ['']; for (let i = 0; i < 30; i += 1) a = [a, a]; return String(a).length; }`,
  ),
  stallsOrFails(
    "makes Sets of a huge array",
    js`function main() { const a = Array.from(new Float64Array(3e6).map(Math.random)); for (;;) new Set(a).union(new Set(a)).isSubsetOf(new Set(a)); }`,
  ),
  stalls(
    "fills a Set from a native iterator that never ends",
    js`
function main() {
  const next = Reflect.get.bind(null, { step: { done: false, value: 1 } }, 'step');
  return new Set({ [Symbol.iterator]: Object.bind(null, { next }) });
}`,
  ),
  stalls(
    "spins in microtasks of native functions alone",
    js`
function main() {
  const args = [];
  const again = Reflect.apply.bind(null, Promise.prototype.then, Promise.resolve(), args);
  args.push(again);
  again();
  return 1;
}`,
    { expect: { is: "anything", withinMs: WITHIN_MS, isQuietAfter: true } },
  ),
  appStalls(
    "waits while microtasks of native functions spin",
    js`
async function main() {
  const args = [];
  const again = Reflect.apply.bind(null, queueMicrotask, null, args);
  args.push(again);
  again();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return 'over';
}`,
  ),
  stalls(
    "formats by Intl in huge numbers of parts",
    js`function main() { const s = new Intl.Segmenter('th', { granularity: 'word' }); const text = '\u0e01\u0e32\u0e23'.repeat(1e6); for (;;) Array.from(s.segment(text)); }`,
  ),
  stalls(
    "makes Intl formatters",
    js`function main() { for (;;) Array.from({ length: 1e4 }, () => 'de-DE-u-co-phonebk').map(Intl.getCanonicalLocales).map(Intl.DateTimeFormat.supportedLocalesOf); }`,
  ),
  stalls(
    "makes raw strings",
    "function main() { const raw = Array(3e5).fill('x'.repeat(100)); for (;;) String.raw({ raw }, ...raw.slice(0, 5e4)); }",
  ),
  stalls(
    "decodes huge texts",
    js`function main() { const bytes = new Uint8Array(2 ** 27).fill(0xe2); for (;;) new TextDecoder().decode(bytes).length; }`,
  ),
  stalls(
    "encodes base64 of a huge text",
    js`function main() { const text = 'x'.repeat(2 ** 26); for (;;) atob(btoa(text)).length; }`,
  ),
  stalls(
    "collects huge stacks",
    js`function main() { Error.stackTraceLimit = 1e6; const f = (n) => n ? f(n - 1) : new Error('x').stack.length; for (;;) f(3000); }`,
  ),
  stalls(
    "matches a URL pattern that backtracks",
    js`function main() { return new URLPattern({ pathname: '/:a((?:x+x+)+y)' }).test({ pathname: '/' + 'x'.repeat(40) }); }`,
  ),
  stalls(
    "parses a date of endless parts",
    js`function main() { const text = '1 '.repeat(2 ** 25); for (;;) Date.parse(text); }`,
  ),
  stalls(
    "writes and reads a huge URL",
    js`function main() { const q = 'a=%20&'.repeat(3e6); for (;;) new URL('http://a/?' + q).searchParams.toString(); }`,
  ),
  appStalls(
    "derives a key with the most rounds",
    js`async function main() { const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'PBKDF2', false, ['deriveBits']); for (;;) await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(16), iterations: 100000 }, key, 4096); }`,
  ),
  appStalls(
    "makes RSA keys",
    js`async function main() { for (;;) await crypto.subtle.generateKey({ name: 'RSA-PSS', modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, false, ['sign', 'verify']); }`,
  ),
  appStalls(
    "digests a huge buffer again and again",
    js`async function main() { const bytes = new Uint8Array(2 ** 27); for (;;) await crypto.subtle.digest('SHA-512', bytes); }`,
  ),
  appStalls(
    "compresses zeros",
    js`async function main() { const bytes = new Uint8Array(2 ** 24); for (;;) await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(); }`,
  ),
  appStalls(
    "stays in native code a little below the watchdog's patience, in timers",
    js`async function main() { for (let i = 0; i < 3e5; i += 1); for (let i = 0; i < 60; i += 1) { await new Promise((resolve) => setTimeout(resolve, 1)); ${SLICE}; } return 'over'; }`,
  ),
  appStalls(
    "stays in native code a little in each listener of an aborted signal",
    js`
const burn = () => ${SLICE};
function main() {
  let left = 60;
  for (let i = 0; i < 3e5; i += 1);
  return new Promise((resolve) => {
    const step = () => { burn(); left -= 1; if (left === 0) resolve('over'); else AbortSignal.timeout(1).addEventListener('abort', step); };
    AbortSignal.timeout(1).addEventListener('abort', step);
  });
}`,
  ),
  appStalls(
    "stays in native code a little in each message of a port",
    js`
const burn = () => ${SLICE};
function main() {
  let left = 60;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.onmessage = () => { burn(); left -= 1; if (left === 0) resolve('over'); else port1.postMessage(1); };
    port1.postMessage(1);
  });
}`,
  ),
  stalls("stalls again and again", js`function main() { return ${REGEX}; }`, {
    runs: 6,
    expect: { is: "fault", code: "quarantined", withinMs: WITHIN_MS },
  }),
];
