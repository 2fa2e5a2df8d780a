// Schedules through the running product: two edge processes that both look what is due.

import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { Problem } from "../schemas/fault.ts";
import { JobPage, type JobSummary } from "../schemas/job.ts";
import { Schedule } from "../schemas/schedule.ts";
import { startProduct, type Product } from "./harness.ts";

const Created = z.object({ id: z.string() });
const CODE = `async function main({ ms = 0 }) {
  await new Promise((done) => setTimeout(done, ms));
  return ms;
}`;
const MINUTE_MS = 60_000;

let product: Product;
let script: string;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_GATEWAYS: "2", SCRIPTFORGE_CELLS: "2" });
  script = await create("nightly");
  await product.untilRevision();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const table of ["jobs", "job_usage", "schedules"])
    await product.db.execute(`DELETE FROM ${table}`);
});

async function create(name: string): Promise<string> {
  const { body } = await product.manage("POST", "/scripts", { name, type: "app", code: CODE });
  return Created.parse(body).id;
}

async function put(schedule: object, name = "nightly"): Promise<Schedule> {
  const { body } = await product.manage("PUT", `/scripts/${name}/schedule`, schedule);
  return Schedule.parse(body);
}

async function read(name = "nightly"): Promise<Schedule> {
  return Schedule.parse((await product.manage("GET", `/scripts/${name}/schedule`)).body);
}

/** As if its time had been so long ago, in milliseconds. Returns that time, as ISO text. */
async function makeDue(ms = 1_000, name = script): Promise<string> {
  const at = Date.now() - ms;
  await product.db.execute("UPDATE schedules SET next_at = ? WHERE script = ?", [at, name]);
  return new Date(at).toISOString();
}

async function untilMoved(name = "nightly"): Promise<Schedule> {
  for (;;) {
    const schedule = await read(name);
    if (Date.parse(schedule.nextAt ?? "") > Date.now()) return schedule;
  }
}

async function jobs(): Promise<JobSummary[]> {
  return JobPage.parse((await product.manage("GET", "/jobs?limit=200")).body).jobs;
}

async function untilDone(): Promise<JobSummary[]> {
  for (;;) {
    const all = await jobs();
    if (all.every(({ finishedAt }) => finishedAt !== null)) return all;
  }
}

describe("a schedule", () => {
  it("is put, read, replaced and deleted", async ({ expect }) => {
    const schedule = await put({ cron: "0 9 * * 1-5", timeZone: "Europe/London", input: { a: 1 } });
    expect(schedule).toEqual({
      script,
      cron: "0 9 * * 1-5",
      lists: null,
      timeZone: "Europe/London",
      overlap: "skip",
      misfire: "once",
      enabled: true,
      input: { a: 1 },
      lastAt: null,
      nextAt: expect.stringMatching(/T0[89]:00:00\.000Z$/),
    });
    expect(await read()).toEqual(schedule);
    const { body } = await product.manage("GET", "/schedules");
    expect(body).toEqual([schedule]);
    const lists = { minutes: [5, 10], hours: [], daysOfMonth: [], daysOfWeek: [0] };
    const replaced = await put({ lists, overlap: "queue", misfire: "skip", enabled: false });
    expect(replaced).toMatchObject({ cron: null, lists, nextAt: null, input: {}, enabled: false });
    expect(await put({ ...replacing(replaced), enabled: true })).toMatchObject({ lists });
    expect((await product.manage("DELETE", `/scripts/${script}/schedule`)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      const missing = await product.manage(method, "/scripts/nightly/schedule");
      expect(Problem.parse(missing.body).code).toBe("not_found");
    }
  });

  it("is refused with a reason where it cannot be", async ({ expect }) => {
    for (const [body, why] of [
      [{ cron: "61 * * * *" }, "Cannot read the cron expression"],
      [{ cron: "* * * * *", lists: {} }, "Send either cron or lists"],
      [{ cron: "* * * * *", timeZone: "Nowhere" }, "There is no such time zone"],
    ] as const) {
      const { status, body: told } = await product.manage("PUT", "/scripts/nightly/schedule", body);
      expect([status, Problem.parse(told).detail]).toEqual([422, expect.stringContaining(why)]);
    }
  });

  it("goes with its script", async ({ expect }) => {
    const passing = await create("passing");
    await put({ cron: "* * * * *" }, passing);
    expect((await product.manage("DELETE", "/scripts/passing")).status).toBe(204);
    expect((await product.manage("GET", "/schedules")).body).toEqual([]);
  });
});

describe("when its time has come", () => {
  it("a job runs with its input, and it waits for the next time", async ({ expect }) => {
    await put({ cron: "*/5 * * * *", input: { ms: 1 } });
    const at = await makeDue();
    const { lastAt, nextAt } = await untilMoved();
    expect(lastAt).toBe(at);
    expect(Date.parse(nextAt ?? "") % (5 * MINUTE_MS)).toBe(0);
    const [job, ...others] = await untilDone();
    expect(others).toEqual([]);
    expect(job).toMatchObject({ script, function: null, scheduled: true, state: "completed" });
    const { body } = await product.manage("GET", `/jobs/${job?.id}`);
    expect(body).toMatchObject({ data: { ms: 1 }, result: 1 });
  });

  it("one job runs for it, of all edge processes", async ({ expect }) => {
    const names = Array.from({ length: 12 }, (_, n) => `twin-${n}`);
    const ids: string[] = [];
    for (const name of names) {
      ids.push(await create(name));
      await put({ cron: "0 0 1 1 *" }, name);
    }
    await product.untilRevision();
    for (let round = 1; round <= 3; round += 1) {
      await product.db.execute("UPDATE schedules SET next_at = ?", [Date.now() - 1_000]);
      for (const name of names) await untilMoved(name);
      const done = await untilDone();
      const scripts = done.map((job) => job.script).toSorted();
      expect(scripts).toEqual(ids.flatMap((id) => Array<string>(round).fill(id)).toSorted());
    }
  });

  it("no other job is added while one has not finished, unless it is to be", async ({ expect }) => {
    await put({ cron: "0 0 1 1 *", input: { ms: 60_000 } });
    const at = await makeDue();
    await untilMoved();
    await makeDue();
    const skipped = await untilMoved();
    expect([skipped.lastAt, (await jobs()).length]).toEqual([at, 1]);
    await put({ cron: "0 0 1 1 *", overlap: "queue" });
    await makeDue();
    await untilMoved();
    expect(await jobs()).toHaveLength(2);
  });

  it("and passed with no edge node there, one job is added for all or none", async ({ expect }) => {
    await put({ cron: "* * * * *", misfire: "once" });
    const at = await makeDue(90 * MINUTE_MS);
    expect((await untilMoved()).lastAt).toBe(at);
    expect(await jobs()).toHaveLength(1);
    await put({ cron: "* * * * *", misfire: "skip" });
    await makeDue(90 * MINUTE_MS);
    expect((await untilMoved()).lastAt).toBe(at);
    expect(await jobs()).toHaveLength(1);
  });

  it("no job is added for an account that may have no more", async ({ expect }) => {
    await put({ cron: "0 0 1 1 *" });
    await product.manage("POST", "/jobs", { script: "nightly", opts: { delay: 60_000 } });
    await product.db.execute("UPDATE job_usage SET added = 10000");
    await makeDue();
    expect((await untilMoved()).lastAt).toBeNull();
    expect(await jobs()).toHaveLength(1);
  });
});

/** What was read, as it may be put again. */
function replacing({
  script: _script,
  lastAt: _lastAt,
  nextAt: _nextAt,
  ...rest
}: Schedule): object {
  return rest;
}
