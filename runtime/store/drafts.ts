import type { Program } from "../../schemas/program.ts";
import type { EdgeRelease } from "./release.ts";

/** Code that somebody runs before publishing it: no table has it, and it is known only while it runs. */
export type Draft = { program: Program; release: EdgeRelease };

/** The drafts that run now, by the id of their program. */
export class Drafts {
  readonly #drafts = new Map<string, Draft & { holders: number }>();

  /** Makes a draft known until the returned hold is disposed. */
  hold({ program, release }: Draft): Disposable & { id: string } {
    const { id } = program;
    const draft = this.#drafts.get(id) ?? { program, release, holders: 0 };
    draft.holders += 1;
    this.#drafts.set(id, draft);
    return {
      id,
      [Symbol.dispose]: () => {
        draft.holders -= 1;
        if (draft.holders === 0) this.#drafts.delete(id);
      },
    };
  }

  find(id: string): Draft | undefined {
    return this.#drafts.get(id);
  }
}
