// What /proc tells about processes beside who started whom, which is in ../processes.ts.

import { readdirSync, readFileSync } from "node:fs";

/** Processes whose command line contains `text`, whoever their parent is. */
export function processesNaming(text: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && commandOf(pid).includes(text));
}

export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

/** CPU time that a process has used so far, in ticks of 10 ms. */
export function cpuTicksOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is a name in parentheses that may hold spaces; user and system time are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended.
    return "";
  }
}
