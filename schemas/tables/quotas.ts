// The table of what each account may use. The control plane writes its settings there, and edge nodes go by it.

import { integer, sqliteTable } from "drizzle-orm/sqlite-core";

/** One row, with the id 1; none before a control plane has started. */
export const quotas = sqliteTable("quotas", {
  id: integer("id").primaryKey(),
  kvKeys: integer("kv_keys").notNull(),
  kvBytes: integer("kv_bytes").notNull(),
  jobsPerHour: integer("jobs_per_hour").notNull(),
  userspaceDatabases: integer("userspace_databases").notNull(),
  userspaceBytes: integer("userspace_bytes").notNull(),
});
