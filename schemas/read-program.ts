// Links programs from the tables that control plane and edge nodes share.

import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { linkProgram, type LinkedRelease, type Program } from "./program.ts";
import { Requires } from "./requires.ts";
import { StoredJson } from "./stored-json.ts";
import { accounts } from "./tables/account.ts";
import type { Database } from "./tables/open.ts";
import { releases, scripts } from "./tables/script.ts";

export const StoredRequires = StoredJson.pipe(Requires);
const StoredModules = StoredJson.pipe(z.array(z.string()));

/** Links `main`, a release of `account`, with what it requires. */
export async function readProgram(
  db: Database,
  account: string,
  main: LinkedRelease,
): Promise<Program> {
  const findLive = (name: string): Promise<LinkedRelease | undefined> =>
    findLiveRelease(db, account, name);
  return await linkProgram(main, { findLive, narrowed: await readNarrowed(db, account) });
}

/** The live release of the account's script with this name; undefined where there is no such script, or none is live. */
export async function findLiveRelease(
  db: Database,
  account: string,
  name: string,
): Promise<(LinkedRelease & { script: string }) | undefined> {
  const row = await db
    .select({ script: scripts.id, id: releases.id, requires: releases.requires })
    .from(scripts)
    .innerJoin(releases, and(eq(releases.script, scripts.id), eq(releases.version, scripts.live)))
    .where(and(eq(scripts.account, account), eq(scripts.name, name)))
    .get();
  return row && { ...row, requires: StoredRequires.parse(row.requires) };
}

/** The account's own list of modules, null where it has none. */
export async function readNarrowed(db: Database, account: string): Promise<string[] | null> {
  const row = await db.select().from(accounts).where(eq(accounts.id, account)).get();
  return row?.modules == null ? null : StoredModules.parse(row.modules);
}
