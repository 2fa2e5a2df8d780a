/**
 * Answers by key, at most `size` of them; the one used longest ago goes first.
 * An answer that was being loaded when `clear` was called is handed out but not kept.
 */
export class Cache<Value> {
  readonly #size: number;
  #values = new Map<string, Value>();

  constructor(size: number) {
    this.#size = size;
  }

  /** At once where the answer is kept. Fails as `load` does, and then keeps nothing. */
  get(key: string, load: () => Promise<Value>): Value | Promise<Value> {
    const values = this.#values;
    const kept = values.get(key);
    if (kept !== undefined) {
      values.delete(key);
      values.set(key, kept);
      return kept;
    }
    return this.#load(key, { values, load });
  }

  async #load(
    key: string,
    { values, load }: { values: Map<string, Value>; load: () => Promise<Value> },
  ): Promise<Value> {
    const value = await load();
    values.set(key, value);
    const [oldest] = values.keys();
    if (values.size > this.#size && oldest !== undefined) values.delete(oldest);
    return value;
  }

  clear(): void {
    this.#values = new Map();
  }
}
