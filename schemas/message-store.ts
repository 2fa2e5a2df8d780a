// What scripts publish, in the table by which it reaches other edge processes. Times are in milliseconds since 1970.

import { asc, gt, lt, sql } from "drizzle-orm";
import { Fault } from "./fault.ts";
import { MAX_MESSAGES, MESSAGE_WINDOW_MS } from "./message-limits.ts";
import { messages } from "./tables/message.ts";
import type { Database } from "./tables/open.ts";

/** How long a message is kept for processes that are slow to look, in milliseconds. */
const KEPT_MS = 60_000;
/** Messages that are deleted at once, at most. */
const CLEANED_ROWS = 2_000;

/** `payload` is JSON text. `origin` is the process that delivers it to its own subscribers. */
export type NewMessage = {
  account: string;
  event: string;
  key: string;
  payload: string;
  origin: string;
};
export type Message = NewMessage & { seq: number };

/** Resolves to the message's place in the order of all. Throws `conflict` where the account publishes too much. */
export async function addMessage(
  db: Database,
  { account, event, key, payload, origin }: NewMessage,
  now: number,
): Promise<number> {
  const lately = sql`select count(*) from ${messages} where ${messages.account} = ${account} and ${messages.createdAt} > ${now - MESSAGE_WINDOW_MS}`;
  const [added] = await db
    .insert(messages)
    .select(
      sql`select null, ${account}, ${event}, ${key}, ${payload}, ${origin}, ${now} where (${lately}) < ${MAX_MESSAGES}`,
    )
    .returning({ seq: messages.seq });
  if (added !== undefined) return added.seq;
  const seconds = MESSAGE_WINDOW_MS / 1_000;
  const message = `Cannot publish "${event}": an account publishes at most ${MAX_MESSAGES} messages within ${seconds} s`;
  throw new Fault("conflict", message);
}

/** The place of the newest message, 0 for none. */
export async function newestMessage(db: Database): Promise<number> {
  const [row] = await db.all<{ seq: number | null }>(sql`select max(seq) as seq from ${messages}`);
  return row?.seq ?? 0;
}

/** At most `limit` messages behind a place, in order. */
export async function readMessages(db: Database, after: number, limit: number): Promise<Message[]> {
  return await db
    .select()
    .from(messages)
    .where(gt(messages.seq, after))
    .orderBy(asc(messages.seq))
    .limit(limit);
}

/** Deletes messages that every process has had time to read. */
export async function deleteOldMessages(db: Database, now: number): Promise<void> {
  const old = sql`select ${messages.seq} from ${messages} where ${lt(messages.createdAt, now - KEPT_MS)} limit ${CLEANED_ROWS}`;
  await db.delete(messages).where(sql`${messages.seq} in (${old})`);
}
