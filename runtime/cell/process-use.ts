// What a process uses, as Linux tells it. Undefined when there is no such process, or no /proc.

import { readFileSync } from "node:fs";

const PAGE_BYTES = 4_096;

/** Memory in use, in megabytes. */
export function readRssMb(pid: number): number | undefined {
  // The second field is the number of resident pages.
  const pages = readField(`/proc/${pid}/statm`, 1);
  return pages === undefined ? undefined : (pages * PAGE_BYTES) / 2 ** 20;
}

/** CPU time of the process's main thread so far, in milliseconds. workerd runs all scripts on that one. */
export function readCpuMs(pid: number): number | undefined {
  // The first field is the time on a processor, in nanoseconds.
  const nanoseconds = readField(`/proc/${pid}/schedstat`, 0);
  return nanoseconds === undefined ? undefined : nanoseconds / 1e6;
}

function readField(path: string, index: number): number | undefined {
  try {
    const field = readFileSync(path, "utf8").split(" ")[index];
    return field === undefined ? undefined : Number(field);
  } catch {
    return undefined;
  }
}
