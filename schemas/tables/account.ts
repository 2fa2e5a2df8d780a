// The tables of accounts and their tokens. The control plane writes them, edge nodes read them.

import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** `modules` is a JSON array of the npm modules that the account's scripts may require, null for the whole list. */
export const accounts = sqliteTable("accounts", {
  id: text("id").primaryKey(),
  modules: text("modules"),
  createdAt: text("created_at").notNull(),
});

/** A token is kept as the SHA-256 of its text, in hexadecimal. `scopes` is a JSON array. */
export const tokens = sqliteTable(
  "tokens",
  {
    id: text("id").primaryKey(),
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    name: text("name").notNull(),
    hash: text("hash").notNull().unique(),
    scopes: text("scopes").notNull(),
    createdAt: text("created_at").notNull(),
  },
  (table) => [index("tokens_account").on(table.account)],
);

/** When a token was used last, in milliseconds since 1970. Apart, because every change of a token is news to edge nodes. */
export const tokenUses = sqliteTable("token_uses", {
  token: text("token")
    .primaryKey()
    .references(() => tokens.id, { onDelete: "cascade" }),
  lastUsedAt: integer("last_used_at").notNull(),
});
