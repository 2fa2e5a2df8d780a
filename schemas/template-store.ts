// The templates of an account, in the table that control plane and edge nodes share.

import { and, asc, eq, sql, type SQL } from "drizzle-orm";
import { Fault } from "./fault.ts";
import type { Database } from "./tables/open.ts";
import { templates } from "./tables/template.ts";
import { MAX_TEMPLATES } from "./template-limits.ts";
import type { PutTemplate, Template, TemplateSummary } from "./template.ts";

export type TemplateHolder = { account: string };
export type TemplateAt = TemplateHolder & { name: string };

export async function findTemplate(db: Database, at: TemplateAt): Promise<Template | undefined> {
  const row = await db.select().from(templates).where(isAt(at)).get();
  if (row === undefined) return undefined;
  const { account: _account, updatedAt, ...template } = row;
  return { ...template, updatedAt: isoOf(updatedAt) };
}

/** By name. */
export async function listTemplates(
  db: Database,
  { account }: TemplateHolder,
): Promise<TemplateSummary[]> {
  const { name, updatedAt } = templates;
  const rows = await db
    .select({ name, updatedAt })
    .from(templates)
    .where(eq(templates.account, account))
    .orderBy(asc(name));
  return rows.map((row) => ({ name: row.name, updatedAt: isoOf(row.updatedAt) }));
}

/** Creates or replaces. Throws `conflict` where the account has no room. `now` is in milliseconds since 1970. */
export async function putTemplate(
  db: Database,
  at: TemplateAt,
  { parts, now }: { parts: PutTemplate; now: number },
): Promise<Template> {
  const set = { ...parts, updatedAt: now };
  const { subject, text, html, sms } = parts;
  const count = sql`(select count(*) from ${templates} where ${templates.account} = ${at.account})`;
  const isThere = sql`exists (select 1 from ${templates} where ${isAt(at)})`;
  const row = sql`select ${at.account}, ${at.name}, ${subject}, ${text}, ${html}, ${sms}, ${now}
    where ${count} < ${MAX_TEMPLATES} or ${isThere}`;
  const { rowsAffected } = await db
    .insert(templates)
    .select(row)
    .onConflictDoUpdate({ target: [templates.account, templates.name], set });
  if (rowsAffected > 0) return { name: at.name, ...parts, updatedAt: isoOf(now) };
  const message = `Cannot put the template "${at.name}": an account has at most ${MAX_TEMPLATES}. Delete one first`;
  throw new Fault("conflict", message);
}

/** False when there is none. */
export async function deleteTemplate(db: Database, at: TemplateAt): Promise<boolean> {
  const { rowsAffected } = await db.delete(templates).where(isAt(at));
  return rowsAffected > 0;
}

function isAt({ account, name }: TemplateAt): SQL | undefined {
  return and(eq(templates.account, account), eq(templates.name, name));
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
