// Adds the jobs of schedules whose time has come. Every edge node looks, one adds each.

import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { fireSchedule, listDueSchedules, type DueSchedule } from "../../schemas/schedule-store.ts";
import type { Database } from "../../schemas/tables/open.ts";

/** How often it is looked what is due, in milliseconds. */
const TICK_MS = 1_000;

/** Looks from `start` until disposed. `now` is the clock, in milliseconds. */
export class Scheduler implements AsyncDisposable {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  #looking: Promise<void> | undefined;

  constructor(options: { db: Database; log: Logger; now: () => number }) {
    this.#db = options.db;
    this.#log = options.log;
    this.#now = options.now;
  }

  start(): void {
    this.#looking ??= this.#look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#fireDue().catch((err: unknown) =>
        this.#log.warn({ err }, "cannot tell which schedules are due"),
      );
      const ms = TICK_MS * (0.75 + Math.random() / 2);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  async #fireDue(): Promise<void> {
    const due = await listDueSchedules(this.#db, this.#now());
    // Other edge nodes look at the same list: from different places they share the work.
    const start = Math.floor(Math.random() * due.length);
    for (const schedule of [...due.slice(start), ...due.slice(0, start)]) {
      if (this.#stop.signal.aborted) return;
      await this.#fire(schedule);
    }
  }

  /** One that fails does not hold up the others. */
  async #fire(due: DueSchedule): Promise<void> {
    const { script } = due;
    try {
      const fired = await fireSchedule(this.#db, due, this.#now());
      if (fired !== "skipped") return;
      const why =
        "a schedule added no job: it was late, the job before has not finished, or the account has no room";
      this.#log.warn({ script, at: new Date(due.nextAt).toISOString() }, why);
    } catch (error) {
      this.#log.error({ err: error, script }, "cannot add the job of a schedule");
    }
  }
}
