// How much scripts may ask of their account's databases at once. No imports: every isolate carries this file.

/** Longest key of a row, in characters. */
export const MAX_ROW_KEY = 512;
/** Largest row, in bytes of its key and its columns. */
export const MAX_ROW_BYTES = 100_000;
/** Longest SQL of a statement, in characters. */
export const MAX_SQL = 100_000;
/** Parameters of a statement. */
export const MAX_SQL_PARAMS = 1_000;
/** Rows and bytes that one statement returns. */
export const MAX_SQL_ROWS = 10_000;
export const MAX_SQL_RESULT_BYTES = 1_000_000;
/** Longest time that a statement of a script runs, in milliseconds. */
export const MAX_SQL_MS = 1_000;
/** Largest recording of a query builder, in characters of JSON. */
export const MAX_RECORDING = 1_000_000;
/** How deep the parts of a query builder may be nested, and how many there may be. */
export const MAX_BUILDER_DEPTH = 20;
export const MAX_BUILDER_PARTS = 10_000;
