// Assignments of an account: which script decides the calls of which place.

import { and, eq, type SQL } from "drizzle-orm";
import { Assignment, type OnError, type Place } from "../../schemas/assignment.ts";
import type { Script } from "../../schemas/script.ts";
import { assignments } from "../../schemas/tables/assignment.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { scripts } from "../../schemas/tables/script.ts";
import type { Vars } from "../vars.ts";

/** Where calls come from, with its keys in the routing engine. */
export type CallPlace =
  | { place: "termination"; customer: string; route: string }
  | { place: "origination"; did: string };

export type AssignmentContent = {
  timeoutMs: number | null;
  timeoutAction: string;
  onError: OnError;
  vars: Vars;
};

function keyOf(at: CallPlace): { place: Place; subject: string; detail: string } {
  return at.place === "termination"
    ? { place: at.place, subject: at.customer, detail: at.route }
    : { place: at.place, subject: at.did, detail: "" };
}

function isAt(account: string, at: CallPlace): SQL | undefined {
  const { place, subject, detail } = keyOf(at);
  return and(
    eq(assignments.account, account),
    eq(assignments.place, place),
    eq(assignments.subject, subject),
    eq(assignments.detail, detail),
  );
}

export async function putAssignment(
  db: Database,
  { account, at, script }: { account: string; at: CallPlace; script: Script },
  content: AssignmentContent,
): Promise<Assignment> {
  const { vars, ...rest } = content;
  const updatedAt = new Date().toISOString();
  const set = { ...rest, vars: vars.toml, varsJson: vars.json, script: script.id, updatedAt };
  const { account: accountColumn, place, subject, detail } = assignments;
  await db
    .insert(assignments)
    .values({ account, ...keyOf(at), ...set })
    .onConflictDoUpdate({ target: [accountColumn, place, subject, detail], set });
  return assignmentOf({ ...keyOf(at), ...set }, script.name);
}

export async function listAssignments(db: Database, account: string): Promise<Assignment[]> {
  const { place, subject, detail } = assignments;
  const rows = await selectWithScript(db)
    .where(eq(assignments.account, account))
    .orderBy(place, subject, detail);
  return rows.map((row) => assignmentOf(row.assignments, row.scripts.name));
}

export async function findAssignment(
  db: Database,
  account: string,
  at: CallPlace,
): Promise<Assignment | undefined> {
  const row = await selectWithScript(db).where(isAt(account, at)).get();
  return row && assignmentOf(row.assignments, row.scripts.name);
}

/** False when nothing was assigned there. */
export async function deleteAssignment(
  db: Database,
  account: string,
  at: CallPlace,
): Promise<boolean> {
  const { rowsAffected } = await db.delete(assignments).where(isAt(account, at));
  return rowsAffected > 0;
}

function selectWithScript(db: Database) {
  return db
    .select()
    .from(assignments)
    .innerJoin(scripts, eq(scripts.id, assignments.script))
    .$dynamic();
}

type AssignmentRow = Omit<typeof assignments.$inferSelect, "account" | "varsJson">;

function assignmentOf(row: AssignmentRow, scriptName: string): Assignment {
  const isTermination = row.place === "termination";
  return Assignment.parse({
    place: row.place,
    ...(isTermination ? { customer: row.subject, route: row.detail } : { did: row.subject }),
    script: row.script,
    scriptName,
    timeout: row.timeoutMs === null ? null : row.timeoutMs / 1_000,
    timeoutAction: row.timeoutAction,
    vars: row.vars,
    onError: row.onError,
    updatedAt: row.updatedAt,
  });
}
