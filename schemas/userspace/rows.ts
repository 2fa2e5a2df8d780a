// Rows of a database, by statements of ours that an index answers.

import { countText } from "../count-text.ts";
import { Fault } from "../fault.ts";
import { MAX_ROW_BYTES, MAX_SQL_RESULT_BYTES } from "../userspace-limits.ts";
import type { AccountFile, Table } from "./account-file.ts";
import type { Cell, Row, RowQuestion } from "./question.ts";
import { bound, collect, quoted } from "./statements.ts";

/** How often `random` guesses before it takes the row behind a gap. */
const GUESSES = 40;

/** Throws a Fault for what the caller can mend, and what SQLite throws. */
export function answerAboutRows(file: AccountFile, question: RowQuestion): unknown {
  const table = file.table(question.database);
  switch (question.is) {
    case "create":
    case "put":
      return insertRow(file, table, question);
    case "update":
      return updateRow(file, table, question);
    case "read":
      return readRow(file, table, question.key);
    case "delete": {
      const remove = file.own.prepare(`DELETE FROM ${quoted(table.name)} WHERE key = ?`);
      return Number(remove.run(question.key).changes) > 0;
    }
    case "random":
      return randomRow(file, table);
    case "page":
      return pageOf(file, table, question);
  }
}

type Written = Extract<RowQuestion, { columns: Row }>;

function insertRow(file: AccountFile, table: Table, question: Written): unknown {
  const { is, key } = question;
  const cells = cellsOf(table, question);
  const names = ["key", ...cells.map(([name]) => quoted(name))].join(", ");
  const places = ["?", ...cells.map(() => "?")].join(", ");
  const verb = is === "put" ? "INSERT OR REPLACE" : "INSERT";
  const conflict = is === "put" ? "" : " ON CONFLICT (key) DO NOTHING";
  const sql = `${verb} INTO ${quoted(table.name)} (${names}) VALUES (${places})${conflict}`;
  const { changes } = file.own.prepare(sql).run(key, ...cells.map(([, cell]) => bound(cell)));
  if (Number(changes) > 0) return readRow(file, table, key);
  throw new Fault(
    "conflict",
    `Cannot create "${key}" in "${table.name}": it is there already; update changes it`,
  );
}

function updateRow(file: AccountFile, table: Table, written: Written): unknown {
  const cells = cellsOf(table, written);
  const { key } = written;
  const sets = cells.map(([name]) => `${quoted(name)} = ?`);
  const sql = `UPDATE ${quoted(table.name)} SET ${["key = key", ...sets].join(", ")} WHERE key = ?`;
  const { changes } = file.own.prepare(sql).run(...cells.map(([, cell]) => bound(cell)), key);
  if (Number(changes) > 0) return readRow(file, table, key);
  throw new Fault(
    "not_found",
    `Cannot update "${key}" in "${table.name}": it is not there; create makes it`,
  );
}

function readRow(file: AccountFile, { name }: Pick<Table, "name">, key: string): Row | null {
  const read = file.own.prepare(`SELECT * FROM ${quoted(name)} WHERE key = ?`);
  read.setReadBigInts(true);
  return collect(read.iterate(key))[0] ?? null;
}

/** Each row is as likely as every other, but where most have been deleted. */
function randomRow(file: AccountFile, { name }: Table): Row | null {
  const last = file.own.prepare(`SELECT max(rowid) AS last FROM ${quoted(name)}`).get();
  const most = Math.max(1, Number(last?.["last"] ?? 1));
  const at = file.own.prepare(`SELECT key FROM ${quoted(name)} WHERE rowid = ?`);
  const behind = file.own.prepare(
    `SELECT key FROM ${quoted(name)} WHERE rowid >= ? ORDER BY rowid LIMIT 1`,
  );
  let found: Record<string, unknown> | undefined;
  for (let guess = 0; guess < GUESSES && found === undefined; guess += 1) {
    found = at.get(1 + Math.floor(Math.random() * most));
  }
  found ??= behind.get(1 + Math.floor(Math.random() * most)) ?? behind.get(Number.MIN_SAFE_INTEGER);
  return found === undefined ? null : readRow(file, { name }, String(found["key"]));
}

type Page = Extract<RowQuestion, { is: "page" }>;

/** Fewer than `limit` where they would be too large together. */
function pageOf(file: AccountFile, { name }: Table, { prefix, after, limit }: Page): unknown {
  const statement = file.own.prepare(
    `SELECT * FROM ${quoted(name)} WHERE key >= :prefix AND key > :after AND key < CAST(:prefix || x'ff' AS TEXT)
     ORDER BY key LIMIT :limit`,
  );
  statement.setReadBigInts(true);
  const rows: Row[] = [];
  let bytes = 0;
  for (const found of statement.iterate({ prefix, after, limit: limit + 1 })) {
    const [row] = collect([found]);
    bytes += Buffer.byteLength(JSON.stringify(row));
    if (row === undefined) break;
    if (rows.length === limit || (bytes > MAX_SQL_RESULT_BYTES && rows.length > 0)) {
      return { rows, next: String(rows.at(-1)?.["key"]) };
    }
    rows.push(row);
  }
  return { rows, next: null };
}

/** The columns but the key, as they are stored. */
function cellsOf(table: Table, { is, key, columns }: Written): [name: string, cell: Cell][] {
  const cannot = `Cannot ${is} "${key}" in "${table.name}"`;
  const { key: same = key, ...rest } = columns;
  if (String(same) !== key) {
    throw new Fault("invalid", `${cannot}: its data have another key, ${JSON.stringify(same)}`);
  }
  const known = new Map(table.columns.map((name) => [name.toLowerCase(), name]));
  const cells = Object.entries(rest).map(([name, cell]): [string, Cell] => {
    const column = known.get(name.toLowerCase());
    if (column !== undefined) return [column, table.kind === "kv" ? textOf(cell) : cell];
    const has = `there is no column "${name}" but ${table.columns.join(", ")}`;
    throw new Fault("invalid", `${cannot}: ${has}`);
  });
  const bytes = Buffer.byteLength(JSON.stringify([key, ...cells.flat()]));
  if (bytes <= MAX_ROW_BYTES) return cells;
  const most = countText(MAX_ROW_BYTES);
  throw new Fault("invalid", `${cannot}: a row has at most ${most} bytes`);
}

function textOf(cell: Cell): string | null {
  return cell === null ? null : String(cell);
}
