// How a library reaches the platform.

/** Puts a question to the platform. */
export type Ask = (method: string, input: object) => Promise<unknown>;
