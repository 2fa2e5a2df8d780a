import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { migrate } from "drizzle-orm/libsql/migrator";
import { afterEach, beforeEach, describe, it } from "vitest";
import { AddJob, type Job, type JobError } from "./job.ts";
import {
  addJob,
  cancelJob,
  deleteExcessJobs,
  deleteOldJobs,
  findJob,
  JOB_KEPT_MS,
  listJobs,
  MAX_JOBS,
  MAX_JOBS_BYTES,
  pauseQueue,
  readEnds,
  readQueue,
  resumeQueue,
  retryJob,
} from "./job-store.ts";
import {
  backoffMs,
  claimJob,
  completeJob,
  cutAttempt,
  failAttempt,
  LEASE_MS,
  listAccountsWithWork,
  MAX_CUT,
  moveDueJobs,
  renewLease,
  setJobData,
  setJobProgress,
  type ClaimedJob,
} from "./job-leases.ts";
import { DEFAULT_QUOTAS } from "./quotas.ts";
import { parseSettings } from "./settings.ts";
import { accounts } from "./tables/account.ts";
import { jobs, jobUsage } from "./tables/job.ts";
import { openDatabase, openReplica, type Database } from "./tables/open.ts";
import { scripts } from "./tables/script.ts";

const HERE = { account: "acme" };
const ERROR: JobError = { code: "script_error", message: "no" };
const START = 1_700_000_000_000;

let folder: string;
let db: Database;
/** The same file, as an edge node opens it. */
let other: Database;
let now: number;
let owners: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-jobs-"));
  const settings = parseSettings({ SCRIPTFORGE_DATA: folder });
  db = await openDatabase(settings);
  await migrate(db, {
    migrationsFolder: new URL("../api/store/migrations", import.meta.url).pathname,
  });
  other = await openReplica(settings);
  const createdAt = new Date(START).toISOString();
  for (const account of ["acme", "bolt", "core"]) {
    await db.insert(accounts).values({ id: account, createdAt });
    for (const name of ["a", "b"]) {
      const id = `scr_${account}_${name}`;
      const row = { id, account, name, type: "app", limits: "{}", createdAt, updatedAt: createdAt };
      await db.insert(scripts).values(row);
    }
  }
  now = START;
  owners = 0;
});
afterEach(() => {
  db.$client.close();
  other.$client.close();
  rmSync(folder, { recursive: true, force: true });
});

type Options = {
  account?: string;
  script?: string;
  data?: unknown;
  at?: Database;
} & Record<string, unknown>;

async function add(options: Options = {}): Promise<string> {
  const { account = "acme", script = "a", data, at = db, ...opts } = options;
  const job = AddJob.parse({ script: `scr_${account}_${script}`, data, opts });
  return await addJob(at, { account }, { job: { ...job, function: null }, now });
}

async function claim(account = "acme", at = db): Promise<ClaimedJob | undefined> {
  return await claimJob(at, { account, owner: `owner-${(owners += 1)}` }, now);
}

/** Claims what must be there. */
async function take(account = "acme"): Promise<ClaimedJob> {
  const job = await claim(account);
  if (job === undefined) throw new Error(`There is nothing to do for "${account}"`);
  return job;
}

async function claimAll(account = "acme"): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const job = await claim(account);
    if (job === undefined) return ids;
    ids.push(job.lease.id);
  }
}

async function read(id: string, account = "acme"): Promise<Job> {
  const job = await findJob(db, { account, id });
  if (job === undefined) throw new Error(`There is no job "${id}"`);
  return job;
}

/** Puts in jobs that somebody added before. */
async function fill(count: number, columns: Record<string, number | string>): Promise<void> {
  const given = {
    account: "acme",
    script: "scr_acme_a",
    state: "completed",
    priority: 0,
    run_at: START,
    attempts: 1,
    backoff: '{"type":"fixed","delay":0}',
    created_at: START,
    finished_at: START,
    data: "{}",
    ...columns,
  };
  const names = Object.keys(given);
  const values = names.map(() => "?");
  await db.$client.execute({
    sql: `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
      INSERT INTO jobs (id, ${names.join(", ")}) SELECT 'job_' || n, ${values.join(", ")} FROM numbers`,
    args: Object.values(given),
  });
}

describe("a job", () => {
  it("is kept with all that it was added with", async ({ expect }) => {
    const id = await add({ data: { a: [1, null] }, attempts: 3, priority: 2, jobId: "once" });
    expect(id).toMatch(/^job_[0-9a-f]{24}$/);
    expect(await read(id)).toEqual({
      id,
      kind: "script",
      script: "scr_acme_a",
      function: null,
      state: "waiting",
      priority: 2,
      runAt: new Date(START).toISOString(),
      attempts: 3,
      made: 0,
      cut: 0,
      backoff: { type: "fixed", delay: 0 },
      jobId: "once",
      scheduled: false,
      createdAt: new Date(START).toISOString(),
      startedAt: null,
      finishedAt: null,
      progress: null,
      error: null,
      data: { a: [1, null] },
      result: null,
    });
    expect(await findJob(db, { account: "bolt", id })).toBeUndefined();
  });

  it("runs, says how far it is, and has a result", async ({ expect }) => {
    const id = await add({ data: 1 });
    const job = await take();
    expect(job).toMatchObject({
      account: "acme",
      script: "scr_acme_a",
      data: "1",
      made: 1,
      cut: 0,
    });
    expect(await setJobProgress(db, job.lease, "50")).toBe(true);
    expect(await setJobData(db, job.lease, '{"page":2}')).toBe(true);
    now += 10;
    expect(await read(id)).toMatchObject({ state: "active", progress: 50, data: { page: 2 } });
    expect(await completeJob(db, job, { result: '{"sum":7}', now })).toBe(true);
    expect(await read(id)).toMatchObject({
      state: "completed",
      made: 1,
      result: { sum: 7 },
      startedAt: new Date(START).toISOString(),
      finishedAt: new Date(now).toISOString(),
    });
  });

  it("is added once under its key, and found from then on", async ({ expect }) => {
    const id = await add({ jobId: "k", data: 1 });
    expect(await add({ jobId: "k", data: 2 })).toBe(id);
    expect(await add({ jobId: "k", at: other })).toBe(id);
    expect(await add({ jobId: "k", account: "bolt" })).not.toBe(id);
    await completeJob(db, await take(), { result: "1", now });
    expect(await add({ jobId: "k" })).toBe(id);
    expect(await read(id)).toMatchObject({ data: 1, state: "completed" });
    expect(await claim()).toBeUndefined();
    expect(await cancelJob(db, { ...HERE, id })).toBe(true);
    expect(await add({ jobId: "k" })).not.toBe(id);
  });

  it("begins after its delay", async ({ expect }) => {
    const id = await add({ delay: 1_000 });
    await moveDueJobs(db, now + 999);
    expect(await claim()).toBeUndefined();
    expect((await read(id)).state).toBe("delayed");
    now += 1_000;
    await moveDueJobs(db, now);
    expect((await take()).lease.id).toBe(id);
  });

  it("comes by priority, and within it in the order of adding", async ({ expect }) => {
    const ids: string[] = [];
    for (const [priority, script] of [
      [1, "a"],
      [0, "b"],
      [1, "b"],
      [0, "a"],
      [2, "a"],
      [0, "b"],
    ] as const) {
      ids.push(await add({ priority, script }));
    }
    const order = await claimAll();
    expect(order.map((id) => ids.indexOf(id))).toEqual([1, 3, 5, 0, 2, 4]);
  });

  it("ends where it is cancelled, and whoever runs it is not heard", async ({ expect }) => {
    const id = await add();
    const job = await take();
    expect(await cancelJob(db, { account: "bolt", id })).toBe(false);
    expect(await cancelJob(db, { ...HERE, id })).toBe(true);
    expect(await cancelJob(db, { ...HERE, id })).toBe(false);
    expect(await renewLease(db, job.lease, now)).toBe(false);
    expect(await completeJob(db, job, { result: "1", now })).toBe(false);
    expect(await readEnds(db, [id])).toEqual({ ended: [], open: [] });
  });
});

describe("an attempt that fails", () => {
  it("is followed by others until they are used up", async ({ expect }) => {
    const id = await add({ attempts: 3, backoff: { type: "exponential", delay: 1_000 } });
    await failAttempt(db, await take(), { error: ERROR, now });
    expect(await read(id)).toMatchObject({ state: "delayed", made: 1, error: ERROR });
    for (const waitMs of [1_000, 2_000]) {
      await moveDueJobs(db, (now += waitMs - 1));
      expect(await claim()).toBeUndefined();
      await moveDueJobs(db, (now += 1));
      await failAttempt(db, await take(), { error: ERROR, now });
    }
    expect(await read(id)).toMatchObject({ state: "failed", made: 3, error: ERROR });
    expect(await readEnds(db, [id, "job_none"])).toEqual({
      ended: [{ id, account: "acme", is: "failed", error: ERROR }],
      open: [],
    });
  });

  it("is followed at once by another, where no backoff was asked for", async ({ expect }) => {
    const id = await add({ attempts: 2 });
    await failAttempt(db, await take(), { error: ERROR, now });
    expect((await take()).lease.id).toBe(id);
  });

  it("waits as long as its backoff says, a day at most", ({ expect }) => {
    for (const [type, waits] of [
      ["fixed", [500, 500, 500, 500]],
      ["exponential", [500, 1_000, 2_000, 86_400_000]],
    ] as const) {
      expect([1, 2, 3, 25].map((failed) => backoffMs({ type, delay: 500 }, failed))).toEqual(waits);
    }
  });

  it("is begun again by hand with all attempts, where the job has failed", async ({ expect }) => {
    const id = await add({ attempts: 2 });
    expect(await retryJob(db, { ...HERE, id }, now)).toBe(false);
    for (let n = 0; n < 2; n += 1) await failAttempt(db, await take(), { error: ERROR, now });
    expect(await retryJob(db, { account: "bolt", id }, now)).toBe(false);
    expect(await retryJob(db, { ...HERE, id }, now)).toBe(true);
    expect(await read(id)).toMatchObject({ state: "waiting", made: 0, finishedAt: null });
    await failAttempt(db, await take(), { error: ERROR, now });
    await completeJob(db, await take(), { result: "null", now });
    expect(await read(id)).toMatchObject({ state: "completed", error: null, made: 2 });
  });
});

describe("an attempt that the platform ends", () => {
  it("does not count, and the job is tried again a little later", async ({ expect }) => {
    const id = await add();
    for (let n = 1; n <= 3; n += 1) {
      await cutAttempt(db, await take(), { error: ERROR, isSuspect: false, now });
      expect(await read(id)).toMatchObject({ state: "delayed", made: n, cut: n });
      await moveDueJobs(db, (now += 60_000));
    }
    await failAttempt(db, await take(), { error: ERROR, now });
    expect(await read(id)).toMatchObject({ state: "failed", made: 4, cut: 3 });
  });

  it("is given back at once by a worker that stops", async ({ expect }) => {
    const id = await add();
    const job = await take();
    await cutAttempt(db, job, { error: undefined, isSuspect: false, now });
    expect((await take()).lease.id).toBe(id);
    expect(await completeJob(db, job, { result: "1", now })).toBe(false);
  });

  it("lapses with its lease, unless that is renewed", async ({ expect }) => {
    const id = await add();
    const job = await take();
    now += LEASE_MS - 1;
    expect(await renewLease(db, job.lease, now)).toBe(true);
    await moveDueJobs(other, (now += LEASE_MS - 1));
    expect(await claim()).toBeUndefined();
    await moveDueJobs(other, (now += 1));
    expect(await read(id)).toMatchObject({ state: "waiting", made: 1, cut: 1 });
    const again = await take();
    expect(again).toMatchObject({ made: 2, cut: 1, lease: { id } });
    expect(await renewLease(db, job.lease, now)).toBe(false);
    expect(await setJobProgress(db, job.lease, "1")).toBe(false);
    expect(await setJobData(db, job.lease, "1")).toBe(false);
    expect(await failAttempt(db, job, { error: ERROR, now })).toBe(false);
    expect(await completeJob(db, again, { result: "2", now })).toBe(true);
  });

  it("is not for ever where it may be the job's own doing", async ({ expect }) => {
    const [first, second] = [await add(), await add({ script: "b" })];
    await db.update(jobs).set({ cut: MAX_CUT - 1 });
    const [job] = [await take(), await take()];
    await cutAttempt(db, job, { error: ERROR, isSuspect: true, now });
    await moveDueJobs(db, now + LEASE_MS);
    expect(await read(first)).toMatchObject({ state: "failed", cut: MAX_CUT, error: ERROR });
    expect(await read(second)).toMatchObject({ state: "failed", error: { code: "cell_lost" } });
  });
});

describe("workers", () => {
  it("never claim the same job, through whatever client", async ({ expect }) => {
    for (let n = 0; n < 60; n += 1) await add({ script: n % 2 === 0 ? "a" : "b" });
    const claims = Array.from({ length: 80 }, (_, n) => claim("acme", n % 2 === 0 ? db : other));
    const ids = (await Promise.all(claims)).flatMap((job) => job?.lease.id ?? []);
    expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
  });

  it("see the accounts that have work, and no other", async ({ expect }) => {
    expect(await listAccountsWithWork(db)).toEqual([]);
    await add({ account: "core" });
    await add({ account: "acme", delay: 10 });
    await add({ account: "bolt" });
    await add({ account: "bolt", script: "b" });
    await add({ account: "acme", script: "b" });
    expect(await listAccountsWithWork(db)).toEqual(["acme", "bolt", "core"]);
    await pauseQueue(db, "scr_bolt_a", now);
    await pauseQueue(db, "scr_acme_b", now);
    expect(await listAccountsWithWork(db)).toEqual(["bolt", "core"]);
    await claimAll("bolt");
    expect(await listAccountsWithWork(db)).toEqual(["core"]);
  });
});

describe("a paused queue", () => {
  it("lets none of its jobs begin, and all when it goes on", async ({ expect }) => {
    const [first, second] = [await add(), await add({ script: "b" })];
    await pauseQueue(db, "scr_acme_a", now);
    await pauseQueue(db, "scr_acme_a", now);
    const third = await add();
    expect(await claimAll()).toEqual([second]);
    expect((await read(first)).state).toBe("paused");
    const queue = await readQueue(db, { ...HERE, script: "scr_acme_a" });
    expect(queue).toMatchObject({ paused: true, counts: { paused: 2, waiting: 0, active: 0 } });
    await resumeQueue(db, "scr_acme_a");
    expect(await claimAll()).toEqual([first, third]);
  });

  it("goes with its script", async ({ expect }) => {
    await add();
    await pauseQueue(db, "scr_acme_a", now);
    await db.delete(scripts).where(eq(scripts.id, "scr_acme_a"));
    expect(await claimAll()).toHaveLength(1);
  });
});

describe("the jobs of an account", () => {
  it("are listed, the newest first, by script and state, page by page", async ({ expect }) => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await add({ script: n === 2 ? "b" : "a", data: n }));
    await add({ account: "bolt" });
    await completeJob(db, await take(), { result: "1", now });
    await pauseQueue(db, "scr_acme_b", now);
    const list = async (query: object): Promise<number[]> => {
      const page = await listJobs(db, HERE, { limit: 50, ...query });
      return page.jobs.map(({ id }) => ids.indexOf(id));
    };
    expect(await list({})).toEqual([4, 3, 2, 1, 0]);
    expect(await list({ script: "scr_acme_b" })).toEqual([2]);
    expect(await list({ state: "waiting" })).toEqual([4, 3, 1]);
    expect(await list({ state: "paused" })).toEqual([2]);
    expect(await list({ state: "completed" })).toEqual([0]);
    const first = await listJobs(db, HERE, { limit: 2 });
    expect(first.jobs).toHaveLength(2);
    expect(Object.keys(first.jobs[0] ?? {})).not.toContain("data");
    expect(await list({ after: first.next ?? "" })).toEqual([2, 1, 0]);
    expect((await listJobs(db, HERE, { limit: 5 })).next).toBeNull();
  });

  it("are kept for a week after they have finished", async ({ expect }) => {
    const id = await add();
    await completeJob(db, await take(), { result: "1", now });
    await add();
    expect(await deleteOldJobs(db, now + JOB_KEPT_MS)).toBe(false);
    expect(await deleteOldJobs(db, now + JOB_KEPT_MS + 1)).toBe(true);
    expect(await deleteOldJobs(db, now + JOB_KEPT_MS + 1)).toBe(false);
    expect(await findJob(db, { ...HERE, id })).toBeUndefined();
    expect(await db.$count(jobs)).toBe(1);
  });

  it("are counted as they come, change and go", async ({ expect }) => {
    const usage = async (): Promise<unknown> => await db.select().from(jobUsage);
    const hour = Math.floor(START / 3_600_000);
    const row = { account: "acme", hour, added: 2 };
    const id = await add({ data: "four" });
    await add({ jobId: "k", data: "é" });
    await add({ jobId: "k", data: "longer" });
    expect(await usage()).toEqual([{ ...row, stored: 2, bytes: 10 }]);
    const job = await take();
    await setJobData(db, job.lease, '"sixsix"');
    await completeJob(db, job, { result: "123", now });
    expect(await usage()).toEqual([{ ...row, stored: 2, bytes: 15 }]);
    await cancelJob(db, { ...HERE, id });
    expect(await usage()).toEqual([{ ...row, stored: 1, bytes: 4 }]);
    now += 3_600_000;
    await add({ data: 1 });
    expect(await usage()).toEqual([{ ...row, stored: 2, bytes: 5, hour: hour + 1, added: 1 }]);
  });

  it("are so many in an hour and no more", async ({ expect }) => {
    await add({ jobId: "known" });
    await db.update(jobUsage).set({ added: DEFAULT_QUOTAS.jobsPerHour - 1 });
    await add();
    await expect(add()).rejects.toMatchObject({
      code: "conflict",
      message:
        "Cannot add the job: the account has added 10,000 of the 10,000 jobs that it may add in an hour, and the next hour begins at 2023-11-14T23:00:00.000Z",
    });
    await add({ jobId: "known" });
    await add({ account: "bolt" });
    now = Date.parse("2023-11-14T23:00:00.000Z");
    await add();
  });

  it("are so many at once, where completed ones make room", async ({ expect }) => {
    await fill(MAX_JOBS - 1, { state: "failed", created_at: START - 3_600_000 });
    await db.update(jobUsage).set({ added: 0 });
    await add();
    await expect(add()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("at most 100,000 jobs with 100,000,000 bytes"),
    });
    const job = await take();
    await completeJob(db, job, { result: "1", now });
    await add();
    expect(await findJob(db, { ...HERE, id: job.lease.id })).toBeUndefined();
  });

  it("come to so many bytes, and are trimmed before that", async ({ expect }) => {
    await add({ data: "x" });
    await completeJob(db, await take(), { result: "1", now });
    expect(await deleteExcessJobs(db)).toBe(false);
    await db.update(jobUsage).set({ bytes: MAX_JOBS_BYTES - 10 });
    expect(await deleteExcessJobs(db)).toBe(true);
    expect(await deleteExcessJobs(db)).toBe(false);
    await db.update(jobUsage).set({ bytes: sql`${MAX_JOBS_BYTES - 10}` });
    await expect(add({ data: "x".repeat(9) })).rejects.toMatchObject({ code: "conflict" });
    await add({ data: "x".repeat(8) });
  });
});
