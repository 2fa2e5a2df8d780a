// What each account may use of what it shares with others. The control plane's settings say it, and the database tells every
// node, so that the statement that writes can check it.

import { sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { parseSettings, type Settings } from "./settings.ts";
import type { Database } from "./tables/open.ts";
import { quotas } from "./tables/quotas.ts";

/** Keys of cxKV, and their bytes with their values; jobs that are added in an hour of the clock; databases, and their bytes. */
export type Quotas = Omit<typeof quotas.$inferSelect, "id">;

const Use = z.strictObject({
  used: z.int(),
  most: z.int().meta({ description: "What is more is refused" }),
});

export const QuotaUse = z
  .strictObject({
    kv: z.strictObject({ keys: Use, bytes: Use }),
    jobs: z.strictObject({
      thisHour: Use,
      nextHourAt: z.iso.datetime().meta({ description: "When the count begins anew" }),
    }),
    userspace: z.strictObject({ databases: Use, bytes: Use }),
  })
  .meta({ id: "QuotaUse", description: "What the account uses of each of its quotas" });
export type QuotaUse = z.infer<typeof QuotaUse>;

/** One of them within a statement. */
export function quotaSql(name: keyof Quotas): SQL {
  return sql`coalesce((select ${quotas[name]} from ${quotas}), ${DEFAULT_QUOTAS[name]})`;
}

export async function readQuotas(db: Database): Promise<Quotas> {
  const [row] = await db.select().from(quotas);
  if (row === undefined) return DEFAULT_QUOTAS;
  const { id: _id, ...stored } = row;
  return stored;
}

/** Has every node go by these from now on. */
export async function putQuotas(db: Database, given: Quotas): Promise<void> {
  const set = { id: 1, ...given };
  await db.insert(quotas).values(set).onConflictDoUpdate({ target: quotas.id, set });
}

export function quotasOf(settings: Settings): Quotas {
  return {
    kvKeys: settings.SCRIPTFORGE_KV_KEYS,
    kvBytes: settings.SCRIPTFORGE_KV_BYTES,
    jobsPerHour: settings.SCRIPTFORGE_JOBS_PER_HOUR,
    userspaceDatabases: settings.SCRIPTFORGE_USERSPACE_DATABASES,
    userspaceBytes: settings.SCRIPTFORGE_USERSPACE_BYTES,
  };
}

/** Where no control plane has said anything else. */
export const DEFAULT_QUOTAS: Quotas = quotasOf(parseSettings({}));
