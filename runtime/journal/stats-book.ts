// Counts runs by script, in steps of time. Each process writes rows of its own, with what they come to so far: a row that is
// written twice counts once.

import { Counts } from "../../schemas/histogram.ts";
import { LONG_STEP_SECONDS, SHORT_STEP_SECONDS } from "../../schemas/stats.ts";

/** A run that has ended. */
export type CountedRun = {
  account: string;
  script: string;
  outcome: string;
  cpuMs: number;
  wallMs: number;
  isKept: boolean;
};

/** `script` "" means all of the account. `at` is where the step begins, in milliseconds since 1970. */
export type StatsRow = {
  account: string;
  script: string;
  stepSeconds: number;
  at: number;
  tally: Tally;
};

/** Scripts that are counted each by itself within a step; the rest counts for its account alone. */
const MOST_SCRIPTS = 2_000;
/** Rows that wait to be written, at most; then the oldest go. */
const MOST_ROWS = 20_000;

/** What some runs come to. */
export class Tally {
  calls = 0;
  kept = 0;
  cpuMs = 0;
  wallMs = 0;
  readonly outcomes = new Map<string, number>();
  readonly wall = new Counts();
  readonly cpu = new Counts();

  add({ outcome, cpuMs, wallMs, isKept }: CountedRun): void {
    this.calls += 1;
    if (isKept) this.kept += 1;
    this.cpuMs += cpuMs;
    this.wallMs += wallMs;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    this.wall.add(wallMs);
    this.cpu.add(cpuMs);
  }

  addAll(other: Tally): void {
    this.calls += other.calls;
    this.kept += other.kept;
    this.cpuMs += other.cpuMs;
    this.wallMs += other.wallMs;
    for (const [outcome, count] of other.outcomes) {
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + count);
    }
    this.wall.addAll(other.wall.toHistogram());
    this.cpu.addAll(other.cpu.toHistogram());
  }
}

type Counted = { account: string; script: string; tally: Tally };
type Step = { at: number; byScript: Map<string, Counted> };

export class StatsBook {
  /** All runs of this process since its start, of all accounts. */
  readonly total = new Tally();
  readonly #now: () => number;
  #step: Step;
  /** What the long step has from the short ones before the present one. */
  #long: Step;
  readonly #waiting = new Map<string, StatsRow>();

  constructor(now: () => number) {
    this.#now = now;
    this.#step = stepAt(now(), SHORT_STEP_SECONDS);
    this.#long = stepAt(now(), LONG_STEP_SECONDS);
  }

  add(run: CountedRun): void {
    if (this.#now() - this.#step.at >= SHORT_STEP_SECONDS * 1_000) this.#close();
    this.total.add(run);
    const { byScript } = this.#step;
    const known = byScript.get(run.script);
    if (known !== undefined) return known.tally.add(run);
    const isFull = byScript.size >= MOST_SCRIPTS;
    // No script has the id of an account.
    const key = isFull ? `account ${run.account}` : run.script;
    const { account } = run;
    const counted = byScript.get(key) ?? { account, script: isFull ? "" : key, tally: new Tally() };
    byScript.set(key, counted);
    counted.tally.add(run);
  }

  /** The rows that have changed since they were taken last. */
  take(): StatsRow[] {
    if (this.#now() - this.#step.at >= SHORT_STEP_SECONDS * 1_000) this.#close();
    else this.#list(this.#step, SHORT_STEP_SECONDS);
    const rows = [...this.#waiting.values()];
    this.#waiting.clear();
    return rows;
  }

  /** Takes rows back that could not be written, unless there are newer ones. */
  giveBack(rows: readonly StatsRow[]): void {
    for (const row of rows) {
      if (!this.#waiting.has(keyOf(row))) this.#wait(row);
    }
  }

  /** Ends the present step. Short steps add up to long ones, of which the present one is told each time. */
  #close(): void {
    const closed = this.#step;
    this.#step = stepAt(this.#now(), SHORT_STEP_SECONDS);
    if (closed.byScript.size === 0) return;
    this.#list(closed, SHORT_STEP_SECONDS);
    const long = stepAt(closed.at, LONG_STEP_SECONDS);
    if (long.at !== this.#long.at) this.#long = long;
    for (const [key, { account, script, tally }] of closed.byScript) {
      const counted = this.#long.byScript.get(key) ?? { account, script, tally: new Tally() };
      this.#long.byScript.set(key, counted);
      counted.tally.addAll(tally);
    }
    this.#list(this.#long, LONG_STEP_SECONDS);
  }

  #list({ at, byScript }: Step, stepSeconds: number): void {
    const accounts = new Map<string, Tally>();
    for (const { account, script, tally } of byScript.values()) {
      const whole = accounts.get(account) ?? new Tally();
      accounts.set(account, whole);
      whole.addAll(tally);
      if (script !== "") this.#wait({ account, script, stepSeconds, at, tally });
    }
    for (const [account, tally] of accounts) {
      this.#wait({ account, script: "", stepSeconds, at, tally });
    }
  }

  #wait(row: StatsRow): void {
    const key = keyOf(row);
    this.#waiting.delete(key);
    this.#waiting.set(key, row);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_ROWS && oldest !== undefined) this.#waiting.delete(oldest);
  }
}

function stepAt(now: number, seconds: number): Step {
  const ms = seconds * 1_000;
  return { at: Math.floor(now / ms) * ms, byScript: new Map() };
}

function keyOf({ account, script, stepSeconds, at }: StatsRow): string {
  return `${stepSeconds}/${at}/${script === "" ? `account ${account}` : script}`;
}
