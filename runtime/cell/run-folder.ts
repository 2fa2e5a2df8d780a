// The folder of one life of an edge node: sockets, configs, and enough to clean up after a node that was killed.

import {
  chownSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";

// In the system's temporary folder, because the path of a unix socket has at most 107 bytes.
const PREFIX = "scriptforge-edge-";

/** How long after its folder a node may write whose it is, in milliseconds. */
const STARTING_MS = 10_000;

const Owner = z.object({ pid: z.int(), startedAt: z.string() });

export type RunFolder = Disposable & { path: string };

/** Makes a new folder that only `uid` can enter, or this user. Disposing removes it. */
export function makeRunFolder(uid?: number): RunFolder {
  const path = mkdtempSync(join(tmpdir(), PREFIX));
  const owner = { pid: process.pid, startedAt: startTimeOf(process.pid) ?? "" };
  writeFileSync(join(path, "owner.json"), JSON.stringify(owner));
  if (uid !== undefined) chownSync(path, uid, uid);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Ends the cells and removes the folders of edge nodes of this user that no longer run. Returns how many cells it ended. */
export function cleanAfterDeadNodes(): number {
  let ended = 0;
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || !isOurs(path) || isOwnerAlive(path)) continue;
    ended += processesWith(path).filter(kill).length;
    rmSync(path, { recursive: true, force: true });
  }
  return ended;
}

/** False for a process that has just ended, or is not ours. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** Folders that cells of another user work in belong to that user. */
function isOurs(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  return stats !== undefined && stats.isDirectory() && (uid === 0 || stats.uid === uid);
}

function isOwnerAlive(path: string): boolean {
  const owner = Owner.safeParse(parseOrUndefined(readOrUndefined(join(path, "owner.json")) ?? ""));
  if (owner.success) return startTimeOf(owner.data.pid) === owner.data.startedAt;
  // A node that is just starting has made the folder and not yet written the file.
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - made < STARTING_MS;
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
