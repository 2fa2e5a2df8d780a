// What a process uses, as Linux tells it. Undefined when there is no such process, or no /proc.

import { readFileSync } from "node:fs";

const PAGE_BYTES = 4_096;
const MS_PER_TICK = 10;

/** Memory in use, in megabytes. */
export function readRssMb(pid: number): number | undefined {
  // The second field is the number of resident pages.
  const pages = readField(`/proc/${pid}/statm`, 1);
  return pages === undefined ? undefined : (pages * PAGE_BYTES) / 2 ** 20;
}

/** CPU time of all threads so far, in milliseconds, in steps of ten. V8 collects garbage on threads of its own. */
export function readCpuMs(pid: number): number | undefined {
  // Behind the name, which may hold spaces and parentheses, time in user and in kernel mode are the 12th and 13th fields.
  const fields = readText(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ");
  return fields && (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

function readField(path: string, index: number): number | undefined {
  const field = readText(path)?.split(" ")[index];
  return field === undefined ? undefined : Number(field);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
