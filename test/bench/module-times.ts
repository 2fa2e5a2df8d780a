// What it costs a script to require a module: the first call of a new version, for which nothing is ready, and calls with
// pauses between them, whose isolates were made ready with the module in them.

import { setTimeout as sleep } from "node:timers/promises";
import { ALLOWED_MODULES } from "../../schemas/allowed-modules.ts";
import { median } from "./median.ts";
import type { ServedProduct } from "./served-product.ts";

const VERSIONS = 5;
const WARM_CALLS = 15;
const PAUSE_MS = 60;
const CUSTOMER = "modules";

/** `name` is null for a script that requires nothing. */
export type ModuleTime = {
  name: string | null;
  coldMs: number;
  warmMs: number;
  wrongAnswers: number;
};

/** Times an app for each module, one after the other. */
export async function measureModuleTimes(
  served: ServedProduct,
  signal: AbortSignal,
): Promise<ModuleTime[]> {
  await served.publish({ customer: CUSTOMER, type: "app", code: codeOf(null, 0) });
  const times: ModuleTime[] = [];
  for (const name of [null, ...ALLOWED_MODULES.map((module) => module.name)]) {
    signal.throwIfAborted();
    times.push(await measureModule(served, name));
  }
  return times;
}

async function measureModule({ product }: ServedProduct, name: string | null): Promise<ModuleTime> {
  const cold: number[] = [];
  const warm: number[] = [];
  let wrongAnswers = 0;
  const time = async (): Promise<number> => {
    const start = performance.now();
    const { status } = await product.ask(`/call/termination/${CUSTOMER}/main`, { routing: {} });
    if (status !== 200) wrongAnswers += 1;
    return performance.now() - start;
  };
  for (let version = 0; version < VERSIONS; version += 1) {
    const code = codeOf(name, version);
    await product.manage("POST", `/scripts/${CUSTOMER}/releases`, { code });
    await product.untilRevision();
    cold.push(await time());
  }
  for (let call = 0; call < WARM_CALLS; call += 1) {
    await sleep(PAUSE_MS);
    warm.push(await time());
  }
  return { name, coldMs: median(cold), warmMs: median(warm), wrongAnswers };
}

/** Each version differs, so that nothing of another one serves it. */
function codeOf(name: string | null, version: number): string {
  const required = name === null ? "" : `const library = require(${JSON.stringify(name)});\n`;
  return `${required}function main(data) { data.version = ${version}; return data; }`;
}
