// The cells of a node: starts them, replaces those that end, and gives each run a place.

import { setTimeout as sleep } from "node:timers/promises";
import type { ScriptType } from "../../schemas/script-type.ts";
import { startCell, type Cell, type CellPlan } from "./cell.ts";
import { Quarantine } from "./quarantine.ts";
import { Waiters } from "./waiters.ts";
import { Watchdog } from "./watchdog.ts";

/** A cell for one run, and whether nothing else runs there. Disposing gives the place back. */
export type Place = AsyncDisposable & { cell: Cell; isAlone: boolean };

/**
 * Scripts and apps work in cells of their own: an app may hold its cell for as long as its CPU limit allows, which is
 * longer than a Script's caller waits.
 */
type Crew = "scripts" | "apps";

function crewOf(type: ScriptType): Crew {
  return type === "script" ? "scripts" : "apps";
}

/** Most runs in a cell at once; others wait for a place. Apps mostly wait for somebody else. */
const MAX_RUNS: Record<Crew, number> = { scripts: 16, apps: 32 };
const START_RETRY_MS = 500;

/**
 * Keeps a number of cells at work in each crew until it is disposed, a spare one that takes the place of any that ends, and one
 * where suspects run alone.
 */
export class CellPool implements AsyncDisposable {
  readonly quarantine = new Quarantine();
  readonly #plan: CellPlan;
  readonly #size: number;
  readonly #all = new Set<Cell>();
  /** The cells at work, with the number of runs in each. */
  readonly #crews: Record<Crew, Map<Cell, number>> = { scripts: new Map(), apps: new Map() };
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
    this.#watchdog = new Watchdog({
      cells: () => this.#all,
      sizes: plan.sizes,
      retire: (cell) => this.#retire(cell),
    });
  }

  /** Starts the cells. Throws when one cannot be started. */
  async open(): Promise<void> {
    const count = 2 * this.#size + 2;
    const cells = await Promise.all(Array.from({ length: count }, () => this.#start()));
    for (const cell of cells) {
      this.#spare = cell;
      this.#promote();
    }
  }

  /** How many cells take runs at the moment. */
  get ready(): number {
    let ready = 0;
    for (const crew of Object.values(this.#crews)) {
      for (const cell of crew.keys()) ready += cell.isReady ? 1 : 0;
    }
    return ready;
  }

  /** A place for a script of `type` in the cell with the fewest runs. Waits for one; throws the signal's reason when that comes first. */
  async take(type: ScriptType, signal: AbortSignal): Promise<Place> {
    const name = crewOf(type);
    const crew = this.#crews[name];
    for (;;) {
      signal.throwIfAborted();
      const cell = leastBusy(crew, MAX_RUNS[name]);
      if (cell !== undefined) return this.#occupy(cell, crew);
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
        if (cell?.isReady) {
          const release = (): Promise<void> => leave(cell, left.resolve);
          return { cell, isAlone: true, [Symbol.asyncDispose]: release };
        }
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

  #occupy(cell: Cell, crew: Map<Cell, number>): Place {
    crew.set(cell, (crew.get(cell) ?? 0) + 1);
    return {
      cell,
      isAlone: false,
      [Symbol.asyncDispose]: async () => {
        const runs = crew.get(cell);
        if (runs !== undefined) crew.set(cell, runs - 1);
        this.#forPlace.wakeAll();
      },
    };
  }

  /** Replaces a cell that has grown: a fresh one first, then no more runs for the old, then its end. */
  #retire(cell: Cell): void {
    if (!cell.isReady) return;
    this.#dismiss(cell);
    if (this.#alone === cell) this.#alone = undefined;
    this.#plan.log.info({ cell: cell.id }, "replacing a cell that has grown");
    this.#fillSoon();
    void cell.drain();
  }

  async #start(): Promise<Cell> {
    const cell = await startCell(this.#nextId++, this.#plan);
    this.#all.add(cell);
    void this.#follow(cell);
    return cell;
  }

  /** Draws the conclusions from a cell's end. */
  async #follow(cell: Cell): Promise<void> {
    this.quarantine.onLoss(await cell.gone, Date.now());
    this.#forget(cell);
  }

  #forget(cell: Cell): void {
    this.#all.delete(cell);
    this.#dismiss(cell);
    if (this.#spare === cell) this.#spare = undefined;
    if (this.#alone === cell) this.#alone = undefined;
    this.#fillSoon();
  }

  #dismiss(cell: Cell): void {
    for (const crew of Object.values(this.#crews)) crew.delete(cell);
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
    const crew = Object.values(this.#crews).find(({ size }) => size < this.#size);
    if (crew !== undefined) {
      crew.set(cell, 0);
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

function leastBusy(crew: Map<Cell, number>, most: number): Cell | undefined {
  let best: Cell | undefined;
  let fewest = most;
  for (const [cell, runs] of crew) {
    if (!cell.isReady || runs >= fewest) continue;
    best = cell;
    fewest = runs;
  }
  return best;
}

/** Frees the place of suspects once nothing runs there any more: the next one must be alone. */
async function leave(cell: Cell, free: () => void): Promise<void> {
  if (cell.runs.length > 0)
    await Promise.race([cell.gone, cell.ping(AbortSignal.timeout(60_000))]).catch(() => undefined);
  free();
}
