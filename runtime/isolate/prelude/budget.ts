// The CPU time of one run. The compiled script counts ticks down and calls `refill` at zero; past the limit that call
// never returns: the isolate ends, and no catch or finally of the script runs on.

import { abortIsolate } from "cloudflare:workers";
import { logText } from "./console.ts";

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
export class Budget {
  readonly #invocation: string;
  readonly #limitMs: number;
  #usedMs = 0;
  /** When the present stretch was looked at last, undefined between stretches. */
  #lookedAt: number | undefined;
  #ticks = FIRST_TICKS;
  #isExhausted = false;
  /** Takes all ticks away. */
  #drain = (): void => undefined;

  constructor(invocation: string, limitMs: number) {
    this.#invocation = invocation;
    this.#limitMs = limitMs;
  }

  /** Has `drain` take the ticks of one more counter away, whenever a stretch ends. */
  onDrain(drain: () => void): void {
    const drainOthers = this.#drain;
    this.#drain = () => {
      drain();
      drainOthers();
    };
  }

  /** What the compiled code calls at zero ticks. Returns how many it gets next, or never. */
  readonly refill = (): number => {
    const time = now();
    if (this.#lookedAt === undefined) {
      this.#wake(time);
    } else {
      const ms = time - this.#lookedAt;
      this.#lookedAt = time;
      this.#usedMs += ms;
      this.#ticks =
        ms <= AIM_MS ? min(MOST_TICKS, this.#ticks * 2) : max(1, floor(this.#ticks / ms));
    }
    if (this.#usedMs > this.#limitMs) this.#exhaust();
    return this.#ticks;
  };

  /** What the compiled code calls behind each await. Returns its argument. */
  readonly resume = <Value>(value: Value): Value => {
    this.wake();
    return value;
  };

  /** Begins a stretch that lasts until `leave`, or until the present turn is over. */
  enter(): void {
    if (this.#lookedAt === undefined) this.#begin(now());
  }

  /** Ends the stretch. Returns the busy milliseconds so far, or never: what ran since the last look counts as well. */
  leave(): number {
    if (this.#lookedAt !== undefined) this.#usedMs += now() - this.#lookedAt;
    if (this.#usedMs > this.#limitMs) this.#exhaust();
    this.#lookedAt = undefined;
    this.#drain();
    return this.#usedMs;
  }

  /** Begins a stretch that ends by itself, unless one is running. */
  wake(): void {
    if (this.#lookedAt === undefined) this.#wake(now());
  }

  #wake(time: number): void {
    this.#begin(time);
    queue(this.#end);
  }

  #begin(time: number): void {
    this.#lookedAt = time;
    this.#ticks = FIRST_TICKS;
  }

  readonly #end = (): void => {
    this.leave();
  };

  /** A script that has run into the stack's end leaves no room to tell anything: then it ends untold. */
  #exhaust(): never {
    try {
      if (!this.#isExhausted) this.#tell();
    } catch {
      // Nothing of a report is worth another moment of this script.
    }
    abortIsolate("CPU time is used up");
  }

  /** The place comes second, because finding it can run the script's own `prepareStackTrace`. */
  #tell(): void {
    this.#isExhausted = true;
    // From strings and numbers alone: no `toJSON` of the script's gets a look.
    const facts = `{"exhausted":"${this.#invocation}","usedMs":${this.#usedMs}`;
    report(`${facts}}`);
    report(`${facts},"stack":${stringify(framesHere())},"logs":${stringify(logText())}}`);
  }
}

function framesHere(): string {
  defineProperty(NativeError, "prepareStackTrace", { value: undefined });
  defineProperty(NativeError, "stackTraceLimit", { value: 10 });
  return `${new NativeError().stack}`;
}
