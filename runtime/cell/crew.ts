// Cells that do the same work, and how much each has to do.

import type { Cell } from "./cell.ts";
import { Waiters } from "./waiters.ts";

export class Crew {
  readonly #most: number;
  readonly #cells = new Map<Cell, number>();
  readonly #forRoom = new Waiters();

  /** `most`: what one cell does at once; the rest waits. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#cells.size;
  }

  get ready(): number {
    return [...this.#cells.keys()].filter(({ isReady }) => isReady).length;
  }

  get cells(): Iterable<Cell> {
    return this.#cells.keys();
  }

  /** Whether a cell would take more. */
  get hasRoom(): boolean {
    for (const [{ isReady }, load] of this.#cells) if (isReady && load < this.#most) return true;
    return false;
  }

  /** Whether somebody waits for room. */
  get isCrowded(): boolean {
    return this.#forRoom.size > 0;
  }

  has(cell: Cell): boolean {
    return this.#cells.has(cell);
  }

  add(cell: Cell): void {
    this.#cells.set(cell, 0);
    this.#forRoom.wakeAll();
  }

  /** False where it was not among them. */
  remove(cell: Cell): boolean {
    return this.#cells.delete(cell);
  }

  /** Enters the cell of the lowest `cost` that has room, undefined where none has. Whoever enters leaves. */
  tryEnter(cost: (cell: Cell, load: number) => number): Cell | undefined {
    let best: Cell | undefined;
    let lowest = Infinity;
    for (const [cell, load] of this.#cells) {
      if (!cell.isReady || load >= this.#most) continue;
      const costs = cost(cell, load);
      if (costs >= lowest) continue;
      best = cell;
      lowest = costs;
    }
    if (best !== undefined) this.#cells.set(best, (this.#cells.get(best) ?? 0) + 1);
    return best;
  }

  leave(cell: Cell): void {
    const load = this.#cells.get(cell);
    if (load !== undefined) this.#cells.set(cell, load - 1);
    this.#forRoom.wakeAll();
  }

  /** Resolves when there may be room, or when the signal aborts. */
  untilRoom(signal?: AbortSignal): Promise<void> {
    return this.#forRoom.wait(signal);
  }
}
