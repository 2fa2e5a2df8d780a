// Isolates that are ready before a run needs them, and the end of those that have served: making one takes a cell some
// milliseconds, which no caller should wait for. Each serves one run, or with isolation "scope" one after the other.

import type { NewIsolate } from "../../schemas/tending.ts";
import type { Cell } from "./cell.ts";
import type { Run } from "./run.ts";

/** Most isolates that are made ahead for one release in one cell, and most that are kept for all. */
const MOST_OF_RELEASE = 8;
const MOST_OF_CELL = 32;
/** The answer leaves first, then the cell is busy with the next isolate: in milliseconds. */
const TEND_DELAY_MS = 1;
/** How often demand is looked at again, and after how long without a run nothing is kept ready, in milliseconds. */
const REVIEW_MS = 10_000;
const FORGET_MS = 60_000;
/** After how long without a run what is ready gives way to a release that is called, in milliseconds. */
const GIVE_WAY_MS = 10_000;

/** How many runs of a release there were at once lately. `peak` 0: nothing can be made ready for it, until it runs again. */
type Demand = Omit<NewIsolate, "name"> & { now: number; peak: number; lastAt: number };

type Wanted = { key: string; demand: Demand; isolate: NewIsolate };

/** What is in one cell: ready isolates by release, and used ones that are to end. */
type Stock = { ready: Map<string, string[]>; used: string[]; isTending: boolean };

/** A cell as far as its isolates go. */
export type StockCell = Pick<Cell, "isBusy" | "isReady" | "tend">;

/** The cells, and whether somebody waits for one: then they are not filled. */
export type StockOptions = {
  cells: () => Iterable<StockCell>;
  isCrowded: () => boolean;
  onError: (error: unknown) => void;
};

/** The isolates of the cells that it is asked about. Disposing ends its reviews; the isolates end with their cells. */
export class IsolateStock implements Disposable {
  readonly #options: StockOptions;
  /** The one used longest ago comes first. */
  readonly #demands = new Map<string, Demand>();
  readonly #stocks = new WeakMap<StockCell, Stock>();
  readonly #review: NodeJS.Timeout;
  #made = 0;

  constructor(options: StockOptions) {
    this.#options = options;
    this.#review = setInterval(() => this.#reviewDemands(), REVIEW_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#review);
  }

  hasReady(cell: StockCell, run: Run): boolean {
    return (this.#stockOf(cell).ready.get(keyOf(run))?.length ?? 0) > 0;
  }

  /** The name of an isolate for `run` alone, which begins. Undefined for one that lasts no longer than the request. */
  take(cell: StockCell, run: Run): string | undefined {
    if (!run.isDraft) this.#expectMore(run);
    const ready = this.#stockOf(cell).ready.get(keyOf(run))?.pop();
    return ready ?? (isReused(run) ? this.#newName(run.invocation.release) : undefined);
  }

  /** The run is over. `isFit`: its isolate may serve another one, where its isolation allows that. */
  giveBack(
    cell: StockCell,
    run: Run,
    { isolate, isFit }: { isolate: string | undefined; isFit: boolean },
  ): void {
    const demand = this.#demands.get(keyOf(run));
    if (demand !== undefined && !run.isDraft) demand.now -= 1;
    const stock = this.#stockOf(cell);
    if (isolate !== undefined) {
      if (isFit && isReused(run) && countReady(stock) < MOST_OF_CELL)
        addReady(stock, keyOf(run), isolate);
      else stock.used.push(isolate);
    }
    setTimeout(() => void this.#tend(cell), TEND_DELAY_MS);
  }

  #expectMore(run: Run): void {
    const key = keyOf(run);
    const { release, type, isolation } = run.invocation;
    const demand = this.#demands.get(key) ?? {
      release,
      type,
      isolation,
      now: 0,
      peak: 0,
      lastAt: 0,
    };
    demand.now += 1;
    demand.peak = Math.max(demand.peak, demand.now);
    demand.lastAt = Date.now();
    this.#demands.delete(key);
    this.#demands.set(key, demand);
  }

  /** Ends what has served and makes what is wanted, one at a time, as long as nobody waits for the cell. */
  async #tend(cell: StockCell): Promise<void> {
    const stock = this.#stockOf(cell);
    if (stock.isTending) return;
    stock.isTending = true;
    let end: string[] = [];
    try {
      for (;;) {
        end = stock.used.splice(0);
        // Where runs wait for the cell anyway, the next one makes its isolate as fast itself.
        const hasTime = !cell.isBusy && !this.#options.isCrowded();
        const wanted = hasTime ? this.#findWanted(stock) : undefined;
        if (!cell.isReady || (end.length === 0 && wanted === undefined)) return;
        const make = wanted === undefined ? [] : [wanted.isolate];
        const names = await cell.tend({ end, make });
        end = [];
        if (wanted !== undefined) addMade(stock, wanted, names);
      }
    } catch (error) {
      stock.used.push(...end);
      // A cell that ends takes its isolates along. One that lives on has fewer ready, until the next run.
      if (cell.isReady) this.#options.onError(error);
    } finally {
      stock.isTending = false;
    }
  }

  /** What is wanted most: of the release used last. Takes the place of what nobody uses where there is none. */
  #findWanted(stock: Stock): Wanted | undefined {
    const cells = [...this.#options.cells()].length;
    for (const [key, demand] of [...this.#demands].toReversed()) {
      const { release, type, isolation, peak } = demand;
      const wanted = Math.min(MOST_OF_RELEASE, Math.ceil(peak / cells));
      if ((stock.ready.get(key)?.length ?? 0) >= wanted) continue;
      if (!this.#hasRoom(stock, demand)) return undefined;
      const name = this.#newName(release);
      return { key, demand, isolate: { name, release, type, isolation } };
    }
    return undefined;
  }

  /** Whether one more may be ready for `wanted`. Where it is full, what was not used for a while ends, but not for its like. */
  #hasRoom(stock: Stock, wanted: Demand): boolean {
    if (countReady(stock) < MOST_OF_CELL) return true;
    const before = Date.now() - GIVE_WAY_MS;
    if (wanted.lastAt <= before) return false;
    for (const [key, { now, lastAt }] of this.#demands) {
      if (lastAt > before) return false;
      const names = stock.ready.get(key) ?? [];
      if (now > 0 || names.length === 0) continue;
      stock.used.push(...names);
      stock.ready.delete(key);
      return true;
    }
    return false;
  }

  /** No isolate ever gets the name of another. */
  #newName(release: string): string {
    this.#made += 1;
    return `${release}-${this.#made}`;
  }

  /** Demand falls slowly, and is forgotten in the end together with what was ready for it. */
  #reviewDemands(): void {
    const now = Date.now();
    for (const [key, demand] of this.#demands) {
      const least = Math.min(demand.peak, 1);
      demand.peak = Math.max(demand.now, least, Math.floor(demand.peak * 0.8));
      if (demand.now > 0 || now - demand.lastAt < FORGET_MS) continue;
      this.#demands.delete(key);
      for (const cell of this.#options.cells()) this.#discard(cell, key);
    }
  }

  #discard(cell: StockCell, key: string): void {
    const stock = this.#stockOf(cell);
    stock.used.push(...(stock.ready.get(key) ?? []));
    stock.ready.delete(key);
    void this.#tend(cell);
  }

  #stockOf(cell: StockCell): Stock {
    const known = this.#stocks.get(cell);
    if (known !== undefined) return known;
    const stock: Stock = { ready: new Map(), used: [], isTending: false };
    this.#stocks.set(cell, stock);
    return stock;
  }
}

/** Isolates of one release differ where its isolation was set anew. */
function keyOf({ invocation }: Run): string {
  return `${invocation.release} ${invocation.isolation}`;
}

function isReused({ invocation }: Run): boolean {
  return invocation.isolation === "scope";
}

function countReady({ ready }: Stock): number {
  let count = 0;
  for (const names of ready.values()) count += names.length;
  return count;
}

/** What could not be made is not tried again before its release runs: it may never be made. */
function addMade(
  stock: Stock,
  { key, demand, isolate: { name } }: Wanted,
  names: readonly string[],
): void {
  if (names.includes(name)) addReady(stock, key, name);
  else demand.peak = 0;
}

function addReady({ ready }: Stock, key: string, name: string): void {
  const names = ready.get(key);
  if (names === undefined) ready.set(key, [name]);
  else names.push(name);
}
