// The tables of what ran. Edge nodes write them, the control plane reads them; no revision counts their changes. All times are
// in milliseconds since 1970.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/**
 * `seq` is the order in which they were written. `script` and `scriptName` are as they were then: the script may be gone.
 * `sipCode` and `sipReason` are those of a call that was refused. `input` and `output` are JSON text, or the beginning of one
 * where `cut` names them; null where they were not kept. `logs`, `warnings` and `error` are JSON, `cut` a JSON list of names.
 */
export const invocations = sqliteTable(
  "invocations",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    id: text("id").notNull().unique(),
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    at: integer("at").notNull(),
    place: text("place").notNull(),
    script: text("script").notNull(),
    scriptName: text("script_name").notNull(),
    version: integer("version"),
    function: text("function"),
    outcome: text("outcome").notNull(),
    decision: text("decision"),
    sipCode: integer("sip_code"),
    sipReason: text("sip_reason"),
    cpuMs: real("cpu_ms").notNull(),
    wallMs: real("wall_ms").notNull(),
    input: text("input"),
    output: text("output"),
    logs: text("logs"),
    warnings: text("warnings"),
    error: text("error"),
    cut: text("cut"),
  },
  (table) => [
    index("invocations_account").on(table.account, table.seq),
    index("invocations_script").on(table.account, table.script, table.seq),
    index("invocations_faults")
      .on(table.account, table.seq)
      .where(sql`${table.outcome} <> 'ok'`),
    index("invocations_at").on(table.at),
  ],
);

/**
 * What ran in the `stepSeconds` from `at` on, in one process of an edge node: `script` "" means all scripts of the account.
 * `outcomes` is the JSON of how many ended with which outcome, `wall` and `cpu` are JSON of a `Histogram`.
 */
export const runStats = sqliteTable(
  "run_stats",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    script: text("script").notNull(),
    stepSeconds: integer("step_seconds").notNull(),
    at: integer("at").notNull(),
    node: text("node").notNull(),
    calls: integer("calls").notNull(),
    kept: integer("kept").notNull(),
    outcomes: text("outcomes").notNull(),
    wall: text("wall").notNull(),
    cpu: text("cpu").notNull(),
    cpuMs: real("cpu_ms").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.account, table.script, table.stepSeconds, table.at, table.node],
    }),
    index("run_stats_at").on(table.stepSeconds, table.at),
  ],
);

/** The processes of edge nodes, when each was last heard of, and the JSON of a `NodeState`. */
export const edgeNodes = sqliteTable("edge_nodes", {
  node: text("node").primaryKey(),
  seenAt: integer("seen_at").notNull(),
  state: text("state").notNull(),
});
