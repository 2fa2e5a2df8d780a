// One row with one number. Triggers of the migrations raise it with every change that edge nodes must see.

import { integer, sqliteTable } from "drizzle-orm/sqlite-core";

export const revision = sqliteTable("revision", {
  id: integer("id").primaryKey(),
  value: integer("value").notNull(),
});
