// What each run may still reach. Kept in the dispatcher's isolate, where no script reaches it.

import { faultText } from "../../schemas/batch.ts";
import type { Invocation, Owner } from "../../schemas/call.ts";
import { MAX_JOB_MS } from "../../schemas/job-limits.ts";
import { matchesHost, parseHostPattern, type Target } from "./host-pattern.ts";

/** What the run that is on in an isolate may reach. */
export type EgressRules = Pick<Invocation, "owner" | "egressHosts"> & {
  isolate: string;
  limits: Pick<Invocation["limits"], "subrequests">;
};

/** Longer than any run lasts, in milliseconds. */
export const FORGET_MS = MAX_JOB_MS + 30_000;

/** The runs of this dispatcher that have the network. */
export class EgressLedger {
  readonly #runs = new Map<string, Egress>();

  /** Opens the network for a run, until it is disposed. */
  open(rules: EgressRules): Egress {
    this.#forget();
    const egress = new Egress(rules, () => this.#runs.delete(rules.isolate));
    this.#runs.set(rules.isolate, egress);
    return egress;
  }

  /** The network of the run in an isolate, undefined where none is on. */
  find(isolate: string): Egress | undefined {
    return this.#runs.get(isolate);
  }

  /** workerd ends a request whose caller has gone without a word: such a run is never disposed. */
  #forget(): void {
    const before = Date.now() - FORGET_MS;
    for (const [isolate, { openedAt }] of this.#runs) {
      if (openedAt > before) return;
      this.#runs.delete(isolate);
    }
  }
}

/** The network of one run. */
export class Egress implements Disposable {
  readonly openedAt = Date.now();
  /** Whose run it is. */
  readonly owner: Owner;
  readonly #most: number;
  readonly #patterns: ReturnType<typeof parseHostPattern>[] | null;
  readonly #close: () => void;
  /** Resolves when the run has made one request more than it may. */
  readonly #exceeded = Promise.withResolvers<void>();
  #made = 0;

  constructor({ owner, limits, egressHosts }: EgressRules, close: () => void) {
    this.owner = owner;
    this.#close = close;
    this.#most = limits.subrequests;
    this.#patterns = egressHosts?.map(parseHostPattern) ?? null;
  }

  /** What `run` resolves to, the text of a `BatchAnswer`; or a fault as soon as it makes a request too many. */
  async guard(run: Promise<string>): Promise<string> {
    const answer = await Promise.race([run, this.#exceeded.promise]);
    if (answer !== undefined && !this.#isExceeded) return answer;
    return faultText(
      "subrequests_exceeded",
      `The script made more than ${this.#most} requests, which is its limit`,
    );
  }

  /** Counts a request. False where it is one too many: the run ends by it. */
  count(): boolean {
    this.#made += 1;
    if (this.#isExceeded) this.#exceeded.resolve();
    return !this.#isExceeded;
  }

  allows(target: Target): boolean {
    if (this.#patterns === null) return true;
    return this.#patterns.some((pattern) => pattern !== undefined && matchesHost(pattern, target));
  }

  get #isExceeded(): boolean {
    return this.#made > this.#most;
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}
