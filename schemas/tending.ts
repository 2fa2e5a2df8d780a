// What an edge node has a cell do between runs.

import type { Isolation } from "./isolation.ts";
import type { ScriptType } from "./script-type.ts";

/** An isolate to make ready, under a name that no isolate had before. */
export type NewIsolate = { name: string; release: string; type: ScriptType; isolation: Isolation };

/** Isolates to end, by name, and isolates to make. */
export type Tending = { end: string[]; make: NewIsolate[] };
