// How long it takes from sending a release to the control plane until it answers calls.

import { z } from "zod";
import { median } from "./median.ts";
import type { ServedProduct } from "./served-product.ts";

const RELEASES = 15;
/** A release that is not live by then never will be. */
const MOST_MS = 10_000;
const CUSTOMER = "publish";

const Answer = z.object({ action: z.literal("continue"), data: z.object({ version: z.int() }) });

/** `wrongAnswers`: calls meanwhile that neither the old nor the new version answered. */
export type PublishTime = { medianMs: number; mostMs: number; wrongAnswers: number };

/** Publishes version after version, and calls until the new one answers. */
export async function measurePublishTime(
  served: ServedProduct,
  signal: AbortSignal,
): Promise<PublishTime> {
  const { product } = served;
  await served.publish({ customer: CUSTOMER, type: "script", code: codeOf(0) });
  await product.untilRevision();
  const times: number[] = [];
  let wrongAnswers = 0;
  for (let version = 1; version <= RELEASES; version += 1) {
    signal.throwIfAborted();
    const start = performance.now();
    await product.manage("POST", `/scripts/${CUSTOMER}/releases`, { code: codeOf(version) });
    for (let seen = version - 1; seen !== version;) {
      seen = await callVersion(served);
      if (seen !== version && seen !== version - 1) wrongAnswers += 1;
      if (performance.now() - start > MOST_MS) {
        throw new Error(`Version ${version} is not live after ${MOST_MS} ms`);
      }
    }
    times.push(performance.now() - start);
  }
  return { medianMs: median(times), mostMs: Math.max(...times), wrongAnswers };
}

function codeOf(version: number): string {
  return `function main(data) { data.version = ${version}; return data; }`;
}

/** The version that answers a call, -1 when none does. */
async function callVersion({ product }: ServedProduct): Promise<number> {
  const { body } = await product.ask(`/call/termination/${CUSTOMER}/main`, { routing: {} });
  const answer = Answer.safeParse(body);
  return answer.success ? answer.data.data.version : -1;
}
