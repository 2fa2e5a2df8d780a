// In the place of legacy.ts in isolates whose code names none of the legacy globals: their wrapper does not ask for them.

/** Never made. */
export class Legacy {}
