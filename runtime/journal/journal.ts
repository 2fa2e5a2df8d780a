// What has run, for whoever watches. On the call path it costs a few additions and, for some runs, a small object; the writer
// takes it from here.

import type { Conclusion } from "../gateway/conclusion.ts";
import type { Execution, Job } from "../gateway/execute.ts";
import { recordOf, sizeOf, type RunRecord } from "./record.ts";
import { StatsBook } from "./stats-book.ts";

/** `perSecond`: records of an account that are kept of runs that ended well. `bodies`: the share of these with input and output. */
export type JournalOptions = { perSecond: number; bodies: number; now: () => number };

/** Records that are kept of an account's faults, for each one of its other runs. */
const FAULTS_FOR_ONE = 5;
/** Records of all accounts in a second, at most. */
const MOST_PER_SECOND = 1_000;
/** Records that wait to be written, and their characters, at most; then the oldest go. */
const MOST_WAITING = 5_000;
const MOST_CHARACTERS = 8_000_000;
/** Tokens whose uses wait to be written. */
const MOST_TOKENS = 10_000;

export class Journal {
  readonly stats: StatsBook;
  readonly #options: JournalOptions;
  readonly #quota: Quota;
  /** The oldest first. */
  #waiting: RunRecord[] = [];
  #characters = 0;
  #tokens = new Map<string, number>();
  /** Records that were dropped because nobody took them. */
  #dropped = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.stats = new StatsBook(options.now);
    this.#quota = new Quota(options.perSecond);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Takes note of a run that has just ended. */
  add(job: Job, execution: Execution, conclusion: Conclusion): void {
    const now = this.#options.now();
    const { account, script } = job.target;
    const isFault = conclusion.outcome !== "ok";
    const isKept = this.#quota.takes({ account, isFault, now });
    const { outcome } = conclusion;
    this.stats.add({ account, script, outcome, ...execution.usage, isKept });
    if (!isKept) return;
    const withBodies = isFault || Math.random() < this.#options.bodies;
    const at = now - execution.usage.wallMs;
    this.#push(recordOf(job, { execution, conclusion }, { at, withBodies }));
  }

  /** Takes note of the use of a token, by its id. */
  useToken(token: string): void {
    if (this.#tokens.size < MOST_TOKENS) this.#tokens.set(token, this.#options.now());
  }

  /** Hands out the oldest records, `most` of them. */
  take(most: number): RunRecord[] {
    const taken = this.#waiting.splice(0, most);
    for (const record of taken) this.#characters -= sizeOf(record);
    return taken;
  }

  /** Takes records back that could not be written. */
  giveBack(records: readonly RunRecord[]): void {
    this.#waiting = [...records, ...this.#waiting];
    for (const record of records) this.#characters += sizeOf(record);
    this.#dropExcess();
  }

  /** Hands out when tokens were used, by their ids. */
  takeTokens(): Map<string, number> {
    const taken = this.#tokens;
    this.#tokens = new Map();
    return taken;
  }

  #push(record: RunRecord): void {
    this.#waiting.push(record);
    this.#characters += sizeOf(record);
    this.#dropExcess();
  }

  #dropExcess(): void {
    if (this.#waiting.length <= MOST_WAITING && this.#characters <= MOST_CHARACTERS) return;
    // Many at once, because moving the rest costs the same for one.
    const count = Math.max(this.#waiting.length - MOST_WAITING, MOST_WAITING / 20);
    this.#dropped += this.take(count).length;
    this.#dropExcess();
  }
}

/** How many records are kept within a second. */
class Quota {
  readonly #perSecond: number;
  #second = 0;
  #all = 0;
  #ok = new Map<string, number>();
  #faults = new Map<string, number>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  takes({ account, isFault, now }: { account: string; isFault: boolean; now: number }): boolean {
    this.#begin(Math.floor(now / 1_000));
    const counts = isFault ? this.#faults : this.#ok;
    const most = isFault ? this.#perSecond * FAULTS_FOR_ONE : this.#perSecond;
    const count = counts.get(account) ?? 0;
    if (count >= most || this.#all >= MOST_PER_SECOND) return false;
    counts.set(account, count + 1);
    this.#all += 1;
    return true;
  }

  #begin(second: number): void {
    if (second === this.#second) return;
    this.#second = second;
    this.#all = 0;
    if (this.#ok.size > 0) this.#ok = new Map();
    if (this.#faults.size > 0) this.#faults = new Map();
  }
}
