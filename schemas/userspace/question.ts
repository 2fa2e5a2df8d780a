// What a process of databases is asked, and what it answers.

import type { FaultCode } from "../fault.ts";
import type { DatabaseKind } from "../userspace.ts";

/** What a column of a row holds, as it travels. */
export type Cell = string | number | boolean | null;
/** A row by its columns, `key` among them. */
export type Row = Record<string, Cell>;
/** Parameters by place or by name. */
export type SqlParams = Cell[] | Record<string, Cell>;

/** What an account may have in its databases together. */
export type UserspaceQuota = { databases: number; bytes: number };

/** The account's file, which is made with its first database, and its quota. */
export type Holder = { account: string; file: string; quota: UserspaceQuota };

export type RowQuestion =
  | { is: "create" | "update" | "put"; database: string; key: string; columns: Row }
  | { is: "read" | "delete"; database: string; key: string }
  | { is: "random"; database: string }
  | { is: "page"; database: string; prefix: string; after: string; limit: number };

export type DatabaseQuestion =
  | { is: "put-database"; database: string; kind: DatabaseKind; columns: string[]; now: number }
  | { is: "describe-database" | "drop-database"; database: string }
  | { is: "list-databases" }
  | { is: "usage" };

/** `recording` is the JSON of a `Recording`. */
export type SqlQuestion =
  | { is: "sql"; sql: string; params: SqlParams }
  | { is: "builder"; recording: string };

export type Question = { rows: RowQuestion } | { tables: DatabaseQuestion } | { sql: SqlQuestion };

/** `isBusy`: somebody else is writing at the moment, and nothing was done. */
export type Answer =
  | { value: unknown }
  | { fault: { code: FaultCode; message: string } }
  | { isBusy: true };
