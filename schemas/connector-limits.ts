// How much goes to a connector and back. No imports: every isolate carries this file.

/** Longest JSON of a question's arguments, in characters. */
export const MAX_CONNECTOR_ARGUMENTS = 200_000;
/** Largest answer, in bytes. */
export const MAX_CONNECTOR_ANSWER_BYTES = 1_000_000;
