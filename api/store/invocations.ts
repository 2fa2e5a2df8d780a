// What ran, as edge nodes wrote it down.

import { and, desc, eq, gt, gte, lt, ne, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { RunError } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import {
  CutPart,
  Invoked,
  type InvocationFilter,
  type InvocationPage,
  type InvocationQuery,
  type InvokedInFull,
} from "../../schemas/invocation.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { invocations } from "../../schemas/tables/invocation.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { LogLine } from "../../schemas/usage.ts";

/** `script` of a filter is an id here. */
export type InvocationHolder = { account: string };

/** What a list shows of an invocation: not what is large. */
const SUMMARY = {
  seq: invocations.seq,
  id: invocations.id,
  at: invocations.at,
  place: invocations.place,
  script: invocations.script,
  scriptName: invocations.scriptName,
  version: invocations.version,
  function: invocations.function,
  outcome: invocations.outcome,
  decision: invocations.decision,
  sipCode: invocations.sipCode,
  sipReason: invocations.sipReason,
  cpuMs: invocations.cpuMs,
  wallMs: invocations.wallMs,
};

type Summary = Pick<typeof invocations.$inferSelect, keyof typeof SUMMARY>;

const StoredLogs = StoredJson.pipe(z.array(LogLine));
const StoredWarnings = StoredJson.pipe(z.array(z.string()));
const StoredError = StoredJson.pipe(RunError);
const StoredCut = StoredJson.pipe(z.array(CutPart));

/** Newest first. */
export async function listInvocations(
  db: Database,
  { account }: InvocationHolder,
  query: InvocationQuery,
): Promise<InvocationPage> {
  const { limit, version, from, to, fault, after } = query;
  const isOne = and(
    isChosen(account, query),
    version === undefined ? undefined : eq(invocations.version, version),
    fault === undefined ? undefined : isFault(fault === "true"),
    from === undefined ? undefined : gte(invocations.at, Date.parse(from)),
    to === undefined ? undefined : lt(invocations.at, Date.parse(to)),
    after === undefined ? undefined : lt(invocations.seq, after),
  );
  const rows = await db
    .select(SUMMARY)
    .from(invocations)
    .where(isOne)
    .orderBy(desc(invocations.seq))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? String(page.at(-1)?.seq) : null;
  return { invocations: page.map(invokedOf), next };
}

/** Throws `not_found`. */
export async function getInvocation(
  db: Database,
  { account }: InvocationHolder,
  id: string,
): Promise<InvokedInFull> {
  const isIt = and(eq(invocations.account, account), eq(invocations.id, id));
  const row = await db.select().from(invocations).where(isIt).get();
  if (row !== undefined) return inFull(row);
  throw new Fault(
    "not_found",
    `There is no invocation "${id}": it was left out, or is too old to be kept`,
  );
}

/** The number of the newest invocation of all accounts, 0 where there is none. */
export async function newestInvocation(db: Database): Promise<number> {
  const newest = sql<number>`coalesce(max(${invocations.seq}), 0)`;
  const row = await db.select({ newest }).from(invocations).get();
  return row?.newest ?? 0;
}

/** Invocations behind number `behind`, oldest first, at most `most`, and the number of the last one. */
export async function followInvocations(
  db: Database,
  { account, ...filter }: InvocationHolder & InvocationFilter,
  { behind, most }: { behind: number; most: number },
): Promise<{ followed: Invoked[]; last: number }> {
  const isNew = and(isChosen(account, filter), gt(invocations.seq, behind));
  const rows = await db
    .select(SUMMARY)
    .from(invocations)
    .where(isNew)
    .orderBy(invocations.seq)
    .limit(most);
  return { followed: rows.map(invokedOf), last: rows.at(-1)?.seq ?? behind };
}

/** How many invocations are behind number `behind`, up to and with number `to`. */
export async function countInvocations(
  db: Database,
  { account, ...filter }: InvocationHolder & InvocationFilter,
  { behind, to }: { behind: number; to: number },
): Promise<number> {
  const areThey = and(
    isChosen(account, filter),
    gt(invocations.seq, behind),
    lt(invocations.seq, to + 1),
  );
  const count = sql<number>`count(*)`;
  const row = await db.select({ count }).from(invocations).where(areThey).get();
  return row?.count ?? 0;
}

function isChosen(account: string, { script, outcome, place }: InvocationFilter): SQL | undefined {
  return and(
    eq(invocations.account, account),
    script === undefined ? undefined : eq(invocations.script, script),
    outcome === undefined ? undefined : eq(invocations.outcome, outcome),
    place === undefined ? undefined : beginsWith(place),
  );
}

function beginsWith(place: string): SQL {
  return sql`substr(${invocations.place}, 1, length(${place})) = ${place}`;
}

function isFault(wanted: boolean): SQL {
  return wanted ? ne(invocations.outcome, "ok") : eq(invocations.outcome, "ok");
}

function invokedOf(row: Summary): Invoked {
  const { seq: _seq, at, scriptName: name, sipCode, sipReason, ...rest } = row;
  const sip = sipCode === null ? null : { code: sipCode, reason: sipReason ?? "" };
  return Invoked.parse({ ...rest, at: new Date(at).toISOString(), name, sip });
}

function inFull(row: typeof invocations.$inferSelect): InvokedInFull {
  const { account: _account, input, output, logs, warnings, error, cut, ...summary } = row;
  const parts = cut === null ? [] : StoredCut.parse(cut);
  return {
    ...invokedOf(summary),
    bodies: logs === null ? "not kept" : "kept",
    input: bodyOf(input, parts.includes("input")),
    output: bodyOf(output, parts.includes("output")),
    logs: logs === null ? [] : StoredLogs.parse(logs),
    warnings: warnings === null ? [] : StoredWarnings.parse(warnings),
    error: error === null ? null : StoredError.parse(error),
    cut: parts,
  };
}

/** A caller may have sent what is no JSON. */
function bodyOf(text: string | null, isCut: boolean): unknown {
  if (text === null) return null;
  const value = isCut ? undefined : parseOrUndefined(text);
  return value === undefined ? text : value;
}
