// What may a script of this type not do? Refuses at publish what would fail in every call.

import type { ScriptType } from "../../schemas/script-type.ts";
import { findExports } from "./export-finder.ts";
import { findFunctions } from "./exports.ts";
import { findMain } from "./main-function.ts";
import type { FunctionNode } from "./nodes.ts";
import type { ParsedScript } from "./parse.ts";
import { refusal, refusalAt, shortened } from "./refusal.ts";
import type { RequiredNames } from "./requires.ts";
import type { Scopes } from "./scopes.ts";

/**
 * Throws a Fault with line and column where the script breaks a rule of its type: `module_not_allowed` for libraries in a
 * Script, `compile_error` for a Script whose main is asynchronous for certain and for a Driver that does nothing of what
 * drivers do. `requires` is what `findRequires` finds in the script, `scopes` its names.
 */
export function refuseForType(
  script: ParsedScript,
  type: ScriptType,
  { requires, scopes }: { requires: RequiredNames; scopes: Scopes },
): void {
  if (type === "script") {
    refuseLibraries(script, requires);
    refuseAsyncMain(script, scopes);
  }
  if (type === "driver") refuseIdleDriver(script, scopes);
}

/** A require whose name shows only when it runs fails there. */
function refuseLibraries(script: ParsedScript, { names }: RequiredNames): void {
  const [first] = names;
  if (first === undefined) return;
  const reason = "type Script has no libraries, choose type App";
  throw refusal(`Cannot ${useOf(script, first.name)}: ${reason}`, first, "module_not_allowed");
}

function useOf({ program }: ParsedScript, name: string): string {
  const isImport = program.body.some(
    (node) => "source" in node && node.source && String(node.source.value) === name,
  );
  const quoted = JSON.stringify(shortened(name));
  return isImport ? `import ${quoted}` : `use require(${quoted})`;
}

function refuseAsyncMain(script: ParsedScript, scopes: Scopes): void {
  const main = findMain(scopes, findExports(script, scopes));
  if (main === undefined || !(main.async || main.generator)) return;
  throw refusalAt(
    main,
    `type Script cannot be asynchronous: main is ${kindOf(main)}. Choose type App`,
  );
}

function kindOf({ async, generator }: FunctionNode): string {
  if (!async) return "a generator";
  return generator ? "an async generator" : "an async function";
}

/** What drivers of numbers and of alerts are asked for. */
const DRIVER_FUNCTIONS = ["search", "allocate", "release", "list", "alert", "main"];

function refuseIdleDriver(script: ParsedScript, scopes: Scopes): void {
  const { topLevel, exported } = findFunctions(script, scopes);
  if (exported === undefined) return;
  const offered = script.format === "classic" ? [...exported, ...topLevel] : exported;
  if (DRIVER_FUNCTIONS.some((name) => offered.includes(name))) return;
  const message = `A Driver exports at least one of ${DRIVER_FUNCTIONS.join(", ")}`;
  throw refusal(message, { line: 1, column: 1 });
}
