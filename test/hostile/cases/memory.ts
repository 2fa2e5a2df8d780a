// Memory: in the engine's heap, beside it, and in what the platform keeps for a script. Each bomb holds what it allocates
// and stops on its own at about 1 GB.

import type { HostileCase } from "../hostile-case.ts";

const js = String.raw;

/** A cell that has to be killed, on a machine that is busy with other tests. */
const WITHIN_MS = 3_000;

/** Enough CPU time that memory runs out first, where it does so fast. A Script may not have as much. */
const LIMITS = { script: { cpuMs: 250 }, app: { cpuMs: 500, wallMs: 5_000 } };

/** A heap that is nearly full is collected again and again, which may use up the CPU time first. */
const EXHAUSTED = {
  is: "fault",
  code: ["memory_exceeded", "cpu_exceeded"],
  withinMs: WITHIN_MS,
} as const;

function bomb(name: string, code: string, more: Partial<HostileCase> = {}): HostileCase {
  return {
    name,
    group: "memory",
    type: "app",
    code,
    limits: LIMITS[more.type ?? "app"],
    expect: EXHAUSTED,
    ...more,
  };
}

/** Fast enough for a Script. Which of its limits it meets first depends on the machine. */
function scriptBomb(name: string, code: string): HostileCase {
  return bomb(`${name}, in a Script`, code, { type: "script" });
}

/** May also be stopped by an engine's own bound, with which the script fails, or by its CPU time. */
function bombOrFailure(type: "script" | "app", name: string, code: string): HostileCase {
  const codes = ["memory_exceeded", "cpu_exceeded", "script_error"] as const;
  return bomb(name, code, { type, expect: { is: "fault", code: codes, withinMs: WITHIN_MS } });
}

const ARRAYS = js`function main() { const kept = []; for (let i = 0; i < 130; i += 1) kept.push(Array(1e6).fill(i + 0.5)); return kept.length; }`;
const BUFFERS = js`function main() { const kept = []; for (let i = 0; i < 64; i += 1) kept.push(new Uint8Array(2 ** 24).fill(i + 1)); return kept.length; }`;
const BIGINTS = js`function main() { const kept = []; for (let i = 0n; i < 1000n; i += 1n) kept.push((1n << 8000000n) + i); return kept.length; }`;
const CATCHES = js`function main() { const kept = []; for (let i = 0; i < 300; i += 1) { try { kept.push(Array(1e6).fill(i + 0.5)); } catch { kept.push(1); } } return kept.length; }`;

export const MEMORY_CASES: readonly HostileCase[] = [
  scriptBomb("keeps arrays of numbers", ARRAYS),
  scriptBomb("keeps array buffers that it writes", BUFFERS),
  scriptBomb("catches whatever it fails with and goes on", CATCHES),
  scriptBomb(
    "allocates in one JSON.parse",
    js`function main() { return JSON.parse('[' + '[],'.repeat(1e7) + '[]]').length; }`,
  ),
  scriptBomb(
    "allocates in one native call",
    js`function main() { return Array.from({ length: 3e7 }, Array).length; }`,
  ),
  bomb(
    "keeps arrays of numbers",
    js`function main() { const kept = []; for (let i = 0; i < 130; i += 1) kept.push(Array(1e6).fill(i + 0.5)); return kept.length; }`,
  ),
  bomb(
    "keeps small objects",
    js`function main() { const kept = []; for (let i = 0; i < 2e7; i += 1) kept.push({ i, self: kept }); return kept.length; }`,
  ),
  bomb(
    "keeps it all in one object's keys",
    js`function main() { const kept = {}; for (let i = 0; i < 1e7; i += 1) kept['key' + i] = i; return 1; }`,
  ),
  bomb(
    "doubles a string and flattens it",
    js`function main() { const kept = []; for (let i = 0; i < 40; i += 1) { let s = 'abcdefgh' + i; while (s.length < 2 ** 24) s += s; kept.push(s, s.charCodeAt(5) ? Array.from(s.slice(0, 2 ** 20)) : 0); } return kept.length; }`,
  ),
  bomb(
    "keeps substrings of strings that were joined",
    js`function main() { const kept = []; for (let i = 0; i < 60; i += 1) kept.push((i + ' ').repeat(2 ** 22).split('').join('-')); return kept.length; }`,
  ),
  bomb(
    "keeps array buffers that it writes",
    js`function main() { const kept = []; for (let i = 0; i < 64; i += 1) kept.push(new Uint8Array(2 ** 24).fill(i + 1)); return kept.length; }`,
  ),
  bomb(
    "keeps small typed arrays",
    js`function main() { const kept = []; for (let i = 0; i < 1e6; i += 1) kept.push(new Uint8Array(1024).fill(1)); return kept.length; }`,
  ),
  bomb(
    "grows one resizable buffer",
    js`function main() { const b = new ArrayBuffer(0, { maxByteLength: 2 ** 30 }); for (let n = 2 ** 22; n <= 2 ** 30; n += 2 ** 22) { b.resize(n); new Uint8Array(b, n - 2 ** 22).fill(7); } return b.byteLength; }`,
  ),
  bomb(
    "transfers buffers to ever longer ones",
    js`function main() { let b = new ArrayBuffer(2 ** 22); for (let n = 2 ** 22; n <= 2 ** 30; n += 2 ** 23) { b = b.transfer(n); new Uint8Array(b).fill(7, n - 2 ** 23); } return b.byteLength; }`,
  ),
  bomb(
    "keeps clones of buffers",
    js`function main() { const one = new Uint8Array(2 ** 24).fill(1), kept = []; for (let i = 0; i < 64; i += 1) kept.push(structuredClone(one)); return kept.length; }`,
  ),
  bomb(
    "keeps a Map of Maps",
    js`function main() { const kept = new Map(); for (let i = 0; i < 4e6; i += 1) kept.set(i, new Map([[i, kept]])); return kept.size; }`,
  ),
  bomb(
    "keeps closures",
    js`function main() { let f = () => 0; for (let i = 0; i < 1e7; i += 1) { const g = f; f = () => g; } return typeof f; }`,
  ),
  bomb(
    "keeps Symbols in the registry",
    js`function main() { for (let i = 0; i < 5e6; i += 1) Symbol.for('a rather long key of a symbol ' + i); return 1; }`,
  ),
  bomb("keeps BigInts", BIGINTS),
  bomb(
    "keeps generators that have begun",
    js`function main() { const kept = []; function* g() { const a = Array(100).fill(1); yield; return a.length; } for (let i = 0; i < 1e6; i += 1) { const it = g(); it.next(); kept.push(it); } return kept.length; }`,
  ),
  bomb(
    "keeps regular expressions",
    js`function main() { const kept = []; for (let i = 0; i < 3e5; i += 1) { const r = new RegExp(('(a' + i + '|b){1,50}').repeat(20)); r.test('b'); kept.push(r); } return kept.length; }`,
  ),
  bomb(
    "keeps memory in each frame of a deep recursion",
    js`function main() { const deep = (n) => { const own = Array(20000).fill(n); return n > 0 ? deep(n - 1) + own.length : 0; }; return deep(7000); }`,
  ),
  bomb(
    "keeps it at its top level",
    js`const kept = []; for (let i = 0; i < 130; i += 1) kept.push(Array(1e6).fill(i + 0.5)); function main() { return kept.length; }`,
  ),
  bomb(
    "keeps it while its result is written",
    js`function main() { const kept = []; return { toJSON() { for (let i = 0; i < 130; i += 1) kept.push(Array(1e6).fill(i + 0.5)); return 1; } }; }`,
  ),
  bomb(
    "allocates in one native call",
    js`function main() { return Array.from({ length: 3e7 }, Array).length; }`,
  ),
  bomb(
    "allocates in one JSON.parse",
    js`function main() { return JSON.parse('[' + '[],'.repeat(1e7) + '[]]').length; }`,
  ),
  bomb(
    "allocates in one split",
    js`function main() { return 'ab'.repeat(2e7).split('').map(Object).length; }`,
  ),
  bomb(
    "catches whatever it fails with and goes on",
    js`function main() { const kept = []; for (let i = 0; i < 300; i += 1) { try { kept.push(Array(1e6).fill(i + 0.5)); } catch { kept.push(1); } } return kept.length; }`,
  ),
  bomb(
    "makes garbage for as long as it may",
    js`function main() { for (let i = 0; i < 300; i += 1) new Uint8Array(2 ** 22).fill(1); return 'harmless'; }`,
    { expect: { is: "anything", withinMs: 2_500 } },
  ),
  bomb(
    "keeps all through WeakRefs that are held",
    js`function main() { const kept = new Set(), refs = []; for (let i = 0; i < 3e6; i += 1) { const o = { a: Array(20).fill(i) }; kept.add(o); refs.push(new WeakRef(o)); } return refs.length; }`,
  ),
  bomb(
    "revives nothing with WeakRefs alone",
    js`function main() { const refs = []; for (let i = 0; i < 2e5; i += 1) refs.push(new WeakRef({ a: 'x'.repeat(10) + i })); return refs.length; }`,
    {
      expect: { is: "anything", withinMs: 2_500 },
    },
  ),
  bombOrFailure(
    "script",
    "asks for a buffer that is too large",
    js`function main() { return new ArrayBuffer(2 ** 40).byteLength; }`,
  ),
  bombOrFailure(
    "script",
    "asks for a string that is too large",
    js`function main() { return 'x'.repeat(2 ** 29 - 24).concat('y'.repeat(2 ** 29)).length; }`,
  ),
  bombOrFailure(
    "script",
    "throws an error with a huge message, made by writing",
    js`function main() { const e = new Error('x'.repeat(2 ** 27)); e.more = Array.from({ length: 60 }, (x, i) => Array(5e5).fill(i + 0.5)); throw e; }`,
  ),
  bomb(
    "floods the console",
    js`function main() { for (let i = 0; i < 3e4; i += 1) console.log('x'.repeat(1e5) + i); return 'done'; }`,
    {
      expect: { is: "anything", withinMs: 2_500 },
    },
  ),
  bomb(
    "floods the console with objects that are long to write",
    js`function main() { const o = Array(1e5).fill('y'.repeat(20)); for (let i = 0; i < 200; i += 1) console.log(o, o, o); return 'done'; }`,
    {
      expect: { is: "anything", withinMs: 2_500 },
    },
  ),
  bomb(
    "enqueues without end in a stream",
    js`async function main() { const s = new ReadableStream({ start(c) { for (let i = 0; i < 64; i += 1) c.enqueue(new Uint8Array(2 ** 24).fill(i + 1)); c.close(); } }); return (await new Response(s).arrayBuffer()).byteLength; }`,
  ),
  bomb(
    "unpacks a bomb of gzip",
    js`
async function main() {
  const zeros = new ReadableStream({ start(c) { for (let i = 0; i < 64; i += 1) c.enqueue(new Uint8Array(2 ** 24)); c.close(); } });
  const packed = await new Response(zeros.pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer();
  return (await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer()).byteLength;
}`,
  ),
  bomb(
    "keeps blobs of blobs",
    js`async function main() { const one = new Blob([new Uint8Array(2 ** 24).fill(1)]), kept = []; for (let i = 0; i < 32; i += 1) kept.push(await new Blob([one, one]).arrayBuffer()); return kept.length; }`,
  ),
  bomb(
    "keeps a form of files",
    js`async function main() { const f = new FormData(); for (let i = 0; i < 64; i += 1) f.append('f' + i, new File([new Uint8Array(2 ** 24).fill(i + 1)], 'f')); return (await new Response(f).arrayBuffer()).byteLength; }`,
  ),
  bomb(
    "keeps timers that hold much",
    js`async function main() { for (let i = 0; i < 130; i += 1) { const own = Array(1e6).fill(i + 0.5); setTimeout(() => own, 60000); } await new Promise(() => {}); }`,
  ),
  bomb(
    "keeps promises that nobody settles",
    js`async function main() { const kept = []; for (let i = 0; i < 5e6; i += 1) kept.push(new Promise(() => {}).then(() => i)); return kept.length; }`,
  ),
  bomb(
    "keeps Headers, Requests and URLs",
    js`async function main() { const kept = []; const long = 'x'.repeat(1e5); for (let i = 0; i < 1e4; i += 1) kept.push(new Headers({ a: long + i }), new URL('http://a/?' + long + i)); return kept.length; }`,
  ),
  bomb(
    "tees a stream and reads one end",
    js`
async function main() {
  let i = 0;
  const [a, b] = new ReadableStream({ pull(c) { if (i++ < 64) c.enqueue(new Uint8Array(2 ** 24).fill(i)); else c.close(); } }).tee();
  globalThis.kept = b;
  for await (const chunk of a);
  return 'over';
}`,
  ),
  bomb(
    "writes to a socket pair that nobody reads",
    js`async function main() { const [a, b] = Object.values(new WebSocketPair()); a.accept(); b.accept(); for (let i = 0; i < 64; i += 1) a.send(new Uint8Array(2 ** 24).fill(i + 1)); await new Promise(() => {}); }`,
  ),
  bomb("has the engine abort in the middle of a sum of BigInts, again and again", BIGINTS, {
    type: "script",
    runs: 6,
    expect: { is: "fault", code: "quarantined", withinMs: WITHIN_MS },
  }),
  bomb("has the engine abort in an App, again and again", BIGINTS, {
    runs: 6,
    expect: { is: "fault", code: "quarantined", withinMs: WITHIN_MS },
  }),
  bomb(
    "runs out of memory again and again",
    js`function main() { const kept = []; for (let i = 0; i < 130; i += 1) kept.push(Array(1e6).fill(i + 0.5)); return kept.length; }`,
    {
      runs: 6,
      expect: { is: "fault", code: "quarantined", withinMs: WITHIN_MS },
    },
  ),
];
