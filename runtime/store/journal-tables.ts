// Writes what ran into the primary, and clears it away again. Each write may be made twice: the second changes nothing.

import { sql, type SQL } from "drizzle-orm";
import { HOUR_MS } from "../../schemas/durations.ts";
import type { Bodies, RunRecord } from "../journal/record.ts";
import type { StatsRow } from "../journal/stats-book.ts";
import type { RunError } from "../../schemas/call.ts";
import type { NodeState } from "../../schemas/node.ts";
import { SHORT_STEP_SECONDS, SHORT_STEPS_KEPT_MS } from "../../schemas/stats.ts";
import { tokenUses } from "../../schemas/tables/account.ts";
import { edgeNodes, invocations, runStats } from "../../schemas/tables/invocation.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { LogLine } from "../../schemas/usage.ts";

/** A record whose places are the author's. */
export type ToldRecord = Omit<RunRecord, "error" | "bodies"> & {
  error: RunError | undefined;
  bodies: (Omit<Bodies, "logs"> & { logs: LogLine[] }) | undefined;
};

/** Rows of one statement: it is put together while calls wait. */
const ROWS = 25;
/** Rows that are deleted at once, at most. */
const CLEANED_ROWS = 2_000;
/** How long a process that is gone is remembered, in milliseconds. */
const NODE_KEPT_MS = HOUR_MS;

export async function insertRecords(db: Database, records: readonly ToldRecord[]): Promise<void> {
  for (let at = 0; at < records.length; at += ROWS) {
    const rows = records.slice(at, at + ROWS).map(rowOf);
    await db.insert(invocations).values(rows).onConflictDoNothing();
  }
}

function rowOf(record: ToldRecord): typeof invocations.$inferInsert {
  const { id, account, at, place, script, name, version, outcome, decision, sip } = record;
  const { cpuMs, wallMs, error } = record;
  return {
    id,
    account,
    at: Math.round(at),
    place,
    script,
    scriptName: name,
    version,
    function: record.function,
    outcome,
    decision,
    sipCode: sip?.code ?? null,
    sipReason: sip?.reason ?? null,
    cpuMs,
    wallMs,
    error: error === undefined ? null : JSON.stringify(error),
    ...bodyColumns(record),
  };
}

type BodyColumns = Record<"input" | "output" | "logs" | "warnings" | "cut", string | null>;

function bodyColumns({ bodies }: ToldRecord): BodyColumns {
  if (bodies === undefined) {
    return { input: null, output: null, logs: null, warnings: null, cut: null };
  }
  const { input, output, logs, warnings, cut } = bodies;
  return {
    input,
    output,
    logs: JSON.stringify(logs),
    warnings: JSON.stringify(warnings),
    cut: JSON.stringify(cut),
  };
}

export async function putStats(
  db: Database,
  node: string,
  rows: readonly StatsRow[],
): Promise<void> {
  const target = [
    runStats.account,
    runStats.script,
    runStats.stepSeconds,
    runStats.at,
    runStats.node,
  ];
  const set = {
    calls: sql`excluded.calls`,
    kept: sql`excluded.kept`,
    outcomes: sql`excluded.outcomes`,
    wall: sql`excluded.wall`,
    cpu: sql`excluded.cpu`,
    cpuMs: sql`excluded.cpu_ms`,
  };
  for (let from = 0; from < rows.length; from += ROWS) {
    const values = rows
      .slice(from, from + ROWS)
      .map(({ tally, account, script, stepSeconds, at }) => ({
        account,
        script,
        stepSeconds,
        at,
        node,
        calls: tally.calls,
        kept: tally.kept,
        outcomes: JSON.stringify(Object.fromEntries(tally.outcomes)),
        wall: JSON.stringify(tally.wall.toHistogram()),
        cpu: JSON.stringify(tally.cpu.toHistogram()),
        cpuMs: tally.cpuMs,
      }));
    await db.insert(runStats).values(values).onConflictDoUpdate({ target, set });
  }
}

/** `uses`: when each token was used, by its id. One that is gone meanwhile is left out. */
export async function putTokenUses(db: Database, uses: ReadonlyMap<string, number>): Promise<void> {
  for (const [token, at] of uses) {
    const row = sql`select ${token}, ${at} where exists (select 1 from tokens where id = ${token})`;
    const lastUsedAt = sql`max(last_used_at, excluded.last_used_at)`;
    const target = tokenUses.token;
    await db.insert(tokenUses).select(row).onConflictDoUpdate({ target, set: { lastUsedAt } });
  }
}

export async function putNode(
  db: Database,
  { node, state, now }: { node: string; state: NodeState; now: number },
): Promise<void> {
  const set = { seenAt: now, state: JSON.stringify(state) };
  const insert = db.insert(edgeNodes).values({ node, ...set });
  await insert.onConflictDoUpdate({ target: edgeNodes.node, set });
}

/** A process that ends in order is gone at once. */
export async function deleteNode(db: Database, node: string): Promise<void> {
  await db.delete(edgeNodes).where(sql`${edgeNodes.node} = ${node}`);
}

/** How much is kept: `most` invocations of an account, and for how long, in milliseconds. */
export type Retention = { most: number; invocationsMs: number; statsMs: number };

/** Deletes what is older than it may be, and of `accounts` the invocations that are too many. */
export async function clearAway(
  db: Database,
  { most, invocationsMs, statsMs }: Retention,
  { accounts, now }: { accounts: Iterable<string>; now: number },
): Promise<void> {
  await db.run(
    sql`delete from invocations where seq in (select seq from invocations where at < ${now - invocationsMs} limit ${CLEANED_ROWS})`,
  );
  for (const account of accounts) {
    const newest = sql`select seq from invocations where account = ${account} order by seq desc limit 1 offset ${most}`;
    await db.run(
      sql`delete from invocations where seq in (select seq from invocations where account = ${account} and seq <= (${newest}) order by seq limit ${CLEANED_ROWS})`,
    );
  }
  const steps: [which: SQL, keptMs: number][] = [
    [sql`step_seconds = ${SHORT_STEP_SECONDS}`, Math.min(statsMs, SHORT_STEPS_KEPT_MS)],
    [sql`step_seconds > ${SHORT_STEP_SECONDS}`, statsMs],
  ];
  for (const [which, keptMs] of steps) {
    await db.run(
      sql`delete from run_stats where rowid in (select rowid from run_stats where ${which} and at < ${now - keptMs} limit ${CLEANED_ROWS})`,
    );
  }
  await db.run(sql`delete from edge_nodes where seen_at < ${now - NODE_KEPT_MS}`);
}
