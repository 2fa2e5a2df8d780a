// Releases of a script. A row is written once and never changed.

import { and, desc, eq, lte, ne, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { Fault } from "../../schemas/fault.ts";
import { StoredRequires } from "../../schemas/read-program.ts";
import {
  Lint,
  type CompiledRelease,
  type Published,
  type Release,
  type ReleaseWithCode,
} from "../../schemas/release.ts";
import type { Script } from "../../schemas/script.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { revision } from "../../schemas/tables/revision.ts";
import { releases, scripts } from "../../schemas/tables/script.ts";
import type { Compiled } from "../publish/publish.ts";

type ReleaseRow = typeof releases.$inferSelect;

/** Older versions of a script are deleted, in number. */
const KEPT_RELEASES = 200;

const StoredLints = z.array(Lint);

/** `by` is the name of the token that publishes it. */
export type NewRelease = {
  source: string;
  compiled: Compiled;
  note: string | null;
  by: string;
};

export function releaseRow(
  release: NewRelease & { script: string; createdAt: string },
): Omit<ReleaseRow, "version"> {
  const { script, source, compiled, note, by, createdAt } = release;
  const { id, code, sourceMap, requires, altersBuiltIns } = compiled;
  return {
    script,
    id,
    source,
    code,
    sourceMap,
    requires: JSON.stringify(requires),
    lints: JSON.stringify(compiled.lints),
    altersBuiltIns,
    note,
    createdAt,
    createdBy: by,
  };
}

/** Stores the next version of `script`, and with `live` lets calls run it from now on: one transaction. */
export async function createRelease(
  db: Database,
  script: Script,
  release: NewRelease & { live: boolean },
): Promise<Published> {
  const createdAt = new Date().toISOString();
  const newest = sql<number>`(select coalesce(max(version), 0) from releases where script = ${script.id})`;
  const row = releaseRow({ ...release, script: script.id, createdAt });
  const insert = db
    .insert(releases)
    .values({ ...row, version: sql`${newest} + 1` })
    .returning({ version: releases.version });
  const live = release.live ? newest : scripts.live;
  const [inserted] = await db.batch([
    insert,
    db
      .update(scripts)
      .set({ live: sql`${live}`, updatedAt: createdAt })
      .where(eq(scripts.id, script.id)),
    db.delete(releases).where(isOld(script)),
  ]);
  const version = inserted[0]?.version;
  if (version === undefined) throw new Error(`Cannot store a release of "${script.id}": no row`);
  return { version, id: row.id, lints: release.compiled.lints };
}

/** Versions beyond the newest `KEPT_RELEASES`, but never the one that is live. */
function isOld({ id }: Script): SQL | undefined {
  const newest = sql`(select max(version) from releases where script = ${id})`;
  const live = sql`(select coalesce(live, 0) from scripts where id = ${id})`;
  return and(
    eq(releases.script, id),
    lte(releases.version, sql`${newest} - ${KEPT_RELEASES}`),
    ne(releases.version, sql`${live}`),
  );
}

/** Lets calls run `version` of `script`. Throws `not_found` when there is no such version. */
export async function setLive(db: Database, script: Script, version: number): Promise<void> {
  await getReleaseRow(db, script, version);
  const updatedAt = new Date().toISOString();
  await db.update(scripts).set({ live: version, updatedAt }).where(eq(scripts.id, script.id));
}

export async function listReleases(db: Database, script: Script): Promise<Release[]> {
  const rows = await db
    .select()
    .from(releases)
    .where(eq(releases.script, script.id))
    .orderBy(desc(releases.version));
  return rows.map((row) => releaseOf(row, script));
}

/** Throws `not_found`. */
export async function getRelease(
  db: Database,
  script: Script,
  version: number,
): Promise<ReleaseWithCode> {
  const row = await getReleaseRow(db, script, version);
  return { ...releaseOf(row, script), code: row.source };
}

/** What isolates run as `version`. Throws `not_found`. */
export async function getCompiled(
  db: Database,
  script: Script,
  version: number,
): Promise<CompiledRelease> {
  const row = await getReleaseRow(db, script, version);
  const { id, code, sourceMap, altersBuiltIns } = row;
  return { id, code, sourceMap, altersBuiltIns, requires: StoredRequires.parse(row.requires) };
}

/** The code of release `id` of any script of `account`, undefined when there is none. */
export async function findCode(
  db: Database,
  account: string,
  id: string,
): Promise<string | undefined> {
  const row = await db
    .select({ code: releases.code })
    .from(releases)
    .innerJoin(scripts, eq(scripts.id, releases.script))
    .where(and(eq(releases.id, id), eq(scripts.account, account)))
    .get();
  return row?.code;
}

async function getReleaseRow(db: Database, script: Script, version: number): Promise<ReleaseRow> {
  const isIt = and(eq(releases.script, script.id), eq(releases.version, version));
  const row = await db.select().from(releases).where(isIt).get();
  if (row !== undefined) return row;
  throw new Fault("not_found", `Script "${script.name}" has no version ${version}`);
}

function releaseOf(row: ReleaseRow, script: Script): Release {
  const { version, id, note, createdAt, createdBy: by } = row;
  const lints = StoredLints.parse(JSON.parse(row.lints));
  return { version, id, note, live: version === script.live, lints, createdAt, by };
}

/** The number of the last change that edge nodes must see. */
export async function readRevision(db: Database): Promise<number> {
  const row = await db.select().from(revision).get();
  if (row === undefined) throw new Error("Cannot read the revision: its table is empty");
  return row.value;
}
