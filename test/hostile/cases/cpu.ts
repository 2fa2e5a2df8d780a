// CPU time used up in JavaScript: whatever can repeat, repeats for ever, and swallows what would stop it.

import type { HostileCase } from "../hostile-case.ts";

const js = String.raw;

/** Answered within the limit of 50 ms and what a machine that is busy with other tests adds. */
const WITHIN_MS = 1_000;

function spins(name: string, code: string, more: Partial<HostileCase> = {}): HostileCase {
  return {
    name,
    group: "cpu",
    type: "script",
    code,
    expect: { is: "fault", code: "cpu_exceeded", withinMs: WITHIN_MS },
    ...more,
  };
}

function appSpins(name: string, code: string): HostileCase {
  return spins(name, code, { type: "app", limits: { cpuMs: 50 } });
}

/** Never returns and uses no memory. */
const FOREVER = "let n = 0; for (;;) { n = n + 1 | 0; }";

const LOOPS: readonly (readonly [name: string, code: string])[] = [
  ["for without a body", "for (;;);"],
  ["while with an empty block", "while (true) {}"],
  ["do while with an expression", "let i = 1; do i ^= 1; while (i >= 0);"],
  ["for with all its work in the head", "for (let i = 0, j = 1; i < j; i++, j++);"],
  [
    "for in over an object that is renewed",
    "for (;;) for (const key in { a: 1, b: 2 }) if (key === 'c') return;",
  ],
  ["for of over an endless generator", "for (const x of (function* () { for (;;) yield 1; })());"],
  ["labelled continue", "outer: for (;;) { for (;;) { continue outer; } }"],
  ["a label on a block in a loop", "a: for (;;) { b: { break b; } continue a; }"],
  ["while whose condition is a call", "const yes = () => true; while (yes());"],
  ["if else without braces", "if (data) while (1) if (0) ; else ; else for (;;);"],
  ["switch in a loop", "for (;;) switch (1) { case 1: continue; default: return; }"],
];

export const CPU_CASES: readonly HostileCase[] = [
  ...LOOPS.map(([name, code]) =>
    spins(`spins in ${name}`, js`function main(data) { ${code} return 'over'; }`),
  ),
  spins(
    "swallows every exception inside the loop",
    js`function main() { for (;;) { try { for (;;) { try { null.x; } catch { continue; } finally { continue; } } } catch {} } }`,
  ),
  spins(
    "goes on in finally after finally",
    js`function main() { try { for (;;); } finally { try { for (;;); } finally { for (;;); } } }`,
  ),
  spins(
    "returns from a finally that loops",
    js`function main() { for (;;) { try { return 1; } finally { continue; } } }`,
  ),
  spins(
    "recurses at the stack's limit and catches",
    js`function main() { function f() { try { f(); } catch {} try { f(); } catch {} } f(); }`,
  ),
  spins(
    "keeps to the last frames of the stack, where no other call fits",
    js`
Error.stackTraceLimit = 0;
function f() { try { f(); } catch {} try { f(); } catch {} try { f(); } catch {} try { f(); } catch {} }
function main() { for (;;) f(); }`,
  ),
  spins(
    "loops in the catch of the deepest frame",
    js`
function f() { try { f(); } catch { for (;;) { try { for (;;) { try { for (;;); } catch {} } } catch {} } } finally { for (;;); } }
function main() { f(); }`,
  ),
  spins(
    "recurses in two functions by turns",
    js`
const odd = (n) => { try { return even(n + 1); } catch { return even(0); } };
const even = (n) => { try { return odd(n + 1); } catch { return odd(0); } };
function main() { for (;;) { try { even(0); } catch {} } }`,
  ),
  spins(
    "computes a number that takes exponential time",
    js`const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2); function main() { return fib(60); }`,
  ),
  spins(
    "recurses with conditional expressions and no body",
    js`const f = (n) => n ? f(n - 1) || f(n - 1) : 0; function main() { return f(80); }`,
  ),
  spins(
    "doubles its work in default parameters",
    js`function f(n, a = n && f(n - 1), b = n && f(n - 1)) { return 0; } function main() { return f(80); }`,
  ),
  spins(
    "doubles its work in default parameters of async functions that never enter their body",
    js`async function f(n, a = n && [f(n - 1), f(n - 1)], b = null.x) {} function main() { f(60); return 1; }`,
  ),
  spins(
    "doubles its work in computed keys of a pattern",
    js`function f(n) { const { [n && f(n - 1)]: a, [n && f(n - 1)]: b } = {}; return ''; } function main() { return f(80); }`,
  ),
  spins(
    "doubles its work in defaults of a destructured parameter",
    js`const f = ({ n, a = n && f({ n: n - 1 }), b = n && f({ n: n - 1 }) }) => 0; function main() { return f({ n: 80 }); }`,
  ),
  spins(
    "doubles its work in field initialisers",
    js`class F { a = F.n-- > 0 && new F(); b = F.n-- > 0 && new F(); } function main() { for (;;) { F.n = 1000; new F(); } }`,
  ),
  spins(
    "spins in a field initialiser",
    js`class F { x = (() => { ${FOREVER} })(); } function main() { return new F(); }`,
  ),
  spins(
    "spins in a static block",
    js`function main() { class F { static { ${FOREVER} } } return F; }`,
  ),
  spins(
    "spins in a static field while main is not even defined",
    js`class F { static x = F.f(); static f() { ${FOREVER} } }`,
  ),
  spins(
    "spins in a computed method name",
    js`function main() { class F { [(() => { ${FOREVER} })()]() {} } return F; }`,
  ),
  spins(
    "spins in a class's extends",
    js`function main() { class F extends (() => { ${FOREVER} })() {} return F; }`,
  ),
  spins("spins in a getter", js`function main() { return { get x() { ${FOREVER} } }.x; }`),
  spins(
    "spins in a setter by destructuring",
    js`function main() { const o = { set x(v) { ${FOREVER} } }; [o.x] = [1]; }`,
  ),
  spins(
    "spins in a private method",
    js`class F { #f() { ${FOREVER} } g() { this.#f(); } } function main() { new F().g(); }`,
  ),
  spins(
    "spins in a proxy's get",
    js`function main() { return new Proxy({}, { get() { ${FOREVER} } }).x; }`,
  ),
  spins(
    "spins in a proxy's has, called by in",
    js`function main() { return 'x' in new Proxy({}, { has() { ${FOREVER} } }); }`,
  ),
  spins(
    "spins in ownKeys, called by a spread",
    js`function main() { return { ...new Proxy({}, { ownKeys() { ${FOREVER} } }) }; }`,
  ),
  spins(
    "spins in getPrototypeOf, called by instanceof",
    js`function main() { return new Proxy({}, { getPrototypeOf() { ${FOREVER} } }) instanceof Array; }`,
  ),
  spins(
    "spins in toString, called by a template",
    js`function main() { return ${"`${{ toString() { for (;;); } }}`"}; }`,
  ),
  spins(
    "spins in valueOf, called by a comparison",
    js`function main() { return { valueOf() { ${FOREVER} } } > 1; }`,
  ),
  spins(
    "spins in Symbol.toPrimitive, called by a sum",
    js`function main() { return 1 + { [Symbol.toPrimitive]() { ${FOREVER} } }; }`,
  ),
  spins(
    "spins in Symbol.hasInstance",
    js`function main() { return 1 instanceof { [Symbol.hasInstance]() { ${FOREVER} } }; }`,
  ),
  spins(
    "spins in toJSON, called by its own stringify",
    js`function main() { return JSON.stringify({ toJSON() { ${FOREVER} } }); }`,
  ),
  spins(
    "spins in the reviver of JSON.parse",
    js`function main() { return JSON.parse('[1]', () => { ${FOREVER} }); }`,
  ),
  spins(
    "spins in a comparator",
    js`function main() { return [3, 2, 1].sort(() => { ${FOREVER} }); }`,
  ),
  spins(
    "spins in a replace callback",
    js`function main() { return 'x'.replace(/x/, () => { ${FOREVER} }); }`,
  ),
  spins(
    "spins in a tagged template",
    "function main() { return ((strings) => { for (;;); })`x${1}y`; }",
  ),
  spins(
    "spins in a callback of reduce",
    js`function main() { return [1, 2].reduce(() => { ${FOREVER} }); }`,
  ),
  spins(
    "never ends an iterator that Math.max spreads to",
    js`function main() { const it = { [Symbol.iterator]() { return { next: () => ({ done: false, value: 1 }) }; } }; for (const x of it) if (x > 1) return x; }`,
  ),
  spins(
    "fills a Set from an iterator that never ends",
    js`function main() { return new Set({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) }); }`,
  ),
  spins(
    "fills a Map from a generator that never ends",
    js`function main() { return new Map((function* () { for (;;) yield [1, 1]; })()); }`,
  ),
  spins(
    "groups by an iterator that never ends",
    js`function main() { let n = 0; return Iterator.from({ next: () => ({ done: false, value: ++n }) }).filter(() => false).toArray(); }`,
  ),
  spins(
    "skips the elements of an endless iterator in a pattern",
    js`function main() { const it = { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return: () => { ${FOREVER} } }) }; const [a, b] = it; return a; }`,
  ),
  spins(
    "has Array.from count to the end of a length",
    js`function main() { return Array.from({ get length() { ${FOREVER} } }); }`,
  ),
  spins("spins at its top level", js`for (;;); function main() { return 1; }`),
  spins(
    "spins at the top level of a module",
    js`let n = 0; while (true) n += 1; export function main() { return n; }`,
  ),
  spins(
    "spins in the getter of the main export",
    js`Object.defineProperty(module.exports, 'main', { get() { ${FOREVER} } });`,
  ),
  spins(
    "spins in a getter that replaces module.exports",
    js`Object.defineProperty(module, 'exports', { get() { ${FOREVER} } }); function main() { return 1; }`,
  ),
  spins(
    "spins in ownKeys of its exports",
    js`module.exports = new Proxy({}, { getOwnPropertyDescriptor() { ${FOREVER} } });`,
  ),
  spins(
    "spins in a getter of its result while it is written as JSON",
    js`function main() { return { get routing() { ${FOREVER} } }; }`,
  ),
  spins(
    "spins in toJSON of its result",
    js`function main() { return { toJSON() { ${FOREVER} } }; }`,
  ),
  spins(
    "spins in a getter of the data it was given",
    js`function main(data) { Object.defineProperty(data, 'x', { enumerable: true, get() { ${FOREVER} } }); return data; }`,
  ),
  spins(
    "spins in the getter then of its result",
    js`function main() { return { get then() { ${FOREVER} } }; }`,
  ),
  spins(
    "spins in the message of what it throws",
    js`function main() { throw { get message() { ${FOREVER} } }; }`,
  ),
  spins(
    "spins in the stack of what it throws",
    js`function main() { const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { ${FOREVER} } }); throw e; }`,
  ),
  spins(
    "spins in getPrototypeOf of what it throws",
    js`function main() { throw new Proxy({}, { getPrototypeOf() { ${FOREVER} } }); }`,
  ),
  spins(
    "spins in prepareStackTrace",
    js`function main() { Error.prepareStackTrace = () => { ${FOREVER} }; for (;;) new Error('x').stack; }`,
  ),
  spins(
    "spins in a prepareStackTrace that cannot be taken away while its budget ends",
    js`
const spin = () => { ${FOREVER} };
function main() {
  try { Object.defineProperty(Error, 'prepareStackTrace', { value: spin, writable: false, configurable: false }); } catch {}
  for (;;);
}`,
  ),
  spins(
    "spins in toJSON of what it logs",
    js`function main() { console.log({ toJSON() { ${FOREVER} } }); }`,
  ),
  spins(
    "spins in a Map's iterator of what it logs",
    js`function main() { const m = new Map(); m[Symbol.iterator] = function* () { for (;;) yield [1, 1]; }; m.entries = m[Symbol.iterator]; console.log(m); for (;;); }`,
  ),
  spins("logs for ever", js`function main() { for (;;) console.log('x'); }`),
  appSpins("spins behind an await", js`async function main() { await null; for (;;); }`),
  appSpins("spins in microtasks alone", js`async function main() { for (;;) await null; }`),
  appSpins(
    "spins in microtasks that call each other",
    js`const f = () => Promise.resolve().then(f); async function main() { f(); await new Promise(() => {}); }`,
  ),
  appSpins(
    "spins in the rejection handler",
    js`async function main() { for (;;) { try { await Promise.reject(new Error('x')); } catch {} } }`,
  ),
  appSpins(
    "spins in for await",
    js`async function main() { for await (const x of (async function* () { for (;;) yield 1; })()); }`,
  ),
  appSpins(
    "spins in yield* of async generators",
    js`async function* g() { for (;;) yield* [1, 2, 3]; } async function main() { for await (const x of g()); }`,
  ),
  appSpins(
    "spins in a thenable's then",
    js`async function main() { await { then() { ${FOREVER} } }; }`,
  ),
  appSpins(
    "resolves a thenable with itself",
    js`async function main() { const t = { then(resolve) { resolve(t); } }; await t; }`,
  ),
  appSpins(
    "spins in Promise.all's iterator",
    js`async function main() { let p; await Promise.all({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: p ??= Promise.resolve() }) }) }); }`,
  ),
  appSpins(
    "spins in queueMicrotask",
    js`async function main() { const f = () => queueMicrotask(f); f(); await new Promise(() => {}); }`,
  ),
  appSpins(
    "spins in ten timers of 20 ms each",
    js`
const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
async function main() {
  await Promise.all(Array.from({ length: 10 }, () => new Promise((resolve) => setTimeout(() => { burn(20); resolve(); }, 1))));
  return 'over';
}`,
  ),
  appSpins(
    "spins a little behind each of many awaits",
    js`
const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
async function main() { for (let i = 0; i < 100; i += 1) { await new Promise((resolve) => setTimeout(resolve, 1)); burn(10); } return 'over'; }`,
  ),
  appSpins(
    "spins in an interval",
    js`async function main() { setInterval(() => { for (;;); }, 1); await new Promise(() => {}); }`,
  ),
  appSpins(
    "spins in a listener of an aborted signal",
    js`async function main() { AbortSignal.timeout(1).addEventListener('abort', () => { for (;;); }); await new Promise(() => {}); }`,
  ),
  appSpins(
    "spins in an event listener",
    js`async function main() { const t = new EventTarget(); t.addEventListener('x', () => { for (;;); }); t.dispatchEvent(new Event('x')); }`,
  ),
  appSpins(
    "spins in the pull of a stream",
    js`async function main() { await new Response(new ReadableStream({ pull() { for (;;); } })).text(); }`,
  ),
  appSpins(
    "spins behind its answer",
    js`async function main() { Promise.resolve().then(() => Promise.resolve()).then(() => { for (;;); }); await null; await null; await null; await null; await null; return 1; }`,
  ),
  spins(
    "spins in an async function that main does not wait for",
    js`function main() { (async () => { await null; for (;;); })(); return 1; }`,
    {
      expect: { is: "anything", withinMs: WITHIN_MS, isQuietAfter: true },
    },
  ),
  spins(
    "goes on in timers behind its answer",
    js`
const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
function main() { setInterval(() => burn(5), 1); setTimeout(function again() { burn(5); setTimeout(again, 1); }, 1); return 'answered'; }`,
    { type: "app", expect: { is: "anything", withinMs: WITHIN_MS, isQuietAfter: true } },
  ),
  spins(
    "stops the clocks and spins",
    js`
try { performance.now = () => 0; } catch {}
try { Date.now = () => 0; } catch {}
try { Object.defineProperty(globalThis, 'performance', { value: { now: () => 0 } }); } catch {}
try { Object.defineProperty(globalThis, 'Date', { value: { now: () => 0 } }); } catch {}
try { Object.getPrototypeOf(performance).now = () => 0; } catch {}
function main() { for (;;); }`,
  ),
  spins(
    "turns the clock into one that fails",
    js`try { performance.now = () => { throw 1; }; Date.now = performance.now; } catch {} function main() { for (;;) { try { for (;;); } catch {} } }`,
  ),
  spins(
    "owns up to no time with forged clocks",
    js`
function main() {
  const now = Date.now.bind(Date);
  try { performance.now = () => 0; Date.now = () => 0; } catch {}
  const end = now() + 30;
  while (now() < end);
  return 'over';
}`,
    { limits: { cpuMs: 250 }, expect: { is: "value", value: "over", leastCpuMs: 20 } },
  ),
  spins(
    "waits for ever without using any time",
    js`async function main() { await new Promise(() => {}); }`,
    {
      type: "app",
      limits: { wallMs: 300 },
      expect: { is: "fault", code: "wall_exceeded", withinMs: 1_000 },
    },
  ),
  spins(
    "sleeps in a timer past its deadline",
    js`async function main() { await new Promise((resolve) => setTimeout(resolve, 60000)); }`,
    {
      type: "app",
      limits: { wallMs: 300 },
      expect: { is: "fault", code: "wall_exceeded", withinMs: 1_000 },
    },
  ),
  spins("spins three times in a minute and once more", js`function main() { for (;;); }`, {
    runs: 3,
  }),
  spins("is stopped at the limit that its owner set", js`function main() { for (;;); }`, {
    limits: { cpuMs: 200, wallMs: 2_000 },
    expect: { is: "fault", code: "cpu_exceeded", withinMs: 1_000 },
  }),
];
