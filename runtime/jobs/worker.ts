// Works the jobs off, here and on every other edge node. Whoever claims a job has it on lease: when this process dies, the
// lease lapses and the job is run again, so that each is run at least once.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import {
  claimJob,
  completeJob,
  cutAttempt,
  failAttempt,
  LEASE_MS,
  listAccountsWithWork,
  moveDueJobs,
  renewLease,
  type ClaimedJob,
} from "../../schemas/job-leases.ts";
import { deleteExcessJobs, deleteOldJobs } from "../../schemas/job-store.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { AttemptEnd } from "./run-job.ts";

/** Runs one attempt. Never rejects. */
export type RunJob = (job: ClaimedJob) => Promise<AttemptEnd>;

/**
 * `count` jobs work at once; `waiting` tells how many of them only wait for others, which may be behind them in the queue.
 * `now` is the clock, in milliseconds.
 */
export type JobWorkersOptions = {
  db: Database;
  run: RunJob;
  count: number;
  waiting: () => number;
  log: Logger;
  now: () => number;
};

/** How often it is looked for work where there is none, in milliseconds. */
const IDLE_MS = 250;
/** Workers that come in for jobs that wait, at most. */
const MOST_SUBSTITUTES = 32;
const RENEW_MS = LEASE_MS / 3;
/** How often finished jobs are cleaned up, in milliseconds, and how many times at most. */
const CLEAN_MS = 60_000;
const MOST_CLEANINGS = 50;
/** How long jobs may go on after they were asked to stop, in milliseconds. */
const STOP_GRACE_MS = 2_000;
/** How long to wait before the end of a job is written again, in milliseconds. */
const REWRITE_MS = 1_000;

/** Works from `start` until disposed. What has not finished a moment later is given back. */
export class JobWorkers implements AsyncDisposable {
  readonly #options: JobWorkersOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<ClaimedJob>();
  /** Accounts whose turn is still to come. */
  #turns: string[] = [];
  #cleanedAt: number;
  readonly #substitutes = new Set<Promise<void>>();
  #work: Promise<unknown> | undefined;

  constructor(options: JobWorkersOptions) {
    this.#options = options;
    this.#cleanedAt = options.now();
  }

  start(): void {
    const workers = Array.from({ length: this.#options.count }, () => this.#workOff());
    this.#work ??= Promise.all([this.#tend(), ...workers]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const grace = new AbortController();
    const patience = sleep(STOP_GRACE_MS, undefined, { signal: grace.signal });
    const work = Promise.all([this.#work, ...this.#substitutes]);
    await Promise.race([work, patience.catch(() => undefined)]);
    grace.abort();
    const { db, now } = this.#options;
    const left = [...this.#running].map((job) =>
      cutAttempt(db, job, { error: undefined, isSuspect: false, now: now() }),
    );
    for (const { status } of await Promise.allSettled(left)) {
      if (status === "rejected")
        this.#options.log.warn("a job is given back when its lease lapses");
    }
  }

  /** One job after the other, as long as there are any. */
  async #workOff(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const job = await this.#claim().catch((err: unknown) =>
        this.#options.log.warn({ err }, "cannot claim a job"),
      );
      if (job !== undefined) await this.#runClaimed(job);
      else await idle(signal);
    }
  }

  /** One job after the other, as long as more jobs wait for others than there are substitutes for them. */
  async #substitute(): Promise<void> {
    while (!this.#stop.signal.aborted && this.#substitutes.size <= this.#options.waiting()) {
      const job = await this.#claim();
      if (job === undefined) return;
      await this.#runClaimed(job);
    }
  }

  #callSubstitutes(): void {
    const wanted = Math.min(this.#options.waiting(), MOST_SUBSTITUTES);
    while (this.#substitutes.size < wanted) {
      const substitute = this.#substitute()
        .catch((err: unknown) => this.#options.log.warn({ err }, "cannot claim a job"))
        .finally(() => this.#substitutes.delete(substitute));
      this.#substitutes.add(substitute);
    }
  }

  /** The next job of the account whose turn it is. */
  async #claim(): Promise<ClaimedJob | undefined> {
    const { db, now } = this.#options;
    let isAsked = false;
    while (!this.#stop.signal.aborted) {
      if (this.#turns.length === 0) {
        // What was there when it was asked may be somebody else's by now: not a reason to ask at once again.
        if (isAsked) return undefined;
        this.#turns = await listAccountsWithWork(db);
        isAsked = true;
      }
      const account = this.#turns.shift();
      if (account === undefined) return undefined;
      const job = await claimJob(db, { account, owner: randomUUID() }, now());
      if (job !== undefined) return job;
    }
    return undefined;
  }

  async #runClaimed(job: ClaimedJob): Promise<void> {
    this.#running.add(job);
    const renewal = setInterval(() => void this.#renew(job), RENEW_MS);
    try {
      const end = await this.#options.run(job);
      this.#tell(job, end);
      await this.#settle(job, end);
    } finally {
      clearInterval(renewal);
      this.#running.delete(job);
    }
  }

  async #renew({ lease }: ClaimedJob): Promise<void> {
    const { db, log, now } = this.#options;
    try {
      await renewLease(db, lease, now());
    } catch (error) {
      log.warn({ err: error, job: lease.id }, "cannot renew the lease of a job");
    }
  }

  /** Writes what came of an attempt. Without the database the result is kept here as long as the process lives. */
  async #settle(job: ClaimedJob, end: AttemptEnd): Promise<void> {
    const { log } = this.#options;
    const { id } = job.lease;
    for (;;) {
      try {
        if (!(await this.#write(job, end))) {
          log.warn({ job: id }, "nobody heard the end of a job: its lease was lost");
        }
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        log.warn({ err: error, job: id }, "cannot write the end of a job");
        await sleep(REWRITE_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  /** False where the lease is lost. */
  async #write(job: ClaimedJob, end: AttemptEnd): Promise<boolean> {
    const { db, now } = this.#options;
    const at = { now: now() };
    switch (end.is) {
      case "completed":
        return await completeJob(db, job, { result: end.result, ...at });
      case "failed":
        return await failAttempt(db, job, {
          error: end.error,
          isFinal: end.isFinal ?? false,
          ...at,
        });
      case "cut":
        return await cutAttempt(db, job, { error: end.error, isSuspect: end.isSuspect, ...at });
    }
  }

  #tell({ lease: { id: job }, script, made }: ClaimedJob, end: AttemptEnd): void {
    if (end.is === "completed") return;
    const { code, message } = end.error;
    const text = end.is === "failed" ? "an attempt of a job failed" : "an attempt of a job was cut";
    this.#options.log.warn({ job, script, made, fault: { code, message } }, text);
  }

  /** Lets jobs begin whose time has come, calls substitutes for jobs that wait, and cleans up. */
  async #tend(): Promise<void> {
    const { db, log, now } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await moveDueJobs(db, now());
        this.#callSubstitutes();
        await this.#cleanSometimes();
      } catch (error) {
        log.warn({ err: error }, "cannot look after the jobs");
      }
      await idle(signal);
    }
  }

  async #cleanSometimes(): Promise<void> {
    const { db, now } = this.#options;
    if (now() - this.#cleanedAt < CLEAN_MS) return;
    this.#cleanedAt = now();
    for (let left = MOST_CLEANINGS; left > 0 && !this.#stop.signal.aborted; left -= 1) {
      const [old, excess] = [await deleteOldJobs(db, now()), await deleteExcessJobs(db)];
      if (!old && !excess) return;
    }
  }
}

/** Not all at the same time, over workers and processes. */
async function idle(signal: AbortSignal): Promise<void> {
  const ms = IDLE_MS * (0.75 + Math.random() / 2);
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
