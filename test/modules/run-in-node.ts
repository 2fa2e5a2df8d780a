// Runs a script in plain Node with the packages of this project, as the product's own isolates are to run it.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { globalAgent } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Addresses, ModuleCase } from "./module-case.ts";

const PACKAGES = fileURLToPath(new URL("../../node_modules", import.meta.url));

const Script = z.object({
  main: z.custom<(data: unknown) => unknown>((value) => typeof value === "function"),
});

/** Runs `one` once and returns what its main returned, as JSON has it. Throws what the script throws. */
export async function runInNode(one: ModuleCase, addresses: Addresses): Promise<unknown> {
  const home = mkdtempSync(join(tmpdir(), "scriptforge-modules-"));
  try {
    const folder = join(home, "folder");
    mkdirSync(folder);
    const { main } = load(one.code, home);
    const value = await main(one.data({ ...addresses, folder }));
    return JSON.parse(JSON.stringify(value));
  } finally {
    // A connection that a library left open, it also left its listeners on: the next script would meet them.
    globalAgent.destroy();
    rmSync(home, { recursive: true });
  }
}

/** Node's own require takes both formats. An import() would be the test runner's, which alters what it loads. */
function load(code: string, home: string): z.infer<typeof Script> {
  const isModule = /^(?:import|export)\b/m.test(code);
  const file = join(home, isModule ? "script.mjs" : "script.cjs");
  symlinkSync(PACKAGES, join(home, "node_modules"));
  // The last version of csv-parse with this name in it is installed under one of its own.
  const named = code.replaceAll("csv-parse/lib/sync", "csv-parse-4/lib/sync.js");
  writeFileSync(file, isModule ? named : `${named}\nmodule.exports = { main };\n`);
  return Script.parse(createRequire(import.meta.url)(file));
}
