// The audit log: rows are added, and deleted when they are old.

import { and, desc, eq, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { AuditEntry, AuditPage, AuditQuery } from "../../schemas/audit.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { audit } from "../../schemas/tables/audit.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { Principal } from "../../schemas/token.ts";

/** Entries of an account that are kept, at most. */
export const MAX_AUDIT_ENTRIES = 100_000;
/** Rows that are deleted at once, at most. */
const CLEANED_ROWS = 2_000;

const StoredDetail = StoredJson.pipe(z.record(z.string(), z.unknown()));

/** Adds an entry. `at` is in milliseconds since 1970. */
export async function addAudit(
  db: Database,
  { account, token, name }: Principal,
  entry: Pick<AuditEntry, "action" | "what" | "detail"> & { at: number },
): Promise<void> {
  const { at, action, what } = entry;
  const detail = entry.detail && JSON.stringify(entry.detail);
  await db.insert(audit).values({ account, at, token, who: name, action, what, detail });
}

/** Newest first. */
export async function listAudit(
  db: Database,
  account: string,
  { after, limit }: AuditQuery,
): Promise<AuditPage> {
  const isOlder = after === undefined ? undefined : lt(audit.seq, after);
  const rows = await db
    .select()
    .from(audit)
    .where(and(eq(audit.account, account), isOlder))
    .orderBy(desc(audit.seq))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? String(page.at(-1)?.seq) : null;
  return { entries: page.map(entryOf), next };
}

/** Deletes what is older than `before`, in milliseconds since 1970, and what is too much of the account. */
export async function clearAudit(db: Database, account: string, before: number): Promise<void> {
  const newest = sql`select seq from audit where account = ${account} order by seq desc limit 1 offset ${MAX_AUDIT_ENTRIES}`;
  await db.run(
    sql`delete from audit where seq in (select seq from audit where at < ${before} limit ${CLEANED_ROWS})`,
  );
  await db.run(
    sql`delete from audit where seq in (select seq from audit where account = ${account} and seq <= (${newest}) limit ${CLEANED_ROWS})`,
  );
}

function entryOf({ seq, at, who, action, what, detail }: typeof audit.$inferSelect): AuditEntry {
  return {
    id: String(seq),
    at: new Date(at).toISOString(),
    who,
    action,
    what,
    detail: detail === null ? null : StoredDetail.parse(detail),
  };
}
