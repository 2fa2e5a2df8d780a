/** The workerd behaviour that dispatcher and scripts see. Raising it can change what a script sees. */
export const COMPATIBILITY_DATE = "2026-11-01";
