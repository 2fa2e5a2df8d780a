// What a process of databases is asked, and what it answers.

import { z } from "zod";
import type { FaultCode } from "../fault.ts";
import { RowCell, RowColumns, type DatabaseKind } from "../userspace.ts";
import { MAX_RECORDING, MAX_SQL, MAX_SQL_PARAMS } from "../userspace-limits.ts";

/** What a column of a row holds, as it travels. */
export type Cell = z.infer<typeof RowCell>;
/** A row by its columns, `key` among them. */
export type Row = Record<string, Cell>;

/** What an account may have in its databases together. */
export type UserspaceQuota = { databases: number; bytes: number };

/** The account's file, which is made with its first database, and its quota. */
export type Holder = { account: string; file: string; quota: UserspaceQuota };

const In = z.strictObject({ database: z.string() });
const At = In.extend({ key: z.string() });
export const RowQuestion = z.discriminatedUnion("is", [
  At.extend({ is: z.enum(["create", "update", "put"]), columns: RowColumns }),
  At.extend({ is: z.enum(["read", "delete"]) }),
  In.extend({ is: z.literal("random") }),
  In.extend({ is: z.literal("page"), prefix: z.string(), after: z.string(), limit: z.int() }),
]);
export type RowQuestion = z.infer<typeof RowQuestion>;

export type DatabaseQuestion =
  | { is: "put-database"; database: string; kind: DatabaseKind; columns: string[]; now: number }
  | { is: "describe-database" | "drop-database"; database: string }
  | { is: "list-databases" }
  | { is: "usage" };

/** Parameters by place or by name. */
export const SqlParams = z.union([z.array(RowCell).max(MAX_SQL_PARAMS), RowColumns]);
export type SqlParams = z.infer<typeof SqlParams>;

/** `recording` is the JSON of a `Recording`. */
export const SqlQuestion = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("sql"), sql: z.string().max(MAX_SQL), params: SqlParams }),
  z.strictObject({ is: z.literal("builder"), recording: z.string().max(MAX_RECORDING) }),
]);
export type SqlQuestion = z.infer<typeof SqlQuestion>;

/** What an edge node elsewhere asks the control plane's machine for a script of `account`. */
export const EdgeQuestion = z.strictObject({
  account: z.string(),
  question: z.union([
    z.strictObject({ rows: RowQuestion }),
    z.strictObject({ sql: SqlQuestion }),
    z.strictObject({ tables: z.strictObject({ is: z.literal("list-databases") }) }),
  ]),
});
export type EdgeQuestion = z.infer<typeof EdgeQuestion>;

export type Question = { rows: RowQuestion } | { tables: DatabaseQuestion } | { sql: SqlQuestion };

/** `isBusy`: somebody else is writing at the moment, and nothing was done. */
export type Answer =
  | { value: unknown }
  | { fault: { code: FaultCode; message: string } }
  | { isBusy: true };
