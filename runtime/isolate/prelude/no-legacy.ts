// In the place of legacy.ts in isolates whose code names none of the legacy globals: then their wrapper does not ask for them.

/** Never made. */
export const Legacy = undefined;
