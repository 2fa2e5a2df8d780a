// Scripts of an account.

import { randomBytes } from "node:crypto";
import { and, eq, notExists, or, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { Fault } from "../../schemas/fault.ts";
import { DEFAULT_LIMITS, Limits, MAX_CPU_MS } from "../../schemas/limits.ts";
import {
  SCRIPT_ID_PREFIX,
  Script,
  noScript,
  type CreateScript,
  type UpdateScript,
} from "../../schemas/script.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { orConstraintFault, type Database } from "../../schemas/tables/open.ts";
import { releases, scripts } from "../../schemas/tables/script.ts";
import { assignments } from "../../schemas/tables/assignment.ts";
import type { Compiled } from "../publish/publish.ts";
import { releaseRow } from "./releases.ts";

/** The author's source, what became of it, and the name of the token that published it. */
export type FirstRelease = { source: string; compiled: Compiled; by: string };

type ScriptRow = typeof scripts.$inferSelect;

const StoredScript = z.object({
  limits: StoredJson,
  egress: StoredJson.nullable(),
  expose: StoredJson,
});

function scriptOf(row: ScriptRow): Script {
  const { account: _account, pardons: _pardons, ...rest } = row;
  return Script.parse({ ...rest, ...StoredScript.parse(row) });
}

export function makeScriptId(): string {
  return SCRIPT_ID_PREFIX + randomBytes(10).toString("hex");
}

/** Stores a new script, with its first release where it came with code. Throws `conflict` for a name that is taken. */
export async function createScript(
  db: Database,
  script: { account: string; id: string } & Omit<CreateScript, "code">,
  first: FirstRelease | undefined,
): Promise<Script> {
  const now = new Date().toISOString();
  const row: ScriptRow = {
    id: script.id,
    account: script.account,
    name: script.name,
    type: script.type,
    limits: JSON.stringify(limitsOf(script.type, script.limits)),
    isolation: script.isolation ?? null,
    egress: script.egress ? JSON.stringify(script.egress) : null,
    expose: JSON.stringify(script.expose ?? []),
    live: first === undefined ? null : 1,
    pardons: 0,
    createdAt: now,
    updatedAt: now,
  };
  const insertScript = db.insert(scripts).values(row);
  await orNameTaken(script.name, async () => {
    if (first === undefined) return await insertScript;
    const release = releaseRow({ script: script.id, createdAt: now, note: null, ...first });
    return await db.batch([insertScript, db.insert(releases).values({ ...release, version: 1 })]);
  });
  return scriptOf(row);
}

/** The script with this id or name, undefined when the account has none. */
export async function findScript(
  db: Database,
  account: string,
  idOrName: string,
): Promise<Script | undefined> {
  const isIt = or(eq(scripts.id, idOrName), eq(scripts.name, idOrName));
  const row = await db
    .select()
    .from(scripts)
    .where(and(eq(scripts.account, account), isIt))
    .get();
  return row && scriptOf(row);
}

/** The script with this id or name. Throws `script_not_found`. */
export async function getScript(db: Database, account: string, idOrName: string): Promise<Script> {
  const script = await findScript(db, account, idOrName);
  if (script !== undefined) return script;
  throw noScript(idOrName);
}

export async function listScripts(db: Database, account: string): Promise<Script[]> {
  const rows = await db
    .select()
    .from(scripts)
    .where(eq(scripts.account, account))
    .orderBy(scripts.name);
  return rows.map(scriptOf);
}

export async function updateScript(
  db: Database,
  script: Script,
  change: UpdateScript,
): Promise<Script> {
  const updated: Script = {
    ...script,
    name: change.name ?? script.name,
    limits: limitsOf(script.type, { ...script.limits, ...change.limits }),
    isolation: change.isolation ?? script.isolation,
    egress: change.egress === undefined ? script.egress : change.egress,
    expose: change.expose ?? script.expose,
    updatedAt: new Date().toISOString(),
  };
  const { name, isolation, updatedAt } = updated;
  const limits = JSON.stringify(updated.limits);
  const egress = updated.egress && JSON.stringify(updated.egress);
  const expose = JSON.stringify(updated.expose);
  await orNameTaken(name, () =>
    db
      .update(scripts)
      .set({ name, limits, isolation, egress, expose, updatedAt })
      .where(eq(scripts.id, script.id)),
  );
  return updated;
}

/** Ends the script's quarantine, on every edge node. */
export async function pardonScript(db: Database, script: Script): Promise<void> {
  const pardons = sql`${scripts.pardons} + 1`;
  await db.update(scripts).set({ pardons }).where(eq(scripts.id, script.id));
}

/** Deletes the script and its releases. Throws `conflict` while calls are assigned to it. */
export async function deleteScript(db: Database, script: Script): Promise<void> {
  const [, deleted] = await db.batch([
    db.delete(releases).where(and(eq(releases.script, script.id), isUnassigned(db, script.id))),
    db.delete(scripts).where(and(eq(scripts.id, script.id), isUnassigned(db, script.id))),
  ]);
  if (deleted.rowsAffected > 0) return;
  throw new Fault(
    "conflict",
    `Script "${script.name}" is assigned to calls: delete its assignments first`,
  );
}

function isUnassigned(db: Database, script: string): SQL {
  return notExists(db.select().from(assignments).where(eq(assignments.script, script)));
}

type SetLimits = { [Name in keyof Limits]?: number | undefined };

/** What the owner set over what the type has. Throws `invalid` beyond what the type may have. */
function limitsOf(type: ScriptType, set: SetLimits = {}): Limits {
  const limits = Limits.parse({ ...DEFAULT_LIMITS[type], ...set });
  if (limits.cpuMs <= MAX_CPU_MS[type]) return limits;
  throw new Fault("invalid", `limits.cpuMs: type ${type} may have at most ${MAX_CPU_MS[type]} ms`);
}

function orNameTaken<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
  return orConstraintFault(
    write,
    (cause) =>
      new Fault(
        "conflict",
        `There is a script "${name}" already: choose another name, or publish a release of that one`,
        { cause },
      ),
  );
}
