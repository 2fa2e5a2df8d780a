// The tables of what stands behind libraries that ask other systems: connectors, and users of the REST upstream. The
// control plane writes them, edge nodes read them as they are asked; no revision counts their changes.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/** `sealedHeaders` is the JSON of an object, sealed by schemas/sealed-text.ts. */
export const connectors = sqliteTable(
  "connectors",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    name: text("name").notNull(),
    url: text("url").notNull(),
    sealedHeaders: text("sealed_headers").notNull(),
    timeoutMs: integer("timeout_ms").notNull(),
    updatedAt: text("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.name] })],
);

/** `sealedToken` is null for a user without a token of its own. */
export const restUsers = sqliteTable(
  "rest_users",
  {
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    name: text("name").notNull(),
    sealedToken: text("sealed_token"),
    updatedAt: text("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.name] })],
);
