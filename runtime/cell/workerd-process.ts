// A workerd process, until it listens.

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import workerd from "workerd";
import { z } from "zod";
import { confine, INFO_FD, type Confinement } from "./confinement.ts";

/** How a process is started: its config file, and the folder around it, which is all that it sees. */
export type WorkerdPlan = { config: string; folder: string; confinement: Confinement };

/** A process that listens. `pid` is workerd's own, also where it runs in a box. */
export type WorkerdProcess = { child: ChildProcess; pid: number };

const START_MS = 10_000;

/** workerd's messages on its control pipe. */
const ControlMessage = z.looseObject({ event: z.string() });

/** What bubblewrap tells of the process inside. */
const BoxInfo = z.looseObject({ "child-pid": z.int() });

/** Starts a workerd and waits until it listens. Throws an Error that says why it does not. */
export async function startWorkerd(plan: WorkerdPlan): Promise<WorkerdProcess> {
  const child = spawnWorkerd(plan);
  const started = Promise.all([findPid(child, plan), untilListening(child)]);
  const [pid] = await started.catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  return { child, pid };
}

function spawnWorkerd({ config, folder, confinement }: WorkerdPlan): ChildProcess {
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

async function findPid(child: ChildProcess, { confinement }: WorkerdPlan): Promise<number> {
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

async function untilListening(child: ChildProcess): Promise<void> {
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
  throw new Error(`Cannot start a cell: workerd does not listen (exit code ${child.exitCode})`);
}
