// Scripts that wait for jobs to end. One question to the database for all of them, however many wait.

import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { Fault } from "../../schemas/fault.ts";
import { readEnds, type JobAt, type JobEnd } from "../../schemas/job-store.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { abortable } from "../abortable.ts";

const POLL_MS = 100;
/** Jobs that are asked for in one question. */
const ASKED_AT_ONCE = 500;
/** Jobs that the scripts of an account may wait for in this process at once. */
const MOST_OF_ACCOUNT = 1_000;

/** Who waits for what: `by` is the lease of the job that does, undefined for another run. */
export type WaitFor = JobAt & { by: string | undefined };

type Wait = WaitFor & { settle: (end: JobEnd | undefined) => void };

/** Waits for jobs while anybody does. Disposing lets go of all. */
export class JobWaits implements Disposable {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #waits = new Set<Wait>();
  #isStopped = false;
  #isPolling = false;

  constructor(options: { db: Database; log: Logger }) {
    this.#db = options.db;
    this.#log = options.log;
  }

  /** How many jobs wait here for others, and so do no work of their own. */
  get waitingJobs(): number {
    return new Set(Array.from(this.#waits, ({ by }) => by).filter((by) => by !== undefined)).size;
  }

  /**
   * How a job ended. Throws `not_found` where the account has no such job, or it is cancelled, `overloaded` where the account
   * waits for too many, and the signal's reason when that comes first.
   */
  async untilEnd(at: WaitFor, signal: AbortSignal): Promise<JobEnd> {
    using settled = abortable<JobEnd | undefined>(signal);
    const waiting = [...this.#waits].filter(({ account }) => account === at.account).length;
    if (waiting >= MOST_OF_ACCOUNT) {
      const message = `Cannot wait for job "${at.id}": the account waits for ${waiting} already`;
      throw new Fault("overloaded", message);
    }
    const wait: Wait = { ...at, settle: settled.resolve };
    this.#waits.add(wait);
    if (!this.#isPolling) void this.#poll();
    try {
      const end = await settled.promise;
      if (end !== undefined) return end;
      throw new Fault("not_found", `There is no job "${at.id}", or it has been cancelled`);
    } finally {
      this.#waits.delete(wait);
    }
  }

  [Symbol.dispose](): void {
    this.#isStopped = true;
    for (const { settle } of this.#waits) settle(undefined);
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#waits.size > 0 && !this.#isStopped) {
      await this.#settleEnded().catch((err: unknown) =>
        this.#log.warn({ err }, "cannot tell which jobs have ended"),
      );
      await sleep(POLL_MS);
    }
    this.#isPolling = false;
  }

  async #settleEnded(): Promise<void> {
    const waits = [...this.#waits];
    for (let from = 0; from < waits.length; from += ASKED_AT_ONCE) {
      const asked = waits.slice(from, from + ASKED_AT_ONCE);
      const { ended, open } = await readEnds(this.#db, [...new Set(asked.map(({ id }) => id))]);
      const ends = new Map(ended.map((end) => [keyOf(end), end]));
      const isOpen = new Set(open.map(keyOf));
      for (const wait of asked) {
        const key = keyOf(wait);
        if (!isOpen.has(key)) wait.settle(ends.get(key));
      }
    }
  }
}

function keyOf({ account, id }: JobAt): string {
  return `${id}/${account}`;
}
