// The tables of drivers. Edge nodes write what DID drivers were asked under a key, the control plane when it asked alert drivers.

import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/**
 * What a DID driver was asked under an idempotency key. `request` is the JSON of the question, `claim` names the one request
 * that may run it, `state` is "pending" or "done", `answer` the JSON of the HTTP answer once it is done.
 */
export const driverRequests = sqliteTable(
  "driver_requests",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    driver: text("driver").notNull(),
    function: text("function").notNull(),
    key: text("key").notNull(),
    request: text("request").notNull(),
    claim: text("claim").notNull(),
    state: text("state").notNull(),
    answer: text("answer"),
    createdAt: text("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.driver, table.function, table.key] }),
    index("driver_requests_created_at").on(table.createdAt),
  ],
);

/**
 * The last run of an alert driver: when the newest one began, and the JSON of what came of the newest one that ended. A
 * trigger deletes it with its assignment.
 */
export const alertRuns = sqliteTable(
  "alert_runs",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    driver: text("driver").notNull(),
    startedAt: text("started_at").notNull(),
    last: text("last"),
  },
  (table) => [primaryKey({ columns: [table.account, table.driver] })],
);
