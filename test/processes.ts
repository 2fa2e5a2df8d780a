// The processes of a running product, as /proc shows them.

import { readFileSync, readdirSync } from "node:fs";
import type { Product } from "./harness.ts";

export function cellsOf({ process: { pid } }: Product): number[] {
  return descendantsOf(pid).filter(isCell);
}

export function cellsUnder(pid: number): number[] {
  return descendantsOf(pid).filter(isCell);
}

/** The command line of a process, word by word; of one that is gone, one empty word. */
export function wordsOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split("\0");
}

function isCell(pid: number): boolean {
  return /^[^\0]*workerd\0serve\0/.test(read(`/proc/${pid}/cmdline`));
}

export async function untilNone(pids: number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise((resolve) => setImmediate(resolve));
}

export function childrenOf(pid: number | undefined): number[] {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.filter((name) => statOf(name)[1] === String(pid)).map(Number);
}

export function descendantsOf(pid: number | undefined): number[] {
  const children = childrenOf(pid);
  return children.concat(children.flatMap(descendantsOf));
}

/** A process that has ended and that nobody has waited for yet is not alive. */
export function isAlive(pid: number): boolean {
  const [state = "Z"] = statOf(String(pid));
  return state !== "Z" && state !== "";
}

/** The state and the parent of a process. */
function statOf(pid: string): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
