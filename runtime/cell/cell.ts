// One life of one cell: a workerd process, from its start to its end.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import workerd from "workerd";
import { z } from "zod";
import { cellConfig } from "../../capnp-config/cell-config.ts";
import type { Invocation } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { confine, INFO_FD, type Confinement } from "./confinement.ts";
import { readCpuMs, readRssMb } from "./process-use.ts";
import type { SizeLimits } from "./watchdog.ts";

/** What all cells of a node share. */
export type CellPlan = {
  /** The node's run folder, with the dispatcher's bundle in it. */
  folder: string;
  dispatcher: string;
  hostSocket: string;
  maxHeapMb: number;
  egressAllow: readonly string[];
  confinement: Confinement;
  sizes: SizeLimits;
  log: Logger;
};

/** A run inside a cell. `key` names the script's release, for quarantine. */
export type Run = { key: string; invocation: Invocation };

/**
 * Why a cell ended: killed by us because it was stuck in a script, silent without doing anything, or fat; ended by itself
 * (V8 aborts at its heap limit); killed by somebody else; or stopped in order.
 */
export type LossCause = "stuck" | "hung" | "memory" | "crashed" | "killed" | "stopped";

/** The end of a cell, and the runs that were inside. Where there was one, it is the cause. */
export type Loss = { cause: LossCause; runs: readonly Run[] };

/** Thrown by `invoke` when the cell ended during the run. */
export class CellLost extends Error {
  readonly loss: Loss;

  constructor(cell: number, loss: Loss, options?: ErrorOptions) {
    super(`Cell ${cell} ended during the run: ${loss.cause}`, options);
    this.name = "CellLost";
    this.loss = loss;
  }
}

/** The script's CPU time is used up: how much it used and where it was, as far as that could be told. */
export type Exhaustion = { usedMs?: number; stack?: string };

/**
 * What a run in a cell ended with: the `CellAnswer` as JSON, or its budget. `cellMs` is the CPU time of the whole cell
 * meanwhile: where it is less than what the script is said to have used, the machine was short of CPU and not the script slow.
 */
export type CellResult =
  | { is: "answered"; cellMs: number; text: string }
  | ({ is: "exhausted"; cellMs: number } & Exhaustion);

type CellState =
  | { is: "ready" }
  | { is: "draining" }
  | { is: "stopping"; cause: LossCause }
  | { is: "gone" };

/** A run somebody waits for. */
type Inside = {
  run: Run;
  exhausted: PromiseWithResolvers<Exhaustion>;
  ended: PromiseWithResolvers<void>;
};

const START_MS = 10_000;
/** How long after a report of exhaustion the place in the source may take to follow, in milliseconds. */
const PLACE_MS = 20;
/** How long a cell whose connection broke may take to answer a ping, in milliseconds. */
const PING_MS = 250;
/** How long a process whose connections broke may take to end, in milliseconds. */
const ENDING_MS = 200;
/** Less than the 5 s after which workerd closes an idle connection, so that no call meets a closing one. */
const IDLE_CONNECTION_MS = 3_000;
/** Most of an answer that is read. A script that took the prelude apart might send anything. */
const MAX_ANSWER_CHARACTERS = 4_000_000;

/** The exit code by which bubblewrap tells that the process inside was ended by SIGKILL. */
const KILLED_IN_BOX = 128 + 9;

/** workerd's messages on its control pipe. */
const ControlMessage = z.looseObject({ event: z.string() });

/** What bubblewrap tells of the process inside. */
const BoxInfo = z.looseObject({ "child-pid": z.int() });

/** What the prelude writes to standard output when a script's CPU time is used up. */
const Report = z.object({
  exhausted: z.string(),
  usedMs: z.number(),
  stack: z.string().optional(),
});

/** Starts a cell and waits until it listens. Throws an Error that says why it does not. */
export async function startCell(id: number, plan: CellPlan): Promise<Cell> {
  const socket = join(plan.folder, `cell-${id}.sock`);
  const config = join(plan.folder, `cell-${id}.capnp`);
  writeFileSync(config, cellConfig({ ...plan, socket }));
  const child = spawnWorkerd(config, plan);
  const started = Promise.all([findPid(child, plan), untilListening(id, child)]);
  const [pid] = await started.catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  const log = plan.log.child({ cell: id, pid });
  const cell = new Cell(id, { child, pid, socket, log });
  log.info("cell started");
  return cell;
}

/** A running workerd. Whoever starts it disposes it; `gone` resolves when the process has ended, however. */
export class Cell implements AsyncDisposable {
  readonly id: number;
  readonly gone: Promise<Loss>;
  readonly #process: ChildProcess;
  readonly #pid: number;
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS });
  readonly #socket: string;
  readonly #log: Logger;
  readonly #inside = new Map<string, Inside>();
  /** Runs that nobody waits for any more, until a ping shows that they are over or wait themselves. */
  readonly #abandoned = new Set<Run>();
  #state: CellState = { is: "ready" };
  #progressAt = performance.now();

  constructor(
    id: number,
    started: { child: ChildProcess; pid: number; socket: string; log: Logger },
  ) {
    this.id = id;
    this.#process = started.child;
    this.#pid = started.pid;
    this.#socket = started.socket;
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
    return [...Array.from(this.#inside.values(), ({ run }) => run), ...this.#abandoned];
  }

  /** When a run inside last ended, by `performance.now()`. */
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
   * Runs an invocation here. Throws `CellLost` when the process ends before it answers, the Fault `output_too_large`
   * for an endless answer, `internal` when the dispatcher itself fails, and the signal's reason when that comes first.
   */
  async invoke(run: Run, signal: AbortSignal): Promise<CellResult> {
    const { id } = run.invocation;
    const inside: Inside = {
      run,
      exhausted: Promise.withResolvers(),
      ended: Promise.withResolvers(),
    };
    this.#inside.set(id, inside);
    // Ends the request early when the answer comes another way.
    const enough = new AbortController();
    const body = JSON.stringify(run.invocation);
    const startMs = this.cpuMs;
    try {
      const answered = this.#post("/invoke", body, AbortSignal.any([signal, enough.signal]));
      const exhausted = inside.exhausted.promise.then((report) =>
        exhaustedResult(report, this.cpuMs - startMs),
      );
      const result = await Promise.race([
        answered.then((text) => placed(text, this.cpuMs - startMs, exhausted)),
        exhausted,
      ]);
      this.#progressAt = performance.now();
      return result;
    } catch (error) {
      if (signal.aborted) this.#abandoned.add(run);
      if (signal.aborted || error instanceof Fault) throw error;
      throw new CellLost(this.id, await this.#settleLoss(run), { cause: error });
    } finally {
      this.#inside.delete(id);
      inside.ended.resolve();
      enough.abort();
    }
  }

  /** Resolves when the cell answers; what was abandoned before is then no longer running. */
  async ping(signal: AbortSignal): Promise<void> {
    const abandoned = [...this.#abandoned];
    await this.#post("/ping", "", signal);
    for (const run of abandoned) this.#abandoned.delete(run);
  }

  /** Takes no more runs, and ends when those inside have. */
  async drain(): Promise<void> {
    if (this.#state.is !== "ready") return;
    this.#state = { is: "draining" };
    await Promise.all(Array.from(this.#inside.values(), ({ ended }) => ended.promise));
    await this[Symbol.asyncDispose]();
  }

  kill(cause: "stuck" | "hung" | "memory"): void {
    if (this.#state.is === "gone" || this.#state.is === "stopping") return;
    this.#log.warn({ cause, runs: this.runs.map(({ key }) => key) }, "killing the cell");
    this.#state = { is: "stopping", cause };
    this.#process.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state.is === "gone") return;
    this.#state = { is: "stopping", cause: "stopped" };
    // Nothing in a cell is worth keeping, and one that spins would not see anything gentler.
    this.#process.kill("SIGKILL");
    await this.gone;
  }

  /** What became of a cell whose connection broke under `run`: it may live on. */
  async #settleLoss(run: Run): Promise<Loss> {
    try {
      await this.ping(AbortSignal.timeout(PING_MS));
      return { cause: "killed", runs: [run] };
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
    const loss: Loss = { cause: this.#endCause(), runs: this.runs };
    this.#state = { is: "gone" };
    this.#agent.destroy();
    const inside = loss.runs.map(({ key }) => key);
    this.#log.info({ exitCode, signalCode, cause: loss.cause, inside }, "cell ended");
    return loss;
  }

  #endCause(): LossCause {
    if (this.#state.is === "stopping") return this.#state.cause;
    const { exitCode, signalCode } = this.#process;
    const isKill = signalCode === "SIGKILL" || signalCode === "SIGTERM";
    return isKill || exitCode === KILLED_IN_BOX ? "killed" : "crashed";
  }

  #readOutput(): void {
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) return;
    createInterface(stdout).on("line", (line) => this.#readLine(line));
    createInterface(stderr).on("line", (line) => this.#log.debug({ line }, "workerd"));
  }

  /** Only the prelude writes here, and only with the id of its run, which no script sees. */
  #readLine(line: string): void {
    const report = parseReport(line);
    if (report === undefined) return this.#log.debug({ line }, "workerd");
    const { exhausted: id, usedMs, stack } = report;
    const resolve = this.#inside.get(id)?.exhausted.resolve;
    if (stack !== undefined) resolve?.({ usedMs, stack });
    else setTimeout(() => resolve?.({ usedMs }), PLACE_MS);
  }

  #post(path: string, body: string, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const outgoing = request({
        agent: this.#agent,
        socketPath: this.#socket,
        method: "POST",
        path,
        headers: { "content-length": Buffer.byteLength(body) },
        signal,
      });
      outgoing.on("error", reject);
      outgoing.on("response", (incoming) => {
        incoming.setEncoding("utf8");
        let text = "";
        incoming.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > MAX_ANSWER_CHARACTERS) incoming.destroy(tooLarge());
        });
        incoming.on("end", () => {
          if (incoming.statusCode === 200) resolve(text);
          else reject(new Fault("internal", `The dispatcher of cell ${this.id} failed: ${text}`));
        });
        incoming.on("error", reject);
      });
      outgoing.end(body);
    });
  }
}

function parseReport(line: string): z.infer<typeof Report> | undefined {
  if (!line.startsWith('{"exhausted"')) return undefined;
  try {
    return Report.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function exhaustedResult(report: Exhaustion, cellMs: number): CellResult {
  return { is: "exhausted", cellMs, ...report };
}

/** An isolate that ends in its first turn is answered by the dispatcher, which does not know the place: it follows. */
async function placed(
  text: string,
  cellMs: number,
  exhausted: Promise<CellResult>,
): Promise<CellResult> {
  if (!text.startsWith('{"outcome":{"is":"fault","code":"cpu_exceeded"')) {
    return { is: "answered", cellMs, text };
  }
  return await Promise.race([exhausted, sleep(PLACE_MS, exhaustedResult({}, Infinity))]);
}

function tooLarge(): Fault {
  return new Fault(
    "output_too_large",
    `The answer has more than ${MAX_ANSWER_CHARACTERS} characters`,
  );
}

function spawnWorkerd(config: string, { confinement, folder }: CellPlan): ChildProcess {
  // --experimental: the worker loader needs it.
  const serve = [workerd.default, "serve", "--experimental", "--control-fd=3", config];
  const [command = workerd.default, ...args] = confine(confinement, serve, [folder]);
  return spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    // Nothing of the node's environment, where its secrets are.
    env: {},
    // A group of its own: Ctrl-C in a terminal reaches the node, which then ends its cells in order.
    detached: true,
  });
}

/** The process id of workerd itself, which is inside a box with a process of its own around it. */
async function findPid(child: ChildProcess, { confinement }: CellPlan): Promise<number> {
  if (!confinement.layers.includes("own-file-system")) return child.pid ?? 0;
  let text = "";
  for await (const chunk of pipeOf(child, INFO_FD)) text += String(chunk);
  if (text === "") throw new Error("Cannot start a cell: bubblewrap ended before it ran workerd");
  return BoxInfo.parse(JSON.parse(text))["child-pid"];
}

function pipeOf(child: ChildProcess, descriptor: number): Readable {
  const pipe = child.stdio[descriptor];
  if (!(pipe instanceof Readable)) throw new Error(`Cannot start a cell: no pipe ${descriptor}`);
  return pipe;
}

async function untilListening(id: number, child: ChildProcess): Promise<void> {
  const control = pipeOf(child, 3);
  const timeout = AbortSignal.timeout(START_MS);
  const listening = (async () => {
    for await (const line of createInterface({ input: control, signal: timeout })) {
      if (ControlMessage.parse(JSON.parse(line)).event === "listen") return true;
    }
    return false;
  })();
  try {
    if (await listening) return;
  } catch (error) {
    if (!timeout.aborted) throw error;
  }
  throw new Error(`Cannot start cell ${id}: workerd does not listen (exit code ${child.exitCode})`);
}
