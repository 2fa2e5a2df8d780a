// The tables of customers and assignments. The control plane writes them, edge nodes read them.

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";
import { scripts } from "./script.ts";

/** `vars` is the author's TOML, `varsJson` the same as JSON, which edge nodes read. */
export const customers = sqliteTable(
  "customers",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    id: text("id").notNull(),
    vars: text("vars").notNull(),
    varsJson: text("vars_json").notNull(),
    updatedAt: text("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.id] })],
);

/**
 * `subject` and `detail` are the keys of the place: customer and route of a termination, the DID and "" of an origination.
 * `settings` is the JSON of what only some places have.
 * `timeoutMs` null means the script's own limit.
 */
export const assignments = sqliteTable(
  "assignments",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    place: text("place").notNull(),
    subject: text("subject").notNull(),
    detail: text("detail").notNull(),
    script: text("script")
      .notNull()
      .references(() => scripts.id),
    timeoutMs: integer("timeout_ms"),
    timeoutAction: text("timeout_action").notNull(),
    onError: text("on_error").notNull(),
    settings: text("settings").notNull().default("{}"),
    vars: text("vars").notNull(),
    varsJson: text("vars_json").notNull(),
    updatedAt: text("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.place, table.subject, table.detail] }),
    index("assignments_script").on(table.script),
  ],
);
