// What does a script offer to its callers, as far as its source shows?

import type { AnyNode, Node, Program } from "acorn";
import { findExports } from "./export-finder.ts";
import { isFunction, isIdentifier } from "./nodes.ts";
import type { ParsedScript } from "./parse.ts";
import { resolveNames, type Scopes } from "./scopes.ts";

/**
 * `topLevel`: the names of top-level functions, in order. `exported`: the names that are exported, in order, whatever
 * their values are; undefined where more may be exported than the source shows. The members of a default export are among them,
 * and what is exported in one case only or replaced later. `hasMain`: a main function is there or may be there.
 */
export type ScriptFunctions = {
  topLevel: string[];
  exported: string[] | undefined;
  hasMain: boolean;
};

/** Finds what a script offers. */
export function findFunctions(
  script: ParsedScript,
  scopes: Scopes = resolveNames(script),
): ScriptFunctions {
  const { names, functions, isOpen, setsMain } = findExports(script, scopes);
  const assignsMain = (scopes.free.get("main")?.definitions.length ?? 0) > 0;
  const hasMain =
    isOpen || functions.length > 0 || names.has("main") || names.has("default") || setsMain;
  return {
    topLevel: [...new Set(topLevelNames(script.program))],
    exported: isOpen ? undefined : [...names.keys()],
    hasMain: hasMain || scopes.top.has("main") || assignsMain,
  };
}

function topLevelNames({ body }: Program): string[] {
  return body.flatMap((node) => {
    const statement = "declaration" in node ? node.declaration : node;
    if (statement?.type === "FunctionDeclaration") return statement.id ? [statement.id.name] : [];
    if (statement?.type === "ExpressionStatement") return namesOf(null, statement.expression);
    if (statement?.type !== "VariableDeclaration") return [];
    return statement.declarations.flatMap(({ id, init }) => namesOf(id, init));
  });
}

/** The names that get a function in `id = other = function () {}`. */
function namesOf(id: Node | null, init: AnyNode | null | undefined): string[] {
  const targets = [id];
  let value = init;
  while (value?.type === "AssignmentExpression" && value.operator === "=") {
    targets.push(value.left);
    value = value.right;
  }
  return isFunction(value) ? targets.filter(isIdentifier).map(({ name }) => name) : [];
}
