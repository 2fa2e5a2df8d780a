// The tables of jobs, their queues and schedules. The control plane and edge nodes write them; no revision counts their
// changes. All times are in milliseconds since 1970.

import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";
import { scripts } from "./script.ts";

/**
 * `seq` is the order in which jobs were added. `state` is "delayed" until `runAt`, then "waiting", "active", and in the end
 * "completed" or "failed". `attempts` is how many may fail; `made` have begun, and of these `cut` were ended by the platform
 * and do not count. An active job is leased to `leaseOwner` until `leaseUntil`. `key` is the idempotency key. `backoff`,
 * `progress`, `data`, `result` and `error` are JSON. A script may be gone before its jobs are. `kind` is "script" for its runs, or
 * what it sends; those wait in its queue, too.
 */
export const jobs = sqliteTable(
  "jobs",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    id: text("id").notNull().unique(),
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    script: text("script").notNull(),
    function: text("function"),
    state: text("state").notNull(),
    priority: integer("priority").notNull(),
    runAt: integer("run_at").notNull(),
    attempts: integer("attempts").notNull(),
    made: integer("made").notNull().default(0),
    cut: integer("cut").notNull().default(0),
    backoff: text("backoff").notNull(),
    key: text("key"),
    isScheduled: integer("is_scheduled", { mode: "boolean" }).notNull().default(false),
    leaseOwner: text("lease_owner"),
    leaseUntil: integer("lease_until"),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    progress: text("progress"),
    error: text("error"),
    data: text("data").notNull(),
    result: text("result"),
    kind: text("kind").notNull().default("script"),
  },
  (table) => [
    uniqueIndex("jobs_key")
      .on(table.account, table.key)
      .where(sql`${table.key} IS NOT NULL`),
    index("jobs_account").on(table.account),
    index("jobs_waiting")
      .on(table.account, table.script, table.priority, table.runAt)
      .where(sql`${table.state} = 'waiting'`),
    index("jobs_delayed")
      .on(table.runAt)
      .where(sql`${table.state} = 'delayed'`),
    index("jobs_leased")
      .on(table.leaseUntil)
      .where(sql`${table.state} = 'active'`),
    index("jobs_finished")
      .on(table.finishedAt)
      .where(sql`${table.finishedAt} IS NOT NULL`),
    index("jobs_completed")
      .on(table.account, table.finishedAt)
      .where(sql`${table.state} = 'completed'`),
    index("jobs_sent")
      .on(table.account, table.kind, table.createdAt)
      .where(sql`${table.kind} <> 'script'`),
    index("jobs_scheduled")
      .on(table.script)
      .where(sql`${table.isScheduled} = 1 AND ${table.finishedAt} IS NULL`),
  ],
);

/**
 * What an account's jobs come to: how many there are, the bytes of their data and results, and how many were added in
 * `hour`, counted since 1970. Triggers of their migration keep it.
 */
export const jobUsage = sqliteTable("job_usage", {
  account: text("account").primaryKey(),
  stored: integer("stored").notNull(),
  bytes: integer("bytes").notNull(),
  hour: integer("hour").notNull(),
  added: integer("added").notNull(),
});

/** The queue of a script's jobs, where somebody has paused it. */
export const pausedQueues = sqliteTable("paused_queues", {
  script: text("script")
    .primaryKey()
    .references(() => scripts.id, { onDelete: "cascade" }),
  pausedAt: integer("paused_at").notNull(),
});

/**
 * When a script runs by itself. Either `cron` or `lists` says when, `lists` as the JSON of `ScheduleLists`. `input` is JSON.
 * `nextAt` is null where it never will, `lastAt` is the last time that it was to.
 */
export const schedules = sqliteTable(
  "schedules",
  {
    script: text("script")
      .primaryKey()
      .references(() => scripts.id, { onDelete: "cascade" }),
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    cron: text("cron"),
    lists: text("lists"),
    timeZone: text("time_zone").notNull(),
    input: text("input").notNull(),
    overlap: text("overlap").notNull(),
    misfire: text("misfire").notNull(),
    enabled: integer("enabled", { mode: "boolean" }).notNull(),
    lastAt: integer("last_at"),
    nextAt: integer("next_at"),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    index("schedules_account").on(table.account),
    index("schedules_next_at")
      .on(table.nextAt)
      .where(sql`${table.nextAt} IS NOT NULL`),
  ],
);
