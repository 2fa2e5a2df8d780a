// The databases of all accounts, in the data folder: a file for each account. Control plane and edge nodes of a machine have
// them open at the same time.

import { join, resolve } from "node:path";
import { z } from "zod";
import { readQuotas } from "../quotas.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../tables/open.ts";
import {
  DatabaseKind,
  RowPage,
  UserspaceRow,
  type DatabaseKind as Kind,
  type UserspaceDatabase,
} from "../userspace.ts";
import { LocalDatabases } from "./local-databases.ts";
import type {
  DatabaseQuestion,
  Question,
  RowQuestion,
  SqlQuestion,
  UserspaceQuota,
} from "./question.ts";

const Described = z.object({
  name: z.string(),
  kind: DatabaseKind,
  columns: z.array(z.string()),
  rows: z.number(),
  createdAt: z.number(),
});
const Used = z.object({ databases: z.number(), bytes: z.number() });

export type DatabaseAt = { account: string; database: string };
export type RowAt = DatabaseAt & { key: string };
/** The account's databases, and the bytes that they and what they hold come to. */
export type UserspaceUsage = z.infer<typeof Used>;

/** Where the databases are. Throws a Fault with the reason where a question comes to nothing. */
export type DatabaseSource = {
  ask: (account: string, question: Question) => Promise<unknown>;
} & AsyncDisposable;

/** Everything throws a Fault: `not_found` for a database that is not there, `conflict` where the quota is used up. */
export class Userspace implements AsyncDisposable {
  readonly #source: DatabaseSource;

  constructor(source: DatabaseSource) {
    this.#source = source;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source[Symbol.asyncDispose]();
  }

  /** What the databases answer. */
  async ask(account: string, question: Question): Promise<unknown> {
    return await this.#source.ask(account, question);
  }

  /** What a script asks about rows, as it comes from the databases. */
  async askRows(account: string, rows: RowQuestion): Promise<unknown> {
    return await this.ask(account, { rows });
  }

  /** Runs a script's statement. */
  async runSql(account: string, sql: SqlQuestion): Promise<unknown> {
    return await this.ask(account, { sql });
  }

  async list(account: string): Promise<UserspaceDatabase[]> {
    const found = await this.#askAboutTables(account, { is: "list-databases" });
    return z.array(Described).parse(found).map(databaseOf);
  }

  async get({ account, database }: DatabaseAt): Promise<UserspaceDatabase> {
    const question = { is: "describe-database", database } as const;
    return databaseOf(Described.parse(await this.#askAboutTables(account, question)));
  }

  /** Makes a database, or adds columns to it. `now` is in milliseconds since 1970. */
  async put(
    { account, database }: DatabaseAt,
    content: { kind: Kind; columns: string[]; now: number },
  ): Promise<UserspaceDatabase> {
    const question = { is: "put-database", database, ...content } as const;
    return databaseOf(Described.parse(await this.#askAboutTables(account, question)));
  }

  async drop({ account, database }: DatabaseAt): Promise<void> {
    await this.#askAboutTables(account, { is: "drop-database", database });
  }

  async usage(account: string): Promise<UserspaceUsage> {
    return Used.parse(await this.#askAboutTables(account, { is: "usage" }));
  }

  async readRow({ account, database, key }: RowAt): Promise<UserspaceRow | undefined> {
    const row = await this.askRows(account, { is: "read", database, key });
    return row === null ? undefined : UserspaceRow.parse(row);
  }

  /** Creates a row or replaces all of it. */
  async putRow(
    { account, database, key }: RowAt,
    columns: Record<string, string | number | boolean | null>,
  ): Promise<UserspaceRow> {
    return UserspaceRow.parse(await this.askRows(account, { is: "put", database, key, columns }));
  }

  /** False where there is no such row. */
  async deleteRow({ account, database, key }: RowAt): Promise<boolean> {
    return (await this.askRows(account, { is: "delete", database, key })) === true;
  }

  async listRows(
    { account, database }: DatabaseAt,
    page: { prefix: string; after: string; limit: number },
  ): Promise<RowPage> {
    return RowPage.parse(await this.askRows(account, { is: "page", database, ...page }));
  }

  async #askAboutTables(account: string, tables: DatabaseQuestion): Promise<unknown> {
    return await this.ask(account, { tables });
  }
}

/** The databases in the data folder of the settings, within the quotas that `db` has. */
export function openUserspace(settings: Settings, db: Database): Userspace {
  return new Userspace(openLocalDatabases(settings, db));
}

/** What is behind `openUserspace`. */
export function openLocalDatabases(settings: Settings, db: Database): LocalDatabases {
  const folder = join(resolve(settings.SCRIPTFORGE_DATA), "userspace");
  const quota = async (): Promise<UserspaceQuota> => {
    const { userspaceDatabases: databases, userspaceBytes: bytes } = await readQuotas(db);
    return { databases, bytes };
  };
  return new LocalDatabases({ folder, quota });
}

function databaseOf({ name, createdAt, ...rest }: z.infer<typeof Described>): UserspaceDatabase {
  return { database: name, ...rest, createdAt: new Date(createdAt).toISOString() };
}
