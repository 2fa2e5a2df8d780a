// One life of one cell: a workerd process, from its start to its end.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { z } from "zod";
import { cellConfig } from "../../capnp-config/cell-config.ts";
import { readBatchAnswer } from "../../schemas/batch-answer.ts";
import { writeBatch, type RunAnswer } from "../../schemas/batch.ts";
import { Fault } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { LogLine } from "../../schemas/usage.ts";
import type { Tending } from "../../schemas/tending.ts";
import type { Confinement } from "./confinement.ts";
import { CellLink, type Posted } from "./link.ts";
import { MESSAGES, MOST_OF_MESSAGE } from "./message-wire.ts";
import { readCpuMs, readRssMb } from "./process-use.ts";
import { REQUESTS } from "./request-wire.ts";
import {
  CellLost,
  type Exhaustion,
  type Loss,
  type LossCause,
  type Run,
  type RunEnd,
} from "./run.ts";
import type { SizeLimits } from "./watchdog.ts";
import { startWorkerd, type WorkerdProcess } from "./workerd-process.ts";

/** What all cells of a node share. */
export type CellPlan = {
  /** The node's run folder, with the dispatcher's bundle in it. */
  folder: string;
  dispatcher: string;
  hostSocket: string;
  maxHeapMb: number;
  egressAllow: readonly string[];
  confinement: Confinement;
  sizes: Record<CellKind, SizeLimits>;
  log: Logger;
};

/** `warm` cells run batches in isolates that stay, `fresh` ones make a new isolate for nearly every run. */
export const CELL_KINDS = ["warm", "fresh"] as const;
export type CellKind = (typeof CELL_KINDS)[number];

type CellState =
  | { is: "ready" }
  | { is: "draining" }
  /** `runs` were inside when that was decided: one may still be answered before the process is gone. */
  | { is: "stopping"; cause: LossCause; runs: readonly Run[] }
  | { is: "gone" };

/** Which run used up its CPU time. */
type Report = Exhaustion & { id: string };

/** Runs that are inside together. */
type Batch = {
  runs: readonly Run[];
  exhausted: PromiseWithResolvers<Report>;
  ended: PromiseWithResolvers<void>;
};

/** Runs after which a cell is replaced, whatever its size: workerd never forgets the name of an isolate. */
const MOST_SERVED: Record<CellKind, number> = { warm: 5_000_000, fresh: 50_000 };
/** Most batches inside with which a cell has time for other work. */
const MOST_LEISURELY = 2;
/** How old a reading of the cell's CPU time may be where a run begins, in milliseconds. The kernel counts in steps of ten. */
const CPU_READ_MS = 5;
/** How long after a report of exhaustion the place in the source may take to follow, in milliseconds. */
const PLACE_MS = 20;
/** How long a cell whose connection broke may take to answer a ping, in milliseconds. */
const PING_MS = 250;
/** How long a cell may take to tend its isolates, in milliseconds. */
const TEND_MS = 10_000;
/** How long a process whose connections broke may take to end, in milliseconds. */
const ENDING_MS = 200;

/** The exit code by which bubblewrap tells that the process inside was ended by SIGKILL. */
const KILLED_IN_BOX = 128 + 9;

/** What the prelude writes to standard output when a script's CPU time is used up. */
const ReportLine = z.object({
  exhausted: z.string(),
  usedMs: z.number(),
  stack: z.string().optional(),
  logs: z.string().optional(),
});

/** What the dispatcher answers when it has tended isolates. */
const Names = z.array(z.string());

/** A line of the log of a run that streams. */
const LogReport = z.object({ log: z.string(), line: LogLine });

/** Starts a cell and waits until it listens. Throws an Error that says why it does not. */
export async function startCell(id: number, plan: CellPlan & { kind: CellKind }): Promise<Cell> {
  const socket = join(plan.folder, `cell-${id}.sock`);
  const config = join(plan.folder, `cell-${id}.capnp`);
  const { kind } = plan;
  writeFileSync(config, cellConfig({ ...plan, socket, collectsEarly: kind === "warm" }));
  const process = await startWorkerd({ ...plan, config });
  const log = plan.log.child({ cell: id, pid: process.pid });
  const cell = new Cell(id, { kind, process, socket, log });
  log.info("cell started");
  return cell;
}

/** A running workerd. Whoever starts it disposes it; `gone` resolves when the process has ended, however. */
export class Cell implements AsyncDisposable {
  readonly id: number;
  readonly kind: CellKind;
  readonly gone: Promise<Loss>;
  readonly startedAt = new Date();
  readonly #process: ChildProcess;
  readonly #pid: number;
  readonly #requests: CellLink;
  readonly #messages: CellLink;
  readonly #log: Logger;
  /**
   * Batches, as they came in. No Map and no Set: V8 replaces their tables every few changes, the old ones lead to the new, and
   * once one has lived long enough all that follow do, with every call that was ever in them.
   */
  readonly #inside: Batch[] = [];
  /** Runs that nobody waits for any more, until a ping shows that they are over or wait themselves. */
  readonly #abandoned = new Set<Run>();
  #state: CellState = { is: "ready" };
  #progressAt = performance.now();
  #cpuRead = 0;
  #cpuReadAt = -Infinity;
  #served = 0;

  constructor(
    id: number,
    started: { kind: CellKind; process: WorkerdProcess; socket: string; log: Logger },
  ) {
    this.id = id;
    this.kind = started.kind;
    this.#process = started.process.child;
    this.#pid = started.process.pid;
    this.#requests = new CellLink(started.socket, REQUESTS);
    this.#messages = new CellLink(started.socket, MESSAGES);
    this.#log = started.log;
    this.#readOutput();
    this.gone = this.#watchEnd();
  }

  /** Takes new runs. */
  get isReady(): boolean {
    return this.#state.is === "ready";
  }

  /** Everything that may be running inside. */
  get runs(): readonly Run[] {
    return [...this.batches.flat(), ...this.#abandoned];
  }

  get abandoned(): readonly Run[] {
    return [...this.#abandoned];
  }

  /** The runs inside, as they came in. Those of one batch run one after the other. */
  get batches(): readonly (readonly Run[])[] {
    return this.#inside.map(({ runs }) => runs);
  }

  get isIdle(): boolean {
    return this.#inside.length === 0 && this.#abandoned.size === 0;
  }

  /** It has served as long as it should. */
  get isWorn(): boolean {
    return this.#served > MOST_SERVED[this.kind];
  }

  get pid(): number {
    return this.#pid;
  }

  /** Runs that have come in since its start. */
  get served(): number {
    return this.#served;
  }

  /** Several are inside. */
  get isBusy(): boolean {
    return this.#inside.length > MOST_LEISURELY;
  }

  /** When a batch inside last ended, by `performance.now()`. */
  get progressAt(): number {
    return this.#progressAt;
  }

  /** Memory in use, in megabytes. */
  get rssMb(): number {
    return readRssMb(this.#pid) ?? 0;
  }

  /** CPU time used since its start, in milliseconds. */
  get cpuMs(): number {
    return readCpuMs(this.#pid) ?? 0;
  }

  /**
   * Runs the runs of one release here, one after the other, and tells for each what became of it. Throws `CellLost` when
   * the process ends before it answers, the Fault `output_too_large` for an endless answer, `internal` when the
   * dispatcher itself fails, and the signal's reason when that comes first.
   */
  async run(
    runs: readonly Run[],
    given: { isolate?: string; signal?: AbortSignal } = {},
  ): Promise<RunEnd[]> {
    const text = writeBatch(
      runs.map(({ invocation }) => invocation),
      given.isolate ?? null,
    );
    const batch = this.#enter(runs);
    const { signal } = given;
    // What else a request has to do lasts too long, or has too much to free, for a WebSocket.
    const isMessage = this.kind === "warm" && text.length <= MOST_OF_MESSAGE;
    const link = isMessage ? this.#messages : this.#requests;
    const posted = link.post("/run", text, signal);
    // Read while the cell is at it already.
    const startMs = this.#recentCpuMs();
    try {
      const ends = await endsOf(posted, batch);
      this.#progressAt = performance.now();
      return ends.map((end) => this.#withCellMs(end, startMs));
    } catch (error) {
      if (signal?.aborted) for (const run of runs) this.#abandoned.add(run);
      if (signal?.aborted || error instanceof Fault) throw error;
      throw new CellLost(this.id, await this.#settleLoss(runs), { cause: error });
    } finally {
      this.#leave(batch);
    }
  }

  /** Resolves when the cell answers; what was abandoned before is then no longer running. */
  async ping(signal: AbortSignal): Promise<void> {
    const abandoned = [...this.#abandoned];
    await this.#requests.post("/ping", "", signal).answered;
    for (const run of abandoned) this.#abandoned.delete(run);
  }

  /** Ends isolates and makes others. Returns the names of those that are ready. Throws when the cell does not do it. */
  async tend(tending: Tending): Promise<string[]> {
    const signal = AbortSignal.timeout(TEND_MS);
    const { answered } = this.#requests.post("/tend", JSON.stringify(tending), signal);
    return Names.parse(JSON.parse(await answered));
  }

  /** Takes no more runs, and ends when those inside have. */
  async drain(): Promise<void> {
    if (this.#state.is !== "ready") return;
    this.#state = { is: "draining" };
    await Promise.all(this.#inside.map(({ ended }) => ended.promise));
    await this[Symbol.asyncDispose]();
  }

  kill(cause: "stuck" | "hung" | "memory" | "fat"): void {
    if (this.#state.is === "gone" || this.#state.is === "stopping") return;
    this.#log.warn({ cause, runs: this.runs.map(({ key }) => key) }, "killing the cell");
    this.#state = { is: "stopping", cause, runs: this.runs };
    this.#process.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state.is === "gone") return;
    this.#state = { is: "stopping", cause: "stopped", runs: this.runs };
    // Nothing in a cell is worth keeping, and one that spins would not see anything gentler.
    this.#process.kill("SIGKILL");
    await this.gone;
  }

  /** CPU time used as it was a moment ago: to read it takes as long as many a script. */
  #recentCpuMs(): number {
    const now = performance.now();
    if (now - this.#cpuReadAt > CPU_READ_MS) {
      this.#cpuReadAt = now;
      this.#cpuRead = this.cpuMs;
    }
    return this.#cpuRead;
  }

  #enter(runs: readonly Run[]): Batch {
    this.#served += runs.length;
    const exhausted = Promise.withResolvers<Report>();
    const batch: Batch = { runs, exhausted, ended: Promise.withResolvers() };
    this.#inside.push(batch);
    return batch;
  }

  #leave(batch: Batch): void {
    this.#inside.splice(this.#inside.indexOf(batch), 1);
    batch.ended.resolve();
  }

  #withCellMs(end: RunEnd, startMs: number): RunEnd {
    if (end.is !== "exhausted") return end;
    // Untold, it is the stack's end that was hit, and no clock.
    return { ...end, cellMs: end.usedMs === undefined ? Infinity : this.cpuMs - startMs };
  }

  /** What became of a cell whose connection broke under `runs`: it may live on. */
  async #settleLoss(runs: readonly Run[]): Promise<Loss> {
    try {
      await this.ping(AbortSignal.timeout(PING_MS));
      return { cause: "killed", runs };
    } catch {
      // A process that is ending tells why, a little later than its connections.
      const loss = await Promise.race([this.gone, sleep(ENDING_MS)]);
      if (loss !== undefined) return loss;
      this.kill("hung");
      return await this.gone;
    }
  }

  async #watchEnd(): Promise<Loss> {
    const isOver = this.#process.exitCode !== null || this.#process.signalCode !== null;
    if (!isOver) await once(this.#process, "exit");
    const { exitCode, signalCode } = this.#process;
    const loss = this.#readLoss();
    this.#state = { is: "gone" };
    this.#requests.close();
    this.#messages.close();
    const inside = loss.runs.map(({ key }) => key);
    this.#log.info({ exitCode, signalCode, cause: loss.cause, inside }, "cell ended");
    return loss;
  }

  #readLoss(): Loss {
    if (this.#state.is === "stopping") return this.#state;
    const { exitCode, signalCode } = this.#process;
    const isKill = signalCode === "SIGKILL" || signalCode === "SIGTERM";
    const cause = isKill || exitCode === KILLED_IN_BOX ? "killed" : "crashed";
    return { cause, runs: this.runs };
  }

  #readOutput(): void {
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) return;
    createInterface(stdout).on("line", (line) => this.#readLine(line));
    createInterface(stderr).on("line", (line) => this.#log.debug({ line }, "workerd"));
  }

  /** Only the prelude writes here, and only with the id of its run, which no script sees. */
  #readLine(line: string): void {
    if (line.startsWith('{"log"')) return this.#tellLog(line);
    const report = parseReport(line);
    if (report === undefined) return this.#log.debug({ line }, "workerd");
    const { exhausted: id, usedMs, stack, logs = "[]" } = report;
    const resolve = this.#batchOf(id)?.exhausted.resolve;
    if (stack !== undefined) resolve?.({ id, usedMs, stack, logs });
    else setTimeout(() => resolve?.({ id, usedMs }), PLACE_MS);
  }

  /** The batch inside with the run `id`. */
  #batchOf(id: string): Batch | undefined {
    return this.#inside.find(({ runs }) => runs.some(({ invocation }) => invocation.id === id));
  }

  #tellLog(text: string): void {
    const report = LogReport.safeParse(parseOrUndefined(text)).data;
    if (report === undefined) return;
    const runs = this.#batchOf(report.log)?.runs;
    runs?.find(({ invocation }) => invocation.id === report.log)?.onLog?.(report.line);
  }
}

function parseReport(line: string): z.infer<typeof ReportLine> | undefined {
  if (!line.startsWith('{"exhausted"')) return undefined;
  return ReportLine.safeParse(parseOrUndefined(line)).data;
}

/** By what comes first, the answer or a report. */
async function endsOf(posted: Posted, batch: Batch): Promise<RunEnd[]> {
  const first = await Promise.race([posted.answered, batch.exhausted.promise]);
  if (typeof first === "string") return await endsByText(first, batch);
  posted.hangUp(undefined);
  return endsByReport(first, batch);
}

async function endsByText(text: string, batch: Batch): Promise<RunEnd[]> {
  const answer = readBatchAnswer(text);
  if (answer === undefined) return batch.runs.map(() => ({ is: "unreadable" }));
  if (answer.is === "ended") return await endsByLoss(batch);
  return batch.runs.map((_run, at) => endByAnswer(answer.answers[at]));
}

function endByAnswer(answer: RunAnswer | undefined): RunEnd {
  return answer ? { is: "answered", answer } : { is: "handedBack", isSuspect: false };
}

/** An isolate that ends in its first turn is answered by the dispatcher, which does not know the place: it follows. */
async function endsByLoss(batch: Batch): Promise<RunEnd[]> {
  const report = await Promise.race([batch.exhausted.promise, sleep(PLACE_MS)]);
  if (report !== undefined) return endsByReport(report, batch);
  // A script that has run into the stack's end has no room left to report.
  const isAlone = batch.runs.length === 1;
  return batch.runs.map(() =>
    isAlone ? { is: "exhausted", cellMs: 0 } : { is: "handedBack", isSuspect: true },
  );
}

/** The isolate is gone, and with it the results of the others. */
function endsByReport({ id, ...exhaustion }: Report, { runs }: Batch): RunEnd[] {
  return runs.map(({ invocation }) =>
    invocation.id === id
      ? { is: "exhausted", cellMs: 0, ...exhaustion }
      : { is: "handedBack", isSuspect: false },
  );
}
