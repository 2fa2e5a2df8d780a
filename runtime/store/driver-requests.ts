// What DID drivers were asked under an idempotency key, so that asking again runs nothing: in the database, which outlives
// this process and is shared with other edge nodes.

import { randomUUID } from "node:crypto";
import { and, eq, lt, type SQL } from "drizzle-orm";
import { DAY_MS } from "../../schemas/durations.ts";
import { driverRequests } from "../../schemas/tables/driver.ts";
import type { Database } from "../../schemas/tables/open.ts";

/** A request under its key, which counts for one function of one driver. */
export type DriverRequest = { account: string; driver: string; function: string; key: string };

/** The right to run a request, which one caller has. */
export type Claim = DriverRequest & { claim: string };

/**
 * `claimed`: the caller runs the request, and settles or drops the claim. `pending`: somebody else does, or died of it.
 * `done`: here is the answer. `other`: something else was asked under the key.
 */
export type Claimed =
  | { is: "claimed"; claim: Claim }
  | { is: "pending" }
  | { is: "done"; answer: string }
  | { is: "other" };

const KEPT_MS = 7 * DAY_MS;

/** Claims a request whose question is the JSON text `question`. */
export async function claimRequest(
  db: Database,
  at: DriverRequest,
  question: string,
): Promise<Claimed> {
  const now = Date.now();
  const oldest = new Date(now - KEPT_MS).toISOString();
  await db.delete(driverRequests).where(lt(driverRequests.createdAt, oldest));
  const claim = randomUUID();
  const { account, driver, function: name, key } = driverRequests;
  // One statement, which tells what is there whether it was so before or not.
  const [row] = await db
    .insert(driverRequests)
    .values({
      ...at,
      request: question,
      claim,
      state: "pending",
      createdAt: new Date(now).toISOString(),
    })
    .onConflictDoUpdate({ target: [account, driver, name, key], set: { key: at.key } })
    .returning();
  if (row === undefined) throw new Error("Cannot claim a request: the database returned no row");
  if (row.claim === claim) return { is: "claimed", claim: { ...at, claim } };
  if (row.request !== question) return { is: "other" };
  return row.answer === null ? { is: "pending" } : { is: "done", answer: row.answer };
}

/** Keeps the answer for whoever asks again. */
export async function settleRequest(db: Database, claim: Claim, answer: string): Promise<void> {
  await db.update(driverRequests).set({ state: "done", answer }).where(isIt(claim));
}

/** Forgets a request of which nothing has run. */
export async function dropRequest(db: Database, claim: Claim): Promise<void> {
  await db.delete(driverRequests).where(isIt(claim));
}

function isIt({ account, driver, function: name, key, claim }: Claim): SQL | undefined {
  return and(
    eq(driverRequests.account, account),
    eq(driverRequests.driver, driver),
    eq(driverRequests.function, name),
    eq(driverRequests.key, key),
    eq(driverRequests.claim, claim),
  );
}
