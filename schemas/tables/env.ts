// The table of environment variables. The control plane writes it, edge nodes read it.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/**
 * `script` "" means the whole account. Otherwise it is a script of `account`, which triggers of its migration see to;
 * they delete a script's variables with it. `sealed` is the value as schemas/sealed-text.ts seals it.
 */
export const envVars = sqliteTable(
  "env_vars",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    script: text("script").notNull().default(""),
    name: text("name").notNull(),
    sealed: text("sealed").notNull(),
    protected: integer("protected", { mode: "boolean" }).notNull(),
    updatedAt: text("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.script, table.name] })],
);
