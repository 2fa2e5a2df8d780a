// How much one account may have under way, so that it cannot take the node from the others.

import { Fault } from "../../schemas/fault.ts";

/** Most runs of an account at once, waiting ones included. */
const MAX_RUNS_PER_ACCOUNT = 500;

export class Admission {
  readonly #runs = new Map<string, number>();

  /** Counts a run of `account` until it leaves. Throws `overloaded` when there are too many. */
  enter(account: string): void {
    const runs = this.#runs.get(account) ?? 0;
    if (runs >= MAX_RUNS_PER_ACCOUNT) {
      throw new Fault(
        "overloaded",
        `The account has ${runs} runs under way: try again in a moment`,
      );
    }
    this.#runs.set(account, runs + 1);
  }

  leave(account: string): void {
    const left = (this.#runs.get(account) ?? 1) - 1;
    if (left > 0) this.#runs.set(account, left);
    else this.#runs.delete(account);
  }
}
