// Scripts that wait for the same release travel into a cell together: the way there costs more than most of them run.
// A lone one does not wait for company: what has come in by the end of a turn goes at once where a cell has room.

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

/** Brings runs of type Script into cells. */
export class Batcher {
  readonly #cells: BatchCells;
  /** Who waits, by release. Releases take turns. */
  readonly #queues = new Map<string, Waiting[]>();
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
    this.#queueOf(run).push(waiting);
    this.#pumpSoon();
    return waiting.ended;
  }

  #queueOf({ key }: Run): Waiting[] {
    const queue = this.#queues.get(key) ?? [];
    if (queue.length === 0) this.#queues.set(key, queue);
    return queue;
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
    let isCrowded = false;
    for (const [key, queue] of this.#queues) {
      const hasRoom = this.#cells.hasRoomForScripts;
      const place = hasRoom ? this.#tryTake(queue, now) : undefined;
      if (place === undefined) {
        isCrowded = true;
        if (hasRoom) continue;
        break;
      }
      const batch = takeBatch(queue);
      // The rest waits for its release's next turn.
      this.#queues.delete(key);
      if (queue.length > 0) this.#queues.set(key, queue);
      void this.#send(place, batch);
    }
    clearTimeout(this.#patience);
    if (isCrowded) void this.#pumpWhenRoom();
  }

  #tryTake([first]: readonly Waiting[], now: number): BatchPlace | undefined {
    if (first === undefined) return undefined;
    const { release } = first.run.invocation;
    return this.#cells.tryTakeForScripts(release, now >= first.urgentAt);
  }

  async #pumpWhenRoom(): Promise<void> {
    this.#patience = setTimeout(() => this.#pump(), PATIENCE_MS);
    if (this.#isWaitingForRoom) return;
    this.#isWaitingForRoom = true;
    await this.#cells.untilRoomForScripts();
    this.#isWaitingForRoom = false;
    this.#pump();
  }

  async #send(place: BatchPlace, batch: Waiting[]): Promise<void> {
    try {
      if (batch.length === 0) return;
      const ends = await place.cell.run(batch.map(({ run }) => run));
      // The last one first: what is handed back goes to the front of its queue.
      for (const [at, waiting] of [...batch.entries()].toReversed())
        this.#settle(waiting, ends[at]);
    } catch (error) {
      for (const waiting of batch.toReversed()) this.#fail(waiting, { error, batch });
    } finally {
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
    this.#queueOf(waiting.run).unshift(waiting);
    this.#pumpSoon();
  }
}

/** Takes the first runs out of a queue, without those that nobody waits for any more. A suspect goes alone. */
function takeBatch(queue: Waiting[]): Waiting[] {
  const batch: Waiting[] = [];
  let taken = 0;
  let characters = 0;
  for (const waiting of queue) {
    if (batch.length >= MOST_RUNS || characters > MOST_CHARACTERS) break;
    if (waiting.isSuspect && batch.length > 0) break;
    taken += 1;
    if (waiting.isOver) continue;
    batch.push(waiting);
    characters += waiting.run.invocation.payload.length;
    if (waiting.isSuspect) break;
  }
  queue.splice(0, taken);
  return batch;
}
