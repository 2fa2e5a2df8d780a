// Which releases end cells. Pure bookkeeping: nothing here runs or kills.

import type { FaultCode } from "../../schemas/fault.ts";
import type { Loss, LossCause, Run } from "./run.ts";

/** The ends of a cell that the run alone inside brought about. */
export type Guilt = "stuck" | "memory" | "crashed";

export function isGuilt(cause: LossCause): cause is Guilt {
  return cause === "stuck" || cause === "memory" || cause === "crashed";
}

/** What the caller of a run is told that ended its cell. */
export function faultOfGuilt(cause: Guilt): FaultCode {
  return cause === "stuck" ? "cpu_exceeded" : "memory_exceeded";
}

/** A release in quarantine: `since` is in milliseconds since 1970, `fault` how it ended its cell the last time. */
export type Quarantined = {
  key: string;
  account: string;
  script: string;
  since: number;
  fault: FaultCode;
  strikes: number;
};

const STRIKES = 3;
const STRIKE_MS = 60_000;

/**
 * A release inside a cell that ended is a suspect, and runs alone until one of its runs ends well. A release that was
 * alone inside has a strike; three within a minute and it is quarantined, until its key changes: by a new release,
 * or when a person pardons it.
 */
export class Quarantine {
  readonly #suspects = new Set<string>();
  readonly #strikes = new Map<string, number[]>();
  readonly #quarantined = new Map<string, Quarantined>();

  /** Takes note of the end of a cell at `now`, in milliseconds. */
  onLoss({ cause, runs }: Loss, now: number): void {
    if (cause === "stopped") return;
    const keys = new Set(runs.map(({ key }) => key));
    for (const key of keys) this.#suspects.add(key);
    const [only] = runs;
    if (runs.length === 1 && only !== undefined && isGuilt(cause)) this.#strike(only, cause, now);
  }

  isSuspect(key: string): boolean {
    return this.#suspects.has(key);
  }

  isQuarantined(key: string): boolean {
    return this.#quarantined.has(key);
  }

  /** The releases that answer their fault at once. */
  get quarantined(): readonly Quarantined[] {
    return [...this.#quarantined.values()];
  }

  /** A run of it ended well while it was alone. */
  clear(key: string): void {
    this.#suspects.delete(key);
  }

  #strike({ key, invocation }: Run, cause: Guilt, now: number): void {
    const recent = (this.#strikes.get(key) ?? []).filter((at) => now - at < STRIKE_MS);
    recent.push(now);
    this.#strikes.set(key, recent);
    if (recent.length < STRIKES) return;
    const { account, script } = invocation.owner;
    const fault = faultOfGuilt(cause);
    const strikes = recent.length;
    this.#quarantined.set(key, { key, account, script, since: now, fault, strikes });
    this.#strikes.delete(key);
    this.#suspects.delete(key);
  }
}
