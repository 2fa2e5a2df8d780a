// Finds the function of a script that a call runs, in every style in which scripts name it.

/** What a script may export. `export` is a misspelling that drivers are full of. */
export type ScriptModule = { exports: unknown; export?: unknown };

/** A function of the script, and its `this`. */
export type Entry = { call: CallableFunction; self: unknown };

// Taken before the script can change them.
const { get, ownKeys } = Reflect;
const { hasOwn } = Object;

/**
 * A script that has been evaluated: its module, which it got with `blank` for its exports, and its top-level functions by
 * name, or what its top level returned.
 */
export type Evaluated = { module: ScriptModule; blank: object; functions: unknown };

/**
 * The function `name`, or for null the main function: `main` of the exports, or the exports themselves,
 * or else `main` as the script's own scope has it. Undefined when the script has none.
 * `anyFunction`: every other top-level function counts as well, exported or not.
 */
export function findEntry(
  { module, blank, functions }: Evaluated,
  { function: name, anyFunction }: { function: string | null; anyFunction: boolean },
): Entry | undefined {
  if (name !== null && name !== "main") {
    const bare = anyFunction ? memberOf(functions, name) : undefined;
    return findExported(module, name) ?? asEntry(bare, undefined);
  }
  const exported = isAsMade(module, blank) ? undefined : findMain(module);
  return exported ?? asEntry(memberOf(functions, "main") ?? functions, undefined);
}

/** The script has exported nothing. */
function isAsMade({ exports, export: misspelt }: ScriptModule, blank: object): boolean {
  return exports === blank && misspelt === undefined && ownKeys(blank).length === 0;
}

/** What may have the functions that a script exports. */
function holdersOf({ exports, export: misspelt }: ScriptModule): readonly unknown[] {
  return [exports, misspelt, memberOf(exports, "default"), memberOf(misspelt, "default")];
}

function findExported(module: ScriptModule, name: string): Entry | undefined {
  const holders = holdersOf(module);
  for (let at = 0; at < holders.length; at += 1) {
    const entry = asEntry(memberOf(holders[at], name), holders[at]);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function findMain(module: ScriptModule): Entry | undefined {
  const holders = holdersOf(module);
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
  return typeof value === "function" ? { call: value, self } : undefined;
}
