// Processes of the Kamailio tests, each with its own group, so that whatever it forks ends with it.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";

const STOP_GRACE_MS = 3_000;

/** A process that is the leader of a group of its own. */
export interface Child {
  pid: number;
  process: ChildProcess;
  /** The exit code; null after a signal. */
  exited: Promise<number | null>;
}

export interface ProcessPlan {
  command: string;
  args: string[];
  folder: string;
  logFile: string;
  env: NodeJS.ProcessEnv;
}

/** Starts the process as the leader of a group of its own: Kamailio forks, and signals its whole group. */
export async function startProcess(plan: ProcessPlan): Promise<Child> {
  await using log = await open(plan.logFile, "w");
  const child = spawn(plan.command, plan.args, {
    cwd: plan.folder,
    env: plan.env,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  const exited = new Promise<number | null>((settle) => child.once("exit", settle));
  await once(child, "spawn");
  if (child.pid === undefined) throw new Error(`Cannot start "${plan.command}": no process id`);
  return { pid: child.pid, process: child, exited };
}

/** Asks the leader to end, and insists after 3 s. */
export async function stopGroup(child: Child): Promise<void> {
  child.process.kill("SIGTERM");
  const insist = setTimeout(() => void killGroup(child), STOP_GRACE_MS);
  await child.exited;
  clearTimeout(insist);
  await killGroup(child);
}

/** Ends the leader and whatever it forked. A group without members is no error. */
export async function killGroup(child: Child): Promise<void> {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
  await child.exited;
}
