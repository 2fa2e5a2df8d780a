// Looks after busy cells: ends those that a script holds, and replaces those that grow or have served long.

import type { Cell, CellKind } from "./cell.ts";
import type { Run } from "./run.ts";

/** How large a cell may be, in megabytes: beyond `fat` it is replaced when its runs are over, beyond `most` killed. */
export type SizeLimits = { fatMb: number; mostMb: number };

/** What the watchdog watches, how, and what it does to cells besides killing them. */
export type Watch = {
  cells: () => Iterable<Cell>;
  sizes: Record<CellKind, SizeLimits>;
  retire: (cell: Cell) => void;
};

const TICK_MS = 25;
/** How long a cell may be silent beyond what the budgets inside allow, in milliseconds. */
const PATIENCE_MS = 150;
/** What making an isolate may take on a busy machine, in milliseconds. No budget counts it. */
const ISOLATE_MS = 20;
/** Budgets inside add up only so far, when none of them is larger alone: else a full cell could hang for long. */
const MOST_ALLOWED_MS = 250;
/** A stuck cell that has grown by this much since it fell silent, in megabytes, was filling its memory. */
const SWOLLEN_MB = 192;
/** A cell that is silent this many times as long as it may be hangs, also when it uses no CPU. */
const HUNG_FACTOR = 4;
/** A tick this late means that this process itself was held up, and no cell is to blame. */
const LATE_MS = 50;

/** A ping on its way: when it was sent, and what the cell had used then. */
type Ping = { sentAt: number; cpuMs: number; rssMb: number };

/** Watches cells until disposed. */
export class Watchdog implements Disposable {
  readonly #watch: Watch;
  readonly #pings = new WeakMap<Cell, Ping>();
  /** How many runs were inside when a cell was first seen to be fat. */
  readonly #grown = new WeakMap<Cell, number>();
  readonly #timer: NodeJS.Timeout;
  #tickedAt = performance.now();

  constructor(watch: Watch) {
    this.#watch = watch;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const isLate = now - this.#tickedAt > TICK_MS + LATE_MS;
    this.#tickedAt = now;
    for (const cell of this.#watch.cells()) {
      if (isLate) this.#pings.delete(cell);
      if (!cell.isIdle) this.#look(cell, now);
    }
  }

  #look(cell: Cell, now: number): void {
    const { rssMb, cpuMs } = cell;
    const { sizes, retire } = this.#watch;
    const { fatMb, mostMb } = sizes[cell.kind];
    if (rssMb > fatMb && !this.#grown.has(cell)) this.#grown.set(cell, cell.runs.length);
    // The one that filled it may have been answered since, and another one be inside.
    if (rssMb > mostMb) return cell.kill(this.#grown.get(cell) === 1 ? "memory" : "fat");
    if (rssMb > fatMb || cell.isWorn) retire(cell);
    const ping = this.#pings.get(cell);
    if (ping === undefined) return this.#ping(cell, { sentAt: now, cpuMs, rssMb });
    const silentMs = now - Math.max(ping.sentAt, cell.progressAt);
    const allowedMs = PATIENCE_MS + allowance(cell);
    if (silentMs <= allowedMs) return;
    // On a machine that is short of CPU a cell may be silent because it does not run at all.
    const isBusy = cpuMs - ping.cpuMs >= allowedMs / 2;
    if (isBusy) cell.kill(rssMb - ping.rssMb > SWOLLEN_MB ? "memory" : "stuck");
    else if (silentMs > HUNG_FACTOR * allowedMs) cell.kill("hung");
  }

  #ping(cell: Cell, ping: Ping): void {
    this.#pings.set(cell, ping);
    const over = (): void => {
      if (this.#pings.get(cell) === ping) this.#pings.delete(cell);
    };
    // A cell that ends before it answers is somebody else's news.
    cell.ping(AbortSignal.timeout(60_000)).then(over, over);
  }
}

/** How long the runs inside may keep the cell from answering: after a run that takes long a batch gives way. */
function allowance({ batches, abandoned }: Cell): number {
  const groups = [...batches, ...abandoned.map((run) => [run])];
  const budgets = groups.map((runs) => Math.max(...runs.map(cpuMsOf)));
  const sum = budgets.reduce((total, ms) => total + ms, 0);
  return ISOLATE_MS * groups.length + Math.min(sum, Math.max(MOST_ALLOWED_MS, ...budgets));
}

function cpuMsOf({ invocation }: Run): number {
  return invocation.limits.cpuMs;
}
