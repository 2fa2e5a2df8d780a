// Scripts that wait for the same release travel into a cell together: the way there costs more than most of them run.
// A lone one does not wait for company: what has come in by the end of a turn goes at once where a cell has room. Only behind
// others of its release, which run first anyway, it goes in when there are enough to go with it, or when those are through.

import { Fault } from "../../schemas/fault.ts";
import type { Cell } from "../cell/cell.ts";
import type { Place } from "../cell/pool.ts";
import type { Run, RunEnd } from "../cell/run.ts";
import { atDeadline, type Deadline } from "./deadline.ts";

/** Where batches go: the pool of cells, or what stands in for it in a test. */
export type BatchCells = {
  /** Whether any cell has room. */
  readonly hasRoomForScripts: boolean;
  tryTakeForScripts: (release: string, isUrgent: boolean) => BatchPlace | undefined;
  untilRoomForScripts: () => Promise<void>;
};
export type BatchPlace = Pick<Place, "leave"> & { cell: Pick<Cell, "run"> };

/**
 * How long a run waits for room in its release's own cell before it takes any, in milliseconds. Larger batches in one cell cost
 * less than small ones in several; a cell that is held up is not worth the wait.
 */
const PATIENCE_MS = 10;
/** Most runs of a batch, and how many characters of their arguments are enough. */
const MOST_RUNS = 32;
const MOST_CHARACTERS = 500_000;
/** From how many on they go in behind others of their release, as a share of those. Each batch costs as much as several runs. */
const WORTHWHILE = 0.5;

/** A run that waits for its turn and its end, or for its deadline. */
class Waiting {
  readonly run: Run;
  readonly ended: Promise<RunEnd>;
  /** From when on it goes into any cell, by `performance.now()`. */
  readonly urgentAt: number;
  /** Its batch was cut off by a run that is not known. */
  isSuspect = false;
  /** Nobody waits any more. */
  isOver = false;
  readonly #resolve: (end: RunEnd) => void;
  readonly #reject: (error: unknown) => void;
  readonly #stopTimer: () => void;

  constructor(run: Run, deadline: Deadline) {
    const { promise, resolve, reject } = Promise.withResolvers<RunEnd>();
    this.run = run;
    this.ended = promise;
    this.urgentAt = deadline.at - deadline.ms + PATIENCE_MS;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#stopTimer = atDeadline(deadline, (fault) => this.fail(fault));
  }

  end(end: RunEnd): void {
    this.isOver = true;
    this.#stopTimer();
    this.#resolve(end);
  }

  fail(error: unknown): void {
    this.isOver = true;
    this.#stopTimer();
    this.#reject(error);
  }
}

/** The runs of one release: those that wait, and how many are inside. */
type Line = { readonly key: string; readonly waiting: Waiting[]; inside: number };

/** Brings runs of type Script into cells. */
export class Batcher {
  readonly #cells: BatchCells;
  /** Those of all releases with any run, by key. */
  readonly #lines = new Map<string, Line>();
  /** Those in which somebody waits. They take turns. */
  readonly #turns: Line[] = [];
  #isWaitingForRoom = false;
  #isPumpDue = false;
  /** Set while somebody waits who may become urgent. */
  #patience: NodeJS.Timeout | undefined;

  constructor(cells: BatchCells) {
    this.#cells = cells;
  }

  /**
   * Runs `run`, together with others of its release. Throws `CellLost` when its cell ends, and faults: `wall_exceeded` at
   * the deadline, and the platform's.
   */
  run(run: Run, deadline: Deadline): Promise<RunEnd> {
    const waiting = new Waiting(run, deadline);
    this.#lineOf(run).waiting.push(waiting);
    this.#pumpSoon();
    return waiting.ended;
  }

  /** The line that `run` is about to join. */
  #lineOf({ key }: Run): Line {
    const line = this.#lines.get(key) ?? { key, waiting: [], inside: 0 };
    if (line.waiting.length === 0) {
      this.#lines.set(key, line);
      this.#turns.push(line);
    }
    return line;
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    // Behind the requests that came in together with this one.
    setImmediate(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  /** Sends batches as long as there is room. */
  #pump(): void {
    const now = performance.now();
    const turns = this.#turns;
    for (let at = 0; at < turns.length && this.#cells.hasRoomForScripts;) {
      const line = turns[at];
      const place = line === undefined ? undefined : this.#tryTake(line, now);
      if (line === undefined || place === undefined) {
        at += 1;
        continue;
      }
      turns.splice(at, 1);
      const batch = takeBatch(line.waiting);
      // The rest waits for its release's next turn.
      if (line.waiting.length > 0) turns.push(line);
      void this.#send(place, { line, batch });
    }
    clearTimeout(this.#patience);
    if (turns.length > 0) void this.#pumpWhenRoom();
  }

  #tryTake({ waiting, inside }: Line, now: number): BatchPlace | undefined {
    const [first] = waiting;
    if (first === undefined) return undefined;
    const isUrgent = now >= first.urgentAt;
    // They would wait inside as well, behind the others: here, more can join them.
    const isHeld = waiting.length < Math.min(inside * WORTHWHILE, MOST_RUNS) && !first.isSuspect;
    if (isHeld && !isUrgent) return undefined;
    return this.#cells.tryTakeForScripts(first.run.invocation.release, isUrgent);
  }

  async #pumpWhenRoom(): Promise<void> {
    this.#patience = setTimeout(() => this.#pump(), PATIENCE_MS);
    if (this.#isWaitingForRoom) return;
    this.#isWaitingForRoom = true;
    await this.#cells.untilRoomForScripts();
    this.#isWaitingForRoom = false;
    this.#pump();
  }

  async #send(place: BatchPlace, { line, batch }: { line: Line; batch: Waiting[] }): Promise<void> {
    line.inside += batch.length;
    try {
      if (batch.length === 0) return;
      const ends = await place.cell.run(batch.map(({ run }) => run));
      // The last one first: what is handed back goes to the front of its line.
      for (const [at, waiting] of [...batch.entries()].toReversed())
        this.#settle(waiting, ends[at]);
    } catch (error) {
      for (const waiting of batch.toReversed()) this.#fail(waiting, { error, batch });
    } finally {
      line.inside -= batch.length;
      if (line.inside === 0 && line.waiting.length === 0) this.#lines.delete(line.key);
      place.leave(true);
    }
  }

  /** An answer that is too large may be another one's: each tries alone. */
  #fail(waiting: Waiting, { error, batch }: { error: unknown; batch: Waiting[] }): void {
    const isOthers = error instanceof Fault && error.code === "output_too_large";
    if (batch.length === 1 || !isOthers) return waiting.fail(error);
    this.#settle(waiting, { is: "handedBack", isSuspect: true });
  }

  #settle(waiting: Waiting, end: RunEnd | undefined): void {
    if (end !== undefined && end.is !== "handedBack") return waiting.end(end);
    waiting.isSuspect = end?.isSuspect ?? false;
    this.#lineOf(waiting.run).waiting.unshift(waiting);
    this.#pumpSoon();
  }
}

/** Takes the first of those that wait, without those that nobody waits for any more. A suspect goes alone. */
function takeBatch(all: Waiting[]): Waiting[] {
  const batch: Waiting[] = [];
  let taken = 0;
  let characters = 0;
  for (const waiting of all) {
    if (batch.length >= MOST_RUNS || characters > MOST_CHARACTERS) break;
    if (waiting.isSuspect && batch.length > 0) break;
    taken += 1;
    if (waiting.isOver) continue;
    batch.push(waiting);
    characters += waiting.run.invocation.payload.length;
    if (waiting.isSuspect) break;
  }
  all.splice(0, taken);
  return batch;
}
