// How much scripts may publish to each other. No imports: every isolate carries this file.

/** Longest name of an event and longest key, in characters. */
export const MAX_EVENT = 200;
/** Largest message, in bytes of JSON. */
export const MAX_MESSAGE_BYTES = 10_000;
/** Messages that an account may publish within `MESSAGE_WINDOW_MS`. */
export const MAX_MESSAGES = 1_000;
export const MESSAGE_WINDOW_MS = 10_000;
/** Messages that wait for a slow subscriber; then the oldest are dropped. */
export const MAX_BACKLOG = 1_000;
