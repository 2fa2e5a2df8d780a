/** Code that somebody runs before publishing it: no table has it, and it is known only while it runs. */
export class Drafts {
  readonly #codes = new Map<string, { code: string; holders: number }>();

  /** Makes `code` known as release `id` until the returned hold is disposed. */
  hold(id: string, code: string): Disposable & { id: string } {
    const draft = this.#codes.get(id) ?? { code, holders: 0 };
    draft.holders += 1;
    this.#codes.set(id, draft);
    return {
      id,
      [Symbol.dispose]: () => {
        draft.holders -= 1;
        if (draft.holders === 0) this.#codes.delete(id);
      },
    };
  }

  findCode(id: string): string | undefined {
    return this.#codes.get(id)?.code;
  }
}
