// One life of one cell: a workerd process, from its start to its end.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Logger } from "pino";
import workerd from "workerd";
import { z } from "zod";
import { cellConfig } from "../../capnp-config/cell-config.ts";
import type { Invocation } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";

/** What all cells of a node share. */
export type CellPlan = {
  /** The node's run folder, with the dispatcher's bundle in it. */
  folder: string;
  dispatcher: string;
  hostSocket: string;
  maxHeapMb: number;
  egressAllow: readonly string[];
  log: Logger;
};

/** A cell in doubt gets no calls until it has answered a ping. */
type CellState = { is: "ready" } | { is: "doubted" } | { is: "stopping" } | { is: "gone" };

const START_MS = 10_000;
const STOP_GRACE_MS = 500;
/** How long a cell that did nothing wrong may take to answer a ping, in milliseconds. */
const PING_MS = 250;
/** Less than the 5 s after which workerd closes an idle connection, so that no call meets a closing one. */
const IDLE_CONNECTION_MS = 3_000;

/** workerd's messages on its control pipe. */
const ControlMessage = z.looseObject({ event: z.string() });

// Where util-linux has it, the kernel ends a cell with its node, however that ended.
const SETPRIV = "/usr/bin/setpriv";

/** Starts a cell and waits until it listens. Throws an Error that says why it does not. */
export async function startCell(id: number, plan: CellPlan): Promise<Cell> {
  const socket = join(plan.folder, `cell-${id}.sock`);
  const config = join(plan.folder, `cell-${id}.capnp`);
  writeFileSync(config, cellConfig({ ...plan, socket }));
  const child = spawnWorkerd(config);
  const log = plan.log.child({ cell: id, pid: child.pid });
  logLines(child, log);
  await untilListening(id, child);
  log.info("cell started");
  return new Cell(id, { child, socket, log });
}

/** A running workerd. Whoever starts it disposes it; `gone` resolves when the process has ended, however. */
export class Cell implements AsyncDisposable {
  readonly id: number;
  readonly gone: Promise<void>;
  /** Calls inside at the moment. */
  calls = 0;
  readonly #process: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS });
  readonly #socket: string;
  readonly #log: Logger;
  #state: CellState = { is: "ready" };

  constructor(
    id: number,
    { child, socket, log }: { child: ChildProcess; socket: string; log: Logger },
  ) {
    this.id = id;
    this.#process = child;
    this.#socket = socket;
    this.#log = log;
    this.gone = this.#watch();
  }

  get isReady(): boolean {
    return this.#state.is === "ready";
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Runs an invocation here and returns the `CellAnswer`'s JSON.
   * Throws a Fault `cell_lost` when the process ends before it answers, `internal` when the isolate fails,
   * and the signal's reason when that comes first.
   */
  async invoke(invocation: Invocation, signal: AbortSignal): Promise<string> {
    this.calls += 1;
    try {
      const { status, text } = await this.#post("/invoke", JSON.stringify(invocation), signal);
      if (status === 200) return text;
      throw new Fault("internal", `The isolate of release ${invocation.release} failed`);
    } finally {
      this.calls -= 1;
    }
  }

  /**
   * Gives the cell no more calls unless it answers a ping, and kills it when it does not:
   * a script that spins keeps every other one here from running. Resolves when that is settled.
   */
  async verify(): Promise<void> {
    if (this.#state.is !== "ready") return;
    this.#state = { is: "doubted" };
    try {
      await this.#post("/ping", "", AbortSignal.timeout(PING_MS));
      if (this.#is("doubted")) this.#state = { is: "ready" };
    } catch {
      this.#log.warn("cell does not answer: killing it");
      this.#kill();
    }
  }

  #kill(): void {
    if (this.#is("gone")) return;
    this.#state = { is: "stopping" };
    this.#process.kill("SIGKILL");
  }

  #is(state: CellState["is"]): boolean {
    return this.#state.is === state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state.is === "gone") return;
    this.#state = { is: "stopping" };
    this.#process.kill("SIGTERM");
    // A script in an endless loop keeps workerd from ever seeing SIGTERM: ask once, then insist.
    const insist = setTimeout(() => this.#process.kill("SIGKILL"), STOP_GRACE_MS);
    await this.gone;
    clearTimeout(insist);
  }

  async #watch(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      await once(this.#process, "exit");
    }
    this.#state = { is: "gone" };
    this.#agent.destroy();
    const { exitCode, signalCode } = this.#process;
    this.#log.info({ exitCode, signalCode }, "cell ended");
  }

  #post(
    path: string,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { "content-length": Buffer.byteLength(body) };
      const outgoing = request({
        agent: this.#agent,
        socketPath: this.#socket,
        method: "POST",
        path,
        headers,
        signal,
      });
      outgoing.on("error", (cause) => {
        const lost = () =>
          new Fault("cell_lost", `Cell ${this.id} ended during the run`, { cause });
        reject(signal.aborted ? signal.reason : lost());
      });
      outgoing.on("response", (incoming) => {
        incoming.setEncoding("utf8");
        let text = "";
        incoming.on("data", (chunk: string) => (text += chunk));
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text }));
        incoming.on("error", (error) => outgoing.destroy(error));
      });
      outgoing.end(body);
    });
  }
}

function spawnWorkerd(config: string): ChildProcess {
  // --experimental: the worker loader needs it.
  const serve = [workerd.default, "serve", "--experimental", "--control-fd=3", config];
  const [command = workerd.default, ...args] = existsSync(SETPRIV)
    ? [SETPRIV, "--pdeathsig", "KILL", "--", ...serve]
    : serve;
  return spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // Nothing of the node's environment, where its secrets are.
    env: {},
    // A group of its own: Ctrl-C in a terminal reaches the node, which then ends its cells in order.
    detached: true,
  });
}

function logLines(child: ChildProcess, log: Logger): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null)
      createInterface(stream).on("line", (line) => log.debug({ line }, "workerd"));
  }
}

async function untilListening(id: number, child: ChildProcess): Promise<void> {
  const control = child.stdio[3];
  if (!(control instanceof Readable)) throw new Error(`Cannot start cell ${id}: no control pipe`);
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
  child.kill("SIGKILL");
  throw new Error(`Cannot start cell ${id}: workerd does not listen (exit code ${child.exitCode})`);
}
