// Finds the function of a script that a call runs, in every style in which scripts name it.

/** What a script may export. `export` is a misspelling that drivers are full of. */
export type ScriptModule = { exports: unknown; export?: unknown };

export type Entry = (data: unknown) => unknown;

/**
 * The function `name`, or for null the main function: `main` of the exports, or the exports themselves,
 * or else `main` as the script's own scope has it. Undefined when the script has none.
 */
export function findEntry(
  script: { module: ScriptModule; main: unknown },
  name: string | null,
): Entry | undefined {
  const { exports, export: misspelt } = script.module;
  const holders = [exports, misspelt, memberOf(exports, "default"), memberOf(misspelt, "default")];
  if (name === null || name === "main") return findMain(holders) ?? asEntry(script.main, undefined);
  for (const holder of holders) {
    const entry = asEntry(memberOf(holder, name), holder);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function findMain(holders: readonly unknown[]): Entry | undefined {
  for (const holder of holders) {
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
  return Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
}

function asEntry(value: unknown, self: unknown): Entry | undefined {
  if (typeof value !== "function") return undefined;
  return (data) => Reflect.apply(value, self, [data]);
}
