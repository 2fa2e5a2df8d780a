// How much goes through cxRest. No imports: every isolate carries this file.

/** Longest path with its query, in characters. */
export const MAX_REST_PATH = 8_000;
/** Longest JSON of a body, in characters. */
export const MAX_REST_BODY = 1_000_000;
/** Largest answer, in bytes. */
export const MAX_REST_ANSWER_BYTES = 10_000_000;
