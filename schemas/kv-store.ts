// The key/value store of an account, in the table that control plane and edge nodes share. Each write is one statement,
// so that it is atomic whoever else writes.

import { and, asc, count, eq, gt, gte, isNull, lte, or, sql, sum, type SQL } from "drizzle-orm";
import { countText } from "./count-text.ts";
import { Fault } from "./fault.ts";
import type { KvPage, KvUsage } from "./kv.ts";
import { quotaSql, readQuotas } from "./quotas.ts";
import { kv, kvUsage } from "./tables/kv.ts";
import type { Database } from "./tables/open.ts";

/** Expired rows that are deleted at once, at most. */
const CLEANED_ROWS = 500;
/** Longest text of a number that `incrementKv` stores. */
const NUMBER_BYTES = 24;

export type KvHolder = { account: string };
export type KvAt = KvHolder & { key: string };

/** `expiresAt` is in milliseconds since 1970, null for never. */
export type KvValue = { value: string; expiresAt: number | null };

/** What is stored at a key at the time `now`, in milliseconds since 1970; undefined for nothing. */
export async function readKv(db: Database, at: KvAt, now: number): Promise<KvValue | undefined> {
  const { value, expiresAt } = kv;
  return await db
    .select({ value, expiresAt })
    .from(kv)
    .where(and(isAt(at), isAlive(now)))
    .get();
}

/** Creates or replaces. `ttl` is in seconds, 0 for no end. Throws `conflict` where the account has no room. */
export async function putKv(
  db: Database,
  at: KvAt,
  { value, ttl, now }: { value: string; ttl: number; now: number },
): Promise<KvValue> {
  const set = { value, expiresAt: ttl > 0 ? endOf(ttl, now) : null };
  const room = roomFor(at, Buffer.byteLength(value));
  const row = sql`select ${at.account}, ${at.key}, ${value}, ${set.expiresAt} where ${room}`;
  const target = [kv.account, kv.key];
  return await withRoom(db, { at, now }, async () => {
    const insert = db.insert(kv).select(row);
    const { rowsAffected } = await insert.onConflictDoUpdate({ target, set });
    return rowsAffected > 0 ? set : undefined;
  });
}

/** False when there is nothing at the key. */
export async function deleteKv(db: Database, at: KvAt, now: number): Promise<boolean> {
  const deleted = await db.delete(kv).where(isAt(at)).returning({ expiresAt: kv.expiresAt });
  return deleted.some(({ expiresAt }) => expiresAt === null || expiresAt > now);
}

/**
 * Adds `by` to the number at a key, where nothing counts as 0, and returns the sum. An `expire` of more than 0 seconds has
 * the key's time begin anew. Throws `conflict` where the value is not a number, the sum is beyond the integers that
 * JavaScript holds exactly, or the account has no room.
 */
export async function incrementKv(
  db: Database,
  at: KvAt,
  { by, expire, now }: { by: number; expire: number; now: number },
): Promise<number> {
  const end = expire > 0 ? endOf(expire, now) : null;
  const base = sql`case when ${isAlive(now)} then cast(${kv.value} as numeric) else 0 end`;
  const kept = sql`case when ${isAlive(now)} then ${kv.expiresAt} end`;
  // Of a key that is there, the few bytes more do not matter.
  const room = sql`exists (select 1 from ${kv} where ${isAt(at)}) or ${roomFor(at, NUMBER_BYTES)}`;
  const row = sql`select ${at.account}, ${at.key}, ${numberText(sql`0 + ${by}`)}, ${end} where ${room}`;
  return await withRoom(db, { at, now }, async () => {
    const [written] = await db
      .insert(kv)
      .select(row)
      .onConflictDoUpdate({
        target: [kv.account, kv.key],
        set: { value: numberText(sql`${base} + ${by}`), expiresAt: end ?? kept },
        // A text is equal to the number that a cast makes of it where it is one from beginning to end, and no other.
        setWhere: sql`(not (${isAlive(now)}) or cast(${kv.value} as numeric) = ${kv.value})
          and abs(${base} + ${by}) <= ${Number.MAX_SAFE_INTEGER}`,
      })
      .returning({ value: kv.value });
    if (written !== undefined) return Number(written.value);
    if ((await readKv(db, at, now)) !== undefined) throw notANumber(at);
    return undefined;
  });
}

/**
 * The keys that begin with `prefix` and come behind `after`, in the order of their code points, at most `limit`; and the
 * last of them where there are more.
 */
export async function listKv(
  db: Database,
  { account, prefix, after, limit }: KvHolder & { prefix: string; after: string; limit: number },
  now: number,
): Promise<KvPage> {
  // No text has the byte ff in it.
  const behind = sql`${kv.key} < cast(${prefix} || x'ff' as text)`;
  const isIn = and(eq(kv.account, account), gte(kv.key, prefix), behind, gt(kv.key, after));
  const rows = await db
    .select({ key: kv.key })
    .from(kv)
    .where(and(isIn, isAlive(now)))
    .orderBy(asc(kv.key))
    .limit(limit + 1);
  const keys = rows.slice(0, limit).map(({ key }) => key);
  return { keys, next: rows.length > limit ? (keys.at(-1) ?? null) : null };
}

/** What the account keeps, without what has expired. */
export async function readKvUsage(
  db: Database,
  { account }: KvHolder,
  now: number,
): Promise<KvUsage> {
  const all = await db.select().from(kvUsage).where(eq(kvUsage.account, account)).get();
  if (all === undefined) return { keys: 0, bytes: 0 };
  const bytes = sum(sql`octet_length(${kv.key}) + octet_length(${kv.value})`).mapWith(Number);
  const expired = await db
    .select({ keys: count(), bytes })
    .from(kv)
    .where(and(eq(kv.account, account), lte(kv.expiresAt, now)))
    .get();
  return { keys: all.keys - (expired?.keys ?? 0), bytes: all.bytes - (expired?.bytes ?? 0) };
}

/** Deletes some of what has expired, everybody's or that of one account. False where nothing has. */
export async function deleteExpiredKv(
  db: Database,
  now: number,
  holder?: KvHolder,
): Promise<boolean> {
  const isOf = holder && eq(kv.account, holder.account);
  const isExpired = and(lte(kv.expiresAt, now), isOf);
  const some = sql`select rowid from ${kv} where ${isExpired} limit ${CLEANED_ROWS}`;
  const { rowsAffected } = await db.delete(kv).where(sql`rowid in (${some})`);
  return rowsAffected > 0;
}

/** What `write` returns. Undefined means that there is no room: then it is made of what has expired, as long as there is any. */
async function withRoom<Result>(
  db: Database,
  { at, now }: { at: KvAt; now: number },
  write: () => Promise<Result | undefined>,
): Promise<Result> {
  let written = await write();
  while (written === undefined && (await deleteExpiredKv(db, now, at))) written = await write();
  if (written !== undefined) return written;
  const used = await readKvUsage(db, at, now);
  const most = await readQuotas(db);
  const keys = `${countText(used.keys)} of the ${countText(most.kvKeys)} keys`;
  const bytes = `${countText(used.bytes)} of the ${countText(most.kvBytes)} bytes`;
  throw new Fault(
    "conflict",
    `Cannot set "${at.key}": the account has ${keys} and ${bytes} that it may have in cxKV. Delete what is not needed, or set it with a time to live`,
  );
}

function isAt({ account, key }: KvAt): SQL | undefined {
  return and(eq(kv.account, account), eq(kv.key, key));
}

function isAlive(now: number): SQL | undefined {
  return or(isNull(kv.expiresAt), gt(kv.expiresAt, now));
}

function endOf(seconds: number, now: number): number {
  return Math.ceil(now + seconds * 1_000);
}

/** Integers exactly. Of fractions 15 digits: ten times 0.1 is 1. */
function numberText(value: SQL): SQL {
  return sql`printf(iif(${value} = round(${value}), '%.16g', '%.15g'), ${value})`;
}

/** Whether the account stays within its limits with a value of this many bytes at the key. */
function roomFor(at: KvAt, valueBytes: number): SQL {
  const bytes = Buffer.byteLength(at.key) + valueBytes;
  const used = sql`select keys, bytes from ${kvUsage} where ${kvUsage.account} = ${at.account}`;
  const present = sql`select count(*) as keys, total(octet_length(${kv.key}) + octet_length(${kv.value})) as bytes from ${kv} where ${isAt(at)}`;
  return sql`not exists (select 1 from (${used}) as used, (${present}) as present
    where (present.keys = 0 and used.keys >= ${quotaSql("kvKeys")})
      or (${bytes} > present.bytes and used.bytes + ${bytes} - present.bytes > ${quotaSql("kvBytes")}))`;
}

function notANumber({ key }: KvAt): Fault {
  return new Fault(
    "conflict",
    `Cannot increment "${key}": its value is not a number, or the sum is beyond ${Number.MAX_SAFE_INTEGER}`,
  );
}
