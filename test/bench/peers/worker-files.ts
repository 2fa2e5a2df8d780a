// The modules and the variables of the peers that are workers.

import { readFileSync } from "node:fs";
import { COMPATIBILITY_DATE } from "../../../schemas/compatibility.ts";
import { SCRIPT } from "../payload.ts";

const FOLDER = new URL("workers/", import.meta.url);

/** The script as the module `script.js`. */
const SCRIPT_MODULE = `${SCRIPT}\nexport { main };\n`;

/** A worker's ES modules by name, its main module first, and its text bindings. */
export type WorkerFiles = { modules: Map<string, string>; texts: Record<string, string> };

/** The worker with the script in it. */
export function staticWorker(): WorkerFiles {
  const modules = new Map([
    ["static.js", read("static.js")],
    ["script.js", SCRIPT_MODULE],
  ]);
  return { modules, texts: {} };
}

/** A worker that loads the script: once, or for every call. It wants a worker loader as `LOADER`. */
export function loaderWorker(main: "loader-warm.js" | "loader-new.js"): WorkerFiles {
  const modules = new Map([
    [main, read(main)],
    ["code.js", read("code.js")],
  ]);
  return {
    modules,
    texts: { LOADED: read("loaded.js"), SCRIPT: SCRIPT_MODULE, COMPATIBILITY_DATE },
  };
}

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), "utf8");
}
