// What it costs a script to require a module: the first call of a new version, for which nothing is ready, and calls with
// pauses between them, whose isolates were made ready with the module in them.

import { setTimeout as sleep } from "node:timers/promises";
import { ALLOWED_MODULES } from "../../schemas/allowed-modules.ts";
import { median } from "./median.ts";
import type { ServedProduct } from "./served-product.ts";

const VERSIONS = 5;
const WARM_CALLS = 9;
/** Longer than a cell takes to make an isolate with any of them. */
const PAUSE_MS = 400;
const CUSTOMER = "modules";

/** `name` is null for a script that requires nothing. */
export type ModuleTime = {
  name: string | null;
  coldMs: number;
  warmMs: number;
  wrongAnswers: number;
};

/**
 * Times an app for each module, one after the other. The warm calls of all come first: a cell keeps 32 isolates ready, and the
 * versions of the cold calls would fill it for a while.
 */
export async function measureModuleTimes(
  served: ServedProduct,
  signal: AbortSignal,
): Promise<ModuleTime[]> {
  const names = [null, ...ALLOWED_MODULES.map(({ name }) => name)];
  const times = names.map((name) => ({ name, coldMs: 0, warmMs: 0, wrongAnswers: 0 }));
  await served.publish({ customer: CUSTOMER, type: "app", code: codeOf(null, 0) });
  for (const time of times) {
    signal.throwIfAborted();
    await measureWarm(served, time);
  }
  for (const time of times) {
    signal.throwIfAborted();
    await measureCold(served, time);
  }
  return times;
}

async function measureWarm(served: ServedProduct, time: ModuleTime): Promise<void> {
  const warm: number[] = [];
  await release(served, codeOf(time.name, 0));
  await timeCall(served, time);
  for (let call = 0; call < WARM_CALLS; call += 1) {
    await sleep(PAUSE_MS);
    warm.push(await timeCall(served, time));
  }
  time.warmMs = median(warm);
}

async function measureCold(served: ServedProduct, time: ModuleTime): Promise<void> {
  const cold: number[] = [];
  for (let version = 1; version <= VERSIONS; version += 1) {
    await release(served, codeOf(time.name, version));
    cold.push(await timeCall(served, time));
  }
  time.coldMs = median(cold);
}

async function release({ product }: ServedProduct, code: string): Promise<void> {
  await product.manage("POST", `/scripts/${CUSTOMER}/releases`, { code });
  await product.untilRevision();
}

async function timeCall({ product }: ServedProduct, time: ModuleTime): Promise<number> {
  const start = performance.now();
  const { status } = await product.ask(`/call/termination/${CUSTOMER}/main`, { routing: {} });
  if (status !== 200) time.wrongAnswers += 1;
  return performance.now() - start;
}

/** Each version differs, so that nothing of another one serves it. */
function codeOf(name: string | null, version: number): string {
  const required = name === null ? "" : `const library = require(${JSON.stringify(name)});\n`;
  return `${required}function main(data) { data.version = ${version}; return data; }`;
}
