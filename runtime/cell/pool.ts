// The cells of a node: starts them, replaces those that end, and chooses one for each call.

import { setTimeout as sleep } from "node:timers/promises";
import { startCell, type Cell, type CellPlan } from "./cell.ts";

/** A cell that lived shorter than this ended because of something that may end the next one too, in milliseconds. */
const SHORT_LIFE_MS = 1_000;
const MAX_RESTART_DELAY_MS = 5_000;

/** Keeps cells running until it is disposed. */
export class CellPool implements AsyncDisposable {
  readonly #plan: CellPlan;
  readonly #cells = new Set<Cell>();
  readonly #stop = new AbortController();
  readonly #keepers: Promise<void>[] = [];
  #waiters: (() => void)[] = [];
  #nextId = 1;

  constructor(plan: CellPlan) {
    this.#plan = plan;
  }

  /** Starts `size` cells and keeps as many running. Throws when one cannot be started. */
  async open(size: number): Promise<void> {
    const first = await Promise.all(Array.from({ length: size }, () => this.#startCell()));
    for (const cell of first) this.#keepers.push(this.#keep(cell));
  }

  get cells(): readonly Cell[] {
    return [...this.#cells].filter((cell) => cell.isReady);
  }

  /**
   * Has `cell` looked at after a call that it lost or did not end in time. It gets no calls until it is known to be well.
   */
  async doubt(cell: Cell): Promise<void> {
    await cell.verify();
    if (cell.isReady) this.#wake();
  }

  /** The cell with the fewest calls inside. Waits while there is none; throws the signal's reason when that comes first. */
  async pick(signal: AbortSignal): Promise<Cell> {
    for (;;) {
      signal.throwIfAborted();
      const [first, ...others] = this.cells;
      if (first !== undefined)
        return others.reduce((best, cell) => (cell.calls < best.calls ? cell : best), first);
      await this.#untilStarted(signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#cells].map((cell) => cell[Symbol.asyncDispose]()));
    await Promise.all(this.#keepers);
  }

  /** Puts a new cell in the place of `cell` whenever it ends. */
  async #keep(cell: Cell): Promise<void> {
    let failures = 0;
    for (let current: Cell | undefined = cell; ;) {
      const since = Date.now();
      await current?.gone;
      if (this.#stop.signal.aborted) return;
      failures = current !== undefined && Date.now() - since > SHORT_LIFE_MS ? 0 : failures + 1;
      await this.#delay(failures);
      if (this.#stop.signal.aborted) return;
      current = await this.#startCell().catch((error: unknown) => {
        this.#plan.log.error({ err: error }, "a cell did not start");
        return undefined;
      });
      if (this.#stop.signal.aborted) await current?.[Symbol.asyncDispose]();
    }
  }

  /** None after the first failure: most cells end because of one script, and the next call waits. */
  async #delay(failures: number): Promise<void> {
    if (failures < 2) return;
    const ms = Math.min(MAX_RESTART_DELAY_MS, 50 * 2 ** (failures - 2));
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async #startCell(): Promise<Cell> {
    const cell = await startCell(this.#nextId++, this.#plan);
    this.#cells.add(cell);
    void cell.gone.then(() => this.#cells.delete(cell));
    this.#wake();
    return cell;
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #untilStarted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
