// Tokens of an account.

import { randomBytes } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { hashToken, isSameSecret } from "../../schemas/token-hash.ts";
import { Scope, type Principal, type Token } from "../../schemas/token.ts";
import { accounts, tokens } from "../../schemas/tables/account.ts";
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
  return { account: row.account, scopes: StoredScopes.parse(JSON.parse(row.scopes)) };
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
  return { id, name, scopes, createdAt, token };
}

export async function listTokens(db: Database, account: string): Promise<Token[]> {
  const rows = await db
    .select()
    .from(tokens)
    .where(eq(tokens.account, account))
    .orderBy(tokens.createdAt);
  return rows.map(({ id, name, scopes, createdAt }) => ({
    id,
    name,
    scopes: StoredScopes.parse(JSON.parse(scopes)),
    createdAt,
  }));
}

/** False when the account has no such token. */
export async function deleteToken(db: Database, account: string, id: string): Promise<boolean> {
  const { rowsAffected } = await db
    .delete(tokens)
    .where(and(eq(tokens.account, account), eq(tokens.id, id)));
  return rowsAffected > 0;
}
