// Jobs as people and scripts see them, in the table that control plane and edge nodes share: added, looked at, cancelled,
// retried. What workers do with them is in job-leases.ts. Times are in milliseconds since 1970 and passed in.

import { randomBytes } from "node:crypto";
import { and, desc, eq, getTableColumns, inArray, lt, sql, type SQL } from "drizzle-orm";
import type { z } from "zod";
import { countText } from "./count-text.ts";
import { DAY_MS, HOUR_MS } from "./durations.ts";
import { Fault } from "./fault.ts";
import {
  JobBackoff,
  JobError,
  JobKind,
  JobState,
  type AddJob,
  type Job,
  type JobPage,
  type JobPageQuery,
  type JobSummary,
  type Queue,
} from "./job.ts";
import { quotaSql, readQuotas } from "./quotas.ts";
import { StoredJson } from "./stored-json.ts";
import { jobs, jobUsage, pausedQueues } from "./tables/job.ts";
import type { Database } from "./tables/open.ts";

/** Jobs that an account may have, finished ones included, and the bytes that their data and results may come to. */
export const MAX_JOBS = 100_000;
export const MAX_JOBS_BYTES = 100_000_000;
/** How long a job is kept after it has finished, in milliseconds. */
export const JOB_KEPT_MS = 7 * DAY_MS;
/** Jobs that are deleted at once, at most. */
const CLEANED_ROWS = 500;
/** An account that has more than this share of its room has completed jobs deleted before their time. */
const FILLING_SHARE = 0.9;

export type JobHolder = { account: string };
export type JobAt = JobHolder & { id: string };

/** What is added. `script` is an id, `data` JSON text; `kind` is "script" where it is not said. */
export type NewJob = Omit<AddJob, "function"> & { function: string | null; kind?: JobKind };

/** A row to add. `condition` is the SQL of when it may be. */
type NewRow = { id: string; job: NewJob; now: number; isScheduled: boolean; condition?: SQL };

type JobRow = typeof jobs.$inferSelect;

const StoredBackoff = StoredJson.pipe(JobBackoff);
const StoredError = StoredJson.pipe(JobError);

/** Whether people have paused the queue of a job's script. */
const isPaused = sql<number>`exists (select 1 from ${pausedQueues} where ${pausedQueues.script} = ${jobs.script})`;

/** What a page shows of a job: not what is large. */
const { data: _data, result: _result, ...summaryColumns } = getTableColumns(jobs);

/**
 * Adds a job of `account`, or finds the one that was added under the same `jobId`; resolves to its id. Throws `conflict`
 * where the account may add no more.
 */
export async function addJob(
  db: Database,
  holder: JobHolder,
  { job, now }: { job: NewJob; now: number },
): Promise<string> {
  for (;;) {
    const added = await insertJob(db, holder, { job, now });
    if (added !== undefined) return added;
    await makeRoomOrThrow(db, holder, now);
  }
}

/** The id of the job that was added, or was there under its key; undefined where there is no room or `condition` does not hold. */
export async function insertJob(
  db: Database,
  holder: JobHolder,
  row: Pick<NewRow, "job" | "now" | "condition">,
): Promise<string | undefined> {
  const [added] = await db
    .insert(jobs)
    .select(newJobRow(holder, { id: makeJobId(), isScheduled: false, ...row }))
    .onConflictDoUpdate({
      target: [jobs.account, jobs.key],
      targetWhere: sql`key is not null`,
      set: { key: row.job.opts.jobId ?? null },
    })
    .returning({ id: jobs.id });
  return added?.id;
}

/** Makes room for another job. Throws `conflict` where the account may add no more. */
export async function makeRoomOrThrow(db: Database, holder: JobHolder, now: number): Promise<void> {
  if (await makeRoom(db, holder, now)) return;
  throw new Fault("conflict", await whyFull(db, holder, now));
}

export function makeJobId(): string {
  return `job_${randomBytes(12).toString("hex")}`;
}

/** The row of a new job, none where the account has no room or `condition` does not hold. */
export function newJobRow(
  { account }: JobHolder,
  { id, job, now, isScheduled, condition = sql`1` }: NewRow,
): SQL {
  const { script, function: name, data, opts, kind = "script" } = job;
  const { attempts, delay, priority, backoff, jobId = null } = opts;
  const state = delay > 0 ? "delayed" : "waiting";
  const isOver = sql`${isFull(Buffer.byteLength(data))} or ${isSpent(now)}`;
  const over = sql`select 1 from ${jobUsage} where ${jobUsage.account} = ${account} and (${isOver})`;
  // What is there already takes no more room.
  const known = sql`select 1 from ${jobs} where ${jobs.account} = ${account} and ${jobs.key} = ${jobId}`;
  return sql`select null, ${id}, ${account}, ${script}, ${name}, ${state}, ${priority}, ${now + delay}, ${attempts}, 0, 0,
    ${JSON.stringify(backoff)}, ${jobId}, ${Number(isScheduled)}, null, null, ${now}, null, null, null, null, ${data}, null, ${kind}
    where (not exists (${over}) or exists (${known})) and ${condition}`;
}

/** Deletes some of the account's completed jobs, the oldest first, where it has no room. False where that is not the reason or nothing can go. */
export async function makeRoom(db: Database, holder: JobHolder, now: number): Promise<boolean> {
  const isOf = eq(jobUsage.account, holder.account);
  const spent = await db
    .select()
    .from(jobUsage)
    .where(and(isOf, isSpent(now)))
    .get();
  return spent === undefined && (await deleteCompleted(db, holder));
}

async function deleteCompleted(db: Database, { account }: JobHolder): Promise<boolean> {
  const oldest = sql`select ${jobs.seq} from ${jobs} where ${jobs.account} = ${account} and ${jobs.state} = 'completed'
    order by ${jobs.finishedAt} limit ${CLEANED_ROWS}`;
  const { rowsAffected } = await db.delete(jobs).where(sql`${jobs.seq} in (${oldest})`);
  return rowsAffected > 0;
}

/** Makes room in an account that is nearly full, by deleting some of its completed jobs. False where there is none. */
export async function deleteExcessJobs(db: Database): Promise<boolean> {
  const { account, stored, bytes } = jobUsage;
  const isFilling = sql`(${stored} > ${MAX_JOBS * FILLING_SHARE} or ${bytes} > ${MAX_JOBS_BYTES * FILLING_SHARE})`;
  const completed = sql`select 1 from ${jobs} where ${jobs.account} = ${account} and ${jobs.state} = 'completed'`;
  const [holder] = await db
    .select({ account })
    .from(jobUsage)
    .where(sql`${isFilling} and exists (${completed})`)
    .limit(1);
  return holder !== undefined && (await deleteCompleted(db, holder));
}

/** Deletes some of what finished longer ago than jobs are kept. False where nothing did. */
export async function deleteOldJobs(db: Database, now: number): Promise<boolean> {
  const isOld = lt(jobs.finishedAt, now - JOB_KEPT_MS);
  const [one] = await db.select({ seq: jobs.seq }).from(jobs).where(isOld).limit(1);
  if (one === undefined) return false;
  const old = sql`select ${jobs.seq} from ${jobs} where ${isOld} limit ${CLEANED_ROWS}`;
  const { rowsAffected } = await db.delete(jobs).where(sql`${jobs.seq} in (${old})`);
  return rowsAffected > 0;
}

export async function findJob(db: Database, at: JobAt): Promise<Job | undefined> {
  const row = await db
    .select({ ...getTableColumns(jobs), paused: isPaused })
    .from(jobs)
    .where(isAt(at))
    .get();
  if (row === undefined) return undefined;
  const { data, result } = row;
  return { ...summaryOf(row), data: StoredJson.parse(data), result: jsonOrNull(result) };
}

/** The newest first. `script` is an id. */
export async function listJobs(
  db: Database,
  { account }: JobHolder,
  { kind, script, state, after, limit }: z.infer<typeof JobPageQuery>,
): Promise<JobPage> {
  const isIn = and(
    eq(jobs.account, account),
    script === undefined ? undefined : eq(jobs.script, script),
    kind === undefined ? undefined : eq(jobs.kind, kind),
    state === undefined ? undefined : isInState(state),
    after === undefined ? undefined : lt(jobs.seq, Number(after)),
  );
  const rows = await db
    .select({ ...summaryColumns, paused: isPaused })
    .from(jobs)
    .where(isIn)
    .orderBy(desc(jobs.seq))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? String(page.at(-1)?.seq) : null;
  return { jobs: page.map(summaryOf), next };
}

/** Deletes a job. One that runs goes on to its end, and is not heard. False where there is none. */
export async function cancelJob(db: Database, at: JobAt): Promise<boolean> {
  const { rowsAffected } = await db.delete(jobs).where(isAt(at));
  return rowsAffected > 0;
}

/** Lets a failed job begin again, with all of its attempts. False where there is no failed one. */
export async function retryJob(db: Database, at: JobAt, now: number): Promise<boolean> {
  const { rowsAffected } = await db
    .update(jobs)
    .set({ state: "waiting", runAt: now, made: 0, cut: 0, startedAt: null, finishedAt: null })
    .where(and(isAt(at), eq(jobs.state, "failed")));
  return rowsAffected > 0;
}

/** What has become of jobs: those that have ended, with their result or error as JSON text, and those that are still there. */
export async function readEnds(
  db: Database,
  ids: readonly string[],
): Promise<{ ended: JobEnd[]; open: JobAt[] }> {
  const { id, account, state, result, error } = jobs;
  const rows = await db
    .select({ id, account, state, result, error })
    .from(jobs)
    .where(inArray(id, [...ids]));
  return {
    ended: rows.filter((row) => hasEnded(row.state)).map(endOf),
    open: rows.filter((row) => !hasEnded(row.state)),
  };
}

function hasEnded(state: string): boolean {
  return state === "completed" || state === "failed";
}

/** How a job ended. */
export type JobEnd = { id: string; account: string } & (
  | { is: "completed"; result: unknown }
  | { is: "failed"; error: JobError }
);

function endOf({
  id,
  account,
  state,
  result,
  error,
}: Pick<JobRow, "id" | "account" | "state" | "result" | "error">): JobEnd {
  if (state === "completed") return { id, account, is: "completed", result: jsonOrNull(result) };
  return { id, account, is: "failed", error: StoredError.parse(error) };
}

/** The queue of a script, by its id. */
export async function readQueue(
  db: Database,
  { account, script }: JobHolder & { script: string },
): Promise<Queue> {
  const isOf = and(eq(jobs.account, account), eq(jobs.script, script));
  const paused = await db.select().from(pausedQueues).where(eq(pausedQueues.script, script)).get();
  const rows = await db
    .select({ state: jobs.state, count: sql<number>`count(*)` })
    .from(jobs)
    .where(isOf)
    .groupBy(jobs.state);
  const counts: Queue["counts"] = {
    waiting: 0,
    active: 0,
    completed: 0,
    failed: 0,
    delayed: 0,
    paused: 0,
  };
  for (const { state, count } of rows) counts[stateOf(state, paused !== undefined)] = count;
  return { script, paused: paused !== undefined, counts };
}

/** While a queue is paused, none of its jobs begins. `script` is an id. */
export async function pauseQueue(db: Database, script: string, now: number): Promise<void> {
  await db.insert(pausedQueues).values({ script, pausedAt: now }).onConflictDoNothing();
}

export async function resumeQueue(db: Database, script: string): Promise<void> {
  await db.delete(pausedQueues).where(eq(pausedQueues.script, script));
}

function summaryOf(row: Omit<JobRow, "data" | "result"> & { paused: number }): JobSummary {
  return {
    id: row.id,
    kind: JobKind.parse(row.kind),
    script: row.script,
    function: row.function,
    state: stateOf(row.state, row.paused === 1),
    priority: row.priority,
    runAt: isoOf(row.runAt),
    attempts: row.attempts,
    made: row.made,
    cut: row.cut,
    backoff: StoredBackoff.parse(row.backoff),
    jobId: row.key,
    scheduled: row.isScheduled,
    createdAt: isoOf(row.createdAt),
    startedAt: row.startedAt === null ? null : isoOf(row.startedAt),
    finishedAt: row.finishedAt === null ? null : isoOf(row.finishedAt),
    progress: jsonOrNull(row.progress),
    error: row.error === null ? null : StoredError.parse(row.error),
  };
}

function stateOf(stored: string, paused: boolean): JobState {
  return paused && stored === "waiting" ? "paused" : JobState.parse(stored);
}

function isInState(state: JobState): SQL | undefined {
  if (state === "paused") return and(eq(jobs.state, "waiting"), isPaused);
  if (state === "waiting") return and(eq(jobs.state, "waiting"), sql`not ${isPaused}`);
  return eq(jobs.state, state);
}

function isAt({ account, id }: JobAt): SQL | undefined {
  return and(eq(jobs.account, account), eq(jobs.id, id));
}

/** Whether `bytes` more are too much for the account. */
function isFull(bytes: number): SQL {
  return sql`(${jobUsage.stored} >= ${MAX_JOBS} or ${jobUsage.bytes} + ${bytes} > ${MAX_JOBS_BYTES})`;
}

/** Whether the account has added what it may in this hour. */
function isSpent(now: number): SQL {
  const hour = Math.floor(now / HOUR_MS);
  return sql`(${jobUsage.hour} >= ${hour} and ${jobUsage.added} >= ${quotaSql("jobsPerHour")})`;
}

/** How many jobs the account has added in the hour of `now`, and when the next one begins. */
export async function readJobsOfHour(
  db: Database,
  { account }: JobHolder,
  now: number,
): Promise<{ added: number; nextHourAt: number }> {
  const used = await db.select().from(jobUsage).where(eq(jobUsage.account, account)).get();
  const hour = Math.floor(now / HOUR_MS);
  const isThisHour = used !== undefined && used.hour >= hour;
  return { added: isThisHour ? used.added : 0, nextHourAt: (hour + 1) * HOUR_MS };
}

async function whyFull(db: Database, { account }: JobHolder, now: number): Promise<string> {
  const { added, nextHourAt } = await readJobsOfHour(db, { account }, now);
  const { jobsPerHour } = await readQuotas(db);
  if (added >= jobsPerHour) {
    const used = `the account has added ${countText(added)} of the ${countText(jobsPerHour)} jobs that it may add in an hour`;
    return `Cannot add the job: ${used}, and the next hour begins at ${isoOf(nextHourAt)}`;
  }
  const most = `${countText(MAX_JOBS)} jobs with ${countText(MAX_JOBS_BYTES)} bytes of data and results`;
  return `Cannot add the job: an account has at most ${most}. Delete failed ones, or wait until some have completed`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function jsonOrNull(text: string | null): unknown {
  return text === null ? null : StoredJson.parse(text);
}
