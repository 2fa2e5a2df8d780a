import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { migrate } from "drizzle-orm/libsql/migrator";
import { pino } from "pino";
import { afterEach, beforeEach, describe, it } from "vitest";
import { AddJob, type Job } from "../../schemas/job.ts";
import type { ClaimedJob } from "../../schemas/job-leases.ts";
import { addJob, cancelJob, findJob } from "../../schemas/job-store.ts";
import { parseSettings } from "../../schemas/settings.ts";
import { accounts } from "../../schemas/tables/account.ts";
import { openDatabase, openReplica, type Database } from "../../schemas/tables/open.ts";
import { JobWaits } from "./job-waits.ts";
import type { AttemptEnd } from "./run-job.ts";
import { JobWorkers, type RunJob } from "./worker.ts";

const log = pino({ level: "silent" });

let folder: string;
let db: Database;
/** As an edge node opens it. */
let edge: Database;
/** What a test has started. */
let stack: AsyncDisposableStack;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-worker-"));
  const settings = parseSettings({ SCRIPTFORGE_DATA: folder });
  db = await openDatabase(settings);
  await migrate(db, {
    migrationsFolder: new URL("../../api/store/migrations", import.meta.url).pathname,
  });
  edge = await openReplica(settings);
  stack = new AsyncDisposableStack();
  const createdAt = new Date().toISOString();
  await db.insert(accounts).values(["acme", "bolt"].map((id) => ({ id, createdAt })));
});
afterEach(async () => {
  await stack.disposeAsync();
  db.$client.close();
  edge.$client.close();
  rmSync(folder, { recursive: true, force: true });
});

async function add(account = "acme", opts = {}): Promise<string> {
  const job = { ...AddJob.parse({ script: `scr_${account}`, opts }), function: null };
  return await addJob(db, { account }, { job, now: Date.now() });
}

async function read(id: string, account = "acme"): Promise<Job> {
  const job = await findJob(db, { account, id });
  if (job === undefined) throw new Error(`There is no job "${id}"`);
  return job;
}

async function untilState(id: string, state: string, account = "acme"): Promise<Job> {
  for (;;) {
    const job = await read(id, account);
    if (job.state === state) return job;
    await nextTurn();
  }
}

function startWorkers(run: RunJob, count = 1, waiting = () => 0): JobWorkers {
  const workers = new JobWorkers({ db: edge, run, count, waiting, log, now: Date.now });
  workers.start();
  return stack.use(workers);
}

function completed(result = "1"): Promise<AttemptEnd> {
  return Promise.resolve({ is: "completed", result });
}

describe("workers", () => {
  it("let accounts take turns, however many jobs each has", async ({ expect }) => {
    for (let n = 0; n < 6; n += 1) await add("acme");
    for (let n = 0; n < 2; n += 1) await add("bolt");
    const last = await add("acme");
    const order: string[] = [];
    startWorkers((job) => {
      order.push(job.account);
      return completed();
    });
    await untilState(last, "completed");
    expect(order).toEqual(["acme", "bolt", "acme", "bolt", ...Array<string>(5).fill("acme")]);
  });

  it("run so many jobs at once and no more", async ({ expect }) => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await add());
    const ends: PromiseWithResolvers<AttemptEnd>[] = [];
    startWorkers(() => {
      ends.push(Promise.withResolvers());
      return ends.at(-1)?.promise ?? completed();
    }, 2);
    for (const [at, id] of ids.entries()) {
      while (ends[at] === undefined) await nextTurn();
      expect(ends.length).toBeLessThanOrEqual(at + 2);
      ends[at].resolve({ is: "completed", result: String(at) });
      expect((await untilState(id, "completed")).result).toBe(at);
    }
  });

  it("give back what has not finished when they are stopped", async ({ expect }) => {
    const id = await add();
    const never = Promise.withResolvers<AttemptEnd>();
    const workers = startWorkers(() => never.promise);
    await untilState(id, "active");
    const waiting = await add();
    await workers[Symbol.asyncDispose]();
    expect(await read(id)).toMatchObject({ state: "waiting", made: 1, cut: 1 });
    expect(await read(waiting)).toMatchObject({ state: "waiting", made: 0 });
    never.resolve({ is: "completed", result: "1" });
    startWorkers(() => completed("2"));
    expect(await untilState(id, "completed")).toMatchObject({ made: 2, result: 2 });
  });

  it("write the end of a job when they are stopped while it ends", async ({ expect }) => {
    const id = await add();
    const end = Promise.withResolvers<AttemptEnd>();
    const workers = startWorkers(() => end.promise);
    await untilState(id, "active");
    const stopped = workers[Symbol.asyncDispose]();
    end.resolve({ is: "completed", result: "7" });
    await stopped;
    expect(await read(id)).toMatchObject({ state: "completed", made: 1, result: 7 });
  });

  it("try again what the platform cut, and not what failed", async ({ expect }) => {
    const error = { code: "cell_lost", message: "The process ended" };
    const [cut, failed] = [await add("acme"), await add("bolt")];
    const ends = new Map<string, AttemptEnd[]>([
      [cut, [{ is: "cut", error, isSuspect: true }]],
      [failed, [{ is: "failed", error: { code: "script_error", message: "no" } }]],
    ]);
    const run = ({ lease }: ClaimedJob): Promise<AttemptEnd> => {
      const end = ends.get(lease.id)?.shift();
      return end === undefined ? completed() : Promise.resolve(end);
    };
    startWorkers(run);
    await untilState(failed, "failed", "bolt");
    expect(await untilState(cut, "completed")).toMatchObject({ made: 2, cut: 1 });
  });
});

describe("a job that waits for one behind it", () => {
  it("has a substitute do the work meanwhile", async ({ expect }) => {
    using waits = new JobWaits({ db: edge, log });
    const parents = [await add("acme"), await add("acme")];
    const { signal } = new AbortController();
    const run = async ({ lease }: ClaimedJob): Promise<AttemptEnd> => {
      if (!parents.includes(lease.id)) return await completed("2");
      const child = await add("acme");
      const end = await waits.untilEnd({ account: "acme", id: child, by: lease.owner }, signal);
      return { is: "completed", result: JSON.stringify(end.is === "completed" && end.result) };
    };
    startWorkers(run, 2, () => waits.waitingJobs);
    for (const id of parents) expect((await untilState(id, "completed")).result).toBe(2);
    expect(waits.waitingJobs).toBe(0);
  });
});

describe("who waits for a job", () => {
  it("is told how it ended, once it has", async ({ expect }) => {
    using waits = new JobWaits({ db: edge, log });
    const [first, second] = [await add("acme"), await add("bolt")];
    const { signal } = new AbortController();
    const ends = [
      waits.untilEnd({ account: "acme", id: first, by: "a" }, signal),
      waits.untilEnd({ account: "acme", id: first, by: undefined }, signal),
      waits.untilEnd({ account: "bolt", id: second, by: "b" }, signal),
    ];
    expect(waits.waitingJobs).toBe(2);
    const error = { code: "script_error", message: "no" };
    startWorkers(({ account }) =>
      account === "acme" ? completed() : Promise.resolve({ is: "failed", error }),
    );
    const end = { id: first, account: "acme", is: "completed", result: 1 };
    expect(await Promise.all(ends)).toEqual([
      end,
      end,
      { id: second, account: "bolt", is: "failed", error },
    ]);
  });

  it("is told that there is none, where it is another account's or is cancelled", async ({
    expect,
  }) => {
    using waits = new JobWaits({ db: edge, log });
    const id = await add("acme", { delay: 60_000 });
    const { signal } = new AbortController();
    const missing = { code: "not_found" };
    await expect(waits.untilEnd({ account: "bolt", id, by: "a" }, signal)).rejects.toMatchObject(
      missing,
    );
    const waiting = waits.untilEnd({ account: "acme", id, by: "a" }, signal);
    await cancelJob(db, { account: "acme", id });
    await expect(waiting).rejects.toMatchObject(missing);
  });

  it("waits no longer than it wants", async ({ expect }) => {
    using waits = new JobWaits({ db: edge, log });
    const at = { account: "acme", id: await add("acme", { delay: 60_000 }), by: "a" };
    const controller = new AbortController();
    const waiting = waits.untilEnd(at, controller.signal);
    controller.abort(new Error("over"));
    await expect(waiting).rejects.toThrow("over");
    await expect(waits.untilEnd(at, controller.signal)).rejects.toThrow("over");
  });

  it("waits for so many jobs of the account, and no more", async ({ expect }) => {
    using waits = new JobWaits({ db: edge, log });
    const at = { account: "acme", id: await add("acme", { delay: 60_000 }), by: "a" };
    const controller = new AbortController();
    const waiting = Array.from({ length: 1_000 }, () => waits.untilEnd(at, controller.signal));
    await expect(waits.untilEnd(at, controller.signal)).rejects.toMatchObject({
      code: "overloaded",
    });
    controller.abort();
    await Promise.allSettled(waiting);
  });
});
