// Jobs as workers see them: whoever claims a job has it on lease, renews the lease while it runs, and tells how it ended.
// Every statement names the lease, so that nothing is heard of a worker that has lost it. Times are in milliseconds since
// 1970 and passed in.

import { and, eq, lte, sql, type SQL } from "drizzle-orm";
import type { LeasedJob } from "./call.ts";
import { JobBackoff, JobKind, type JobError } from "./job.ts";
import { MAX_JOB_BACKOFF_MS } from "./job-limits.ts";
import { StoredJson } from "./stored-json.ts";
import { jobs } from "./tables/job.ts";
import type { Database } from "./tables/open.ts";

/** How long a job is leased at a time, in milliseconds. */
export const LEASE_MS = 30_000;
/** A job whose attempts the platform has ended this often may be what ends its processes: it has failed. */
export const MAX_CUT = 25;
/** Jobs that change their state at once by themselves, at most. */
const MOVED_ROWS = 500;
/** Longest wait after an attempt that the platform ended, in milliseconds. */
const MAX_CUT_DELAY_MS = 10_000;

/** A job that is to run. `data` is JSON text. */
export type ClaimedJob = {
  lease: LeasedJob;
  account: string;
  kind: JobKind;
  /** Id of the script. */
  script: string;
  function: string | null;
  data: string;
  attempts: number;
  /** Attempts that have begun, this one included, and how many of those before were cut. */
  made: number;
  cut: number;
  backoff: JobBackoff;
};

const StoredBackoff = StoredJson.pipe(JobBackoff);

/** The accounts that have jobs which may begin, in order. Reads only, so that a worker that finds nothing disturbs nobody. */
export async function listAccountsWithWork(db: Database): Promise<string[]> {
  // From queue to queue, however many jobs are in each.
  const rows = await db.all<{ account: string }>(sql`
    with recursive queue(account, script) as (
      select * from (select account, script from jobs where state = 'waiting' order by account, script limit 1)
      union all
      select later.account, later.script from queue cross join jobs later on later.seq = coalesce(
        (select seq from jobs where state = 'waiting' and account = queue.account and script > queue.script order by script limit 1),
        (select seq from jobs where state = 'waiting' and account > queue.account order by account, script limit 1)
      )
    )
    select distinct account from queue
    where not exists (select 1 from paused_queues where paused_queues.script = queue.script)
    order by account`);
  return rows.map(({ account }) => account);
}

/**
 * Claims the job of `account` whose turn it is, undefined where none may begin. `owner` is new with every claim. One
 * statement, so that two workers never claim the same, wherever they run.
 */
export async function claimJob(
  db: Database,
  { account, owner }: { account: string; owner: string },
  now: number,
): Promise<ClaimedJob | undefined> {
  const [row] = await db
    .update(jobs)
    .set({
      state: "active",
      made: sql`made + 1`,
      leaseOwner: owner,
      leaseUntil: now + LEASE_MS,
      startedAt: now,
      progress: null,
    })
    .where(sql`state = 'waiting' and seq = (${nextOf(account)})`)
    .returning();
  if (row === undefined) return undefined;
  const { id, script, function: name, data, attempts, made, cut } = row;
  const backoff = StoredBackoff.parse(row.backoff);
  return {
    lease: { id, owner },
    account,
    kind: JobKind.parse(row.kind),
    script,
    function: name,
    data,
    attempts,
    made,
    cut,
    backoff,
  };
}

/** The first job of each of the account's queues that are not paused, and of these the first. */
function nextOf(account: string): SQL {
  return sql`
    with recursive queue(script) as (
      select min(script) from jobs where state = 'waiting' and account = ${account}
      union all
      select (select min(script) from jobs where state = 'waiting' and account = ${account} and script > queue.script)
      from queue where queue.script is not null
    )
    select head.seq from queue join jobs head on head.seq = (
      select seq from jobs where state = 'waiting' and account = ${account} and script = queue.script
      order by priority, run_at, seq limit 1
    )
    where not exists (select 1 from paused_queues where paused_queues.script = queue.script)
    order by head.priority, head.run_at, head.seq limit 1`;
}

/** False where the lease is lost: somebody else may have the job. */
export async function renewLease(db: Database, lease: LeasedJob, now: number): Promise<boolean> {
  const { rowsAffected } = await db
    .update(jobs)
    .set({ leaseUntil: now + LEASE_MS })
    .where(isLeased(lease));
  return rowsAffected > 0;
}

/** `result` is JSON text. False where the lease is lost. */
export async function completeJob(
  db: Database,
  { lease }: Pick<ClaimedJob, "lease">,
  { result, now }: { result: string; now: number },
): Promise<boolean> {
  return await leave(db, lease, { state: "completed", result, error: null, finishedAt: now });
}

/**
 * An attempt has failed: the job is tried again after its backoff, until its attempts are used up, or not where `isFinal`. False
 * where the lease is lost.
 */
export async function failAttempt(
  db: Database,
  { lease, attempts, made, cut, backoff }: ClaimedJob,
  { error, isFinal = false, now }: { error: JobError; isFinal?: boolean; now: number },
): Promise<boolean> {
  const failed = made - cut;
  const text = JSON.stringify(error);
  if (isFinal || failed >= attempts)
    return await leave(db, lease, { state: "failed", error: text, finishedAt: now });
  return await putOff(db, lease, { error: text, now, delayMs: backoffMs(backoff, failed) });
}

/** How long to wait after `failed` attempts, 1 or more, in milliseconds. */
export function backoffMs({ type, delay }: JobBackoff, failed: number): number {
  return Math.min(type === "fixed" ? delay : delay * 2 ** (failed - 1), MAX_JOB_BACKOFF_MS);
}

/**
 * The platform has ended an attempt, or could not begin it: it does not count. `isSuspect`: its process ended under it, which
 * may be its own doing, so that this is not for ever. False where the lease is lost.
 */
export async function cutAttempt(
  db: Database,
  { lease, cut }: Pick<ClaimedJob, "lease" | "cut">,
  { error, isSuspect, now }: { error: JobError | undefined; isSuspect: boolean; now: number },
): Promise<boolean> {
  const text = error === undefined ? {} : { error: JSON.stringify(error) };
  const counted = { cut: cut + 1, ...text };
  if (isSuspect && cut + 1 >= MAX_CUT)
    return await leave(db, lease, { ...counted, state: "failed", finishedAt: now });
  const delayMs = error === undefined ? 0 : Math.min(1_000 * 2 ** cut, MAX_CUT_DELAY_MS);
  return await putOff(db, lease, { ...counted, now, delayMs });
}

async function putOff(
  db: Database,
  lease: LeasedJob,
  { now, delayMs, ...change }: Change & { now: number; delayMs: number },
): Promise<boolean> {
  if (delayMs <= 0) return await leave(db, lease, { ...change, state: "waiting" });
  return await leave(db, lease, { ...change, state: "delayed", runAt: now + delayMs });
}

/** What the job says of how far it is. `progress` is JSON text. False where the lease is lost. */
export async function setJobProgress(
  db: Database,
  lease: LeasedJob,
  progress: string,
): Promise<boolean> {
  const { rowsAffected } = await db.update(jobs).set({ progress }).where(isLeased(lease));
  return rowsAffected > 0;
}

/** What the job is given at its next attempt. `data` is JSON text. False where the lease is lost. */
export async function setJobData(db: Database, lease: LeasedJob, data: string): Promise<boolean> {
  const { rowsAffected } = await db.update(jobs).set({ data }).where(isLeased(lease));
  return rowsAffected > 0;
}

/** Lets jobs begin whose time has come, and those whose worker has died. Writes only where there are any. */
export async function moveDueJobs(db: Database, now: number): Promise<void> {
  const isDue = and(sql`state = 'delayed'`, lte(jobs.runAt, now));
  if (await isAny(db, isDue)) {
    await db.update(jobs).set({ state: "waiting" }).where(isAmong(isDue));
  }
  const isLapsed = and(sql`state = 'active'`, lte(jobs.leaseUntil, now));
  if (!(await isAny(db, isLapsed))) return;
  const isOver = sql`cut + 1 >= ${MAX_CUT}`;
  await db
    .update(jobs)
    .set({
      state: sql`iif(${isOver}, 'failed', 'waiting')`,
      cut: sql`cut + 1`,
      leaseOwner: null,
      leaseUntil: null,
      error: sql`iif(${isOver}, ${JSON.stringify(LAPSED)}, error)`,
      finishedAt: sql`iif(${isOver}, ${now}, null)`,
    })
    .where(isAmong(isLapsed));
}

const LAPSED: JobError = {
  code: "cell_lost",
  message: `The process that ran the job ended, ${MAX_CUT} times`,
};

async function isAny(db: Database, condition: SQL | undefined): Promise<boolean> {
  return (await db.select({ seq: jobs.seq }).from(jobs).where(condition).limit(1)).length > 0;
}

function isAmong(condition: SQL | undefined): SQL {
  return sql`seq in (select seq from jobs where ${condition} limit ${MOVED_ROWS})`;
}

type Change = Partial<typeof jobs.$inferInsert>;

/** Ends the lease. */
async function leave(db: Database, lease: LeasedJob, change: Change): Promise<boolean> {
  const { rowsAffected } = await db
    .update(jobs)
    .set({ ...change, leaseOwner: null, leaseUntil: null })
    .where(isLeased(lease));
  return rowsAffected > 0;
}

function isLeased({ id, owner }: LeasedJob): SQL | undefined {
  return and(eq(jobs.id, id), eq(jobs.leaseOwner, owner), eq(jobs.state, "active"));
}
