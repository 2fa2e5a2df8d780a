// Tokens of an account.

import { randomBytes } from "node:crypto";
import { and, eq, not, or, sql } from "drizzle-orm";
import { z } from "zod";
import { Fault } from "../../schemas/fault.ts";
import { hashToken, isSameSecret } from "../../schemas/token-hash.ts";
import { Scope, type Principal, type Token } from "../../schemas/token.ts";
import { accounts, tokens, tokenUses } from "../../schemas/tables/account.ts";
import type { Database } from "../../schemas/tables/open.ts";

/** The account of the first start. */
export const DEFAULT_ACCOUNT = "default";

/** The token of the first start, or of the environment, has this id. */
const BOOTSTRAP_ID = "tok_bootstrap";

const StoredScopes = z.array(Scope);

export function makeTokenText(): string {
  return `sfe_${randomBytes(32).toString("base64url")}`;
}

/** Makes `token` the admin token of the default account, in place of the one that a start before set. */
export async function putBootstrapToken(db: Database, token: string): Promise<void> {
  const now = new Date().toISOString();
  const hash = hashToken(token);
  const row = {
    id: BOOTSTRAP_ID,
    account: DEFAULT_ACCOUNT,
    name: "bootstrap",
    hash,
    scopes: '["admin"]',
    createdAt: now,
  };
  await db.batch([
    db.insert(accounts).values({ id: DEFAULT_ACCOUNT, createdAt: now }).onConflictDoNothing(),
    db.insert(tokens).values(row).onConflictDoUpdate({ target: tokens.id, set: { hash } }),
  ]);
}

/** Who holds `token`, undefined when nobody does. */
export async function findPrincipal(db: Database, token: string): Promise<Principal | undefined> {
  const hash = hashToken(token);
  const row = await db.select().from(tokens).where(eq(tokens.hash, hash)).get();
  if (row === undefined || !isSameSecret(row.hash, hash)) return undefined;
  const { id, account, name } = row;
  return { account, token: id, name, scopes: StoredScopes.parse(JSON.parse(row.scopes)) };
}

export async function createToken(
  db: Database,
  account: string,
  { name, scopes }: { name: string; scopes: Scope[] },
): Promise<Token & { token: string }> {
  const token = makeTokenText();
  const id = `tok_${randomBytes(8).toString("hex")}`;
  const createdAt = new Date().toISOString();
  await db.insert(tokens).values({
    id,
    account,
    name,
    hash: hashToken(token),
    scopes: JSON.stringify(scopes),
    createdAt,
  });
  return { id, name, scopes, createdAt, lastUsedAt: null, token };
}

export async function listTokens(db: Database, account: string): Promise<Token[]> {
  const rows = await db
    .select()
    .from(tokens)
    .leftJoin(tokenUses, eq(tokenUses.token, tokens.id))
    .where(eq(tokens.account, account))
    .orderBy(tokens.createdAt);
  return rows.map(({ tokens: { id, name, scopes, createdAt }, token_uses: use }) => ({
    id,
    name,
    scopes: StoredScopes.parse(JSON.parse(scopes)),
    createdAt,
    lastUsedAt: use === null ? null : new Date(use.lastUsedAt).toISOString(),
  }));
}

/** False when the account has no such token. Throws `conflict` for the last one by which the account can be managed. */
export async function deleteToken(db: Database, account: string, id: string): Promise<boolean> {
  const isIt = and(eq(tokens.account, account), eq(tokens.id, id));
  const others = sql`select 1 from ${tokens} where ${tokens.account} = ${account} and ${tokens.id} <> ${id} and ${isAdmin}`;
  // One statement, so that two who delete the last two at once do not both succeed.
  const { rowsAffected } = await db
    .delete(tokens)
    .where(and(isIt, or(not(isAdmin), sql`exists (${others})`)));
  if (rowsAffected > 0) return true;
  const isThere = (await db.select({ id: tokens.id }).from(tokens).where(isIt).get()) !== undefined;
  if (!isThere) return false;
  throw new Fault(
    "conflict",
    "This is the account's last token with the scope admin: create another one first",
  );
}

const isAdmin = sql`exists (select 1 from json_each(scopes) where value = 'admin')`;

/** False for a token that has been revoked. */
export async function isTokenOf(db: Database, { account, token }: Principal): Promise<boolean> {
  const isIt = and(eq(tokens.account, account), eq(tokens.id, token));
  return (await db.select({ id: tokens.id }).from(tokens).where(isIt).get()) !== undefined;
}

/** Notes that a token was used at `now`, in milliseconds since 1970. */
export async function noteTokenUse(db: Database, token: string, now: number): Promise<void> {
  const set = { lastUsedAt: now };
  await db
    .insert(tokenUses)
    .values({ token, ...set })
    .onConflictDoUpdate({ target: tokenUses.token, set });
}
