// What does a script require of others, as far as its source shows?

import type { Node, Program } from "acorn";
import { simple } from "acorn-walk";
import { nameOf, textOf } from "./nodes.ts";
import type { ParsedScript } from "./parse.ts";
import { placeOf, type Place } from "./refusal.ts";
import { resolveNames, type Scopes } from "./scopes.ts";

/** A name that is required, and where first: the `require` that is called, or the string of an import. */
export type RequiredName = { name: string } & Place;

/** `names` in the order of their places. `isOpen`: only the run will show what else the script asks for. */
export type RequiredNames = { names: RequiredName[]; isOpen: boolean };

/** Finds what the script imports, re-exports and requires. A `require` that is a variable of its own is not ours. */
export function findRequires(
  script: ParsedScript,
  scopes: Scopes = resolveNames(script),
): RequiredNames {
  const calls = new Set<Node>(scopes.free.get("require")?.references);
  const required = [...importsOf(script.program), ...takeCalls(calls, script.program)];
  const first = new Map<string, RequiredName>();
  for (const { name, node } of required.toSorted((a, b) => a.node.start - b.node.start)) {
    if (!first.has(name)) first.set(name, Object.assign({ name }, placeOf(node)));
  }
  return { names: [...first.values()], isOpen: calls.size > 0 };
}

type Required = { name: string; node: Node };

function importsOf(program: Program): Required[] {
  return program.body.flatMap((node) =>
    "source" in node && node.source ? [{ name: String(node.source.value), node: node.source }] : [],
  );
}

/**
 * The calls that show what they ask for. Takes them out of `uses`, and with them what asks for nothing: `typeof require`,
 * and `require.main`, by which a file of Node's finds out whether it was started itself.
 */
function takeCalls(uses: Set<Node>, program: Program): Required[] {
  const found: Required[] = [];
  if (uses.size === 0) return found;
  simple(program, {
    CallExpression(node) {
      const name = textOf(node.arguments[0]);
      if (name !== undefined && uses.delete(node.callee)) found.push({ name, node });
    },
    MemberExpression(node) {
      if (nameOf(node) === "main") uses.delete(node.object);
    },
    UnaryExpression({ operator, argument }) {
      if (operator === "typeof") uses.delete(argument);
    },
  });
  return found;
}
