// The variables in a pattern: what a declaration declares, what a parameter takes, what an assignment assigns to.

import type {
  ArrayPattern,
  AssignmentPattern,
  Identifier,
  Node,
  ObjectPattern,
  RestElement,
} from "acorn";
import { isIdentifier, keyOf } from "./nodes.ts";

/** A variable in a pattern, and the way to its value, undefined where the pattern does not show it. */
export type Leaf = { id: Identifier; path: readonly string[] | undefined };

/** The variables that a pattern declares or assigns to. Members are none. */
export function leavesOf(pattern: Node): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (node: Node | null, path: Leaf["path"]): void => {
    if (isIdentifier(node)) leaves.push({ id: node, path });
    else if (isPattern(node)) visitParts(node, path, visit);
  };
  visit(pattern, []);
  return leaves;
}

type CompoundPattern = ObjectPattern | ArrayPattern | RestElement | AssignmentPattern;

function visitParts(
  pattern: CompoundPattern,
  path: Leaf["path"],
  visit: (node: Node | null, path: Leaf["path"]) => void,
): void {
  switch (pattern.type) {
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") visit(property.argument, undefined);
        else visit(property.value, longer(path, keyOf(property)));
      }
      return;
    case "ArrayPattern":
      for (const element of pattern.elements) visit(element, undefined);
      return;
    case "RestElement":
      return visit(pattern.argument, undefined);
    case "AssignmentPattern":
      return visit(pattern.left, undefined);
  }
}

function longer(path: Leaf["path"], key: string | undefined): Leaf["path"] {
  if (path === undefined || key === undefined || path.length === LONGEST_PATH) return undefined;
  return [...path, key];
}

/** A destructuring pattern deeper than this is nobody's business here. */
const LONGEST_PATH = 8;
const PATTERNS = new Set(["ObjectPattern", "ArrayPattern", "RestElement", "AssignmentPattern"]);

function isPattern(node: Node | null): node is CompoundPattern {
  return node !== null && PATTERNS.has(node.type);
}
