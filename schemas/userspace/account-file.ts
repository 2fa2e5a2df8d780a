// The file of one account's databases, as a process of databases has it open: each database is a table, and `_databases`
// lists them. SQLite's own format, which libSQL opens as well.

import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { countText } from "../count-text.ts";
import { Fault } from "../fault.ts";
import { DatabaseKind, type PutDatabase } from "../userspace.ts";
import { MAX_ROW_BYTES, MAX_ROW_KEY, MAX_SQL } from "../userspace-limits.ts";
import type { Holder } from "./question.ts";
import { SqlGuard } from "./sql-guard.ts";
import { noDatabase, quoted, transaction } from "./statements.ts";

const PAGE_BYTES = 4_096;

/** What one statement may take of the machine. */
const STATEMENT_LIMITS = {
  length: 10 * MAX_ROW_BYTES,
  // In bytes of UTF-8.
  sqlLength: 4 * MAX_SQL,
  column: 200,
  exprDepth: 200,
  compoundSelect: 100,
  functionArg: 100,
  likePatternLength: 1_000,
  triggerDepth: 1,
  attach: 0,
};

const MAKE_LIST = `CREATE TABLE IF NOT EXISTS _databases
  (name TEXT PRIMARY KEY COLLATE NOCASE NOT NULL, kind TEXT NOT NULL, created_at INTEGER NOT NULL)`;
/** A row that SQL adds without a key gets one. */
const KEY_COLUMN = `key TEXT PRIMARY KEY NOT NULL DEFAULT (lower(hex(randomblob(8)))) CHECK (length(key) BETWEEN 1 AND ${MAX_ROW_KEY})`;

/** A database as it is: its table's name, and its columns with `key` first. */
export type Table = { name: string; kind: DatabaseKind; columns: string[] };

/** Throws what SQLite throws; a Fault for what the account can mend. */
export class AccountFile implements Disposable {
  readonly account: string;
  /** For statements of ours. */
  readonly own: DatabaseSync;
  readonly #path: string;
  #bytes = Infinity;
  #guard: SqlGuard | undefined;

  constructor({ account, file }: Holder) {
    this.account = account;
    this.#path = file;
    this.own = open(file);
  }

  /** Undefined where the account has no file yet. */
  static find(holder: Holder): AccountFile | undefined {
    return existsSync(holder.file) ? new AccountFile(holder) : undefined;
  }

  static make(holder: Holder): AccountFile {
    mkdirSync(dirname(holder.file), { recursive: true, mode: 0o700 });
    return new AccountFile(holder);
  }

  [Symbol.dispose](): void {
    this.#guard?.[Symbol.dispose]();
    this.own.close();
  }

  /** For statements of scripts. */
  get guard(): SqlGuard {
    if (this.#guard !== undefined) return this.#guard;
    const db = open(this.#path, STATEMENT_LIMITS);
    limitPages(db, this.#bytes);
    this.#guard = new SqlGuard(this, db);
    return this.#guard;
  }

  /** Keeps the file within the account's quota from here on. */
  limit(bytes: number): void {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    limitPages(this.own, bytes);
    if (this.#guard !== undefined) limitPages(this.#guard.db, bytes);
  }

  /** Throws `not_found` for a database that is not there. The account's id and '_' may stand in front of its name. */
  table(database: string): Table {
    const found = this.findTable(database);
    if (found !== undefined) return found;
    throw noDatabase(database);
  }

  findTable(database: string): Table | undefined {
    const prefix = `${this.account}_`;
    const bare = database.startsWith(prefix) ? database.slice(prefix.length) : database;
    if (!this.#hasList()) return undefined;
    const find = this.own.prepare("SELECT name, kind FROM _databases WHERE name = ?");
    const row = find.get(database) ?? find.get(bare);
    if (row === undefined) return undefined;
    const name = String(row["name"]);
    return { name, kind: DatabaseKind.parse(row["kind"]), columns: this.#columns(name) };
  }

  tableNames(): string[] {
    if (!this.#hasList()) return [];
    const rows = this.own.prepare("SELECT name FROM _databases ORDER BY name").all();
    return rows.map(({ name }) => String(name));
  }

  list(): {
    name: string;
    kind: DatabaseKind;
    columns: string[];
    rows: number;
    createdAt: number;
  }[] {
    return this.tableNames().map((name) => this.describe(name));
  }

  describe(database: string): ReturnType<AccountFile["list"]>[number] {
    const table = this.table(database);
    const rows = this.own.prepare(`SELECT count(*) AS rows FROM ${quoted(table.name)}`).get();
    const listed = this.own
      .prepare("SELECT created_at FROM _databases WHERE name = ?")
      .get(table.name);
    return { ...table, rows: Number(rows?.["rows"]), createdAt: Number(listed?.["created_at"]) };
  }

  /** Makes a database, or adds the columns to it that it does not have. */
  put(
    database: string,
    { kind, columns, now, most }: PutDatabase & { now: number; most: number },
  ): void {
    this.write(() => {
      this.own.exec(MAKE_LIST);
      const table = this.findTable(database);
      if (table !== undefined) return this.#extend(table, { kind, columns });
      const count = this.tableNames().length;
      if (count >= most) {
        const problem = `an account has at most ${countText(most)} databases, and this one has ${countText(count)}. Delete one that is not needed`;
        throw new Fault("conflict", `Cannot make the database "${database}": ${problem}`);
      }
      const more = kind === "kv" ? ["value TEXT"] : columns.map(quoted);
      this.own.exec(`CREATE TABLE ${quoted(database)} (${[KEY_COLUMN, ...more].join(", ")})`);
      this.own.prepare("INSERT INTO _databases VALUES (?, ?, ?)").run(database, kind, now);
    });
  }

  drop(database: string): void {
    this.write(() => {
      const { name } = this.table(database);
      this.own.exec(`DROP TABLE ${quoted(name)}`);
      this.own.prepare("DELETE FROM _databases WHERE name = ?").run(name);
    });
  }

  /** How many databases there are, and the bytes that are in use: what was deleted is not. */
  usage(): { databases: number; bytes: number } {
    const of = (pragma: string): number =>
      Number(Object.values(this.own.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
    const bytes = (of("page_count") - of("freelist_count")) * PAGE_BYTES;
    return { databases: this.tableNames().length, bytes };
  }

  /** All of what `write` does, or nothing. */
  write<Result>(write: () => Result): Result {
    return transaction(this.own, "IMMEDIATE", write);
  }

  #extend(table: Table, { kind, columns }: PutDatabase): void {
    const cannot = `Cannot change the database "${table.name}"`;
    if (table.kind !== kind) {
      throw new Fault("conflict", `${cannot}: its kind is ${table.kind}. Delete it first`);
    }
    if (kind === "kv") return;
    const wanted = new Set(columns.map((name) => name.toLowerCase()));
    const [, ...present] = table.columns;
    const lost = present.filter((name) => !wanted.has(name.toLowerCase()));
    if (lost.length > 0) {
      throw new Fault(
        "conflict",
        `${cannot}: columns stay, and so name ${lost.join(", ")} as well`,
      );
    }
    const known = new Set(present.map((name) => name.toLowerCase()));
    for (const name of columns.filter((column) => !known.has(column.toLowerCase()))) {
      this.own.exec(`ALTER TABLE ${quoted(table.name)} ADD COLUMN ${quoted(name)}`);
    }
  }

  #hasList(): boolean {
    const find = this.own.prepare("SELECT 1 FROM sqlite_schema WHERE name = '_databases'");
    return find.get() !== undefined;
  }

  #columns(table: string): string[] {
    const rows = this.own.prepare("SELECT name FROM pragma_table_info(?)").all(table);
    return rows.map(({ name }) => String(name));
  }
}

function open(path: string, limits: Partial<typeof STATEMENT_LIMITS> = {}): DatabaseSync {
  // Whoever asked waits for another's write, not this process.
  const db = new DatabaseSync(path, { timeout: 0, limits, enableDoubleQuotedStringLiterals: true });
  db.exec("PRAGMA trusted_schema = OFF");
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = NORMAL");
  return db;
}

function limitPages(db: DatabaseSync, bytes: number): void {
  const pages = Math.max(1, Math.floor(bytes / PAGE_BYTES));
  if (pages < Infinity) db.exec(`PRAGMA max_page_count = ${pages}`);
}
