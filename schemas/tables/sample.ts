// The table of samples. The control plane writes and reads it; edge nodes do not.

import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";
import { scripts } from "./script.ts";

/** A script's own samples, deleted with it. `data` is JSON. */
export const samples = sqliteTable(
  "samples",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    script: text("script")
      .notNull()
      .references(() => scripts.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    place: text("place").notNull(),
    data: text("data").notNull(),
    updatedAt: text("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.script, table.name] }),
    index("samples_script").on(table.script),
  ],
);
