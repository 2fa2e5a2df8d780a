// The table of changes that people and programs made through the API. The control plane writes it; a trigger of its migration
// keeps rows from being changed.

import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/** `who` is the name that the token had, `action` a method, `what` the path below /v1, `detail` JSON or null. */
export const audit = sqliteTable(
  "audit",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    at: integer("at").notNull(),
    token: text("token").notNull(),
    who: text("who").notNull(),
    action: text("action").notNull(),
    what: text("what").notNull(),
    detail: text("detail"),
  },
  (table) => [index("audit_account").on(table.account, table.seq), index("audit_at").on(table.at)],
);
