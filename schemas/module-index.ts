// The index of the modules that are built for isolates, beside their files.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseOrUndefined } from "./parse-or-undefined.ts";

/** The name of its file. */
export const MODULE_INDEX_FILE = "index.json";

/** A module as isolates compile it: a text of the shape that a release has. */
export const BuiltModule = z.strictObject({
  name: z.string(),
  /** The version of its package, null where it stands in for a module that is built into Node. */
  version: z.string().nullable(),
  /** Size of its file. */
  bytes: z.int(),
  /** Its file, in the folder of the index. */
  file: z.string(),
  /** Every other module of the index that it may require, by itself or through one that it requires. */
  requires: z.array(z.string()),
});
export type BuiltModule = z.infer<typeof BuiltModule>;

export const ModuleIndex = z.strictObject({
  /** Changes with everything that the modules are made from. */
  key: z.string(),
  modules: z.array(BuiltModule),
});
export type ModuleIndex = z.infer<typeof ModuleIndex>;

/** The index in `folder`, undefined where there is none that can be read. */
export function findModuleIndex(folder: string): ModuleIndex | undefined {
  const index = ModuleIndex.safeParse(
    parseOrUndefined(readOrEmpty(join(folder, MODULE_INDEX_FILE))),
  );
  return index.data;
}

/** The index in `folder`. Throws where there is none. */
export function getModuleIndex(folder: string): ModuleIndex {
  const index = findModuleIndex(folder);
  if (index === undefined) throw new Error(`Cannot read the index of modules in "${folder}"`);
  return index;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
