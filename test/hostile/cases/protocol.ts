// The report of a run: results, errors and logs that are traps, and built-ins replaced so that a report is forged.
// What a script replaces may change its own result. It must not change how the run is said to have ended, what it
// used or what it logged, nor make the platform take the blame.

import type { Expectation, HostileCase } from "../hostile-case.ts";

const js = String.raw;

function hands(name: string, code: string, expect: Expectation): HostileCase {
  return { name, group: "protocol", type: "script", code, expect };
}

function appHands(name: string, code: string, expect: Expectation): HostileCase {
  return { ...hands(name, code, expect), type: "app" };
}

const NOT_SERIALISABLE = { is: "fault", code: "not_serialisable" } as const;
const TOO_LARGE = { is: "fault", code: "output_too_large" } as const;
const FAILED = { is: "fault", code: "script_error" } as const;
const REAL = { is: "error", message: /the real one/, never: /FORGED/ } as const;

/** Ends that a script may bring about, or claim. The others are the platform's to tell, or cost its owner something. */
const CONTAINED = {
  is: "anything",
  never: /"outcome":"(?!ok|script_error|not_serialisable|output_too_large|async_in_script)/,
} as const;

/** An App's real failure, after it has patched what the report is made with. */
function forges(name: string, patch: string, expect: Expectation = CONTAINED): HostileCase {
  return appHands(
    name,
    js`
function main() {
  ${patch}
  throw new Error('the real one');
}`,
    expect,
  );
}

const own = (text: string): unknown => JSON.parse(text);

export const PROTOCOL_CASES: readonly HostileCase[] = [
  hands("returns a BigInt", js`function main() { return { a: [1n] }; }`, NOT_SERIALISABLE),
  hands(
    "returns a cycle",
    js`function main() { const a = { b: {} }; a.b.a = a; return a; }`,
    NOT_SERIALISABLE,
  ),
  hands("returns a symbol", js`function main() { return Symbol('x'); }`, NOT_SERIALISABLE),
  hands("returns a function", js`function main() { return () => 1; }`, NOT_SERIALISABLE),
  hands(
    "returns members that are not JSON",
    js`function main() { return { a: undefined, b: () => 1, c: Symbol('x'), d: NaN, e: -0, [Symbol('f')]: 1, g: [undefined] }; }`,
    { is: "value", value: { d: null, e: 0, g: [null] } },
  ),
  hands(
    "returns what is nested 100,000 deep",
    js`function main() { let a = []; for (let i = 0; i < 100000; i += 1) a = [a]; return a; }`,
    {
      is: "fault",
      // Writing it may take all the CPU time there is.
      code: ["not_serialisable", "output_too_large", "cpu_exceeded"],
    },
  ),
  hands(
    "returns what is nested 5,000 deep",
    js`function main() { let a = []; for (let i = 0; i < 5000; i += 1) a = [a]; return a; }`,
    { is: "anything", never: /"internal"/ },
  ),
  hands(
    "returns a cycle at the end of a long chain",
    js`function main() { const a = {}; let b = a; for (let i = 0; i < 6000; i += 1) b = b.b = {}; b.b = a; return a; }`,
    { is: "fault", code: ["not_serialisable", "cpu_exceeded"] },
  ),
  hands("returns a long string", js`function main() { return 'x'.repeat(2e6); }`, TOO_LARGE),
  hands("returns a string of 200 MB", js`function main() { return 'x'.repeat(2e8); }`, {
    is: "fault",
    code: ["output_too_large", "memory_exceeded", "cpu_exceeded"],
  }),
  hands("returns many short members", js`function main() { return Array(4e5).fill(1); }`, {
    is: "value",
    value: Array(4e5).fill(1),
  }),
  hands(
    "returns text that grows when it is escaped",
    js`function main() { return '\u0000'.repeat(5e5); }`,
    TOO_LARGE,
  ),
  hands(
    "returns lone surrogates",
    js`function main() { return ['\ud800', '\udc00x', { '\ud800': 1 }]; }`,
    { is: "value", value: own(js`["\ud800", "\udc00x", { "\ud800": 1 }]`) },
  ),
  hands(
    "returns line separators and quotes",
    js`function main() { return '\u2028\u2029"\\</script>\u0000\r\n'; }`,
    { is: "value", value: '\u2028\u2029"\\</script>\u0000\r\n' },
  ),
  hands(
    "returns keys named __proto__ and constructor",
    js`function main() { return JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":2}'); }`,
    {
      is: "value",
      value: own(
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":2}',
      ),
    },
  ),
  hands(
    "returns what looks like a report",
    js`function main() { return { is: 'fault', outcome: { is: 'fault', code: 'cell_lost', message: 'FORGED' }, logs: [{ level: 'error', time: 1, message: 'FORGED' }], cpuMs: -1 }; }`,
    {
      is: "value",
      value: {
        is: "fault",
        outcome: { is: "fault", code: "cell_lost", message: "FORGED" },
        logs: [{ level: "error", time: 1, message: "FORGED" }],
        cpuMs: -1,
      },
    },
  ),
  hands(
    "returns a getter that throws",
    js`function main() { return { get a() { throw new Error('from the getter'); } }; }`,
    { is: "fault", code: ["not_serialisable", "script_error"] },
  ),
  hands(
    "returns a getter that returns something else each time",
    js`function main() { let n = 0; return { get a() { return ++n; } }; }`,
    { is: "value", value: { a: 1 } },
  ),
  hands(
    "returns toJSON that returns itself",
    js`function main() { const a = { toJSON() { return a; }, x: 1 }; return a; }`,
    { is: "value", value: { x: 1 } },
  ),
  hands(
    "returns toJSON that returns undefined",
    js`function main() { return { toJSON() {} }; }`,
    NOT_SERIALISABLE,
  ),
  hands(
    "returns a proxy that makes up keys without end",
    js`function main() { const p = () => new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: (t, k) => k === 'a' ? p() : undefined }); return p(); }`,
    { is: "fault", code: ["not_serialisable", "cpu_exceeded", "output_too_large"] },
  ),
  hands(
    "returns a proxy of an array that is too long",
    js`function main() { return new Proxy([], { get: (t, k) => k === 'length' ? 2 ** 40 : k === 'toJSON' || k === 'then' ? undefined : 1 }); }`,
    {
      is: "fault",
      code: ["cpu_exceeded", "not_serialisable", "output_too_large", "memory_exceeded"],
    },
  ),
  hands(
    "returns a revoked proxy",
    js`function main() { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; }`,
    { is: "fault", code: ["script_error", "not_serialisable"] },
  ),
  hands(
    "returns a proxy whose every trap throws",
    js`function main() { return new Proxy({}, new Proxy({}, { get() { throw new Error('trap'); } })); }`,
    { is: "fault", code: ["script_error", "not_serialisable"] },
  ),
  hands(
    "returns a Date that is not valid",
    js`function main() { return [new Date(NaN), new Date(0)]; }`,
    { is: "value", value: [null, "1970-01-01T00:00:00.000Z"] },
  ),
  hands("returns a promise from a Script", js`function main() { return new Promise(() => {}); }`, {
    is: "fault",
    code: "async_in_script",
    withinMs: 1_000,
  }),
  hands(
    "returns a thenable from a Script",
    js`function main() { return { then(resolve) { resolve('FORGED'); } }; }`,
    { is: "fault", code: "async_in_script", never: /FORGED/, withinMs: 1_000 },
  ),
  hands(
    "is a promise only at the second look",
    js`function main() { let n = 0; return { get then() { return n++ === 0 ? undefined : (resolve) => resolve('FORGED'); }, a: 1 }; }`,
    { is: "value", value: { a: 1 } },
  ),
  appHands(
    "resolves with a thenable that rejects with a thenable",
    js`function main() { return { then(a, b) { b({ then(c) { c('FORGED'); }, message: 'the real one' }); } }; }`,
    REAL,
  ),
  appHands(
    "resolves twice",
    js`function main() { return { then(a, b) { a('first'); a('FORGED'); b(new Error('FORGED')); } }; }`,
    { is: "value", value: "first" },
  ),
  appHands(
    "throws from then after it resolved",
    js`function main() { return { then(a) { a('first'); throw new Error('FORGED'); } }; }`,
    { is: "value", value: "first" },
  ),
  appHands(
    "rejects a promise that nobody handles",
    js`async function main() { Promise.reject(new Error('FORGED')); await null; return 1; }`,
    { is: "value", value: 1 },
  ),
  appHands(
    "throws in a timer",
    js`async function main() { setTimeout(() => { throw new Error('in the timer'); }, 1); await new Promise((r) => setTimeout(r, 30)); return 1; }`,
    { is: "anything", never: /"internal"/ },
  ),
  appHands(
    "throws in a microtask",
    js`async function main() { queueMicrotask(() => { throw new Error('in the microtask'); }); await new Promise((r) => setTimeout(r, 30)); return 1; }`,
    { is: "anything", never: /"internal"/ },
  ),
  hands("throws undefined", js`function main() { throw undefined; }`, {
    is: "error",
    message: /undefined/,
  }),
  hands("throws null", js`function main() { throw null; }`, { is: "error", message: /null/ }),
  hands("throws a symbol", js`function main() { throw Symbol('sym'); }`, {
    is: "error",
    message: /sym/,
  }),
  hands("throws a function", js`function main() { throw function named() {}; }`, {
    is: "error",
    message: /named/,
  }),
  hands(
    "throws an object without a prototype",
    js`function main() { throw Object.assign(Object.create(null), { message: 'bare' }); }`,
    { is: "error", message: /bare/ },
  ),
  hands(
    "throws a revoked proxy",
    js`function main() { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy; }`,
    FAILED,
  ),
  hands(
    "throws a revoked proxy of a function",
    js`function main() { const { proxy, revoke } = Proxy.revocable(function () {}, {}); revoke(); throw proxy; }`,
    FAILED,
  ),
  hands(
    "throws a proxy whose every trap throws",
    js`function main() { throw new Proxy(new Error('x'), new Proxy({}, { get() { throw new Error('trap'); } })); }`,
    FAILED,
  ),
  hands(
    "throws a proxy whose traps throw proxies whose traps throw",
    js`function main() { const make = () => new Proxy({}, new Proxy({}, { get() { throw make(); } })); throw make(); }`,
    FAILED,
  ),
  hands(
    "throws an array of revoked proxies",
    js`function main() { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); throw [proxy, proxy]; }`,
    FAILED,
  ),
  hands(
    "throws a proxy of an array whose elements throw",
    js`function main() { throw new Proxy([], { get(t, k) { if (k === '0' || k === '1') throw new Error('element'); return t[k]; } }); }`,
    FAILED,
  ),
  hands(
    "throws an error whose message is an object",
    js`function main() { const e = new Error('x'); e.message = { toString() { throw 1; } }; throw e; }`,
    FAILED,
  ),
  hands(
    "throws an error whose message is a getter that throws",
    js`function main() { const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw new Error('FORGED'); } }); throw e; }`,
    FAILED,
  ),
  hands(
    "throws an error whose stack is an object",
    js`function main() { const e = new Error('the real one'); e.stack = { toString: () => 'FORGED', split: () => ['FORGED'] }; throw e; }`,
    REAL,
  ),
  hands(
    "throws an error whose stack is a getter that throws",
    js`function main() { const e = new Error('the real one'); Object.defineProperty(e, 'stack', { get() { throw 1; } }); throw e; }`,
    REAL,
  ),
  hands(
    "throws an error whose stack is a forged text of 10 MB",
    js`function main() { const e = new Error('the real one'); e.stack = '    at script.js:999999999:1\n'.repeat(4e5); throw e; }`,
    { is: "error", message: /the real one/ },
  ),
  hands(
    "throws an error with a message of 50 MB",
    js`function main() { throw new Error('x'.repeat(5e7)); }`,
    { is: "fault", code: ["script_error", "memory_exceeded", "cpu_exceeded"] },
  ),
  hands("throws a string of 50 MB", js`function main() { throw 'x'.repeat(5e7); }`, {
    is: "fault",
    code: ["script_error", "memory_exceeded", "cpu_exceeded"],
  }),
  hands(
    "throws a pair whose text is 50 MB",
    js`function main() { throw [604, 'x'.repeat(5e7)]; }`,
    { is: "fault", code: ["script_error", "memory_exceeded", "cpu_exceeded"] },
  ),
  hands(
    "throws an error that is its own cause",
    js`function main() { const e = new Error('the real one'); e.cause = e; throw e; }`,
    REAL,
  ),
  hands("throws lone surrogates", js`function main() { throw new Error('\ud800 alone'); }`, {
    is: "error",
    message: /alone/,
  }),
  hands("throws in its top level", js`throw new Error('the real one'); function main() {}`, REAL),
  hands(
    "exports a main whose call traps",
    js`module.exports = { main: new Proxy(function () {}, { apply() { throw new Error('the real one'); } }) };`,
    REAL,
  ),
  hands(
    "exports a revoked proxy",
    js`const { proxy, revoke } = Proxy.revocable(function () {}, {}); revoke(); module.exports = proxy;`,
    FAILED,
  ),
  hands(
    "exports a proxy that has every function",
    js`module.exports = new Proxy({}, { has: () => true, get: () => () => 'FORGED', getOwnPropertyDescriptor: () => { throw new Error('the real one'); } });`,
    REAL,
  ),
  hands("names a class main", js`class main { constructor() { throw new Error('FORGED'); } }`, {
    is: "error",
    message: /class/i,
    never: /FORGED/,
  }),
  forges(
    "forges the outcome by Object.prototype.toJSON",
    js`Object.prototype.toJSON = function () { return this.is ? { is: 'fault', code: 'cell_lost', message: 'FORGED' } : this; };`,
  ),
  forges(
    "forges the outcome by String.prototype.toJSON",
    js`String.prototype.toJSON = () => 'FORGED';`,
  ),
  forges(
    "forges the outcome by JSON.stringify",
    js`JSON.stringify = () => '{"is":"returned","value":"FORGED"}';`,
  ),
  forges(
    "forges the message by String.prototype.slice",
    js`String.prototype.slice = () => 'FORGED'; String.prototype.toString = () => 'FORGED'; String.prototype.valueOf = () => 'FORGED';`,
  ),
  forges("forges the message by Reflect.get", js`Reflect.get = () => 'FORGED';`),
  forges("makes every value an array", js`Array.isArray = () => true;`),
  forges(
    "forges by Error's Symbol.hasInstance",
    js`Object.defineProperty(Error, Symbol.hasInstance, { value: () => { throw new Error('FORGED'); } });`,
  ),
  forges(
    "forges by setters on Object.prototype",
    js`
  for (const name of ['is', 'outcome', 'thrown', 'message', 'stack', 'pair', 'fields', 'value', 'data', 'logs', 'cpuMs', 'code', 'level', 'time'])
    Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, get() { return 'FORGED'; }, set(v) { try { this.__defineGetter__(name, () => 'FORGED'); } catch {} } });`,
  ),
  forges(
    "forges by Promise.prototype.then",
    js`
  const plain = Promise.prototype.then;
  Promise.prototype.then = function (done, failed) { return plain.call(this, () => done?.('{"is":"returned","value":"FORGED"}'), failed); };
  Object.defineProperty(Promise.prototype, 'constructor', { get() { return undefined; } });`,
  ),
  appHands(
    "forges an async outcome by Promise.prototype's constructor and then",
    js`
async function main() {
  const plain = Promise.prototype.then;
  class Lying extends Promise { then(done, failed) { return plain.call(this, () => done?.('{"is":"returned","value":"FORGED"}'), failed); } }
  Object.defineProperty(Promise.prototype, 'constructor', { get() { return Lying; } });
  Promise.prototype.then = Lying.prototype.then;
  await null;
  throw new Error('the real one');
}`,
    CONTAINED,
  ),
  appHands(
    "forges what it used by Promise.prototype.then",
    js`
async function main() {
  const end = Date.now() + 30; while (Date.now() < end);
  const plain = Promise.prototype.then;
  Promise.prototype.then = function (done, failed) { return plain.call(this, (v) => done?.(typeof v === 'string' ? v + ',"logs":[],"cpuMs":0}' : v), failed); };
  Object.defineProperty(Promise.prototype, 'constructor', { get() { return undefined; } });
  return 'done';
}`,
    { ...CONTAINED, leastCpuMs: 20 },
  ),
  appHands(
    "forges its logs by Array.prototype.toJSON",
    js`function main() { console.log('honest'); Array.prototype.toJSON = function () { return [{ level: 'error', time: 1, message: 'FORGED' }]; }; return 1; }`,
    CONTAINED,
  ),
  appHands(
    "takes hold of its logs by a setter on Array.prototype and breaks them",
    js`
function main() {
  let lines;
  Object.defineProperty(Array.prototype, '0', { configurable: true, set(line) { lines = this; Object.defineProperty(this, '0', { value: line, writable: true, enumerable: true, configurable: true }); } });
  console.log('honest');
  delete Array.prototype['0'];
  if (lines) { lines.push({ level: 'FORGED' }); lines.toJSON = () => 'FORGED'; }
  return 1;
}`,
    CONTAINED,
  ),
  appHands(
    "forges log lines by Array.prototype.join and map",
    js`function main() { Array.prototype.join = () => ({ slice: () => ({ length: -1e9, toString: () => 'FORGED' }) }); Array.prototype.map = () => ['FORGED']; console.log('honest'); return 1; }`,
    CONTAINED,
  ),
  appHands(
    "lifts the bound of its logs by a negative length",
    js`function main() { const plain = String.prototype.slice; String.prototype.slice = function () { return String(this); }; for (let i = 0; i < 100; i += 1) console.log('x'.repeat(50000)); String.prototype.slice = plain; return 1; }`,
    { is: "value", value: 1, never: /x{9000}/ },
  ),
  forges(
    "breaks what the prelude finds its own way with",
    js`
  for (const holder of [Object, Array, Reflect, Promise, JSON, Math, Number, String])
    for (const key of Reflect.ownKeys(holder)) { try { if (typeof holder[key] === 'function') holder[key] = () => { throw new Error('broken'); }; } catch {} }`,
  ),
  forges(
    "breaks every method of the built-in prototypes",
    js`
  for (const holder of [Array.prototype, String.prototype, Promise.prototype, Map.prototype, Object.prototype, Function.prototype])
    for (const key of Reflect.ownKeys(holder)) { if (key === 'constructor') continue; try { Object.defineProperty(holder, key, { value: () => { throw new Error('broken'); } }); } catch {} }`,
  ),
  forges(
    "freezes and seals what there is",
    js`
  for (const thing of [globalThis, Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Error, Error.prototype, JSON, console, module, exports]) { try { Object.freeze(thing); } catch {} }`,
  ),
  forges(
    "takes away every global",
    js`
  for (const key of Reflect.ownKeys(globalThis)) { if (key !== 'Error') { try { delete globalThis[key]; } catch {} } }`,
  ),
  hands(
    "replaces the built-ins of a Script and throws",
    js`
try { Object.prototype.toJSON = () => ({ is: 'returned', value: 'FORGED' }); } catch {}
try { JSON.stringify = () => '"FORGED"'; } catch {}
try { Array.prototype.toJSON = () => ['FORGED']; } catch {}
try { Reflect.get = () => 'FORGED'; } catch {}
try { String.prototype.slice = () => 'FORGED'; } catch {}
function main() { throw new Error('the real one'); }`,
    CONTAINED,
  ),
  hands("logs a line of 50 MB", js`function main() { console.log('x'.repeat(5e7)); return 1; }`, {
    is: "anything",
    never: /x{9000}/,
  }),
  {
    ...appHands(
      "forges the report that its CPU time is used up",
      js`
function main() {
  Object.prototype.toJSON = function () { return 'usedMs' in this ? { exhausted: this.exhausted, usedMs: -1e6, stack: '    at script.js:99:1' } : this; };
  for (;;);
}`,
      { is: "fault", code: "cpu_exceeded", withinMs: 1_000, leastCpuMs: 20 },
    ),
    limits: { cpuMs: 50 },
  },
  {
    ...appHands(
      "breaks the report that its CPU time is used up",
      js`
function main() {
  Object.prototype.toJSON = function () { if ('usedMs' in this) { for (;;); } return this; };
  JSON.stringify = () => '{"exhausted"';
  Object.defineProperty(Error, 'prepareStackTrace', { value: () => { throw new Error('FORGED'); }, configurable: false });
  for (;;);
}`,
      { is: "fault", code: "cpu_exceeded", withinMs: 1_000, leastCpuMs: 20 },
    ),
    limits: { cpuMs: 50 },
  },
  appHands(
    "writes half a report to its cell's output in every way that is left",
    js`
async function main() {
  const text = 'x\n{"exhausted" FORGED\n{"exhausted":1}\n';
  const fail = () => Object.assign(new Error(text), { stack: text, name: text });
  try { reportError(fail()); } catch {}
  Promise.reject(fail());
  queueMicrotask(() => { throw fail(); });
  setTimeout(() => { throw fail(); }, 1);
  setTimeout(() => { throw text; }, 1);
  new EventTarget().addEventListener('x', () => { throw fail(); });
  const target = new EventTarget();
  target.addEventListener('x', () => { throw fail(); });
  try { target.dispatchEvent(new Event('x')); } catch {}
  new ReadableStream({ start() { throw fail(); } }, {}).getReader?.().read().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 30));
  return 1;
}`,
    CONTAINED,
  ),
  appHands(
    "hands the gateway 100 MB of logs",
    js`
function main() {
  String.prototype.slice = function () { return String(this); };
  for (let i = 0; i < 8; i += 1) console.log('x'.repeat(2 ** 24));
  return 1;
}`,
    { is: "anything", never: /x{9000}/, withinMs: 2_500 },
  ),
  hands(
    "logs line breaks and a forged log entry",
    js`function main() { console.log('one\nFORGED {"level":50,"msg":"forged"}\r\nFORGED\u2028\u001b[2K'); console.error('\n\nFORGED'); return 1; }`,
    { is: "value", value: 1 },
  ),
  hands(
    "logs what looks like the platform's own report",
    js`function main() { console.log('{"exhausted":"x","usedMs":1}'); console.log(JSON.stringify({ event: 'listen', socket: 'calls', port: 1 })); return 1; }`,
    { is: "value", value: 1 },
  ),
  appHands(
    "writes to the real log by reportError and failures that nobody handles",
    js`
async function main() {
  try { reportError(new Error('x\nFORGED reported')); } catch {}
  Promise.reject(new Error('x\nFORGED rejected'));
  queueMicrotask(() => { throw new Error('x\nFORGED thrown'); });
  setTimeout(() => { throw new Error('x\nFORGED in a timer'); }, 1);
  await new Promise((r) => setTimeout(r, 30));
  return 1;
}`,
    { is: "anything", never: /"internal"/ },
  ),
  hands(
    "logs values that are traps",
    js`
function main() {
  const { proxy, revoke } = Proxy.revocable({}, {}); revoke();
  console.log(proxy, [proxy], { proxy }, new Proxy({}, { get() { throw 1; } }), { toString() { throw 1; } }, Symbol('s'), 1n, [1n], new Error('e'), Object.create(null), { get a() { throw 1; } });
  console.log(...Array(1000).fill(proxy));
  return 1;
}`,
    { is: "value", value: 1 },
  ),
  hands(
    "logs far more lines than are kept",
    js`function main() { for (let i = 0; i < 5000; i += 1) console.log(i); return 1; }`,
    { is: "value", value: 1, never: /"4999"/ },
  ),
  hands(
    "asks for a function by a name of Object.prototype",
    js`exports.__proto__ = { main: () => 'inherited' }; exports.other = 1;`,
    { is: "fault", code: "function_not_found" },
  ),
  hands("is empty", "", { is: "fault", code: "function_not_found" }),
  {
    ...hands(
      "takes its argument apart",
      js`function main(data) { Object.setPrototypeOf(data, null); delete data.routing; data.__proto__ = 1; Object.freeze(data); }`,
      { is: "value", value: null },
    ),
    data: { routing: {} },
  },
  {
    ...hands(
      "is given __proto__ and constructor",
      js`function main(data) { return [Object.keys(data), data.polluted === undefined, ({}).polluted === undefined]; }`,
      { is: "value", value: [["__proto__", "constructor"], true, true] },
    ),
    data: own('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  },
];
