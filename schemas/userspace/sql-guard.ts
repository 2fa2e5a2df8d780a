// Runs a script's SQL on a connection that can read and write the rows of its account's databases, and nothing else. SQLite asks
// for each thing that a statement is going to do, whatever its text looks like; what is not named here is refused.
// Trust: the text is hostile.

import { constants, type DatabaseSync } from "node:sqlite";
import type { Cell, Row, SqlParams } from "./question.ts";
import { SQL_FUNCTIONS } from "./sql-functions.ts";
import { bound, collect, noDatabase, quoted, refused, transaction } from "./statements.ts";

/** What a statement gave: the rows, where it returns any, and what it changed. */
export type SqlResult = { rows: Row[] | undefined; affectedRows: number; insertId: number };

/** Whose databases a statement may use. */
type Databases = { account: string; tableNames: () => string[] };

const { SQLITE_OK, SQLITE_DENY } = constants;
/** Tables that SQLite makes of an argument. */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(["json_each", "json_tree"]);
/** Tables that are SQLite's or ours. */
const INTERNAL = /^(?:_|sqlite_|pragma_|dbstat$)/;
const FIRST_WORD = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*(\w*)/;
const STATEMENTS = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES", "WITH", "EXPLAIN"];
const BLANK = /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$))*$/;
/** Texts, comments, quoted names, and what may be a bare name. */
const TOKEN =
  /'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\/|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$]+/g;

export class SqlGuard implements Disposable {
  readonly db: DatabaseSync;
  readonly #file: Databases;
  #tables: ReadonlySet<string> = new Set();
  /** While this is false the guard itself begins and ends a transaction. */
  #isTheirs = false;
  /** Why the statement is refused, in words. */
  #refusal: string | undefined;

  constructor(file: Databases, db: DatabaseSync) {
    this.#file = file;
    this.db = db;
    db.setAuthorizer((action, first, second) => {
      const reason = this.#isTheirs ? this.#refusalOf(action, first, second) : undefined;
      this.#refusal ??= reason;
      return reason === undefined ? SQLITE_OK : SQLITE_DENY;
    });
  }

  [Symbol.dispose](): void {
    this.db.close();
  }

  /** Runs one statement. Throws `invalid` for what is refused, and what SQLite throws. */
  run(sql: string, params: SqlParams): SqlResult {
    const [, word = ""] = FIRST_WORD.exec(sql) ?? [];
    if (!STATEMENTS.includes(word.toUpperCase())) {
      throw refused(`a statement begins with ${STATEMENTS.slice(0, -1).join(", ")}`);
    }
    const names = this.#file.tableNames();
    this.#tables = new Set(names.map((name) => name.toLowerCase()));
    const text = withPlainNames(sql, { prefix: `${this.#file.account}_`, names });
    this.#refusal = undefined;
    return transaction(this.db, "DEFERRED", () => this.#runTheirs(text, params));
  }

  #runTheirs(sql: string, params: SqlParams): SqlResult {
    this.#isTheirs = true;
    try {
      return this.#runAlone(sql, params);
    } catch (error) {
      if (this.#refusal !== undefined) throw refused(this.#refusal);
      const [, missing] = /^no such table: (?:main\.)?(.+)$/s.exec(messageOf(error)) ?? [];
      throw missing === undefined ? error : noDatabase(missing);
    } finally {
      this.#isTheirs = false;
    }
  }

  #runAlone(sql: string, params: SqlParams): SqlResult {
    const statement = this.db.prepare(sql);
    if (!BLANK.test(sql.slice(statement.sourceSQL.length))) {
      throw refused("there is a second statement. Send one at a time");
    }
    statement.setReadBigInts(true);
    const named = Array.isArray(params) ? {} : boundAll(params);
    const placed = Array.isArray(params) ? params.map(bound) : [];
    if (statement.columns().length === 0) {
      const { changes, lastInsertRowid } = statement.run(named, ...placed);
      const insertId = Number(lastInsertRowid);
      return { rows: undefined, affectedRows: Number(changes), insertId };
    }
    const rows = collect(statement.iterate(named, ...placed));
    return { rows, affectedRows: rows.length, insertId: 0 };
  }

  /** Undefined for what a statement may do. */
  #refusalOf(action: number, first: string | null, second: string | null): string | undefined {
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_RECURSIVE:
        return undefined;
      case constants.SQLITE_READ:
      case constants.SQLITE_INSERT:
      case constants.SQLITE_UPDATE:
      case constants.SQLITE_DELETE:
        return this.#refusalOfTable({ action, table: first ?? "", column: second ?? "" });
      case constants.SQLITE_FUNCTION: {
        const name = (second ?? "").toLowerCase();
        return SQL_FUNCTIONS.has(name) ? undefined : `the function ${name} is not available`;
      }
      default:
        return "it does more than to read and write rows. PUT /v1/userspace/{database} makes databases and columns";
    }
  }

  #refusalOfTable({
    action,
    table,
    column,
  }: {
    action: number;
    table: string;
    column: string;
  }): string | undefined {
    const name = table.toLowerCase();
    const isRead = action === constants.SQLITE_READ;
    if (this.#tables.has(name) || (isRead && TABLE_FUNCTIONS.has(name))) return undefined;
    // Where no column is read, the name may also be that of a WITH.
    if (isRead && column === "" && !INTERNAL.test(name)) return undefined;
    return `"${table}" is none of the account's databases`;
  }
}

/** Takes the account's id from in front of the names of its databases. */
function withPlainNames(
  sql: string,
  { prefix, names }: { prefix: string; names: readonly string[] },
): string {
  if (!sql.includes(prefix)) return sql;
  const known = new Set(names.map((name) => name.toLowerCase()));
  return sql.replaceAll(TOKEN, (token) => {
    const [, inner = token] = /^["`[]([^]*)["`\]]$/.exec(token) ?? [];
    const name = inner.startsWith(prefix) ? inner.slice(prefix.length) : undefined;
    return name !== undefined && known.has(name.toLowerCase()) ? quoted(name) : token;
  });
}

function boundAll(params: Record<string, Cell>): Record<string, ReturnType<typeof bound>> {
  return Object.fromEntries(Object.entries(params).map(([name, cell]) => [name, bound(cell)]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
