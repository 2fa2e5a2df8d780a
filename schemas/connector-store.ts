// Connectors of an account, in the table that control plane and edge nodes share. Their headers are sealed and opened here.

import { and, eq, type SQL } from "drizzle-orm";
import { z } from "zod";
import { ConnectorName, type Connector, type PutConnector } from "./connector.ts";
import { Fault } from "./fault.ts";
import { open, seal, type SealingContext, type SealingKey } from "./sealed-text.ts";
import { connectors } from "./tables/connector.ts";
import type { Database } from "./tables/open.ts";

export type ConnectorServices = { db: Database; sealingKey: SealingKey };
export type ConnectorAt = { account: string; name: ConnectorName };

type ConnectorRow = typeof connectors.$inferSelect;

const StoredHeaders = z.record(z.string(), z.string());

/** By name. Throws `internal` when the headers of one cannot be opened. */
export async function listConnectors(
  { db, sealingKey }: ConnectorServices,
  account: string,
): Promise<Connector[]> {
  const rows = await db
    .select()
    .from(connectors)
    .where(eq(connectors.account, account))
    .orderBy(connectors.name);
  return rows.map((row) => {
    const { url, timeoutMs, updatedAt } = row;
    const headers = Object.keys(openHeaders(row, sealingKey));
    return { name: ConnectorName.parse(row.name), url, headers, timeoutMs, updatedAt };
  });
}

/** With the values of its headers, for whoever asks it. Undefined where the account has none of that name. */
export async function findConnector(
  { db, sealingKey }: ConnectorServices,
  at: ConnectorAt,
): Promise<PutConnector | undefined> {
  const row = await db.select().from(connectors).where(isAt(at)).get();
  if (row === undefined) return undefined;
  return { url: row.url, headers: openHeaders(row, sealingKey), timeoutMs: row.timeoutMs };
}

/** Creates or replaces. */
export async function putConnector(
  { db, sealingKey }: ConnectorServices,
  at: ConnectorAt,
  { url, headers, timeoutMs }: PutConnector,
): Promise<Connector> {
  const updatedAt = new Date().toISOString();
  const sealedHeaders = seal(JSON.stringify(headers), sealingKey, contextOf(at));
  const content = { url, sealedHeaders, timeoutMs, updatedAt };
  await db
    .insert(connectors)
    .values({ ...at, ...content })
    .onConflictDoUpdate({ target: [connectors.account, connectors.name], set: content });
  return { name: at.name, url, headers: Object.keys(headers), timeoutMs, updatedAt };
}

/** False when the account has none of that name. */
export async function deleteConnector(db: Database, at: ConnectorAt): Promise<boolean> {
  const { rowsAffected } = await db.delete(connectors).where(isAt(at));
  return rowsAffected > 0;
}

function isAt({ account, name }: ConnectorAt): SQL | undefined {
  return and(eq(connectors.account, account), eq(connectors.name, name));
}

function openHeaders(row: ConnectorRow, key: SealingKey): Record<string, string> {
  try {
    return StoredHeaders.parse(JSON.parse(open(row.sealedHeaders, key, contextOf(row))));
  } catch (error) {
    // Whoever reads the answer can set the connector anew, so it says which one and why.
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault("internal", message, { cause: error });
  }
}

function contextOf({ account, name }: { account: string; name: string }): SealingContext {
  return { account, script: "", name, kind: "connector" };
}
