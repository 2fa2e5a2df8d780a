// Makes an isolate fit for run after run of one script: whatever a run writes, the next one does not see.
//
// Everything that a script reaches from its global scope and from the language itself is frozen. Undeclared variables and
// new members of the global object go into an object that stands behind it, and is another one for each run. A few
// places that legitimate code writes to are put back. Where that fails, the isolate is spoilt and nothing more runs in it.

import { replaceGlobal } from "./globals.ts";

const { defineProperty, get, getOwnPropertyDescriptor, getPrototypeOf, has, ownKeys, set } =
  Reflect;
const { create, freeze, hasOwn, preventExtensions, setPrototypeOf } = Object;

const STACK_TRACE_LIMIT = 10;
const ANYTHING = /(?:)/;

const NOTHING = freeze(newRecord());

/** What the run that is on has added, to the global object and to its console. */
let added = { toGlobal: newRecord(), toConsole: newRecord() };

/** Locks the isolate. Once, before any code of a script. */
export function lockDown(): void {
  const all = reachable();
  for (const { prototype, names } of overridable()) {
    for (const accessor of mendOverrides(prototype, names)) all.add(accessor);
  }
  resetErrors();
  const beyondGlobal = overlay(globalThis, {
    base: Object.prototype,
    additions: () => added.toGlobal,
  });
  setPrototypeOf(lastBefore(Object.prototype), beyondGlobal);
  all.add(layConsole());
  for (const object of all) {
    if (object === Error) lockError();
    else freeze(object);
  }
}

/** Takes away what the last run left. False when that is impossible: the isolate is spoilt. */
export function sweep(): boolean {
  added = { toGlobal: newRecord(), toConsole: newRecord() };
  // `RegExp.$1` and its like tell of the last match of all: this one has nothing to tell.
  ANYTHING.test("");
  return resetErrors();
}

/** Takes no more additions, and forgets those there are: what a Script leaves to happen later meets no other run's. */
export function sealAdditions(): void {
  added = { toGlobal: NOTHING, toConsole: NOTHING };
}

function newRecord(): Record<PropertyKey, unknown> {
  return create(null);
}

/** The last of the global object's prototypes before `end`. */
function lastBefore(end: object): object {
  let last: object = globalThis;
  for (let next = getPrototypeOf(last); next !== null && next !== end; next = getPrototypeOf(last))
    last = next;
  return last;
}

/** A console in the place of the present one, whose methods a run may change for itself. */
function layConsole(): object {
  const laid = {};
  const base = console;
  setPrototypeOf(laid, overlay(laid, { base, additions: () => added.toConsole }));
  replaceGlobal("console", laid);
  return laid;
}

/**
 * A prototype for the frozen object `front`: what is assigned to that becomes an addition of the run, which hides what
 * `base` has. Strict code is not told of a variable that it did not declare, and nothing lists additions or deletes them.
 */
function overlay(
  front: object,
  { base, additions }: { base: object; additions: () => Record<PropertyKey, unknown> },
): object {
  // Empty and frozen, so that a proxy over it may say what it likes of every name, and nobody can add to it.
  return new Proxy(freeze(create(base)), {
    has: (_target, name) => hasOwn(additions(), name) || has(base, name),
    get(_target, name, receiver) {
      const all = additions();
      return hasOwn(all, name) ? all[name] : get(base, name, receiver);
    },
    set(...[, name, value, receiver]) {
      if (receiver !== front) return set(base, name, value, receiver);
      set(additions(), name, value);
      return true;
    },
  });
}

/** Written by legitimate code, and read by V8 only where they are plain properties. */
const RESET_ON_ERROR = new Set<PropertyKey>(["stackTraceLimit", "prepareStackTrace"]);

function resetErrors(): boolean {
  try {
    Object.assign(Error, { stackTraceLimit: STACK_TRACE_LIMIT, prepareStackTrace: undefined });
    return true;
  } catch {
    // A run has made one of them read-only.
    return false;
  }
}

/** Freezes Error, but for the settings that are reset for each run. */
function lockError(): void {
  for (const name of ownKeys(Error)) {
    const isData = "value" in (getOwnPropertyDescriptor(Error, name) ?? {});
    const writable = isData && !RESET_ON_ERROR.has(name) ? { writable: false } : {};
    defineProperty(Error, name, { configurable: false, ...writable });
  }
  preventExtensions(Error);
}

/** Everything that leads on from the global scope and from the language's own syntax, by properties and prototypes. */
function reachable(): Set<object> {
  // A set yields what is added while it is walked.
  const found = new Set<object>([globalThis, ...hidden()]);
  const add = (value: unknown): void => {
    if ((typeof value === "object" && value !== null) || typeof value === "function") {
      found.add(value);
    }
  };
  for (const object of found) {
    add(getPrototypeOf(object));
    for (const name of ownKeys(object)) {
      const { value, get, set } = getOwnPropertyDescriptor(object, name) ?? {};
      add(value);
      add(get);
      add(set);
    }
  }
  return found;
}

/** What no property of a global leads to. */
function hidden(): object[] {
  const segments = new Intl.Segmenter().segment("");
  const query = new URLSearchParams();
  const things: unknown[] = [
    function* () {},
    async () => undefined,
    async function* () {},
    [][Symbol.iterator](),
    ""[Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    "".matchAll(/a/g),
    [].values().map(() => undefined),
    Iterator.from({ next: () => ({ done: true, value: undefined }) }),
    segments,
    segments[Symbol.iterator](),
    query.entries(),
    query.keys(),
    query.values(),
  ];
  const prototypes = things.map((thing) => getPrototypeOf(Object(thing)));
  const found = prototypes.filter((prototype) => prototype !== null);
  return [...found, ...stackAccessor(), callSitePrototype()];
}

/** What every error has as its own `stack`: the same two functions. */
function stackAccessor(): object[] {
  const { get: getter, set: setter } = getOwnPropertyDescriptor(new Error(), "stack") ?? {};
  return [getter, setter].filter((accessor) => accessor !== undefined);
}

/** What `Error.prepareStackTrace` sees of each frame. */
function callSitePrototype(): object {
  let prototype: object = Object.prototype;
  const prepareStackTrace = (_error: Error, [site]: unknown[]): string => {
    prototype = getPrototypeOf(Object(site)) ?? prototype;
    return "";
  };
  Object.assign(Error, { prepareStackTrace });
  // Reading it is what has it prepared.
  void new Error().stack;
  resetErrors();
  return prototype;
}

/**
 * An object cannot be assigned a property that it inherits frozen: `point.toString = ...`, `Sub.prototype.constructor = Sub`.
 * These are the prototypes that people's objects inherit from, and the names they assign; undefined for all names.
 * Not the wrappers of primitives, whose methods would become slow; not `Array.prototype.constructor`, without which V8 does
 * without its fast `map` and `slice`.
 */
function overridable(): { prototype: object; names: string[] | undefined }[] {
  const errors = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  const arrayNames = Object.getOwnPropertyNames(Array.prototype);
  return [
    { prototype: Object.prototype, names: undefined },
    { prototype: Function.prototype, names: ["constructor", "toString", "bind", "call", "apply"] },
    { prototype: Array.prototype, names: arrayNames.filter((name) => name !== "constructor") },
    ...[...errors, AggregateError].map(({ prototype }) => ({ prototype, names: undefined })),
    ...[Date, Map, Set, WeakMap, WeakSet, RegExp].map(({ prototype }) => ({
      prototype,
      names: undefined,
    })),
  ];
}

/** Returns the functions that it puts in. */
function mendOverrides(prototype: object, names = Object.getOwnPropertyNames(prototype)): object[] {
  return names.flatMap((name) => {
    const descriptor = getOwnPropertyDescriptor(prototype, name);
    if (descriptor === undefined || !("value" in descriptor)) return [];
    const { value, enumerable = false } = descriptor;
    const accessor = accessorOf(prototype, { name, value });
    const isMended = defineProperty(prototype, name, { ...accessor, enumerable });
    return isMended ? [accessor.get, accessor.set] : [];
  });
}

/** Reads as `value`; written to an heir, it becomes the heir's own property. */
function accessorOf(
  prototype: object,
  { name, value }: { name: string; value: unknown },
): { get: () => unknown; set: (own: unknown) => void; configurable: true } {
  const get = (): unknown => value;
  // oxlint-disable-next-line typescript/unbound-method -- a setter's `this` is whatever is written to
  const { set } = {
    set(this: object, own: unknown): void {
      if (this === prototype) throw new TypeError(frozenMessage(name));
      const isNew = !hasOwn(this, name);
      const attributes = isNew ? { writable: true, enumerable: true, configurable: true } : {};
      if (!defineProperty(this, name, { value: own, ...attributes })) {
        throw new TypeError(`Cannot assign to read only property '${name}'`);
      }
    },
  };
  return { get, set, configurable: true };
}

function frozenMessage(name: string): string {
  return `Cannot change the built-in '${name}': all calls of this script share it. With the setting isolation "call" they do not`;
}
