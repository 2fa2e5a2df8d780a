// Jobs while processes are killed at random: cells, and edge processes with all their cells.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { startProduct, type Product } from "./harness.ts";
import { cellsOf, descendantsOf, wordsOf } from "./processes.ts";

const JOBS = 1_000;
const ADDED_AT_ONCE = 20;
/** How long processes are killed, and how often, in milliseconds. */
const KILLING_MS = 60_000;
const CELL_EVERY_MS = 400;
const GATEWAY_EVERY_MS = 4_000;
/** Leases lapse after 30 s, and what was cut several times waits. */
const TEST_MS = 240_000;

/** Each says under its own id that it ran, in the middle of its work. */
const CODE = `
const { incr } = require('cxKV');
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
async function main() {
  await wait(Math.random() * 250);
  await incr(process.env.JOB_ID);
  await wait(Math.random() * 250);
  return process.env.JOB_ID;
}`;

const Row = z.object({
  id: z.string(),
  state: z.string(),
  made: z.int(),
  cut: z.int(),
  result: z.string().nullable(),
  ran: z.coerce.number().nullable(),
});

let product: Product;

beforeAll(async () => {
  product = await startProduct({
    SCRIPTFORGE_GATEWAYS: "2",
    SCRIPTFORGE_CELLS: "2",
    SCRIPTFORGE_JOB_WORKERS: "4",
  });
  await product.manage("POST", "/scripts", { name: "worker", type: "app", code: CODE });
  await product.untilRevision();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

async function readJobs(): Promise<z.infer<typeof Row>[]> {
  const { rows } = await product.db.execute(
    "SELECT jobs.id, state, made, cut, result, kv.value AS ran FROM jobs LEFT JOIN kv ON kv.account = jobs.account AND kv.key = jobs.id",
  );
  return rows.map((row) => Row.parse({ ...row }));
}

async function countOpen(): Promise<number> {
  const { rows } = await product.db.execute(
    "SELECT count(*) AS n FROM jobs WHERE finished_at IS NULL",
  );
  return Number(rows[0]?.["n"]);
}

/** Kills one of them, if there is any. */
function killOne(pids: readonly number[]): number {
  const pid = pids[Math.floor(Math.random() * pids.length)];
  if (pid === undefined) return 0;
  try {
    process.kill(pid, "SIGKILL");
    return 1;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}

function gatewaysOf({ process: { pid } }: Product): number[] {
  return descendantsOf(pid).filter((one) => wordsOf(one).includes("gateway"));
}

async function killEvery(ms: number, find: () => number[], signal: AbortSignal): Promise<number> {
  let killed = 0;
  while (!signal.aborted) {
    await sleep(ms * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) killed += killOne(find());
  }
  return killed;
}

describe("while processes are killed at random", () => {
  it(
    "no job is lost, and none runs twice but for an attempt that was cut",
    async ({ expect }) => {
      // Until all are there, so that all of them meet the killing.
      await product.manage("PUT", "/queues/worker", { paused: true });
      const ids: string[] = [];
      while (ids.length < JOBS) {
        const adding = Array.from({ length: ADDED_AT_ONCE }, () =>
          product.manage("POST", "/jobs", { script: "worker" }),
        );
        for (const { body } of await Promise.all(adding)) {
          ids.push(z.object({ id: z.string() }).parse(body).id);
        }
      }
      await product.manage("PUT", "/queues/worker", { paused: false });
      const signal = AbortSignal.timeout(KILLING_MS);
      const [cells, gateways] = await Promise.all([
        killEvery(CELL_EVERY_MS, () => cellsOf(product), signal),
        killEvery(GATEWAY_EVERY_MS, () => gatewaysOf(product), signal),
      ]);
      expect(cells).toBeGreaterThan(10);
      expect(gateways).toBeGreaterThan(2);
      while ((await countOpen()) > 0) await sleep(100);
      const jobs = await readJobs();
      expect(jobs.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect(
        jobs.filter(({ state, id, result }) => state !== "completed" || result !== `"${id}"`),
      ).toEqual([]);
      expect(jobs.filter(({ ran, made }) => ran === null || ran < 1 || ran > made)).toEqual([]);
      expect(jobs.filter(({ made, cut }) => made !== cut + 1)).toEqual([]);
      // Otherwise this shows little.
      expect(jobs.filter(({ cut }) => cut > 0).length).toBeGreaterThan(5);
    },
    TEST_MS,
  );
});
