// The tables of the key/value store. Scripts and the control plane write them; no revision counts their changes.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/** `expiresAt` is in milliseconds since 1970, null for never. A row whose time has come counts as missing. */
export const kv = sqliteTable(
  "kv",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    key: text("key").notNull(),
    value: text("value").notNull(),
    expiresAt: integer("expires_at"),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.key] }),
    index("kv_expiry")
      .on(table.expiresAt)
      .where(sql`${table.expiresAt} IS NOT NULL`),
  ],
);

/** What an account's rows of `kv` come to, expired ones too. Triggers of its migration keep it. */
export const kvUsage = sqliteTable("kv_usage", {
  account: text("account").primaryKey(),
  keys: integer("keys").notNull(),
  bytes: integer("bytes").notNull(),
});
