// Which names does a script expect around it?

import type { ParsedScript } from "./parse.ts";
import { resolveNames, type Scopes } from "./scopes.ts";

/** The names that the script uses, be it behind `typeof` or to assign, where no declaration of its own reaches. */
export function findFreeNames(
  script: ParsedScript,
  scopes: Scopes = resolveNames(script),
): Set<string> {
  return new Set(scopes.free.keys());
}
