// The way from an author's source to a release, on one screen.

import { createHash, randomBytes } from "node:crypto";
import type { CompiledRelease, Lint } from "../../schemas/release.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { findBuiltInChange, type BuiltInChange } from "./built-ins.ts";
import { findFunctions } from "./exports.ts";
import { findFreeNames } from "./free-names.ts";
import { findLints } from "./lints.ts";
import { parseScript, type ParsedScript } from "./parse.ts";
import { placeOf, refuseDepth } from "./refusal.ts";
import { findRequires, type RequiredNames } from "./requires.ts";
import { resolve, THE_WHOLE_LIST, type Library } from "./resolve.ts";
import { resolveNames } from "./scopes.ts";
import { refuseForType } from "./type-rules.ts";
import { wrap, type Findings } from "./wrap.ts";

/** Whose script it is. Part of the id, so that no two accounts ever share an isolate. */
export type Origin = { account: string; script: string; type: ScriptType };

export type Compiled = CompiledRelease & { lints: Lint[] };

/**
 * Compiles `source` for the isolate; stores nothing. `library` is what it may require.
 * Throws a Fault `compile_error` or `module_not_allowed` with line and column.
 */
export async function compile(
  source: string,
  origin: Origin,
  library: Library = THE_WHOLE_LIST,
): Promise<Compiled> {
  const script = parseScript(source);
  const found = refuseDepth(() => analyse(script, origin.type));
  const requires = await resolve(found.names, origin, library);
  const { code, sourceMap } = await wrap(script, found, () => randomBytes(8).toString("hex"));
  const { altersBuiltIns, lints } = found;
  return { id: releaseId(origin, code), code, sourceMap, altersBuiltIns, requires, lints };
}

type Analysis = Findings & { names: RequiredNames; altersBuiltIns: boolean; lints: Lint[] };

/** What the tree shows. Refuses what the type may not do. */
function analyse(script: ParsedScript, type: ScriptType): Analysis {
  const scopes = resolveNames(script);
  const names = findRequires(script, scopes);
  refuseForType(script, type, { requires: names, scopes });
  const change = findBuiltInChange(script.source, script.program);
  const changes = change && type === "script" ? [changeLint(change)] : [];
  const lints = [...findLints(script, type, scopes), ...changes].toSorted(byPlace);
  // What a module does not export, nobody calls, except for its main.
  const functions = script.format === "classic" ? findFunctions(script, scopes).topLevel : [];
  const freeNames = script.format === "classic" ? findFreeNames(script, scopes) : new Set<string>();
  // Type Script has no libraries.
  if (type === "script") freeNames.delete("cxUserspace");
  return { names, altersBuiltIns: change !== undefined, lints, functions, freeNames };
}

function changeLint({ what, node }: BuiltInChange): Lint {
  const message = `Changes the built-in ${what}: each call gets a new isolate, which takes some milliseconds`;
  return { message, ...placeOf(node) };
}

function byPlace(one: Lint, other: Lint): number {
  return one.line - other.line || one.column - other.column;
}

function releaseId(origin: Origin, code: string): string {
  const content = JSON.stringify([origin.account, origin.script, origin.type, code]);
  return createHash("sha256").update(content).digest("hex");
}
