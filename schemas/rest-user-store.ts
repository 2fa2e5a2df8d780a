// Users of cxRest, in the table that control plane and edge nodes share. Their tokens are sealed and opened here.

import { and, eq, sql, type SQL } from "drizzle-orm";
import { Fault } from "./fault.ts";
import type { PutRestUser, RestUser } from "./rest-user.ts";
import { open, seal, type SealingContext, type SealingKey } from "./sealed-text.ts";
import { restUsers } from "./tables/connector.ts";
import type { Database } from "./tables/open.ts";

export type RestUserServices = { db: Database; sealingKey: SealingKey };
export type RestUserAt = { account: string; name: string };

/** Users that an account may have. */
export const MAX_REST_USERS = 1_000;

/** By name. */
export async function listRestUsers(db: Database, account: string): Promise<RestUser[]> {
  const rows = await db
    .select()
    .from(restUsers)
    .where(eq(restUsers.account, account))
    .orderBy(restUsers.name);
  return rows.map(({ name, sealedToken, updatedAt }) => ({
    name,
    hasToken: sealedToken !== null,
    updatedAt,
  }));
}

/** With its token, null for none. Undefined where the account has no such user. Throws an Error when it cannot be opened. */
export async function findRestUser(
  { db, sealingKey }: RestUserServices,
  at: RestUserAt,
): Promise<{ token: string | null } | undefined> {
  const row = await db.select().from(restUsers).where(isAt(at)).get();
  if (row === undefined) return undefined;
  const { sealedToken } = row;
  return { token: sealedToken === null ? null : open(sealedToken, sealingKey, contextOf(at)) };
}

/** Creates or replaces. Throws `conflict` beyond `MAX_REST_USERS`. */
export async function putRestUser(
  { db, sealingKey }: RestUserServices,
  at: RestUserAt,
  { token }: PutRestUser,
): Promise<RestUser> {
  const updatedAt = new Date().toISOString();
  const sealedToken = token === undefined ? null : seal(token, sealingKey, contextOf(at));
  const set = { sealedToken, updatedAt };
  const { account, name } = restUsers;
  const others = sql`select count(*) from ${restUsers} where ${account} = ${at.account} and ${name} <> ${at.name}`;
  // One statement, so that two writers at once stay within the limit.
  const row = sql`select ${at.account}, ${at.name}, ${sealedToken}, ${updatedAt} where (${others}) < ${MAX_REST_USERS}`;
  const { rowsAffected } = await db
    .insert(restUsers)
    .select(row)
    .onConflictDoUpdate({ target: [account, name], set });
  if (rowsAffected > 0) return { name: at.name, hasToken: token !== undefined, updatedAt };
  throw new Fault(
    "conflict",
    `An account has at most ${MAX_REST_USERS} users of cxRest: delete one that is not needed`,
  );
}

/** False when the account has no such user. */
export async function deleteRestUser(db: Database, at: RestUserAt): Promise<boolean> {
  const { rowsAffected } = await db.delete(restUsers).where(isAt(at));
  return rowsAffected > 0;
}

function isAt({ account, name }: RestUserAt): SQL | undefined {
  return and(eq(restUsers.account, account), eq(restUsers.name, name));
}

function contextOf({ account, name }: RestUserAt): SealingContext {
  return { account, script: "", name, kind: "API user" };
}
