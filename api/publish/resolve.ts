// Decides what each name in a script's require and import means, and refuses those that mean nothing.

import { CX_LIBRARIES, isCxLibrary, isCxName, whyNoLibrary } from "../../schemas/cx-libraries.ts";
import { MODULE_NAMES, type Requires } from "../../schemas/requires.ts";
import { builtInOf, SCRIPT_BUILT_INS, scriptNamesOf, STAND_INS } from "../../schemas/specifiers.ts";
import type { Origin } from "./publish.ts";
import { refusal } from "./refusal.ts";
import type { RequiredName, RequiredNames } from "./requires.ts";

/** Another script of the account: its id and what its live release requires of scripts. */
export type OtherScript = { id: string; requires: readonly string[] };

/** What a script may require: `modules` of the allow-list, and the account's other scripts by name. */
export type Library = {
  modules: readonly string[];
  findScript: (name: string) => Promise<OtherScript | undefined>;
};

/** Every module, and no script: for what belongs to no account. */
export const THE_WHOLE_LIST: Library = {
  modules: MODULE_NAMES,
  findScript: () => Promise.resolve(undefined),
};

/**
 * Sorts what a script requires. Throws a Fault with line and column: `module_not_allowed` for a name that is none of
 * the account's, `compile_error` for scripts that require each other in a circle.
 */
export async function resolve(
  { names, isOpen }: RequiredNames,
  origin: Origin,
  library: Library,
): Promise<Requires> {
  const modules = new Set<string>();
  const scripts: string[] = [];
  for (const required of names) {
    const { name } = required;
    const builtIn = builtInOf(name);
    if (builtIn !== undefined && STAND_INS.includes(builtIn)) modules.add(builtIn);
    if (builtIn !== undefined || isCxLibrary(name)) continue;
    if (library.modules.includes(name)) modules.add(name);
    else {
      await checkScript(required, origin, library);
      scripts.push(name);
    }
  }
  return { modules: [...modules], scripts, isOpen };
}

async function checkScript(
  required: RequiredName,
  { script: own }: Origin,
  library: Library,
): Promise<void> {
  const found = await findAny(required.name, library);
  if (found === undefined)
    throw refusal(missing(required.name, library), required, "module_not_allowed");
  const circle = await findCircle(found, { own, library, path: [required.name] });
  if (circle === undefined) return;
  throw refusal(`Scripts require each other in a circle: ${circle.join(" -> ")}`, required);
}

async function findAny(specifier: string, library: Library): Promise<OtherScript | undefined> {
  for (const name of scriptNamesOf(specifier)) {
    const found = await library.findScript(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The names that lead from `script` back to `own`, undefined where none do. */
async function findCircle(
  script: OtherScript,
  search: { own: string; library: Library; path: readonly string[]; seen?: Set<string> },
): Promise<readonly string[] | undefined> {
  const { own, library, path, seen = new Set<string>() } = search;
  if (script.id === own) return path;
  if (seen.has(script.id)) return undefined;
  seen.add(script.id);
  for (const name of script.requires) {
    const next = await findAny(name, library);
    const further = { own, library, path: [...path, name], seen };
    const circle = next && (await findCircle(next, further));
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function missing(name: string, { modules }: Library): string {
  if (/^(?:https?:)?\/\/|^esm\.sh\//.test(name)) {
    return `Cannot import "${name}": modules are not loaded from URLs. Available are ${modules.join(", ")}`;
  }
  if (isCxName(name)) {
    return `Cannot find module '${name}': ${whyNoLibrary(name)}`;
  }
  if (name.startsWith("./")) {
    return `Cannot find module '${name}': the account has no script "${name.slice(2)}" with a live release. Publish that one first`;
  }
  const available = [...modules, ...SCRIPT_BUILT_INS, ...CX_LIBRARIES].join(", ");
  return `Cannot find module '${name}': available are ${available}, and scripts of the account by name`;
}
