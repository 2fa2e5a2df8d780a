// Assignments of an account: which script serves which place.

import { and, eq, type SQL } from "drizzle-orm";
import { Assignment, Place, PLACES, PlaceSettings } from "../../schemas/assignment.ts";
import type { OnError } from "../../schemas/assignment.ts";
import type { Script } from "../../schemas/script.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { assignments } from "../../schemas/tables/assignment.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { scripts } from "../../schemas/tables/script.ts";
import type { Vars } from "../../schemas/vars.ts";

const StoredSettings = StoredJson.pipe(PlaceSettings);

/** A place with its keys. `detail` is "" where the place has one key. */
export type At = { place: Place; subject: string; detail: string };

export type AssignmentContent = {
  timeoutMs: number | null;
  timeoutAction: string;
  onError: OnError;
  vars: Vars;
  settings: PlaceSettings;
};

function isAt(account: string, { place, subject, detail }: At): SQL | undefined {
  return and(
    eq(assignments.account, account),
    eq(assignments.place, place),
    eq(assignments.subject, subject),
    eq(assignments.detail, detail),
  );
}

export async function putAssignment(
  db: Database,
  { account, at, script }: { account: string; at: At; script: Script },
  content: AssignmentContent,
): Promise<Assignment> {
  const { vars, settings, ...rest } = content;
  const updatedAt = new Date().toISOString();
  const ofPlace = { settings: JSON.stringify(settings) };
  const set = {
    ...rest,
    ...ofPlace,
    vars: vars.toml,
    varsJson: vars.json,
    script: script.id,
    updatedAt,
  };
  const { account: accountColumn, place, subject, detail } = assignments;
  await db
    .insert(assignments)
    .values({ account, ...at, ...set })
    .onConflictDoUpdate({ target: [accountColumn, place, subject, detail], set });
  return assignmentOf({ ...at, ...set }, script.name);
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
  at: At,
): Promise<Assignment | undefined> {
  const row = await selectWithScript(db).where(isAt(account, at)).get();
  return row && assignmentOf(row.assignments, row.scripts.name);
}

/** False when nothing was assigned there. */
export async function deleteAssignment(db: Database, account: string, at: At): Promise<boolean> {
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
  const [subject, detail] = PLACES[Place.parse(row.place)].keys;
  return Assignment.parse({
    place: row.place,
    [subject]: row.subject,
    ...(detail === undefined ? {} : { [detail]: row.detail }),
    script: row.script,
    scriptName,
    timeout: row.timeoutMs === null ? null : row.timeoutMs / 1_000,
    timeoutAction: row.timeoutAction,
    vars: row.vars,
    onError: row.onError,
    ...StoredSettings.parse(row.settings),
    updatedAt: row.updatedAt,
  });
}
