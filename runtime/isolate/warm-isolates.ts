// The warm isolates of a cell, one for each release that was called lately. workerd never forgets a name: an isolate that
// is no longer wanted is ended from inside.

import { ENDED_TEXT, SPOILT_TEXT } from "../../schemas/batch.ts";
import type { ProgramCode } from "../../schemas/program-code.ts";
import {
  entryOf,
  type IsolateKind,
  type Means,
  type Prelude,
  type RunBatch,
} from "./worker-code.ts";

/** A release's isolate. `users` are the batches inside. */
type Warm = { name: string; users: number };

/** Keeps at most `most` isolates; the one used longest ago goes first. */
export class WarmIsolates {
  readonly #most: number;
  readonly #warm = new Map<string, Warm>();
  #made = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** There are more than are kept. */
  get isFull(): boolean {
    return this.#warm.size > this.#most;
  }

  /**
   * Runs a batch in the release's isolate, which is made of `program` where there is none. Returns the text of a `BatchAnswer`.
   * `opened` are the isolates that the request, which has many batches, has opened.
   */
  async run(
    means: Means,
    kind: Omit<IsolateKind, "name">,
    batch: { release: string; program: ProgramCode; text: string; opened: Opened },
  ): Promise<string> {
    const warm = this.#use(batch.release);
    const { name } = warm;
    const entry = (): Prelude => entryOf(means, { ...kind, name }, batch.program);
    try {
      const answer = await batch.opened.run(name, entry, batch.text);
      if (answer.startsWith(SPOILT_TEXT)) this.#drop(batch.release, warm);
      return answer;
    } catch {
      // The prelude reports every failure of the script. What ends an isolate before that is its budget alone.
      this.#drop(batch.release, warm);
      return ENDED_TEXT;
    } finally {
      warm.users -= 1;
      // Also where it has ended already: a batch that came in between may have made it anew, under the same name.
      if (warm.users === 0 && this.#warm.get(batch.release) !== warm) await endIsolate(entry());
    }
  }

  /** Ends isolates beyond the number that is kept. Resolves when they have ended. */
  async evict(means: Means): Promise<void> {
    for (const [release, warm] of this.#warm) {
      if (!this.isFull) return;
      if (warm.users > 0) continue;
      this.#warm.delete(release);
      await endIsolate(findEntry(means, warm.name));
    }
  }

  /** The isolate of `release`, as the one used last. A new one has a name that no isolate had before. */
  #use(release: string): Warm {
    const known = this.#warm.get(release);
    if (known !== undefined) this.#warm.delete(release);
    else this.#made += 1;
    const warm = known ?? { name: `${release}.${this.#made}`, users: 0 };
    warm.users += 1;
    this.#warm.set(release, warm);
    return warm;
  }

  #drop(release: string, warm: Warm): void {
    if (this.#warm.get(release) === warm) this.#warm.delete(release);
  }
}

/** The isolates that one request has opened, by their names, which no two have. */
export class Opened {
  readonly #isolates = new Map<string, RunBatch | undefined>();

  /** Opens an isolate for its second batch: for a single one that would take longer than it saves. */
  async run(name: string, entry: () => Prelude, text: string): Promise<string> {
    const opened = this.#isolates.get(name);
    if (opened !== undefined) return await opened(text);
    if (!this.#isolates.has(name)) {
      this.#isolates.set(name, undefined);
      return await entry().run(text);
    }
    const run = await entry().open();
    this.#isolates.set(name, run);
    return await run(text);
  }
}

/** The entry of an isolate that was made before. */
export function findEntry({ loader }: Means, name: string): Fetcher & Prelude {
  const gone = (): never => {
    throw new Error(`There is no isolate "${name}"`);
  };
  return loader.get(name, gone).getEntrypoint<Prelude>();
}

/** Ends an isolate, and waits: an end that nobody waits for may be forgotten. */
export async function endIsolate(entry: { end(): Promise<void> }): Promise<void> {
  // An isolate that ends answers with nothing but an error.
  await entry.end().catch(() => undefined);
}
