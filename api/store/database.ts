// Brings the database to the present shape.

import { fileURLToPath } from "node:url";
import { migrate } from "drizzle-orm/libsql/migrator";
import type { Database } from "../../schemas/tables/open.ts";

/** Applies the migrations that the database lacks. */
export async function applyMigrations(db: Database): Promise<void> {
  await migrate(db, { migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)) });
}
