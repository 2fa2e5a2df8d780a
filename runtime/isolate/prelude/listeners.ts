// Listeners of events, each on the run's budget: one that is native code, bound, passes no check of its own.

import { HOLDERS } from "./globals.ts";
import { present } from "./present.ts";

type Listener = (this: unknown, ...values: unknown[]) => unknown;

// Taken before the script can change them.
const { apply, defineProperty, get } = Reflect;
const { hasOwn } = Object;
const counted = new WeakMap<object, Listener>();
const findCounted = counted.get.bind(counted);
const keepCounted = counted.set.bind(counted);

/** Has every listener of the web's events count. */
export function installListeners(): void {
  // What the global object inherits is not the prototype of other targets.
  const own = HOLDERS.filter((holder) => hasOwn(holder, "addEventListener"));
  for (const holder of [EventTarget.prototype, ...own]) {
    wrap(holder, "addEventListener", (add, self, [type, listener, options]) =>
      apply(add, self, [type, count(listener), options]),
    );
    wrap(holder, "removeEventListener", (remove, self, [type, listener, options]) =>
      apply(remove, self, [type, knownOf(listener), options]),
    );
  }
}

/** Has every event of Node's emitters count, whoever listens. */
export function countEmitters(events: object): void {
  const prototype: unknown = get(events, "prototype");
  if (typeof prototype !== "object" || prototype === null) return;
  wrap(prototype, "emit", (emit, self, values) => {
    present?.budget.wake();
    return apply(emit, self, values);
  });
}

type Wrapper = (native: CallableFunction, self: unknown, values: unknown[]) => unknown;

/** Puts `wrapper` around a method. */
function wrap(holder: object, name: string, wrapper: Wrapper): void {
  const native: unknown = get(holder, name);
  if (typeof native !== "function") return;
  const value: Listener = function (...values) {
    return wrapper(native, this, values);
  };
  defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: true });
}

/** The same listener is always the same, so that it is added once and can be removed. */
function count(listener: unknown): unknown {
  if (listener === null || (typeof listener !== "object" && typeof listener !== "function")) {
    return listener;
  }
  const known = findCounted(listener);
  if (known !== undefined) return known;
  const owner = present?.budget;
  const counting: Listener = function (event) {
    owner?.wake();
    if (typeof listener === "function") return apply(listener, this, [event]);
    const handle: unknown = get(listener, "handleEvent");
    return typeof handle === "function" ? apply(handle, listener, [event]) : undefined;
  };
  keepCounted(listener, counting);
  return counting;
}

function knownOf(listener: unknown): unknown {
  if (listener === null || (typeof listener !== "object" && typeof listener !== "function")) {
    return listener;
  }
  return findCounted(listener) ?? listener;
}
