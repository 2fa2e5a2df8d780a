// The cells of a node: starts them, replaces those that end, and gives each run a place.

import { setTimeout as sleep } from "node:timers/promises";
import { startCell, type Cell, type CellPlan } from "./cell.ts";
import { Quarantine } from "./quarantine.ts";
import { Waiters } from "./waiters.ts";
import { Watchdog } from "./watchdog.ts";

/** A cell for one run. Disposing gives the place back. */
export type Place = AsyncDisposable & { cell: Cell };

/** Most runs in a cell at once; others wait for a place. */
const MAX_RUNS_PER_CELL = 16;
const START_RETRY_MS = 500;

/**
 * Keeps a number of cells at work until it is disposed, a spare one that takes the place of any that ends, and one
 * where suspects run alone.
 */
export class CellPool implements AsyncDisposable {
  readonly quarantine = new Quarantine();
  readonly #plan: CellPlan;
  readonly #size: number;
  readonly #all = new Set<Cell>();
  readonly #working = new Map<Cell, number>();
  #spare: Cell | undefined;
  #alone: Cell | undefined;
  /** Resolves when the last suspect has left the cell where suspects run. */
  #aloneFree: Promise<void> = Promise.resolve();
  readonly #forPlace = new Waiters();
  readonly #forAlone = new Waiters();
  readonly #stop = new AbortController();
  readonly #watchdog: Watchdog;
  #filling: Promise<void> | undefined;
  #nextId = 1;

  constructor(size: number, plan: CellPlan) {
    this.#size = size;
    this.#plan = plan;
    this.#watchdog = new Watchdog(() => this.#all, { retire: (cell) => this.#retire(cell) });
  }

  /** Starts the cells. Throws when one cannot be started. */
  async open(): Promise<void> {
    const count = this.#size + 2;
    const [spare, alone, ...working] = await Promise.all(
      Array.from({ length: count }, () => this.#start()),
    );
    this.#spare = spare;
    this.#alone = alone;
    for (const cell of working) this.#working.set(cell, 0);
  }

  /** How many cells take runs at the moment. */
  get ready(): number {
    return [...this.#working.keys()].filter((cell) => cell.isReady).length;
  }

  /** A place in the cell with the fewest runs. Waits for one; throws the signal's reason when that comes first. */
  async take(signal: AbortSignal): Promise<Place> {
    for (;;) {
      signal.throwIfAborted();
      const cell = this.#leastBusy();
      if (cell !== undefined) return this.#occupy(cell);
      await this.#forPlace.wait(signal);
    }
  }

  /** The place where one suspect runs alone. Waits for it; throws the signal's reason when that comes first. */
  async takeAlone(signal: AbortSignal): Promise<Place> {
    const before = this.#aloneFree;
    const left = Promise.withResolvers<void>();
    this.#aloneFree = left.promise;
    try {
      await before;
      for (;;) {
        signal.throwIfAborted();
        const cell = this.#alone;
        if (cell?.isReady) return { cell, [Symbol.asyncDispose]: () => leave(cell, left.resolve) };
        await this.#forAlone.wait(signal);
      }
    } catch (error) {
      left.resolve();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#watchdog[Symbol.dispose]();
    await this.#filling;
    await Promise.all([...this.#all].map((cell) => cell[Symbol.asyncDispose]()));
  }

  #leastBusy(): Cell | undefined {
    let best: Cell | undefined;
    let fewest = MAX_RUNS_PER_CELL;
    for (const [cell, runs] of this.#working) {
      if (!cell.isReady || runs >= fewest) continue;
      best = cell;
      fewest = runs;
    }
    return best;
  }

  #occupy(cell: Cell): Place {
    this.#working.set(cell, (this.#working.get(cell) ?? 0) + 1);
    return {
      cell,
      [Symbol.asyncDispose]: async () => {
        const runs = this.#working.get(cell);
        if (runs !== undefined) this.#working.set(cell, runs - 1);
        this.#forPlace.wakeOne();
      },
    };
  }

  /** Replaces a cell that has grown: a fresh one first, then no more runs for the old, then its end. */
  #retire(cell: Cell): void {
    if (!cell.isReady) return;
    this.#working.delete(cell);
    if (this.#alone === cell) this.#alone = undefined;
    this.#plan.log.info({ cell: cell.id }, "replacing a cell that has grown");
    this.#fillSoon();
    void cell.drain();
  }

  async #start(): Promise<Cell> {
    const cell = await startCell(this.#nextId++, this.#plan);
    this.#all.add(cell);
    void cell.gone.then((loss) => {
      this.quarantine.onLoss(loss, Date.now());
      this.#forget(cell);
    });
    return cell;
  }

  #forget(cell: Cell): void {
    this.#all.delete(cell);
    this.#working.delete(cell);
    if (this.#spare === cell) this.#spare = undefined;
    if (this.#alone === cell) this.#alone = undefined;
    this.#fillSoon();
  }

  #fillSoon(): void {
    if (this.#stop.signal.aborted) return;
    this.#promote();
    this.#filling ??= this.#fill().finally(() => (this.#filling = undefined));
  }

  /** A spare cell takes the place of a missing one at once. */
  #promote(): void {
    const cell = this.#spare;
    if (!cell?.isReady) return;
    if (this.#working.size < this.#size) {
      this.#working.set(cell, 0);
      this.#forPlace.wakeAll();
    } else if (this.#alone === undefined) {
      this.#alone = cell;
      this.#forAlone.wakeAll();
    } else return;
    this.#spare = undefined;
  }

  /** Starts spares until none is missing. */
  async #fill(): Promise<void> {
    while (this.#spare === undefined && !this.#stop.signal.aborted) {
      try {
        const cell = await this.#start();
        this.#spare = cell;
        this.#promote();
      } catch (error) {
        this.#plan.log.error({ err: error }, "a cell did not start");
        await sleep(START_RETRY_MS, undefined, { signal: this.#stop.signal }).catch(
          () => undefined,
        );
      }
    }
  }
}

/** Frees the place of suspects once nothing runs there any more: the next one must be alone. */
async function leave(cell: Cell, free: () => void): Promise<void> {
  if (cell.runs.length > 0)
    await Promise.race([cell.gone, cell.ping(AbortSignal.timeout(60_000))]).catch(() => undefined);
  free();
}
