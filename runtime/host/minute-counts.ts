// How often scripts of each account do something that is dear to everybody.

import { MINUTE_MS } from "../../schemas/durations.ts";
import { Fault } from "../../schemas/fault.ts";

/** Counts of the present minute, on this node. */
export class MinuteCounts {
  readonly #most: number;
  readonly #problem: string;
  #counts = new Map<string, number>();
  #begunAt = 0;

  /** `problem` is told beyond `most` a minute. */
  constructor(most: number, problem: string) {
    this.#most = most;
    this.#problem = problem;
  }

  /** Throws `overloaded` beyond the limit. */
  add(account: string): void {
    if (Date.now() - this.#begunAt > MINUTE_MS) {
      this.#counts = new Map();
      this.#begunAt = Date.now();
    }
    const count = (this.#counts.get(account) ?? 0) + 1;
    this.#counts.set(account, count);
    if (count > this.#most) throw new Fault("overloaded", this.#problem);
  }
}
