// Shares processes of databases among accounts. A statement keeps its process for as long as it runs, so no call's does it,
// and one that takes too long is ended with its process.

import { Fault } from "../fault.ts";
import type { Holder, Question } from "./question.ts";
import { SqlWorker, type Outcome } from "./sql-worker.ts";
import { Uses } from "./uses.ts";

/** How long a question waits for a process, or for another's write, in milliseconds. */
const MAX_WAIT_MS = 2_000;
/** Questions of one account that wait at a time. */
const MAX_WAITING = 200;
/** How soon a question is asked again that met another's write, in milliseconds. */
const BUSY_RETRY_MS = 10;
/** Recent time, in milliseconds, from which on an account leaves the last process to others. */
const MUCH_MS = 500;

type Waiting = {
  holder: Holder;
  question: Question;
  answered: PromiseWithResolvers<unknown>;
  until: number;
};

/** `count` processes, started when they are needed. Each question has one for `limitMs` at most. */
export class SqlProcesses implements AsyncDisposable {
  readonly #count: number;
  readonly #limitMs: number;
  readonly #free = new Set<SqlWorker>();
  /** The accounts whose questions are under way. An account has one at a time. */
  readonly #busy = new Map<SqlWorker, string>();
  /** By account, the one that was served last standing last. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #uses = new Uses();
  #isDisposed = false;

  constructor({ count, limitMs }: { count: number; limitMs: number }) {
    this.#count = count;
    this.#limitMs = limitMs;
  }

  /** Starts a process before anybody asks. */
  warm(): void {
    if (this.#free.size + this.#busy.size === 0) this.#free.add(new SqlWorker());
  }

  /** What a question comes to. Throws a Fault with the reason where that is nothing. */
  async ask(holder: Holder, question: Question): Promise<unknown> {
    const answered = Promise.withResolvers<unknown>();
    const until = performance.now() + MAX_WAIT_MS;
    const waiting = { holder, question, answered, until };
    const timer = setTimeout(() => this.#giveUp(waiting), MAX_WAIT_MS);
    this.#wait(waiting);
    try {
      return await answered.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    for (const waiting of [...this.#waiting.values()].flat()) this.#giveUp(waiting);
    const all = [...this.#free, ...this.#busy.keys()];
    await Promise.all(all.map((worker) => worker[Symbol.asyncDispose]()));
  }

  #wait(waiting: Waiting): void {
    const { account } = waiting.holder;
    const queue = this.#waiting.get(account) ?? [];
    if (queue.length >= MAX_WAITING || this.#isDisposed) {
      const problem = `The databases of the account are busy: ${queue.length} questions wait already`;
      return waiting.answered.reject(new Fault("overloaded", problem));
    }
    queue.push(waiting);
    this.#waiting.set(account, queue);
    this.#serve();
  }

  /** Too late for one that is under way: that has a limit of its own. */
  #giveUp(waiting: Waiting): void {
    const { account } = waiting.holder;
    const queue = this.#waiting.get(account) ?? [];
    if (!queue.includes(waiting)) return;
    const rest = queue.filter((one) => one !== waiting);
    if (rest.length > 0) this.#waiting.set(account, rest);
    else this.#waiting.delete(account);
    waiting.answered.reject(busyFault());
  }

  /** Gives waiting questions to processes that are free. */
  #serve(): void {
    for (;;) {
      const room = this.#count - this.#busy.size;
      const next = room > 0 && !this.#isDisposed ? this.#next(room) : undefined;
      if (next === undefined) return;
      const [worker = new SqlWorker()] = this.#free;
      this.#free.delete(worker);
      this.#busy.set(worker, next.holder.account);
      void this.#run(worker, next);
    }
  }

  /** Takes the question whose turn it is. */
  #next(room: number): Waiting | undefined {
    const busy = new Set(this.#busy.values());
    const isLast = room === 1 && this.#count > 1;
    for (const [account, queue] of this.#waiting) {
      if (busy.has(account) || (isLast && this.#uses.of(account) > MUCH_MS)) continue;
      const next = queue.shift();
      this.#waiting.delete(account);
      if (queue.length > 0) this.#waiting.set(account, queue);
      return next;
    }
    return undefined;
  }

  async #run(worker: SqlWorker, waiting: Waiting): Promise<void> {
    const { holder, question } = waiting;
    const { outcome, ms } = await worker.ask({ holder, question }, this.#limitMs);
    this.#uses.add(holder.account, ms);
    this.#busy.delete(worker);
    // Its successor is there by the time that somebody asks.
    if (!this.#isDisposed) this.#free.add("ended" in outcome ? new SqlWorker() : worker);
    this.#settle(waiting, outcome);
    this.#serve();
  }

  #settle(waiting: Waiting, outcome: Outcome): void {
    const { answered, until } = waiting;
    if ("value" in outcome) return answered.resolve(outcome.value);
    if ("fault" in outcome) {
      return answered.reject(new Fault(outcome.fault.code, outcome.fault.message));
    }
    if ("ended" in outcome) return answered.reject(endedFault(outcome.ended, this.#limitMs));
    if (performance.now() > until) return answered.reject(busyFault());
    setTimeout(() => this.#wait(waiting), BUSY_RETRY_MS);
  }
}

function busyFault(): Fault {
  const problem = `The databases of the account are busy: it was not this question's turn within ${MAX_WAIT_MS} ms`;
  return new Fault("overloaded", problem);
}

function endedFault(ended: "late" | "lost", limitMs: number): Fault {
  if (ended === "lost") {
    return new Fault(
      "internal",
      "The process of the databases has ended, and may have done it or not",
    );
  }
  const advice = "Ask for less: by key, or with LIMIT";
  const problem = `The databases did not answer within ${limitMs} ms, and the question was ended. ${advice}`;
  return new Fault("wall_exceeded", problem);
}
