// The alert drivers of all accounts, and when each ran last.

import { and, asc, eq, isNull, type SQL } from "drizzle-orm";
import { DEFAULT_ALERT_MINUTES, LastAlert } from "../../schemas/alert.ts";
import { PlaceSettings } from "../../schemas/assignment.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { assignments } from "../../schemas/tables/assignment.ts";
import { alertRuns } from "../../schemas/tables/driver.ts";
import type { Database } from "../../schemas/tables/open.ts";

/** An alert driver by its keys. */
export type AlertKey = { account: string; driver: string };

/**
 * `startedAt` is when its newest run began, as ISO text, null before the first. `script` is the id of the script that drives it,
 * `recipients` are as its assignment has them.
 */
export type AlertDriver = AlertKey & {
  script: string;
  company: string | null;
  recipients: string[];
  everyMinutes: number;
  startedAt: string | null;
};

const StoredSettings = StoredJson.pipe(PlaceSettings);
const StoredLast = StoredJson.pipe(LastAlert);

/** Those that have waited longest first. */
export async function listAlertDrivers(db: Database): Promise<AlertDriver[]> {
  const rows = await db
    .select({
      account: assignments.account,
      driver: assignments.subject,
      script: assignments.script,
      settings: assignments.settings,
      startedAt: alertRuns.startedAt,
    })
    .from(assignments)
    .leftJoin(
      alertRuns,
      and(eq(alertRuns.account, assignments.account), eq(alertRuns.driver, assignments.subject)),
    )
    .where(eq(assignments.place, "alert-driver"))
    .orderBy(asc(alertRuns.startedAt));
  return rows.map(({ account, driver, script, startedAt, settings }) => {
    const { everyMinutes, company, recipients } = StoredSettings.parse(settings);
    return {
      account,
      driver,
      script,
      startedAt,
      company: company ?? null,
      recipients: recipients ?? [],
      everyMinutes: everyMinutes ?? DEFAULT_ALERT_MINUTES,
    };
  });
}

/** Claims the run that begins at `at`, as ISO text. False where another control plane has claimed one since `driver` was read. */
export async function claimAlertRun(
  db: Database,
  { account, driver, startedAt }: AlertKey & Pick<AlertDriver, "startedAt">,
  at: string,
): Promise<boolean> {
  const { rowsAffected } =
    startedAt === null
      ? await db.insert(alertRuns).values({ account, driver, startedAt: at }).onConflictDoNothing()
      : await db
          .update(alertRuns)
          .set({ startedAt: at })
          .where(isRun({ account, driver }, startedAt));
  return rowsAffected > 0;
}

/** Gives back the claim of a run that has not begun. */
export async function releaseAlertRun(
  db: Database,
  { startedAt, ...key }: AlertKey & Pick<AlertDriver, "startedAt">,
  at: string,
): Promise<void> {
  if (startedAt !== null) {
    await db.update(alertRuns).set({ startedAt }).where(isRun(key, at));
    return;
  }
  await db.delete(alertRuns).where(and(isRun(key, at), isNull(alertRuns.last)));
}

/** Keeps what came of a run, unless its assignment has gone meanwhile. */
export async function keepLastAlert(db: Database, key: AlertKey, last: LastAlert): Promise<void> {
  await db
    .update(alertRuns)
    .set({ last: JSON.stringify(last) })
    .where(isRun(key, last.at));
}

/** Undefined before the first run has ended. */
export async function findLastAlert(db: Database, key: AlertKey): Promise<LastAlert | undefined> {
  const row = await db.select().from(alertRuns).where(isOf(key)).get();
  return row === undefined || row.last === null ? undefined : StoredLast.parse(row.last);
}

function isOf({ account, driver }: AlertKey): SQL | undefined {
  return and(eq(alertRuns.account, account), eq(alertRuns.driver, driver));
}

function isRun(key: AlertKey, startedAt: string): SQL | undefined {
  return and(isOf(key), eq(alertRuns.startedAt, startedAt));
}
