// What the analyses of a script ask of a node of its tree.

import type {
  AnonymousFunctionDeclaration,
  ArrowFunctionExpression,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
  Literal,
  MemberExpression,
  Node,
  TemplateLiteral,
} from "acorn";

export type FunctionNode =
  | FunctionDeclaration
  | AnonymousFunctionDeclaration
  | FunctionExpression
  | ArrowFunctionExpression;

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === "FunctionDeclaration" ||
    node?.type === "FunctionExpression" ||
    node?.type === "ArrowFunctionExpression"
  );
}

export function isIdentifier(node: Node | null | undefined): node is Identifier {
  return node?.type === "Identifier";
}

export function isMember(node: Node): node is MemberExpression {
  return node.type === "MemberExpression";
}

/** The name in `x.name` or `x["name"]`, undefined where only the run will know it. */
export function nameOf(node: Node): string | undefined {
  if (!isMember(node)) return undefined;
  const { property, computed } = node;
  if (property.type === "Literal") return String(property.value);
  return property.type === "Identifier" && !computed ? property.name : undefined;
}

/** The text of a string or of a template without expressions, undefined for anything else. */
export function textOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (isLiteral(node)) return typeof node.value === "string" ? node.value : undefined;
  if (!isTemplate(node) || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** The name of a property as its object literal, class or pattern writes it, undefined where it is computed. */
export function keyOf({ key, computed }: { key: Node; computed: boolean }): string | undefined {
  if (isLiteral(key)) return String(key.value);
  if (computed) return textOf(key);
  return isIdentifier(key) ? key.name : undefined;
}

function isLiteral(node: Node): node is Literal {
  return node.type === "Literal";
}

function isTemplate(node: Node): node is TemplateLiteral {
  return node.type === "TemplateLiteral";
}
