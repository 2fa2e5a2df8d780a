// What every statement on an account's databases is made with.

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { countText } from "../count-text.ts";
import { Fault } from "../fault.ts";
import { MAX_SQL_RESULT_BYTES, MAX_SQL_ROWS } from "../userspace-limits.ts";
import type { Cell, Row } from "./question.ts";

export function noDatabase(database: string): Fault {
  return new Fault("not_found", `Userspace database not found: ${database}`);
}

/** What a statement of a script is told that is not run. */
export function refused(reason: string): Fault {
  return new Fault("invalid", `Cannot run the SQL: ${reason}`);
}

/** An identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A value as SQLite binds it. Left to Node, 5 would be stored as 5.0. */
export function bound(cell: Cell): SQLInputValue {
  if (typeof cell === "boolean") return cell ? 1n : 0n;
  return typeof cell === "number" && Number.isSafeInteger(cell) ? BigInt(cell) : cell;
}

export function transaction<Result>(
  db: DatabaseSync,
  mode: "DEFERRED" | "IMMEDIATE",
  run: () => Result,
): Result {
  db.exec(`BEGIN ${mode}`);
  try {
    const result = run();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** The rows, within what a statement may return. */
export function collect(found: Iterable<Record<string, unknown>>): Row[] {
  const rows: Row[] = [];
  let bytes = 0;
  for (const one of found) {
    const row: Row = {};
    for (const [name, value] of Object.entries(one)) {
      const cell = cellOf(value);
      bytes += name.length + (typeof cell === "string" ? Buffer.byteLength(cell) : 8);
      Object.defineProperty(row, name, { value: cell, enumerable: true });
    }
    rows.push(row);
    if (rows.length > MAX_SQL_ROWS || bytes > MAX_SQL_RESULT_BYTES) throw tooMuch();
  }
  return rows;
}

function tooMuch(): Fault {
  const most = `${countText(MAX_SQL_ROWS)} rows and ${countText(MAX_SQL_RESULT_BYTES)} bytes`;
  return refused(`it returns more than ${most}. Select less, or in parts with LIMIT`);
}

/** Integers that JavaScript does not hold exactly come as text, and so do blobs, in base64. */
function cellOf(value: unknown): Cell {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "string" || typeof value === "number" ? value : null;
}
