// Which probable mistakes does a script make in its main function?

import type { Node } from "acorn";
import { recursive } from "acorn-walk";
import { findExports } from "./export-finder.ts";
import { findFunctions } from "./exports.ts";
import { findMain } from "./main-function.ts";
import { isIdentifier, type FunctionNode } from "./nodes.ts";
import type { ParsedScript } from "./parse.ts";
import { leavesOf } from "./patterns.ts";
import { findRequires } from "./requires.ts";
import type { Scopes } from "./scopes.ts";

/** Reports a script without main, and of a main that is one for certain that it looks at nothing or returns nothing. */
export function lintMain(
  script: ParsedScript,
  scopes: Scopes,
  report: (node: Node, message: string) => void,
): void {
  const { hasMain, exported } = findFunctions(script, scopes);
  if (!hasMain && exported?.length === 0) {
    const message = "There is no main function: calls need one; declare function main(data)";
    report(script.program, message);
  }
  const main = findMain(scopes, findExports(script, scopes));
  if (main === undefined || main.generator || isInConversation(script, scopes)) return;
  const unused = unusedParameter(main, scopes);
  if (unused !== undefined && !scopes.free.has("vars")) {
    report(main.params[0] ?? main, `${unused} is not used: main does not look at the call`);
  }
  if (returnsNothing(main) && !LEGACY.some((name) => scopes.free.has(name))) {
    const message =
      "main returns nothing: a call goes on with what main changed in place; return data to be clear";
    report(main, message);
  }
}

/** How the oldest scripts take their input and give their result. */
const LEGACY = ["vars", "exit", "err"];

/** A script that talks with a call or a socket gets its input there, and returns nothing. */
function isInConversation(script: ParsedScript, scopes: Scopes): boolean {
  const { names } = findRequires(script, scopes);
  return names.some(({ name }) => name === "cxC5Server" || name === "cxWebSocket");
}

/** What main calls its data where it uses none of its parameters. */
function unusedParameter(main: FunctionNode, scopes: Scopes): string | undefined {
  const used = main.params
    .flatMap((param) => leavesOf(param))
    .map(({ id }) => scopes.variableOf(id))
    .concat(scopes.parametersOf(main).get("arguments"));
  if (used.some((variable) => variable !== undefined && variable.references.length > 0))
    return undefined;
  const [first] = main.params;
  return isIdentifier(first) ? first.name : "data";
}

/** With a second parameter it is a program that talks with a call. Where it ends in a throw there is nothing to return. */
function returnsNothing({ body, params }: FunctionNode): boolean {
  if (body.type !== "BlockStatement" || params.length > 1) return false;
  if (body.body.at(-1)?.type === "ThrowStatement") return false;
  let isReturning = false;
  recursive(body, undefined, {
    ReturnStatement({ argument }) {
      if (argument) isReturning = true;
    },
    Function() {},
    Class() {},
  });
  return !isReturning;
}
