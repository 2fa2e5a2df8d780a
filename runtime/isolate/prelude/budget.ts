// The CPU time of one run. The compiled script counts ticks down and calls `refill` at zero; past the limit that call
// never returns: the isolate ends, and no catch or finally of the script runs on.

import { abortIsolate } from "cloudflare:workers";

/** What was used when it was too much, as the edge node reads it from this process's standard output. */
export type ExhaustionReport = { exhausted: string; usedMs: number; stack?: string };

// A clock of whole milliseconds: ticks between two looks grow until one takes that long, so that a look costs nothing
// in a tight loop and comes soon enough in a loop whose ticks are slow.
const FIRST_TICKS = 32;
const MOST_TICKS = 50_000;
const AIM_MS = 1;

// Taken before the script can change them.
const now = performance.now.bind(performance);
const setTimer = setTimeout;
const report = console.log.bind(console);
const { stringify } = JSON;
const { defineProperty } = Reflect;
const NativeError = Error;

/**
 * Counts busy time only: a turn begins with `enter` (the prelude, a timer's callback) or `resume` (behind an await),
 * and time between turns is free. A turn that begins unseen, in a `then`, is charged for its ticks at the usual rate.
 */
export class Budget {
  readonly #invocation: string;
  readonly #limitMs: number;
  #usedMs = 0;
  /** When the running turn was looked at last, undefined between turns. */
  #lookedAt: number | undefined;
  #ticks = FIRST_TICKS;
  #msPerTick = 0;
  #isExhausted = false;

  constructor(invocation: string, limitMs: number) {
    this.#invocation = invocation;
    this.#limitMs = limitMs;
  }

  /** What the compiled code calls at zero ticks. Returns how many it gets next, or never. */
  readonly refill = (): number => {
    const time = now();
    if (this.#lookedAt === undefined) {
      this.#beginTurn(time);
      this.#usedMs += this.#ticks * this.#msPerTick;
    } else {
      const ms = time - this.#lookedAt;
      this.#lookedAt = time;
      this.#usedMs += ms;
      this.#adapt(ms);
    }
    if (this.#usedMs > this.#limitMs) this.#exhaust();
    return this.#ticks;
  };

  /** What the compiled code calls behind each await. Returns its argument. */
  readonly resume = <Value>(value: Value): Value => {
    this.enter();
    return value;
  };

  /** Begins a turn, unless one is running. */
  enter(): void {
    if (this.#lookedAt === undefined) this.#beginTurn(now());
  }

  /** Busy milliseconds so far, or never returns: what ran since the last look counts as well. */
  spend(): number {
    const time = now();
    if (this.#lookedAt !== undefined) this.#usedMs += time - this.#lookedAt;
    this.#lookedAt = time;
    if (this.#usedMs > this.#limitMs) this.#exhaust();
    return this.#usedMs;
  }

  #beginTurn(time: number): void {
    this.#lookedAt = time;
    setTimer(() => {
      this.#lookedAt = undefined;
    }, 0);
  }

  #adapt(ms: number): void {
    if (ms <= AIM_MS) {
      this.#msPerTick = ms / this.#ticks;
      this.#ticks = Math.min(MOST_TICKS, this.#ticks * 2);
    } else {
      this.#msPerTick = ms / this.#ticks;
      this.#ticks = Math.max(1, Math.floor(this.#ticks / ms));
    }
  }

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
    const facts: ExhaustionReport = { exhausted: this.#invocation, usedMs: this.#usedMs };
    report(stringify(facts));
    report(stringify({ ...facts, stack: framesHere() }));
  }
}

function framesHere(): string {
  defineProperty(NativeError, "prepareStackTrace", { value: undefined });
  defineProperty(NativeError, "stackTraceLimit", { value: 10 });
  return `${new NativeError().stack}`;
}
