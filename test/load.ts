// A bounded stream of calls that goes on while a test changes something.

import type { Answer, Product } from "./harness.ts";

/** Calls `path` from `lanes` callers at once until disposed. `answers` holds what came back, in order. */
export class Load implements AsyncDisposable {
  readonly answers: Answer[] = [];
  readonly #lanes: Promise<void>[];
  #isOver = false;

  constructor(
    product: Product,
    { path, body, lanes }: { path: string; body: unknown; lanes: number },
  ) {
    this.#lanes = Array.from({ length: lanes }, async () => {
      while (!this.#isOver && this.answers.length < 50_000) {
        this.answers.push(await product.ask(path, body));
      }
    });
  }

  /** Waits for an answer that `accept` likes, among those that come from now on. */
  async until(accept: (answer: Answer) => boolean): Promise<void> {
    let seen = this.answers.length;
    while (!this.answers.slice(seen).some(accept)) {
      seen = this.answers.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Waits for `count` more answers. */
  async untilMore(count: number): Promise<void> {
    const enough = this.answers.length + count;
    await this.until(() => this.answers.length >= enough);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }
}
