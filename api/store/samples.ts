// A script's own samples.

import { and, eq, sql, type SQL } from "drizzle-orm";
import { Fault } from "../../schemas/fault.ts";
import { MAX_SAMPLES, SamplePlace, type PutSample, type Sample } from "../../schemas/sample.ts";
import { noScript } from "../../schemas/script.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { orConstraintFault, type Database } from "../../schemas/tables/open.ts";
import { samples } from "../../schemas/tables/sample.ts";

/** Whose samples: `script` is an id. */
export type SampleHolder = { account: string; script: string };
export type SampleKey = SampleHolder & { name: string };

/** By name. */
export async function listOwnSamples(db: Database, holder: SampleHolder): Promise<Sample[]> {
  const rows = await db.select().from(samples).where(isOf(holder)).orderBy(samples.name);
  return rows.map(sampleOf);
}

/** The names alone, in order: data may be megabytes. */
export async function listOwnNames(db: Database, holder: SampleHolder): Promise<string[]> {
  const { name } = samples;
  const rows = await db.select({ name }).from(samples).where(isOf(holder)).orderBy(name);
  return rows.map((row) => row.name);
}

export async function findOwnSample(db: Database, key: SampleKey): Promise<Sample | undefined> {
  const row = await db.select().from(samples).where(isIt(key)).get();
  return row && sampleOf(row);
}

/** Creates or replaces a sample. Throws `conflict` beyond `MAX_SAMPLES`, `script_not_found` for a script that is gone. */
export async function putSample(
  db: Database,
  key: SampleKey,
  { place, data }: PutSample,
): Promise<Sample> {
  const set = { place, data: JSON.stringify(data), updatedAt: new Date().toISOString() };
  const { account, script, name } = samples;
  const others = sql`select count(*) from ${samples} where ${isOf(key)} and ${name} <> ${key.name}`;
  // One statement, so that two writers at once stay within the limit.
  const row = sql`select ${key.account}, ${key.script}, ${key.name}, ${place}, ${set.data}, ${set.updatedAt} where (${others}) < ${MAX_SAMPLES}`;
  const insert = db
    .insert(samples)
    .select(row)
    .onConflictDoUpdate({ target: [account, script, name], set });
  const { rowsAffected } = await orConstraintFault(
    () => insert,
    (cause) => noScript(key.script, cause),
  );
  if (rowsAffected > 0) return sampleOf({ ...key, ...set });
  throw new Fault(
    "conflict",
    `There are ${MAX_SAMPLES} samples already, and there may be no more: delete one that is not needed`,
  );
}

/** False when the script has no such sample of its own. */
export async function deleteSample(db: Database, key: SampleKey): Promise<boolean> {
  const { rowsAffected } = await db.delete(samples).where(isIt(key));
  return rowsAffected > 0;
}

function isOf({ account, script }: SampleHolder): SQL | undefined {
  return and(eq(samples.account, account), eq(samples.script, script));
}

function isIt(key: SampleKey): SQL | undefined {
  return and(isOf(key), eq(samples.name, key.name));
}

function sampleOf({ name, place, data, updatedAt }: typeof samples.$inferSelect): Sample {
  return {
    name,
    place: SamplePlace.parse(place),
    data: StoredJson.parse(data),
    builtIn: false,
    updatedAt,
  };
}

/** The table's foreign key refuses a sample of a script that was deleted meanwhile. */
