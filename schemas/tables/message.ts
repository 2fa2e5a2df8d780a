// The table of what scripts publish to each other. Edge nodes write it, and read what others have written.

import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/**
 * `seq` is the order in which messages were published. `origin` is the process that has delivered the message to its own
 * subscribers. `payload` is JSON. `createdAt` is in milliseconds since 1970; soon after that the row is deleted.
 */
export const messages = sqliteTable(
  "messages",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    event: text("event").notNull(),
    key: text("key").notNull(),
    payload: text("payload").notNull(),
    origin: text("origin").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("messages_account").on(table.account, table.createdAt),
    index("messages_created_at").on(table.createdAt),
  ],
);
