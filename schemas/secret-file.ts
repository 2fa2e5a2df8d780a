// Secrets that a first start makes, in files that only their owner can read.

import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Settings } from "./settings.ts";

/** Where the first token is kept, for its owner's eyes only. */
export function tokenFile(settings: Settings): string {
  return resolve(join(settings.SCRIPTFORGE_DATA, "token"));
}

/** The trimmed text of `file`, which is written with what `make` returns where there is none. */
export function readOrMakeFile(file: string, make: () => string): string {
  try {
    writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!isThere) throw error;
  }
  return readFileSync(file, "utf8").trim();
}
