// The folder of one life of an edge node: sockets, configs, and enough to clean up after a node that was killed.

import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

// In the system's temporary folder, because the path of a unix socket has at most 107 bytes.
const PREFIX = "scriptforge-edge-";

const Owner = z.object({ pid: z.int(), startedAt: z.string() });

export type RunFolder = Disposable & { path: string };

/** Makes a new folder that only this user can enter. Disposing removes it. */
export function makeRunFolder(): RunFolder {
  const path = mkdtempSync(join(tmpdir(), PREFIX));
  const owner = { pid: process.pid, startedAt: startTimeOf(process.pid) ?? "" };
  writeFileSync(join(path, "owner.json"), JSON.stringify(owner));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Ends the cells and removes the folders of edge nodes of this user that no longer run. Returns how many cells it ended. */
export function cleanAfterDeadNodes(): number {
  let ended = 0;
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || !isOurs(path) || isOwnerAlive(path)) continue;
    for (const pid of processesWith(path)) {
      process.kill(pid, "SIGKILL");
      ended += 1;
    }
    rmSync(path, { recursive: true, force: true });
  }
  return ended;
}

function isOurs(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && stats.isDirectory() && stats.uid === process.getuid?.();
}

function isOwnerAlive(path: string): boolean {
  const text = readOrUndefined(join(path, "owner.json"));
  // A node that is just starting has made the folder and not yet written the file.
  if (text === undefined) return Date.now() - statSync(path).mtimeMs < 10_000;
  const owner = Owner.safeParse(JSON.parse(text));
  return owner.success && startTimeOf(owner.data.pid) === owner.data.startedAt;
}

/** Processes whose command line names a file in `path`. Empty where the system has no /proc. */
function processesWith(path: string): number[] {
  const pids = readdirOrEmpty("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => readOrUndefined(`/proc/${pid}/cmdline`)?.includes(`${path}/`))
    .map(Number);
}

/** When a process started, in ticks since the system did; tells two processes with the same id apart. */
function startTimeOf(pid: number): string | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  // The second field is a name in parentheses that may hold spaces; the start time is the 20th after it.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process ended, or there is no such file: both are an answer.
    return undefined;
  }
}

function readdirOrEmpty(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
