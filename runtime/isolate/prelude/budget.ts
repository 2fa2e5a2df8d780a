// The CPU time of one run. The compiled script counts ticks down and calls `refill` at zero; past the limit that call
// never returns: the isolate ends, and no catch or finally of the script runs on.

import { abortIsolate } from "cloudflare:workers";
import { endLog } from "./console.ts";

// A clock of whole milliseconds: ticks between two looks grow until one takes that long, so that a look costs nothing
// in a tight loop and comes soon enough in a loop whose ticks are slow.
const FIRST_TICKS = 32;
const MOST_TICKS = 50_000;
const AIM_MS = 1;

// Taken before the script can change them.
const now = performance.now.bind(performance);
const queue = queueMicrotask;
const report = console.log.bind(console);
const { stringify } = JSON;
const { defineProperty } = Reflect;
const { floor, max, min } = Math;
const NativeError = Error;

/**
 * Counts busy time, not waiting. Time is counted in stretches: one begins where code of the script is entered (the
 * prelude, a timer, behind an await, or at the first tick anywhere). The prelude ends its own, the others end with the
 * microtask that their beginning queues. At its end no ticks are left, so that whatever runs next begins a stretch with
 * its first tick.
 */
export type Budget = {
  /** What the compiled code calls at zero ticks. Returns how many it gets next, or never. */
  refill: () => number;
  /** What the compiled code calls behind each await. Returns its argument. */
  resume: <Value>(value: Value) => Value;
  /** Begins a stretch that lasts until `leave`, or until the present turn is over. */
  enter: () => void;
  /** Begins a stretch that ends by itself, unless one is running. */
  wake: () => void;
  /** Ends the stretch. Returns the busy milliseconds so far, or never: what ran since the last look counts as well. */
  leave: () => number;
  /** Has `drain` take the ticks of one more counter away, whenever a stretch ends. */
  onDrain: (drain: () => void) => void;
};

/** The budget of the run `id`. Its first stretch has begun. */
export function makeBudget(id: string, limitMs: number): Budget {
  let usedMs = 0;
  /** When the present stretch was looked at last, undefined between stretches. */
  let lookedAt: number | undefined = now();
  let ticks = FIRST_TICKS;
  /** Takes all ticks away. */
  let drain: (() => void) | undefined;
  let isExhausted = false;

  /** A script that has run into the stack's end leaves no room to tell anything: then it ends untold. */
  const exhaust = (): never => {
    try {
      if (!isExhausted) {
        isExhausted = true;
        tell(id, usedMs);
      }
    } catch {
      // Nothing of a report is worth another moment of this script.
    }
    abortIsolate("CPU time is used up");
  };
  const enter = (): void => {
    if (lookedAt !== undefined) return;
    lookedAt = now();
    ticks = FIRST_TICKS;
  };
  const leave = (): number => {
    if (lookedAt !== undefined) usedMs += now() - lookedAt;
    if (usedMs > limitMs) exhaust();
    lookedAt = undefined;
    drain?.();
    return usedMs;
  };
  const wake = (): void => {
    if (lookedAt !== undefined) return;
    enter();
    queue(leave);
  };
  const refill = (): number => {
    if (lookedAt === undefined) wake();
    else {
      const ms = now() - lookedAt;
      lookedAt += ms;
      usedMs += ms;
      ticks = ms <= AIM_MS ? min(MOST_TICKS, ticks * 2) : max(1, floor(ticks / ms));
    }
    if (usedMs > limitMs) exhaust();
    return ticks;
  };
  return {
    refill,
    enter,
    leave,
    wake,
    resume: (value) => {
      wake();
      return value;
    },
    onDrain(more) {
      const others = drain;
      drain = others === undefined ? more : () => drainBoth(more, others);
    },
  };
}

function drainBoth(one: () => void, others: () => void): void {
  one();
  others();
}

/** The place comes second, because finding it can run the script's own `prepareStackTrace`. */
function tell(id: string, usedMs: number): void {
  // From strings and numbers alone: no `toJSON` of the script's gets a look.
  const facts = `{"exhausted":"${id}","usedMs":${usedMs}`;
  report(`${facts}}`);
  report(`${facts},"stack":${stringify(framesHere())},"logs":${stringify(endLog())}}`);
}

function framesHere(): string {
  defineProperty(NativeError, "prepareStackTrace", { value: undefined });
  defineProperty(NativeError, "stackTraceLimit", { value: 10 });
  return `${new NativeError().stack}`;
}
