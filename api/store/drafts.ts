// What people wrote and have not published. `script` is an id.

import { and, eq } from "drizzle-orm";
import type { Draft } from "../../schemas/draft.ts";
import { drafts } from "../../schemas/tables/script.ts";
import type { Database } from "../../schemas/tables/open.ts";

export async function findDraft(db: Database, script: string): Promise<Draft | undefined> {
  const row = await db.select().from(drafts).where(eq(drafts.script, script)).get();
  return row && { code: row.code, updatedAt: row.updatedAt, by: row.by };
}

export async function putDraft(
  db: Database,
  script: string,
  { code, by }: Pick<Draft, "code" | "by">,
): Promise<Draft> {
  const set = { code, by, updatedAt: new Date().toISOString() };
  await db
    .insert(drafts)
    .values({ script, ...set })
    .onConflictDoUpdate({ target: drafts.script, set });
  return set;
}

/** False when there is none. */
export async function deleteDraft(db: Database, script: string): Promise<boolean> {
  const { rowsAffected } = await db.delete(drafts).where(eq(drafts.script, script));
  return rowsAffected > 0;
}

/** What was published is no draft any more. One that somebody has changed meanwhile stays. */
export async function deletePublishedDraft(
  db: Database,
  script: string,
  code: string,
): Promise<void> {
  await db.delete(drafts).where(and(eq(drafts.script, script), eq(drafts.code, code)));
}
