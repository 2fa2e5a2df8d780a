// How much time accounts have used lately.

/** In which what was used counts half, in milliseconds. */
const HALF_LIFE_MS = 10_000;
/** Accounts that are remembered. */
const MOST_ACCOUNTS = 10_000;

export class Uses {
  readonly #uses = new Map<string, { ms: number; at: number }>();

  /** What an account has used, the longer ago the less of it. */
  of(account: string): number {
    const use = this.#uses.get(account);
    if (use === undefined) return 0;
    return use.ms * 0.5 ** ((performance.now() - use.at) / HALF_LIFE_MS);
  }

  add(account: string, ms: number): void {
    const sum = this.of(account) + ms;
    this.#uses.delete(account);
    this.#uses.set(account, { ms: sum, at: performance.now() });
    const [oldest] = this.#uses.keys();
    if (this.#uses.size > MOST_ACCOUNTS && oldest !== undefined) this.#uses.delete(oldest);
  }
}
