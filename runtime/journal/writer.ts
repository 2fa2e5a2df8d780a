// Brings the journal into the primary, a batch at a time, beside the calls. While the primary is away the journal keeps what it
// has room for.

import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { NodeState } from "../../schemas/node.ts";
import { isConstraintError, type Database } from "../../schemas/tables/open.ts";
import { readLogs } from "../gateway/run.ts";
import { runErrorOf, type Files } from "../gateway/run-error.ts";
import {
  clearAway,
  deleteNode,
  insertRecords,
  putNode,
  putStats,
  putTokenUses,
  type Retention,
  type ToldRecord,
} from "../store/journal-tables.ts";
import type { Journal } from "./journal.ts";
import type { Bodies, RunRecord } from "./record.ts";

/** `findFiles` tells the releases that a program is made of; `state` what is to be told of the node. */
export type WriterOptions = {
  db: Database;
  journal: Journal;
  node: string;
  retention: Retention;
  findFiles: (program: string) => Promise<Files>;
  state: () => Promise<NodeState>;
  log: Logger;
  now: () => number;
};

/** How often records are written, in milliseconds: whoever watches is so much behind at least. */
const WRITE_MS = 200;
const MOST_RECORDS = 500;
const STATE_MS = 2_000;
const STATS_MS = 2_000;
const TOKENS_MS = 60_000;
const CLEAR_MS = 15_000;
/** How long the primary may take before it counts as away, and how long to wait then, in milliseconds. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 1_000;
/** How long each of the last writes may take when the node is stopped. */
const LAST_MS = 1_000;

/** Writes from `start` until disposed, and then once more. */
export class JournalWriter implements AsyncDisposable {
  readonly #options: WriterOptions;
  readonly #stop = new AbortController();
  #writing: Promise<void> | undefined;
  /** When what is done now and then was done last, by its name. */
  readonly #doneAt = new Map<string, number>();
  /** Accounts of which something was written since it was cleared away. */
  #accounts = new Set<string>();
  #isAway = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#writing ??= this.#write();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await within(LAST_MS, this.#writing ?? Promise.resolve()).catch(() => undefined);
    const { db, node } = this.#options;
    const writeLast = async (): Promise<void> => {
      await this.#writeRecords();
      await this.#writeStats();
      await deleteNode(db, node);
    };
    await within(LAST_MS, writeLast()).catch(() => undefined);
  }

  async #write(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const isDone = await this.#writeAll().then(
        () => true,
        (error: unknown) => this.#tellAway(error),
      );
      if (isDone) this.#isAway = false;
      const ms = isDone ? WRITE_MS : RETRY_MS;
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Said once for each time. */
  #tellAway(err: unknown): false {
    const { log } = this.#options;
    if (!this.#isAway) log.warn({ err }, "cannot write what ran: keeping the newest of it");
    this.#isAway = true;
    return false;
  }

  async #writeAll(): Promise<void> {
    await this.#writeRecords();
    await this.#sometimes("stats", STATS_MS, () => this.#writeStats());
    await this.#sometimes("state", STATE_MS, () => this.#writeState());
    await this.#sometimes("tokens", TOKENS_MS, () => this.#writeTokens());
    await this.#sometimes("clear", CLEAR_MS, () => this.#clearAway());
  }

  async #sometimes(what: string, everyMs: number, work: () => Promise<void>): Promise<void> {
    const now = performance.now();
    if (now - (this.#doneAt.get(what) ?? -Infinity) < everyMs) return;
    await within(PATIENCE_MS, work());
    this.#doneAt.set(what, now);
  }

  async #writeRecords(): Promise<void> {
    const { db, journal } = this.#options;
    const records = journal.take(MOST_RECORDS);
    if (records.length === 0) return;
    try {
      const told: ToldRecord[] = [];
      for (const record of records) told.push(await this.#tell(record));
      await within(PATIENCE_MS, insertRecords(db, told));
    } catch (error) {
      // What the tables refuse they will refuse again.
      if (!isConstraintError(error)) journal.giveBack(records);
      throw error;
    }
    for (const { account } of records) this.#accounts.add(account);
  }

  /** Puts the author's places in the place of those in the running code. */
  async #tell({ error, bodies, ...record }: RunRecord): Promise<ToldRecord> {
    const hasPlaces = error?.stack !== undefined || (bodies !== undefined && bodies.logs !== "[]");
    const files = hasPlaces ? await this.#filesOf(record) : new Map<never, never>();
    return {
      ...record,
      error: error && runErrorOf(error, files),
      bodies: bodies && { ...bodies, logs: readLogs(wholeLines(bodies), files) },
    };
  }

  /** None where the database cannot tell. */
  async #filesOf({ release, findFiles }: Pick<RunRecord, "release" | "findFiles">): Promise<Files> {
    const found = findFiles?.() ?? this.#options.findFiles(release);
    return await found.catch(() => new Map<never, never>());
  }

  async #writeStats(): Promise<void> {
    const { db, journal, node } = this.#options;
    const rows = journal.stats.take();
    try {
      await putStats(db, node, rows);
    } catch (error) {
      if (!isConstraintError(error)) journal.stats.giveBack(rows);
      throw error;
    }
  }

  async #writeState(): Promise<void> {
    const { db, node, state, now } = this.#options;
    await putNode(db, { node, state: await state(), now: now() });
  }

  async #writeTokens(): Promise<void> {
    const { db, journal } = this.#options;
    await putTokenUses(db, journal.takeTokens());
  }

  async #clearAway(): Promise<void> {
    const { db, retention, now } = this.#options;
    const accounts = this.#accounts;
    this.#accounts = new Set();
    await clearAway(db, retention, { accounts, now: now() });
  }
}

/** The JSON of the lines that are there as a whole. */
function wholeLines({ logs, cut }: Bodies): string {
  if (!cut.includes("logs")) return logs;
  const end = logs.lastIndexOf('"},{"level":');
  return end === -1 ? "[]" : `${logs.slice(0, end)}"}]`;
}

/** Fails where `work` takes longer. It goes on, and what it writes then is not written twice. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const patience = new AbortController();
  const late = sleep(ms, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`The database did not answer within ${ms} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    patience.abort();
    work.catch(() => undefined);
  }
}
