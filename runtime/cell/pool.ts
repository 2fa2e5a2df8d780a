// The cells of a node: starts them, replaces those that end, and gives each run a place.

import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../schemas/fault.ts";
import type { CellState } from "../../schemas/node.ts";
import { CELL_KINDS, startCell, type Cell, type CellKind, type CellPlan } from "./cell.ts";
import { Crew } from "./crew.ts";
import { IsolateStock } from "./isolate-stock.ts";
import { Quarantine } from "./quarantine.ts";
import type { Run } from "./run.ts";
import { Waiters } from "./waiters.ts";
import { Watchdog } from "./watchdog.ts";

/** Room in a cell. `isolate` is one that was made ready; `isAlone`: nothing else runs there. Whoever takes it leaves it. */
export type Place = {
  cell: Cell;
  isAlone: boolean;
  isolate: string | undefined;
  /** `isFit`: the isolate is as it was. */
  leave: (isFit: boolean) => void;
};

/**
 * Scripts and apps work in cells of their own: an app may hold its cell for as long as its CPU limit allows, which is
 * longer than a Script's caller waits.
 */
type CrewName = "scripts" | "apps";

/**
 * What a cell does at once; the rest waits. Batches of Scripts run one after the other, and a second one is there when the
 * first ends. Apps mostly wait for somebody else.
 */
const MOST: Record<CrewName, number> = { scripts: 2, apps: 32 };
/** How long an app may wait for a place, in milliseconds. */
const QUEUE_MS = 500;
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
  readonly #scripts = new Crew(MOST.scripts);
  readonly #apps = new Crew(MOST.apps);
  readonly #stock: IsolateStock;
  /** One of each kind, which takes the place of any that ends. */
  readonly #spares = new Map<CellKind, Cell>();
  #alone: Cell | undefined;
  /** Resolves when the last suspect has left the cell where suspects run. */
  #aloneFree: Promise<void> = Promise.resolve();
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
    this.#stock = new IsolateStock({
      cells: () => this.#apps.cells,
      isCrowded: () => this.#apps.isCrowded,
      onError: (error) => plan.log.warn({ err: error }, "cannot make isolates ready"),
    });
  }

  /** Starts the cells. Throws when one cannot be started. */
  async open(): Promise<void> {
    const warm = Array.from({ length: this.#size + 1 }, () => this.#start("warm"));
    const fresh = Array.from({ length: this.#size + 2 }, () => this.#start("fresh"));
    for (const cell of await Promise.all([...warm, ...fresh])) {
      this.#spares.set(cell.kind, cell);
      this.#promote(cell.kind);
    }
  }

  /** How many cells take runs at the moment. */
  get ready(): number {
    return this.#scripts.ready + this.#apps.ready;
  }

  /** All cells, with what each is for. */
  get states(): CellState[] {
    return Array.from(this.#all, (cell) => ({
      kind: this.#kindOf(cell),
      pid: cell.pid,
      rssBytes: Math.round(cell.rssMb * 2 ** 20),
      inFlight: cell.runs.length,
      startedAt: cell.startedAt.toISOString(),
      runs: cell.served,
    }));
  }

  /** Whether there is room for a batch of type Script in any cell. */
  get hasRoomForScripts(): boolean {
    return this.#scripts.hasRoom;
  }

  /**
   * Room for a batch of type Script, undefined where there is none: in the cell that is the release's home, whose isolate is
   * warm, or in any where the batch `isUrgent`.
   */
  tryTakeForScripts(release: string, isUrgent: boolean): Place | undefined {
    const ready = [...this.#scripts.cells].filter(({ isReady }) => isReady);
    const home = ready[Number.parseInt(release.slice(0, 8), 16) % ready.length];
    const cell = this.#scripts.tryEnter((candidate, load) => {
      if (candidate === home) return -1;
      return isUrgent ? load : Infinity;
    });
    if (cell === undefined) return undefined;
    const leave = (): void => this.#scripts.leave(cell);
    return { cell, isAlone: false, isolate: undefined, leave };
  }

  /** Resolves when there may be room for Scripts. */
  untilRoomForScripts(): Promise<void> {
    return this.#scripts.untilRoom();
  }

  /**
   * A place for one run of an app, best where an isolate is ready. Waits a little; throws the Fault `overloaded` when none
   * comes, and the signal's reason when that is first.
   */
  async takeForApp(run: Run, signal: AbortSignal): Promise<Place> {
    const patience = AbortSignal.timeout(QUEUE_MS);
    for (;;) {
      signal.throwIfAborted();
      const cell = this.#apps.tryEnter(
        (candidate, load) => load - (this.#stock.hasReady(candidate, run) ? MOST.apps : 0),
      );
      if (cell !== undefined) return this.#placeForApp(cell, run);
      if (patience.aborted) throw new Fault("overloaded", "Every place for apps is taken");
      await this.#apps.untilRoom(AbortSignal.any([signal, patience]));
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
          const leave = (): void => void leaveAlone(cell, left.resolve);
          return { cell, isAlone: true, isolate: undefined, leave };
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
    this.#stock[Symbol.dispose]();
    await this.#filling;
    await Promise.all([...this.#all].map((cell) => cell[Symbol.asyncDispose]()));
  }

  #kindOf(cell: Cell): CellState["kind"] {
    if (this.#scripts.has(cell)) return "script";
    if (this.#apps.has(cell)) return "app";
    if (this.#alone === cell) return "alone";
    return this.#spares.get(cell.kind) === cell ? "spare" : "leaving";
  }

  #placeForApp(cell: Cell, run: Run): Place {
    const isolate = this.#stock.take(cell, run);
    const leave = (isFit: boolean): void => {
      this.#apps.leave(cell);
      this.#stock.giveBack(cell, run, { isolate, isFit });
    };
    return { cell, isAlone: false, isolate, leave };
  }

  /** Replaces a cell that has grown or served long: a fresh one first, then no more runs for the old, then its end. */
  #retire(cell: Cell): void {
    if (!cell.isReady) return;
    this.#dismiss(cell);
    if (this.#alone === cell) this.#alone = undefined;
    this.#plan.log.info({ cell: cell.id }, "replacing a cell that has grown or served long");
    this.#fillSoon();
    void cell.drain();
  }

  async #start(kind: CellKind): Promise<Cell> {
    const cell = await startCell(this.#nextId++, { kind, ...this.#plan });
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
    if (this.#spares.get(cell.kind) === cell) this.#spares.delete(cell.kind);
    if (this.#alone === cell) this.#alone = undefined;
    this.#fillSoon();
  }

  #dismiss(cell: Cell): void {
    this.#scripts.remove(cell);
    this.#apps.remove(cell);
  }

  #fillSoon(): void {
    if (this.#stop.signal.aborted) return;
    for (const kind of CELL_KINDS) this.#promote(kind);
    this.#filling ??= this.#fill().finally(() => (this.#filling = undefined));
  }

  /** A spare cell takes the place of a missing one at once. */
  #promote(kind: CellKind): void {
    const cell = this.#spares.get(kind);
    if (!cell?.isReady) return;
    const crew = kind === "warm" ? this.#scripts : this.#apps;
    if (crew.size < this.#size) crew.add(cell);
    else if (kind === "fresh" && this.#alone === undefined) {
      this.#alone = cell;
      this.#forAlone.wakeAll();
    } else return;
    this.#spares.delete(kind);
  }

  /** Starts spares until none is missing. */
  async #fill(): Promise<void> {
    for (;;) {
      const kind = CELL_KINDS.find((missing) => !this.#spares.has(missing));
      if (kind === undefined || this.#stop.signal.aborted) return;
      try {
        this.#spares.set(kind, await this.#start(kind));
        this.#promote(kind);
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
async function leaveAlone(cell: Cell, free: () => void): Promise<void> {
  if (!cell.isIdle)
    await Promise.race([cell.gone, cell.ping(AbortSignal.timeout(60_000))]).catch(() => undefined);
  free();
}
