// Opens the database that control plane and edge nodes share.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createClient, type Client, type Config } from "@libsql/client";
import { drizzle, type LibSQLDatabase } from "drizzle-orm/libsql";
import type { Fault } from "../fault.ts";
import type { Settings } from "../settings.ts";
import { openThreadedClient } from "../threaded-client.ts";

export type Database = LibSQLDatabase & { $client: Client };

/** How long a writer waits for another process's write, in milliseconds. */
const BUSY_MS = 5_000;

/** The database of the settings: a libSQL server, or a file in the data folder. The caller closes `$client`. */
export async function openDatabase(settings: Settings): Promise<Database> {
  return await open(configOf(settings), createClient);
}

/**
 * The database as an edge node uses it, in a thread of its own: with a sync URL its own replica of the primary, otherwise
 * the database itself. The caller closes `$client`.
 */
export async function openReplica(settings: Settings): Promise<Database> {
  const syncUrl = settings.SCRIPTFORGE_SYNC_URL;
  if (syncUrl === undefined) return await open(configOf(settings), openThreadedClient);
  const url = localUrl(settings, "replica.db");
  return drizzle(openThreadedClient({ url, syncUrl, ...authToken(settings) }));
}

/**
 * The primary, to which an edge node writes what it has seen: in a thread of its own, so that no read waits for such a write.
 * The caller closes `$client`.
 */
export async function openPrimary(settings: Settings): Promise<Database> {
  const url = settings.SCRIPTFORGE_SYNC_URL;
  if (url === undefined) return await open(configOf(settings), openThreadedClient);
  return drizzle(openThreadedClient({ url, ...authToken(settings) }));
}

function configOf(settings: Settings): Config {
  const url = settings.SCRIPTFORGE_DATABASE_URL ?? localUrl(settings, "scriptforge.db");
  return { url, timeout: BUSY_MS, ...authToken(settings) };
}

async function open(config: Config, createIt: (config: Config) => Client): Promise<Database> {
  const client = createIt(config);
  // Readers of the file go on while somebody writes.
  if (config.url.startsWith("file:")) await client.execute("PRAGMA journal_mode = WAL");
  return drizzle(client);
}

/** True for a write that broke a UNIQUE, PRIMARY KEY or FOREIGN KEY of the tables. */
export function isConstraintError(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && String(cause.code).startsWith("SQLITE_CONSTRAINT")) return true;
  }
  return false;
}

/** Writes. Throws `faultOf` of the error where that broke such a constraint. */
export async function orConstraintFault<Result>(
  write: () => Promise<Result>,
  faultOf: (cause: unknown) => Fault,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    throw isConstraintError(error) ? faultOf(error) : error;
  }
}

function localUrl(settings: Settings, name: string): string {
  const folder = resolve(settings.SCRIPTFORGE_DATA);
  mkdirSync(folder, { recursive: true });
  return `file:${join(folder, name)}`;
}

function authToken(settings: Settings): { authToken?: string } {
  const token = settings.SCRIPTFORGE_DATABASE_TOKEN;
  return token === undefined ? {} : { authToken: token };
}
