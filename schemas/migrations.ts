/** How many migrations make the tables that this version works with. A test holds it to the list of the control plane. */
export const MIGRATIONS = 14;
