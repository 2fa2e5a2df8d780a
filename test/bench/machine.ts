// What a figure of the bench depends on besides the code.

import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { z } from "zod";

const Package = z.object({ version: z.string() });

const PACKAGES = ["workerd", "miniflare", "isolated-vm", "quickjs-emscripten"];

export type Machine = {
  cpu: string;
  cores: number;
  memoryMb: number;
  /** How much else was going on in the minute before. */
  loadBefore: number;
  versions: Record<string, string>;
};

export function describeMachine(): Machine {
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of PACKAGES) versions[name] = versionOf(name);
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    loadBefore: loadavg()[0] ?? NaN,
    versions,
  };
}

function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return Package.parse(JSON.parse(readFileSync(file, "utf8"))).version;
}
