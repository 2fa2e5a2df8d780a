// Which function does a call run?

import type { Node } from "acorn";
import type { Exports } from "./export-finder.ts";
import { isFunction, type FunctionNode } from "./nodes.ts";
import type { Scopes, Variable } from "./scopes.ts";

/** The one function that is main for certain. Undefined where there is none, or where only the run will know which. */
export function findMain(scopes: Scopes, exports: Exports): FunctionNode | undefined {
  if (exports.isOpen) return undefined;
  const exported = exports.names.get("main")?.filter((value) => value.type !== "UnaryExpression");
  if (exported !== undefined && exported.length > 0) return theOne(exported, scopes);
  if (exports.functions.length > 0) return theOne(exports.functions, scopes);
  const variable = scopes.top.get("main") ?? scopes.free.get("main");
  return variable && functionOf(variable, scopes);
}

function theOne(values: readonly Node[], scopes: Scopes): FunctionNode | undefined {
  const functions = new Set(values.map((value) => asFunction(value, scopes, 0)));
  const [only] = functions;
  return functions.size === 1 ? only : undefined;
}

/** The function that a variable holds for certain. Of several declarations the last one wins. */
export function functionOf(
  variable: Variable,
  scopes: Scopes,
  aliases = 0,
): FunctionNode | undefined {
  const { definitions } = variable;
  const last = definitions.at(-1);
  if (last?.is === "function")
    return definitions.every(({ is }) => is === "function") ? last.node : undefined;
  if (last?.is !== "value" || last.path.length > 0 || definitions.length > 1) return undefined;
  return asFunction(last.value, scopes, aliases);
}

function asFunction(value: Node, scopes: Scopes, aliases: number): FunctionNode | undefined {
  if (isFunction(value)) return value;
  const variable = aliases < MOST_ALIASES ? scopes.variableOf(value) : undefined;
  return variable && functionOf(variable, scopes, aliases + 1);
}

/** A variable may hold itself, by whatever detour. */
const MOST_ALIASES = 8;
