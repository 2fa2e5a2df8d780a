// How much an environment variable holds. No imports: every isolate carries this file.

/** Characters of a value, and of its name. */
export const MAX_ENV_VALUE = 8_192;
export const MAX_ENV_NAME = 128;
