// How much one job may be, and how long it may take. No imports: every isolate carries this file.

/** Longest time that one attempt may take, in milliseconds. */
export const MAX_JOB_MS = 300_000;
/** Largest data and largest result of a job, in bytes of JSON. */
export const MAX_JOB_BYTES = 100_000;
/** Largest progress, in characters of JSON. */
export const MAX_JOB_PROGRESS = 1_000;
/** Attempts that a job may have. */
export const MAX_JOB_ATTEMPTS = 25;
/** Longest time that a job may be put off when it is added, in milliseconds: a year. */
export const MAX_JOB_DELAY_MS = 31_536_000_000;
/** Longest time between two attempts, in milliseconds: a day. */
export const MAX_JOB_BACKOFF_MS = 86_400_000;
/** The priority that comes last. 0 comes first. */
export const MAX_JOB_PRIORITY = 2_097_152;
/** Longest idempotency key, in characters. */
export const MAX_JOB_KEY = 255;
