// How much one key of the key/value store holds. No imports: every isolate carries this file.

/** Longest key, in characters. */
export const MAX_KV_KEY = 512;
/** Largest value, in bytes of UTF-8. */
export const MAX_KV_VALUE_BYTES = 100_000;
/** Longest time to live, in seconds: ten years. What is longer was meant as milliseconds, or as a date. */
export const MAX_KV_TTL = 315_360_000;
