// Processes of this program that the process which started them looks after.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const RESTART_DELAY_MS = 1_000;
const STOP_GRACE_MS = 5_000;

/** How to start it; what it said first, once it serves; and that it ended by itself and is started again. */
export type KeptPlan = {
  fork: () => ChildProcess;
  onReady: (message: unknown) => void;
  onEnd: () => void;
};

/** A process that is started again when it ends by itself, until it is disposed. */
export class KeptProcess implements AsyncDisposable {
  readonly #plan: KeptPlan;
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;

  constructor(plan: KeptPlan) {
    this.#plan = plan;
  }

  /** Resolves once it serves. Throws when it ends before that; it has said why on standard error. */
  async start(): Promise<void> {
    const child = this.#plan.fork();
    this.#child = child;
    const first = await Promise.race([once(child, "message"), exited(child)]);
    if (first === undefined) throw new Error("The process ended before it served");
    this.#plan.onReady(first[0]);
    void this.#keep(child);
  }

  send(message: Record<string, unknown>): void {
    this.#child?.send(message);
  }

  async #keep(child: ChildProcess): Promise<void> {
    const { signal } = this.#stop;
    await exited(child);
    while (!signal.aborted) {
      this.#plan.onEnd();
      await sleep(RESTART_DELAY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        return await this.start();
      } catch {
        // It has said why, and is tried again.
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    if (this.#child !== undefined) await endProcess(this.#child);
  }
}

/**
 * Ends them all at once: one that ends while another is still asked to would seem to have ended by itself, and start again.
 */
export async function endAll(kept: Iterable<KeptProcess>): Promise<void> {
  await Promise.all(Array.from(kept, (process) => process[Symbol.asyncDispose]()));
}

/** Asks a process to end, and after a while insists. */
export async function endProcess(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
  await exited(child);
  clearTimeout(insist);
}

async function exited(child: ChildProcess): Promise<undefined> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
