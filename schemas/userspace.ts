// The databases of an account: what its scripts use as cxUserspace, and its people as /v1/userspace.

import { z } from "zod";
import { isStorable } from "./storable.ts";
import { MAX_ROW_KEY } from "./userspace-limits.ts";

/** Rows of a page, at most. */
export const MAX_ROW_PAGE = 1_000;
/** Columns of a lead set besides `key`, at most. */
export const MAX_COLUMNS = 100;

/** `kv`: each row has a `value`, which is text. `leads`: each row has the columns of the database. */
export const DatabaseKind = z.enum(["kv", "leads"]);
export type DatabaseKind = z.infer<typeof DatabaseKind>;

export const DatabaseName = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,63}$/,
    "A database's name has 1 to 64 letters, digits, '_', '-' and '.', and begins with a letter or digit",
  )
  .refine((name) => !/^sqlite_/i.test(name), "A database's name does not begin with sqlite_")
  .meta({ description: "Letters of both cases mean the same", example: "dnc" });

export const RowKey = z
  .string()
  .min(1, "A key has at least 1 character")
  .max(MAX_ROW_KEY, `A key has at most ${MAX_ROW_KEY} characters`)
  .refine(isStorable, "A key has neither half characters nor NUL")
  .meta({ description: "The key of a row", example: "447700900999" });

const ColumnName = z
  .string()
  .regex(
    /^[A-Za-z]\w{0,63}$/,
    "A column's name has 1 to 64 letters, digits and '_', and begins with a letter",
  );

export const PutDatabase = z
  .strictObject({
    kind: DatabaseKind,
    columns: z
      .array(ColumnName)
      .max(MAX_COLUMNS)
      .default([])
      .meta({ description: "Of leads: all columns but `key`. Those that are new are added" }),
  })
  .refine(
    ({ kind, columns }) => (kind === "leads") === columns.length > 0,
    "Name the columns of leads, e.g. ['name', 'phone']; a database of the kind kv has none but value",
  )
  .refine(({ columns }) => {
    const names = new Set(["key", ...columns.map((name) => name.toLowerCase())]);
    return names.size === columns.length + 1;
  }, "Name each column once; every database has the column key besides")
  .meta({ id: "PutUserspaceDatabase" });
export type PutDatabase = z.infer<typeof PutDatabase>;

export const UserspaceDatabase = z
  .strictObject({
    database: z.string(),
    kind: DatabaseKind,
    columns: z.array(z.string()).meta({ description: "All columns, key first" }),
    rows: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "UserspaceDatabase", description: "A database that scripts use as cxUserspace" });
export type UserspaceDatabase = z.infer<typeof UserspaceDatabase>;

/** Text as a column holds it. */
const CellText = z.string().refine(isStorable, "A text has neither half characters nor NUL");
export const RowCell = z.union([CellText, z.number(), z.boolean(), z.null()]);

/** The columns that are written, by name. */
export const RowColumns = z.record(z.string().max(100), RowCell);

export const PutRow = z
  .record(z.string().max(100), z.unknown())
  .transform((columns) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, value]) => [
        name,
        typeof value === "object" && value !== null ? JSON.stringify(value) : value,
      ]),
    ),
  )
  .pipe(RowColumns)
  .meta({
    id: "PutUserspaceRow",
    description:
      "The row's columns by name, in a database of the kind kv only `value`. Objects and lists are stored as JSON",
    example: { value: "blocked" },
  });

export const UserspaceRow = z
  .record(z.string(), z.union([z.string(), z.number(), z.null()]))
  .meta({ id: "UserspaceRow", description: "A row by its columns, `key` among them" });
export type UserspaceRow = z.infer<typeof UserspaceRow>;

export const RowPageQuery = z.object({
  prefix: z
    .string()
    .max(MAX_ROW_KEY)
    .default("")
    .meta({ description: "Keys that begin with this" }),
  after: z
    .string()
    .max(MAX_ROW_KEY)
    .default("")
    .meta({ description: "`next` of the page before, nothing for the first page" }),
  limit: z.coerce.number().int().min(1).max(MAX_ROW_PAGE).default(100),
});

export const RowPage = z
  .strictObject({
    rows: z.array(UserspaceRow),
    next: z.string().nullable().meta({ description: "null on the last page" }),
  })
  .meta({ id: "UserspaceRowPage", description: "Rows of a database, in the order of their keys" });
export type RowPage = z.infer<typeof RowPage>;
