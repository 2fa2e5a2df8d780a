// An edge node of several processes: gateways behind one port, each with a store and cells of its own. They share nothing
// but the port, which the kernel divides among them, so one that dies takes only its own calls along.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { z } from "zod";
import type { Listening } from "../schemas/listen.ts";

const RESTART_DELAY_MS = 1_000;
const STOP_GRACE_MS = 5_000;

/** The argument by which a process of the program knows that it is one of several gateways. */
export const GATEWAY = "gateway";

/** What a gateway says once it serves. */
const Announcement = z.object({ edge: z.string() });

/** How many, what program they run, and the port if it is to be a certain one. */
export type GatewayPlan = { count: number; program: string; port: number; log: Logger };

/** Runs gateways until disposed. Throws when one does not start. */
export async function startGateways(plan: GatewayPlan): Promise<Listening> {
  await using stack = new AsyncDisposableStack();
  const url = await stack.use(new Gateway(plan)).start();
  const shared = { ...plan, port: Number(new URL(url).port) };
  const others = Array.from({ length: plan.count - 1 }, () => stack.use(new Gateway(shared)));
  await Promise.all(others.map((gateway) => gateway.start()));
  const owned = stack.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** One of the processes, started again when it ends by itself. */
class Gateway implements AsyncDisposable {
  readonly #plan: GatewayPlan;
  #process: ChildProcess | undefined;
  #isOver = false;

  constructor(plan: GatewayPlan) {
    this.#plan = plan;
  }

  /** Resolves with its URL once it serves. */
  async start(): Promise<string> {
    const { program, port } = this.#plan;
    const env = { ...process.env, SCRIPTFORGE_EDGE_PORT: String(port) };
    const child = fork(program, [GATEWAY], { env });
    this.#process = child;
    const exited = once(child, "exit");
    const first = await Promise.race([once(child, "message"), exited.then(() => undefined)]);
    if (first === undefined) throw new Error("A gateway ended before it served");
    void this.#restartAfter(exited);
    return Announcement.parse(first[0]).edge;
  }

  async #restartAfter(exited: Promise<unknown>): Promise<void> {
    await exited;
    while (!this.#isOver) {
      this.#plan.log.error("a gateway ended: starting it again");
      await sleep(RESTART_DELAY_MS);
      try {
        if (!this.#isOver) await this.start();
        return;
      } catch (error) {
        this.#plan.log.error({ err: error }, "a gateway did not start");
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const insist = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
    await exited;
    clearTimeout(insist);
  }
}
