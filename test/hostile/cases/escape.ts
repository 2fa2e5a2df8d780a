// Ways out of the language: to code from text, to the engine's and workerd's own objects, to the prelude.
// Each script returns what it got hold of.

import type { HostileCase } from "../hostile-case.ts";

const js = String.raw;

type Type = HostileCase["type"];

function getsNothing(type: Type, name: string, code: string): HostileCase {
  return { name, group: "escape", type, code, expect: { is: "value", value: [] } };
}

function isRefused(
  type: Type,
  name: string,
  { code, refusal, line }: { code: string; refusal?: "module_not_allowed"; line: number },
): HostileCase {
  return {
    name,
    group: "escape",
    type,
    code,
    expect: { is: "refused", code: refusal ?? "compile_error", line },
  };
}

/** Runs the functions in `ways` and returns the results of those that worked. */
const TRY_ALL = js`
function results(ways) {
  return ways.flatMap((way) => { try { return [String(way())]; } catch { return []; } });
}`;

/** Returns those of `things` that are functions or objects which this script did not make and the engine did not bring. */
const FOREIGN = js`
function foreign(things) {
  return things.filter((thing) => {
    if (typeof thing !== 'function') return false;
    const text = Function.prototype.toString.call(thing);
    return !text.includes('[native code]') && !text.includes('OWN');
  }).map((thing) => Function.prototype.toString.call(thing).slice(0, 80));
}`;

const FORBIDDEN_IMPORTS = [
  "cloudflare:workers",
  "cloudflare:sockets",
  "node:child_process",
  "node:net",
  "workerd:unsafe",
  "script.js",
  "./prelude.js",
  "/prelude.js",
  "file:///etc/passwd",
  "data:text/javascript,export default 1",
  "https://example.com/x.js",
];

/** Never there. */
const POWERS =
  "'WebAssembly','SharedArrayBuffer','Atomics','ShadowRealm','Worker','SharedWorker','importScripts','Cloudflare'," +
  "'caches','gc','Deno','Bun','LOADER','HOST','INTERNET','env','ctx','__dirnameOfHost'";

/** Not there in a Script. */
const WAITING =
  "'fetch','setTimeout','setInterval','setImmediate','queueMicrotask','scheduler','WebSocket','WebSocketPair'," +
  "'EventSource','MessageChannel','Request','Response'";

function globalsCase(type: Type): HostileCase {
  const names = type === "script" ? `${POWERS},${WAITING}` : POWERS;
  return getsNothing(
    type,
    `finds a power on the global object or its prototypes, in type ${type}`,
    js`
function main() {
  const names = [${names}];
  const found = [];
  for (let holder = globalThis; holder; holder = Object.getPrototypeOf(holder))
    for (const name of names) if (Object.getOwnPropertyDescriptor(holder, name)?.value ?? holder[name]) found.push(name);
  return found;
}`,
  );
}

export const ESCAPE_CASES: readonly HostileCase[] = [
  getsNothing(
    "script",
    "compiles text with the constructor of its own function",
    js`${TRY_ALL}
function main(data) {
  return results([
    () => main.constructor('return 7')(),
    () => data.constructor.constructor('return 7')(),
    () => [].at.constructor('return 7')(),
    () => (class {}).constructor('return 7')(),
  ]);
}`,
  ),
  getsNothing(
    "app",
    "compiles text with the constructors of async functions and generators",
    js`${TRY_ALL}
async function main() {
  const ways = [async () => {}, function* () {}, async function* () {}];
  const made = ways.flatMap((way) => { try { return [way.constructor('return globalThis')]; } catch { return []; } });
  return made.map(String);
}`,
  ),
  getsNothing(
    "script",
    "compiles text with eval, directly, indirectly and as a callback",
    js`${TRY_ALL}
function main() {
  return results([
    () => eval('7'),
    () => (0, eval)('7'),
    () => globalThis['ev' + 'al']('7'),
    () => Reflect.apply(eval, null, ['7']),
    () => eval.call(null, '7'),
    () => eval.bind(null, '7')(),
    () => '7'.replace(/7/, eval).concat(typeof eval('8')),
    () => ['7'].map(eval).filter((seven) => seven === 7)[0].toFixed(),
  ]);
}`,
  ),
  getsNothing(
    "script",
    "compiles text by constructing Function in other words",
    js`${TRY_ALL}
function main() {
  class Compiled extends Function { constructor() { super('return 7'); } }
  return results([
    () => Function('return 7')(),
    () => new Function('return 7')(),
    () => Reflect.construct(Function, ['return 7'])(),
    () => Reflect.construct(Function, ['return 7'], class {})(),
    () => new Proxy(Function, {})('return 7')(),
    () => Function.bind(null, 'return 7')()(),
    () => new Compiled()(),
    () => ['return 7'].map((text) => Function(text))[0](),
    () => Object.getOwnPropertyDescriptor(Function.prototype, 'constructor').value('return 7')(),
  ]);
}`,
  ),
  getsNothing(
    "app",
    "has a timer compile text",
    js`
async function main() {
  for (const set of [setTimeout, setInterval, setImmediate]) {
    try { set('globalThis.pwned = 7', 0); } catch {}
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  return typeof pwned === 'undefined' ? [] : ['pwned'];
}`,
  ),
  getsNothing(
    "app",
    "compiles text with constructors of the host's objects",
    js`${TRY_ALL}
function main() {
  const objects = [fetch, console.log, console, new Headers(), new URL('http://a'), crypto, performance, new Event('x'),
    AbortSignal.abort(), navigator, process, require, module, setTimeout];
  return results(objects.map((object) => () => object.constructor.constructor('return 7')()));
}`,
  ),
  getsNothing(
    "script",
    "evaluates in a compartment or another realm",
    js`${TRY_ALL}
function main() {
  return results([
    () => new Compartment().evaluate('7'),
    () => new Compartment({ globals: {}, __options__: true }).evaluate('7'),
    () => new ShadowRealm().evaluate('7'),
    () => lockdown({ evalTaming: 'unsafe-eval' }) ?? eval('7'),
  ]);
}`,
  ),
  isRefused("script", "imports workerd's module at run time", {
    code: "function main() {\n  return import('cloudflare:workers').then((m) => m.env);\n}",
    line: 2,
  }),
  isRefused("app", "hides an import() in a template literal in a default parameter", {
    code: "async function main(d, text = `${(async () => {\n  await\n  import(/* x */ `cloudflare:workers`)\n})()}`) { return text; }",
    line: 3,
  }),
  isRefused("app", "imports by source phase", {
    code: "function main() {\n  return import.source('cloudflare:workers');\n}",
    line: 2,
  }),
  ...FORBIDDEN_IMPORTS.map((name) =>
    isRefused("app", `imports ${name}`, {
      code: `import * as power from ${JSON.stringify(name)};\nexport function main() { return Object.keys(power); }`,
      refusal: "module_not_allowed",
      line: 1,
    }),
  ),
  isRefused("app", "re-exports workerd's module", {
    code: "export const a = 1;\nexport * from 'cloudflare:workers';\nexport function main() { return 1; }",
    refusal: "module_not_allowed",
    line: 2,
  }),
  isRefused("script", "imports in a Script", {
    code: "import 'moment';\nexport function main() { return 1; }",
    refusal: "module_not_allowed",
    line: 1,
  }),
  getsNothing(
    "app",
    "asks import.meta where it is",
    js`
export function main() { return [import.meta.url, import.meta.resolve, import.meta.env, import.meta.main].filter(Boolean); }`,
  ),
  getsNothing(
    "app",
    "asks process for its powers",
    js`
function main() {
  const names = ['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'kill', 'exit', 'abort', 'reallyExit', 'mainModule', 'stdout',
    'stderr', 'stdin', 'report', 'memoryUsage', 'permission', 'chdir', 'emit', 'getuid', 'constrainedMemory'];
  return names.filter((name) => process[name] !== undefined);
}`,
  ),
  getsNothing(
    "app",
    "requires modules of the host",
    js`${TRY_ALL}
function main() {
  const names = ['child_process', 'node:net', 'node:vm', 'node:module', 'node:worker_threads', 'node:process', 'node:inspector',
    'cloudflare:workers', 'cloudflare:sockets', 'script.js', './script.js', '../prelude.js', '/prelude.js', '__proto__', 'constructor', 'toString',
    'hasOwnProperty', '', '.', '..', '/etc/passwd', '/script.js', '/bundle', '/tmp/x.js', { toString: () => 'fs' }, ['fs'], Symbol.iterator, null];
  return results(names.map((name) => () => JSON.stringify(require(name)) ?? 'a module'));
}`,
  ),
  getsNothing(
    "script",
    "requires modules in a Script",
    js`${TRY_ALL}
function main() {
  return results(['fs', 'cloudflare:workers', 'moment', '__proto__'].map((name) => () => typeof require(name)));
}`,
  ),
  getsNothing(
    "app",
    "looks inside require and module for a loader",
    js`
function main() {
  const found = Reflect.ownKeys(require).filter((key) => !['length', 'name', 'arguments', 'caller', 'prototype'].includes(key));
  for (const name of ['_load', '_cache', '_extensions', '_resolveFilename', 'wrap', 'parent', 'children', 'paths', 'require', 'createRequire'])
    if (module[name] !== undefined || module.constructor[name] !== undefined) found.push(name);
  return found.map(String);
}`,
  ),
  getsNothing(
    "script",
    "finds more in its wrapper's arguments than its module scope",
    js`
const more = Array.from(arguments).slice(5).map((thing) => typeof thing);
function main() { return more; }`,
  ),
  getsNothing(
    "script",
    "climbs from its wrapper to whoever called it",
    js`${TRY_ALL}
const callers = results([() => arguments.callee.caller.toString(), () => arguments.callee.arguments.callee.caller.toString()]);
function main() {
  return callers.concat(results([() => main.caller.toString(), () => main.caller.caller.toString(), () => main.arguments.callee.caller.toString()]));
}`,
  ),
  ...(["script", "app"] as const).map((type) =>
    getsNothing(
      type,
      `takes functions of the prelude from the call sites of an error in ${type}`,
      js`${FOREIGN}
function collect() {
  let sites = [];
  try {
    Error.stackTraceLimit = 100;
    Error.prepareStackTrace = (error, callSites) => callSites;
    sites = new Error('OWN').stack;
  } catch {}
  if (!Array.isArray(sites)) return [];
  return sites.flatMap((site) => [site.getFunction?.(), site.getThis?.(), site.getFunction?.()?.arguments?.callee]);
}
const atTop = collect();
function main() { /* OWN */ return foreign([...atTop, ...collect()]); }`,
    ),
  ),
  getsNothing(
    "app",
    "takes functions of the prelude by patching what it calls",
    js`${FOREIGN}
function main() {
  const things = [];
  const take = (OWN) => things.push(...OWN);
  for (const [holder, name] of [[Array.prototype, 'map'], [Array.prototype, 'pop'], [Array.prototype, 'at'], [Array.prototype, 'join'],
    [Array.prototype, 'includes'], [String.prototype, 'slice'], [Function.prototype, 'call'], [Function.prototype, 'apply'],
    [Function.prototype, 'bind'], [Object, 'entries'], [Object, 'fromEntries'], [Reflect, 'get'], [Promise.prototype, 'then'],
    [Promise, 'race'], [Promise, 'resolve'], [JSON, 'stringify']]) {
    const plain = holder[name];
    try {
      Object.defineProperty(holder, name, { configurable: true, writable: true, value: function (...args) { take(['OWN', this, ...args]); return Reflect.apply(plain, this, args); } });
    } catch {}
  }
  console.log({ a: [1, new Map([[1, 2]])] }, new Error('OWN'));
  console.error(1n, () => 'OWN');
  return foreign(things.filter((thing) => typeof thing === 'function'));
}`,
  ),
  getsNothing(
    "app",
    "waits by a scheduler that no budget sees",
    "function main() { return Object.keys({ scheduler: 1 }).filter((name) => name in globalThis); }",
  ),
  getsNothing(
    "app",
    "meets the prelude's objects in Array.prototype's own setters",
    js`
const taken = new Set();
for (let index = 0; index < 4; index += 1) {
  try {
    Object.defineProperty(Array.prototype, index, { configurable: true, get() { return undefined; }, set(value) { taken.add(typeof this + typeof value); } });
  } catch {}
}
function main() {
  console.log('one');
  console.log({ a: { b: 1 } });
  for (let index = 0; index < 4; index += 1) delete Array.prototype[index];
  return [...taken];
}`,
  ),
  getsNothing(
    "script",
    "shares a scope with the prelude",
    js`
function main() {
  return [typeof Prelude, typeof factory, typeof release, typeof invocation, typeof budget, typeof Budget, typeof captureConsole, typeof code,
    typeof limits, typeof abortIsolate, typeof WorkerEntrypoint, typeof setTimer, typeof callScript, typeof env, typeof ctx, typeof refill,
    typeof resume, typeof prelude_default, typeof __defProp].filter((type) => type !== 'undefined');
}`,
  ),
  getsNothing(
    "script",
    "finds something in this, at its top and in a sloppy function",
    js`
const top = Reflect.ownKeys(this).map(String);
function main() {
  const sloppy = (function () { return this; })();
  return top.concat(['env', 'ctx', 'run', 'invocation'].filter((name) => sloppy?.[name] !== undefined || this?.[name] !== undefined));
}`,
  ),
  globalsCase("script"),
  globalsCase("app"),
  getsNothing(
    "app",
    "uncovers the real console and process by deleting ours",
    js`
function main() {
  const ours = console;
  const found = [];
  try { delete globalThis.console; } catch {}
  if (typeof console !== 'undefined' && console !== ours) { console.log('FORGED by the real console'); found.push('console'); }
  try { delete globalThis.process; } catch {}
  if (typeof process !== 'undefined' && process.getBuiltinModule) found.push('process');
  return found;
}`,
  ),
  getsNothing(
    "app",
    "uncovers workerd's own timers by deleting the counted ones",
    js`
function main() {
  const found = [];
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']) {
    const ours = globalThis[name];
    for (let holder = Object.getPrototypeOf(globalThis); holder; holder = Object.getPrototypeOf(holder)) {
      const other = Object.getOwnPropertyDescriptor(holder, name)?.value;
      if (typeof other === 'function' && other !== ours) found.push(name);
    }
    try { delete globalThis[name]; } catch {}
    const left = globalThis[name];
    if (typeof left === 'function' && left !== ours) found.push(name + ' after delete');
  }
  return found;
}`,
  ),
  getsNothing(
    "app",
    "finds insides of Node's console on ours",
    js`
function main() {
  return ['Console', '_stdout', '_stderr', 'context', 'createTask', 'lines', 'memory', 'profile'].filter((name) => console[name] !== undefined);
}`,
  ),
  getsNothing(
    "app",
    "takes the worker's requests with event listeners",
    js`
async function main() {
  const got = [];
  for (const name of ['fetch', 'scheduled', 'trace', 'tail', 'queue', 'alarm', 'message', 'connect']) {
    try { addEventListener(name, (event) => { got.push(name); event.respondWith?.(new Response('stolen')); }); } catch {}
  }
  try { dispatchEvent(new Event('fetch')); got.pop(); } catch {}
  await new Promise((resolve) => setTimeout(resolve, 20));
  return got;
}`,
  ),
  getsNothing(
    "app",
    "replaces the prototypes that the prelude awaits and iterates with",
    js`
async function main() {
  const seen = [];
  const asyncGenerator = Object.getPrototypeOf(Object.getPrototypeOf((async function* () {}).prototype));
  const generator = Object.getPrototypeOf(Object.getPrototypeOf((function* () {}).prototype));
  for (const [proto, name] of [[asyncGenerator, 'next'], [generator, 'next'], [Array.prototype, Symbol.iterator], [Map.prototype, Symbol.iterator]]) {
    try { const plain = proto[name]; proto[name] = function () { if (this?.level || this?.is) seen.push(String(name)); return plain.apply(this, arguments); }; } catch {}
  }
  class Watched extends Array { static get [Symbol.species]() { seen.push('species'); return Array; } }
  console.log(new Watched(1, 2, 3));
  await null;
  return seen;
}`,
  ),
  getsNothing(
    "app",
    "reads files through what is left of Node",
    js`${TRY_ALL}
function main() {
  return results([
    () => process.binding('fs'),
    () => globalThis.process.mainModule.require('fs').readFileSync('/etc/passwd'),
    () => Buffer.constructor.constructor('return 7')(),
    () => new FileReader().readAsText('/etc/passwd') ?? 'read',
    () => navigator.storage.getDirectory(),
    () => performance.eventLoopUtilization.constructor('return 7')(),
  ]);
}`,
  ),
];
