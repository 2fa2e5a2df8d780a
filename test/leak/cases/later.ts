// What goes on after a call has been answered: microtasks, promises, whatever else comes back late.

import type { LeakCase } from "../leak-case.ts";
import { fault, holding, leaking, LOOK_SPOILT, SPOIL, value } from "../script-parts.ts";

const js = String.raw;

/** Something that takes longer than a microtask, where there is such a thing. */
const DIGEST = js`
const digest = async () => crypto.subtle && crypto.subtle.digest("SHA-256", new Uint8Array(1000));
`;

/** Each has `spoil` run after the answer, and returns "later". */
const LATE: readonly (readonly [name: string, leave: string])[] = [
  ["a callback of a promise", "Promise.resolve().then(spoil);"],
  ["a callback of a rejection", "Promise.reject(1).catch(spoil).finally(spoil);"],
  ["an async function behind its await", "(async () => { await null; spoil(); })();"],
  [
    "an async function that awaits for long",
    "(async () => { for (let n = 0; n < 300; n++) await n; spoil(); })();",
  ],
  [
    "a chain of callbacks each of which spoils",
    "let at = Promise.resolve(); for (let n = 0; n < 100; n++) at = at.then(spoil);",
  ],
  [
    "callbacks that make the next one",
    "let left = 200; const next = () => { spoil(); if (left-- > 0) Promise.resolve().then(next); }; Promise.resolve().then(next);",
  ],
  [
    "a thenable that the engine calls",
    "Promise.resolve({ then(resolve) { spoil(); resolve({ then: spoil }); } });",
  ],
  [
    "an async generator",
    "(async () => { for await (const one of (async function* () { try { yield 1; yield 2; } finally { spoil(); } })()) if (one === 1) await one; })();",
  ],
  [
    "an async iterator over promises that fail",
    "(async () => { try { for await (const one of [Promise.resolve(1), Promise.reject(2)]) void one; } catch { spoil(); } })();",
  ],
  [
    "a subclass of Promise",
    "class Mine extends Promise { then(...all) { spoil(); return super.then(...all); } } (async () => { await Mine.resolve(1); await new Mine((done) => done()); })();",
  ],
  [
    "promises that wait for each other",
    "const { promise, resolve } = Promise.withResolvers(); Promise.all([promise, 1]).then(spoil); Promise.race([promise]).then(() => Promise.any([promise])).then(spoil); Promise.resolve().then(resolve);",
  ],
  [
    "a queued microtask, where there is such a thing",
    "if (typeof queueMicrotask === 'function') queueMicrotask(spoil); else Promise.resolve().then(spoil);",
  ],
  [
    "a rejection that nobody handles",
    "Promise.reject(new Error('left')); Promise.resolve().then(() => { spoil(); throw { get message() { spoil(); return 'left'; } }; });",
  ],
  [
    "a digest that another thread may work out",
    "for (let n = 0; n < 5; n++) digest().then(spoil, spoil);",
  ],
  [
    "one digest after the other",
    "(async () => { for (let n = 0; n < 50; n++) { await digest(); spoil(); } })();",
  ],
  [
    "a callback that pins a property",
    "Promise.resolve().then(() => { spoil(); Object.defineProperty(globalThis, 'latePin', { value: 1 }); });",
  ],
  [
    "a callback that pins a property as late as it can",
    "(async () => { for (let n = 0; n < 200; n++) await n; Object.defineProperty(globalThis, 'latePin', { value: 1 }); })();",
  ],
  [
    "a digest that pins a property",
    "digest().then(() => { spoil(); Object.defineProperty(globalThis, 'latePin', { value: 1 }); });",
  ],
  [
    "a callback that ends the global object's extension",
    "Promise.resolve().then(() => { spoil(); Object.preventExtensions(globalThis); });",
  ],
  [
    "a callback that gives the global object another prototype",
    "Promise.resolve().then(() => { try { Object.setPrototypeOf(globalThis, { late: 1 }); } finally { spoil(); } });",
  ],
  [
    "a callback that pins how stacks are written",
    "Promise.resolve().then(() => { spoil(); Object.defineProperty(Error, 'prepareStackTrace', { value: () => ({}), configurable: false }); });",
  ],
  [
    "a callback that changes what all share",
    js`Promise.resolve().then(() => { spoil(); for (const act of [() => { Object.prototype.late = 1; }, () => { Array.prototype.push = spoil; }, () => { console.log = spoil; }, () => { process.late = 1; }]) try { act(); } catch {} });`,
  ],
  [
    "a registry's callback, where there is such a thing",
    "if (typeof FinalizationRegistry === 'function') { const registry = new FinalizationRegistry(spoil); for (let n = 0; n < 1000; n++) registry.register({}, n); } Promise.resolve().then(spoil);",
  ],
  [
    "a listener, where there is such a thing",
    "if (typeof addEventListener === 'function') { addEventListener('unhandledrejection', spoil); addEventListener('left', spoil); dispatchEvent(new Event('left')); } Promise.reject(1); Promise.resolve().then(spoil);",
  ],
];

/** The call's own answer is a fault: a Script does not wait. */
const PROMISED: readonly (readonly [name: string, leave: string])[] = [
  ["an async function", "return (async () => { await null; spoil(); return 'left'; })();"],
  [
    "a promise that is never settled",
    "Promise.resolve().then(spoil); return new Promise(() => {});",
  ],
  [
    "a thenable",
    "Promise.resolve().then(spoil); return { then(done) { spoil(); done('left'); } };",
  ],
  [
    "a promise that fails",
    "return Promise.resolve().then(() => { spoil(); throw new Error('left'); });",
  ],
];

export const LATER_CASES: readonly LeakCase[] = [
  ...LATE.map(([name, leave]) =>
    leaking(`no other call meets the work of ${name}`, {
      top: SPOIL + DIGEST,
      leave: `${leave}\nreturn "later";`,
      look: LOOK_SPOILT,
      left: value("later"),
    }),
  ),
  ...PROMISED.map(([name, leave]) =>
    leaking(`no other call meets the work of a call that returned ${name}`, {
      top: SPOIL,
      leave,
      look: LOOK_SPOILT,
      left: fault("async_in_script"),
    }),
  ),
  holding("what was returned does not change afterwards", {
    leave: js`const kept = { n: 1, list: [1] }; Promise.resolve().then(() => { kept.n = 2; kept.list.push(2); data.key = "late"; }); return kept;`,
    look: "return [data, Object.keys(data)];",
    left: value({ n: 1, list: [1] }),
    data: { key: "a" },
  }),
  holding("work that never ends waiting is not seen", {
    top: js`const waiting = []; let ended = 0;`,
    leave: js`for (let n = 0; n < 10; n++) (async () => { try { await new Promise((done) => { waiting.push(done); }); } finally { ended += 1; } })();
return [waiting.length, ended];`,
    look: "return [waiting.length, ended];",
    left: value([10, 0]),
  }),
];
