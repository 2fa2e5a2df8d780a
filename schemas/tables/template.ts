// The table of templates. The control plane writes it, edge nodes read it when a script asks.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/** Sources of Handlebars, "" for a part that the template has not. `updatedAt` is in milliseconds since 1970. */
export const templates = sqliteTable(
  "templates",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    name: text("name").notNull(),
    subject: text("subject").notNull(),
    text: text("text").notNull(),
    html: text("html").notNull(),
    sms: text("sms").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.name] })],
);
