// What it takes an app to ask its account's key/value store, by the app's own clock: without the way to the app and back.

import { z } from "zod";
import { median, percentile } from "./median.ts";
import type { ServedProduct } from "./served-product.ts";

const SCRIPT = "kv-times";
const ROUNDS = 10;
/** An app may ask the platform 50 times. */
const CALLS_PER_ROUND = 40;
/** The clock of an isolate has whole milliseconds: the middle is that of the means of so many calls. */
const CALLS_PER_MEAN = 4;

/** Of one method. `p99Ms` is in whole milliseconds. */
export type KvTime = { method: "get" | "incr"; p50Ms: number; p99Ms: number };

const CODE = `const { kv, incr } = require("cxKV");
const METHODS = { get: () => kv.get("bench"), incr: () => incr("bench", 1) };
async function main({ method }) {
  const times = [];
  await kv.set("bench", "0");
  for (let at = 0; at < ${CALLS_PER_ROUND}; at += 1) {
    const start = performance.now();
    await METHODS[method]();
    times.push(performance.now() - start);
  }
  return times;
}`;

const Times = z.array(z.number());

export async function measureKvTimes(
  { product }: ServedProduct,
  signal: AbortSignal,
): Promise<KvTime[]> {
  await product.manage("POST", "/scripts", { name: SCRIPT, type: "app", code: CODE });
  await product.untilRevision();
  const times: KvTime[] = [];
  for (const method of ["get", "incr"] as const) {
    const all: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      signal.throwIfAborted();
      const { body } = await product.ask(`/run/${SCRIPT}`, { method });
      all.push(...Times.parse(body));
    }
    times.push({ method, p50Ms: median(meansOf(all)), p99Ms: percentile(all, 0.99) });
  }
  return times;
}

function meansOf(times: readonly number[]): number[] {
  const means: number[] = [];
  for (let at = 0; at < times.length; at += CALLS_PER_MEAN) {
    const some = times.slice(at, at + CALLS_PER_MEAN);
    means.push(some.reduce((sum, time) => sum + time, 0) / some.length);
  }
  return means;
}
