// A program: what an isolate is built from, a release and the scripts and modules it requires.

import { createHash } from "node:crypto";
import type { ModuleShelf } from "./module-shelf.ts";
import type { ProgramParts } from "./program-code.ts";
import { MODULE_NAMES, type Requires } from "./requires.ts";
import { fileOfScript, SCRIPT_FILE } from "./script-file.ts";
import { scriptNamesOf, STAND_INS } from "./specifiers.ts";

/** A release with what it requires. */
export type LinkedRelease = { id: string; requires: Requires };

/**
 * `scripts` are other scripts of the account, by name, each with the release that was live when this was linked.
 * `modules` are those that any of them may require, `preload` of these what their sources name, `allowed` what this
 * account may use.
 */
export type Program = {
  id: string;
  main: string;
  scripts: { name: string; release: string }[];
  modules: string[];
  preload: string[];
  allowed: string[];
};

/** Finds the live release of the script with this very name, undefined where there is none. */
export type FindLive = (name: string) => Promise<LinkedRelease | undefined>;

/**
 * Links a release with the releases that are live now of all scripts it requires, directly or through others. Scripts and
 * modules that are not there are left out: what requires them says so when it runs.
 * `narrowed` is the account's own list of modules, null for the whole list.
 */
export async function linkProgram(
  main: LinkedRelease,
  { findLive, narrowed }: { findLive: FindLive; narrowed: readonly string[] | null },
): Promise<Program> {
  const allowed = MODULE_NAMES.filter((name) => narrowed?.includes(name) ?? true);
  const scripts = new Map<string, LinkedRelease>();
  const parts = [main];
  for (const { requires } of parts) {
    for (const specifier of requires.scripts) {
      const found = await findFirst(scriptNamesOf(specifier), scripts, findLive);
      if (found !== undefined) parts.push(found);
    }
  }
  const named = new Set(parts.flatMap(({ requires }) => requires.modules));
  const isOpen = parts.some(({ requires }) => requires.isOpen);
  const wanted = isOpen ? new Set([...MODULE_NAMES, ...STAND_INS]) : named;
  const mayUse = new Set([...allowed, ...STAND_INS]);
  const modules = [...wanted].filter((name) => mayUse.has(name)).toSorted();
  const preload = modules.filter((name) => named.has(name));
  const linked = Array.from(scripts, ([name, { id }]) => ({ name, release: id }));
  const isWhole = linked.length === 0 && modules.length === wanted.size;
  const id = isWhole ? main.id : hashOf([main.id, linked, modules]);
  return { id, main: main.id, scripts: linked, modules, preload, allowed };
}

/** The first of `names` that is a script and not yet among `scripts`, where it is put. */
async function findFirst(
  names: readonly string[],
  scripts: Map<string, LinkedRelease>,
  findLive: FindLive,
): Promise<LinkedRelease | undefined> {
  for (const name of names) {
    if (scripts.has(name)) return undefined;
    const found = await findLive(name);
    if (found === undefined) continue;
    scripts.set(name, found);
    return found;
  }
  return undefined;
}

/**
 * The texts of `program`: `code` finds that of a release.
 * Undefined where the release is gone.
 */
export async function partsOf(
  program: Program,
  find: {
    code: (release: string) => Promise<string | undefined>;
    modules: Pick<ModuleShelf, "closure">;
  },
): Promise<ProgramParts | undefined> {
  const code = await find.code(program.main);
  if (code === undefined) return undefined;
  const scripts: Record<string, string> = {};
  for (const { name, release } of program.scripts) {
    const found = await find.code(release);
    if (found !== undefined) scripts[name] = nameFile(found, fileOfScript(name));
  }
  const { preload, allowed } = program;
  return { code, scripts, modules: find.modules.closure(program.modules), preload, allowed };
}

/** A release's code under another name in stacks. It ends with the name. */
function nameFile(code: string, file: string): string {
  return code.slice(0, -SCRIPT_FILE.length) + file;
}

function hashOf(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
