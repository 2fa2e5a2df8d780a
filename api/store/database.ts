// Brings the database to the present shape.

import { fileURLToPath } from "node:url";
import { migrate } from "drizzle-orm/libsql/migrator";
import type { Database } from "../../schemas/tables/open.ts";

/** Applies the migrations that the database lacks. */
export async function applyMigrations(db: Database): Promise<void> {
  await migrate(db, { migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)) });
}

/** True for a write that broke a UNIQUE, PRIMARY KEY or FOREIGN KEY of the tables. */
export function isConstraintError(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && String(cause.code).startsWith("SQLITE_CONSTRAINT")) return true;
  }
  return false;
}
