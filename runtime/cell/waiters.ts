/** Those who wait for a change, in the order in which they came. */
export class Waiters {
  readonly #wakes = new Set<() => void>();

  get size(): number {
    return this.#wakes.size;
  }

  /** Resolves at the next wake, or when the signal aborts. */
  wait(signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      this.#wakes.delete(wake);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    this.#wakes.add(wake);
    signal?.addEventListener("abort", wake);
    return promise;
  }

  wakeAll(): void {
    const wakes = Array.from(this.#wakes);
    for (const wake of wakes) wake();
  }
}
