// How much of an isolate a call has to itself.

import { z } from "zod";
import type { ScriptType } from "./script-type.ts";

/** `call`: a new isolate for every call. `scope`: a new module scope in a warm isolate. */
export const Isolation = z.enum(["call", "scope"]).meta({
  id: "Isolation",
  description: "call: a new isolate for every call. scope: a new module scope in a warm isolate",
});
export type Isolation = z.infer<typeof Isolation>;

/** What a call of a script gets: what its owner chose, or what suits its type and what it does to the engine. */
export function isolationOf(script: {
  type: ScriptType;
  /** The owner's choice, null for none. */
  chosen: Isolation | null;
  /** The release changes built-in objects, which are frozen in a warm isolate. */
  altersBuiltIns: boolean;
}): Isolation {
  if (script.chosen !== null) return script.chosen;
  return script.type === "script" && !script.altersBuiltIns ? "scope" : "call";
}
