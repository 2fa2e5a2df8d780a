// Finds the function of a script that a call runs, in every style in which scripts name it.

/** What a script may export. `export` is a misspelling that drivers are full of. */
export type ScriptModule = { exports: unknown; export?: unknown };

export type Entry = (data: unknown) => unknown;

// Taken before the script can change them.
const { apply, get } = Reflect;
const { hasOwn } = Object;

/** A script that has been evaluated: its module, and its top-level functions by name, or what its top level returned. */
export type Evaluated = { module: ScriptModule; functions: unknown };

/**
 * The function `name`, or for null the main function: `main` of the exports, or the exports themselves,
 * or else `main` as the script's own scope has it. Undefined when the script has none.
 * `anyFunction`: every other top-level function counts as well, exported or not.
 */
export function findEntry(
  { module, functions }: Evaluated,
  { function: name, anyFunction }: { function: string | null; anyFunction: boolean },
): Entry | undefined {
  const { exports, export: misspelt } = module;
  const holders = [exports, misspelt, memberOf(exports, "default"), memberOf(misspelt, "default")];
  if (name === null || name === "main") {
    const bare = memberOf(functions, "main") ?? functions;
    return findMain(holders) ?? asEntry(bare, undefined);
  }
  for (let at = 0; at < holders.length; at += 1) {
    const entry = asEntry(memberOf(holders[at], name), holders[at]);
    if (entry !== undefined) return entry;
  }
  return anyFunction ? asEntry(memberOf(functions, name), undefined) : undefined;
}

function findMain(holders: readonly unknown[]): Entry | undefined {
  for (let at = 0; at < holders.length; at += 1) {
    const holder = holders[at];
    const entry = asEntry(memberOf(holder, "main"), holder) ?? asEntry(holder, undefined);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** Own members only: `toString` is not a function of the script. */
function memberOf(holder: unknown, name: string): unknown {
  if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) {
    return undefined;
  }
  return hasOwn(holder, name) ? get(holder, name) : undefined;
}

function asEntry(value: unknown, self: unknown): Entry | undefined {
  if (typeof value !== "function") return undefined;
  return (data) => apply(value, self, [data]);
}
