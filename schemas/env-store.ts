// Environment variables of an account and of its scripts, in the table that control plane and edge nodes share. Their
// values are sealed and opened here.

import { and, eq, inArray, sql, type SQL } from "drizzle-orm";
import type { EnvVar, PutEnvVar } from "./env.ts";
import { Fault } from "./fault.ts";
import { noScript } from "./script.ts";
import { open, seal, type SealingKey } from "./sealed-text.ts";
import { envVars } from "./tables/env.ts";
import { orConstraintFault, type Database } from "./tables/open.ts";

/** Whose variables: `script` is an id, or "" for the whole account. */
export type EnvHolder = { account: string; script: string };

export type EnvServices = { db: Database; sealingKey: SealingKey };
type EnvRow = typeof envVars.$inferSelect;

/** Variables that an account or a script may have. */
export const MAX_ENV_VARS = 200;
/** Characters of all values of an account or a script, sealed: they go along with every run. Some 48,000 as they are. */
export const MAX_SEALED_CHARACTERS = 65_536;

/** By name. Throws `internal` when the value of one that is not protected cannot be opened. */
export async function listEnvVars(
  { db, sealingKey }: EnvServices,
  holder: EnvHolder,
): Promise<EnvVar[]> {
  const rows = await db.select().from(envVars).where(isOf(holder)).orderBy(envVars.name);
  return rows.map((row) => {
    const { name, updatedAt } = row;
    const value = row.protected ? null : openRow(row, sealingKey);
    return { name, value, protected: row.protected, updatedAt };
  });
}

/** Creates or replaces a variable. Throws `conflict` beyond `MAX_ENV_VARS` and `MAX_SEALED_CHARACTERS`, `script_not_found` for a script that is gone. */
export async function putEnvVar(
  { db, sealingKey }: EnvServices,
  at: EnvHolder & { name: string },
  { value, protected: isProtected }: PutEnvVar,
): Promise<EnvVar> {
  const updatedAt = new Date().toISOString();
  const set = { sealed: seal(value, sealingKey, at), protected: isProtected, updatedAt };
  const { account, script, name } = envVars;
  const others = sql`from ${envVars} where ${isOf(at)} and ${name} <> ${at.name}`;
  const isLittle = sql`(select count(*) ${others}) < ${MAX_ENV_VARS} and (select coalesce(sum(length(sealed)), 0) ${others}) + ${set.sealed.length} <= ${MAX_SEALED_CHARACTERS}`;
  // One statement, so that two writers at once stay within the limit.
  const row = sql`select ${at.account}, ${at.script}, ${at.name}, ${set.sealed}, ${Number(isProtected)}, ${updatedAt} where ${isLittle}`;
  const insert = db
    .insert(envVars)
    .select(row)
    .onConflictDoUpdate({ target: [account, script, name], set });
  const { rowsAffected } = await orConstraintFault(
    () => insert,
    (cause) => noScript(at.script, cause),
  );
  if (rowsAffected === 0) {
    throw new Fault(
      "conflict",
      `There may be no more than ${MAX_ENV_VARS} variables, of some 48,000 characters together: delete one that is not needed`,
    );
  }
  return { name: at.name, value: isProtected ? null : value, protected: isProtected, updatedAt };
}

/** False when the holder has no such variable. */
export async function deleteEnvVar(
  db: Database,
  at: EnvHolder & { name: string },
): Promise<boolean> {
  const { rowsAffected } = await db.delete(envVars).where(and(isOf(at), eq(envVars.name, at.name)));
  return rowsAffected > 0;
}

/**
 * Every variable of `script` (its id, or "" for none) and of its account, protected ones too; the script's own win.
 * Built-in variables are not among them. Throws an Error when one that would be given cannot be opened.
 */
export async function readEnv(
  db: Database,
  { account, script }: { account: string; script: string },
  key: SealingKey,
): Promise<Record<string, string>> {
  const rows = await db
    .select()
    .from(envVars)
    .where(and(eq(envVars.account, account), inArray(envVars.script, ["", script])))
    .orderBy(envVars.script, envVars.name);
  // The account's come first, and are replaced before they are opened.
  const byName = new Map(rows.map((row) => [row.name, row]));
  return Object.fromEntries(
    Array.from(byName, ([name, row]) => [name, open(row.sealed, key, row)]),
  );
}

/**
 * What a script sets: its own variable where it has one of that name, or else its account's. One that is protected stays
 * so. Throws as `putEnvVar` does.
 */
export async function setEnvVarOfScript(
  services: EnvServices,
  { account, script, name }: EnvHolder & { name: string },
  value: string,
): Promise<void> {
  const rows = await services.db
    .select()
    .from(envVars)
    .where(and(eq(envVars.account, account), inArray(envVars.script, ["", script])))
    .orderBy(envVars.script);
  const present = rows.findLast((row) => row.name === name);
  const at = { account, script: present?.script ?? "", name };
  await putEnvVar(services, at, { value, protected: present?.protected ?? false });
}

function isOf({ account, script }: EnvHolder): SQL | undefined {
  return and(eq(envVars.account, account), eq(envVars.script, script));
}

function openRow(row: EnvRow, key: SealingKey): string {
  try {
    return open(row.sealed, key, row);
  } catch (error) {
    // Whoever reads the answer can set the variable anew, so it says which one and why.
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault("internal", message, { cause: error });
  }
}

/** A trigger of the tables refuses a variable of a script that was deleted meanwhile. */
