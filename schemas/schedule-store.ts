// Schedules of scripts, in the table that control plane and edge nodes share. Times are in milliseconds since 1970 and
// passed in.

import { and, asc, eq, lte, sql, type SQL } from "drizzle-orm";
import { JobOptions } from "./job.ts";
import { makeJobId, newJobRow, type NewJob } from "./job-store.ts";
import { nextTime } from "./next-time.ts";
import { cronOf, Schedule, ScheduleLists, type PutSchedule } from "./schedule.ts";
import { StoredJson } from "./stored-json.ts";
import { jobs, schedules } from "./tables/job.ts";
import type { Database } from "./tables/open.ts";

/** A schedule is late by more than this, in milliseconds, where no edge node ran. */
export const MISFIRE_MS = 60_000;
/** Schedules that are read at once, at most. */
const MOST_DUE = 100;

/** `script` is an id. */
export type ScheduleAt = { account: string; script: string };

/** A schedule whose time has come. `input` is JSON text. */
export type DueSchedule = ScheduleAt & {
  cron: string;
  timeZone: string;
  input: string;
  overlap: Schedule["overlap"];
  misfire: Schedule["misfire"];
  nextAt: number;
};

type ScheduleRow = typeof schedules.$inferSelect;

const StoredLists = StoredJson.pipe(ScheduleLists);
const StoredPolicies = Schedule.pick({ overlap: true, misfire: true }).loose();

/** Creates or replaces. */
export async function putSchedule(
  db: Database,
  at: ScheduleAt,
  { schedule, now }: { schedule: PutSchedule; now: number },
): Promise<Schedule> {
  const { expression, lists, enabled, timeZone, ...rest } = schedule;
  const nextAt = enabled ? (nextTime({ cron: expression, timeZone }, now) ?? null) : null;
  const set = {
    ...rest,
    timeZone,
    enabled,
    lists: lists && JSON.stringify(lists),
    nextAt,
    updatedAt: now,
  };
  const [row] = await db
    .insert(schedules)
    .values({ ...at, ...set })
    .onConflictDoUpdate({ target: schedules.script, set })
    .returning();
  if (row === undefined) throw new Error("Cannot put a schedule: the database returned no row");
  return scheduleOf(row);
}

export async function findSchedule(db: Database, at: ScheduleAt): Promise<Schedule | undefined> {
  const row = await db.select().from(schedules).where(isAt(at)).get();
  return row && scheduleOf(row);
}

export async function listSchedules(
  db: Database,
  { account }: Pick<ScheduleAt, "account">,
): Promise<Schedule[]> {
  const rows = await db
    .select()
    .from(schedules)
    .where(eq(schedules.account, account))
    .orderBy(schedules.script);
  return rows.map(scheduleOf);
}

/** False when the script has none. */
export async function deleteSchedule(db: Database, at: ScheduleAt): Promise<boolean> {
  const { rowsAffected } = await db.delete(schedules).where(isAt(at));
  return rowsAffected > 0;
}

/** Those whose time has come, the longest due first. */
export async function listDueSchedules(db: Database, now: number): Promise<DueSchedule[]> {
  const rows = await db
    .select()
    .from(schedules)
    .where(lte(schedules.nextAt, now))
    .orderBy(asc(schedules.nextAt))
    .limit(MOST_DUE);
  return rows.flatMap((row) => {
    const { overlap, misfire } = StoredPolicies.parse(row);
    const { account, script, timeZone, input, nextAt } = row;
    if (nextAt === null) return [];
    return [
      { account, script, cron: expressionOf(row), timeZone, input, overlap, misfire, nextAt },
    ];
  });
}

/** What became of a time: a job was added; none was, by the rules of the schedule or for want of room; or somebody else saw to it. */
export type Fired = "added" | "skipped" | "taken";

/**
 * Adds the job of a schedule that is due and moves it on to its next time, in one transaction, so that of several edge nodes
 * one does.
 */
export async function fireSchedule(db: Database, due: DueSchedule, now: number): Promise<Fired> {
  const isLate = now - due.nextAt > MISFIRE_MS;
  // One that is a little late misses no time in between.
  const nextAt = nextTime(due, isLate ? now : due.nextAt) ?? null;
  const isDue = and(isAt(due), eq(schedules.nextAt, due.nextAt));
  if (isLate && due.misfire === "skip") {
    const { rowsAffected } = await db.update(schedules).set({ nextAt }).where(isDue);
    return rowsAffected > 0 ? "skipped" : "taken";
  }
  const id = makeJobId();
  const unfinished = sql`select 1 from ${jobs} where ${jobs.script} = ${due.script} and ${jobs.isScheduled} = 1 and ${jobs.finishedAt} is null`;
  const mayOverlap = due.overlap === "queue" ? sql`1` : sql`not exists (${unfinished})`;
  const condition = sql`exists (select 1 from ${schedules} where ${isDue}) and ${mayOverlap}`;
  const isAdded = sql`exists (select 1 from ${jobs} where ${jobs.id} = ${id})`;
  const lastAt = sql`iif(${isAdded}, ${due.nextAt}, ${schedules.lastAt})`;
  const [added, moved] = await db.batch([
    db
      .insert(jobs)
      .select(newJobRow(due, { id, job: jobOf(due), now, isScheduled: true, condition })),
    db.update(schedules).set({ nextAt, lastAt }).where(isDue),
  ]);
  if (added.rowsAffected > 0) return "added";
  return moved.rowsAffected > 0 ? "skipped" : "taken";
}

function jobOf({ script, input }: DueSchedule): NewJob {
  return { script, function: null, data: input, opts: JobOptions.parse({}) };
}

function isAt({ account, script }: ScheduleAt): SQL | undefined {
  return and(eq(schedules.account, account), eq(schedules.script, script));
}

function expressionOf({ cron, lists }: ScheduleRow): string {
  return lists === null ? (cron ?? "") : cronOf(StoredLists.parse(lists));
}

function scheduleOf(row: ScheduleRow): Schedule {
  const { script, cron, lists, timeZone, enabled, lastAt, nextAt } = row;
  const { overlap, misfire } = StoredPolicies.parse(row);
  return {
    script,
    cron,
    lists: lists === null ? null : StoredLists.parse(lists),
    timeZone,
    overlap,
    misfire,
    enabled,
    input: StoredJson.parse(row.input),
    lastAt: lastAt === null ? null : new Date(lastAt).toISOString(),
    nextAt: nextAt === null ? null : new Date(nextAt).toISOString(),
  };
}
