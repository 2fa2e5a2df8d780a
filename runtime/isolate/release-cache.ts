/** Characters of code that a dispatcher keeps, whatever the number of releases. */
const MAX_CHARACTERS = 32_000_000;

/** The code of the releases used last, by id. A release never changes, so nothing here goes stale. */
export class ReleaseCache {
  readonly #codes = new Map<string, string>();
  #characters = 0;

  /** The code of release `id`, by `fetchCode` where it is not kept. Fails as `fetchCode` does, and then keeps nothing. */
  get(id: string, fetchCode: (id: string) => Promise<string>): string | Promise<string> {
    const kept = this.#codes.get(id);
    if (kept === undefined) return this.#fetch(id, fetchCode);
    this.#codes.delete(id);
    this.#codes.set(id, kept);
    return kept;
  }

  async #fetch(id: string, fetchCode: (id: string) => Promise<string>): Promise<string> {
    const code = await fetchCode(id);
    if (!this.#codes.has(id)) this.#characters += code.length;
    this.#codes.set(id, code);
    this.#evict();
    return code;
  }

  #evict(): void {
    for (const [id, code] of this.#codes) {
      if (this.#characters <= MAX_CHARACTERS) return;
      this.#codes.delete(id);
      this.#characters -= code.length;
    }
  }
}
