// Takes the budget out of a tree again, and finds what a budget left unchecked.
// Shares no code with budget.ts, so that neither hides the other's mistakes.

import type { Program } from "acorn";
import { NAMES } from "./run.ts";

/** A tree as plain data: nodes without their places. */
export type Shape = { type: string; [field: string]: unknown };

/** The shape of a tree without the budget. The body of every loop is a block in it, as the budget may have had to make it one. */
export function shapeOf(program: Program): unknown {
  return reshape(program);
}

/** What of a budgeted tree can repeat without a check, as "type at offset". */
export function findUnchecked(program: Program): string[] {
  const found: string[] = [];
  const visit = (node: Shape): void => {
    if (!isChecked(node)) found.push(`${node.type} at ${String(node["start"])}`);
    for (const child of Object.values(node).flat()) if (isShape(child)) visit(child);
  };
  visit({ ...program });
  return found;
}

const LOOP = /^(While|DoWhile|For|ForIn|ForOf)Statement$/;
const UNCOMPARED = new Set(["start", "end", "loc", "range"]);

function reshape(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isAdded(item)).map(reshape);
  if (!isShape(value))
    return value instanceof RegExp || typeof value === "bigint" ? String(value) : value;
  const kept = withoutBudget(value);
  if (kept !== value) return reshape(kept);
  const fields = Object.entries(value).filter(([field]) => !UNCOMPARED.has(field));
  const shape = Object.fromEntries(fields.map(([field, of]) => [field, reshape(of)]));
  if (LOOP.test(value.type)) shape["body"] = asBlock(shape["body"]);
  return shape;
}

function asBlock(body: unknown): unknown {
  return isShape(body) && body.type === "BlockStatement"
    ? body
    : { type: "BlockStatement", body: [body] };
}

/** The node itself, or what it was before the budget was put around it. */
function withoutBudget(node: Shape): unknown {
  const { expressions, body } = node;
  if (node.type === "SequenceExpression" && Array.isArray(expressions) && isCheck(expressions[0])) {
    const [, ...rest] = expressions;
    return rest.length === 1 ? rest[0] : { ...node, expressions: rest };
  }
  if (isResumeOf(node, 1) && Array.isArray(node["arguments"])) return node["arguments"][0];
  const isLoopAndResume =
    node.type === "BlockStatement" &&
    Array.isArray(body) &&
    body.length === 2 &&
    isResumeOf(expressionOf(body[1]), 0);
  return isLoopAndResume ? body[0] : node;
}

function isAdded(item: unknown): boolean {
  const expression = expressionOf(item);
  return isCheck(expression) || isResumeOf(expression, 0);
}

function expressionOf(statement: unknown): unknown {
  return isShape(statement) && statement.type === "ExpressionStatement"
    ? statement["expression"]
    : undefined;
}

/** `--ticks < 0 && …` */
function isCheck(node: unknown): boolean {
  if (!isShape(node) || node.type !== "LogicalExpression" || !isShape(node["left"])) return false;
  const update = node["left"]["left"];
  return (
    isShape(update) &&
    update.type === "UpdateExpression" &&
    isNamed(update["argument"], NAMES.counter)
  );
}

function isResumeOf(node: unknown, count: number): boolean {
  if (!isShape(node) || node.type !== "CallExpression" || !isNamed(node["callee"], NAMES.resume))
    return false;
  return Array.isArray(node["arguments"]) && node["arguments"].length === count;
}

function isNamed(node: unknown, name: string): boolean {
  return isShape(node) && node.type === "Identifier" && node["name"] === name;
}

const CHECKED: Record<string, (node: Shape) => boolean> = {
  FunctionDeclaration: ({ body }) => startsChecked(body),
  FunctionExpression: ({ body }) => startsChecked(body),
  ArrowFunctionExpression: ({ body }) => startsChecked(body) || isCheckedValue(body),
  StaticBlock: (node) => startsChecked(node) || itemsOf(node["body"]).length === 0,
  PropertyDefinition: ({ value }) => value === null || isCheckedNamed(value),
  AssignmentPattern: ({ right }) => isCheckedNamed(right),
  ObjectPattern: ({ properties }) =>
    itemsOf(properties).every((of) => of["computed"] !== true || isCheckedValue(of["key"])),
};

function isChecked(node: Shape): boolean {
  if (LOOP.test(node.type)) return startsChecked(node["body"]);
  return CHECKED[node.type]?.(node) ?? true;
}

function itemsOf(list: unknown): Shape[] {
  return Array.isArray(list) ? list.filter(isShape) : [];
}

/** Does the block begin with a check, but for directives and a resume? */
function startsChecked(block: unknown): boolean {
  if (!isShape(block)) return false;
  const first = itemsOf(block["body"]).find(
    (item) => !isResumeOf(expressionOf(item), 0) && item["directive"] === undefined,
  );
  return isCheck(expressionOf(first));
}

function isCheckedValue(node: unknown): boolean {
  if (!isShape(node) || node.type !== "SequenceExpression") return false;
  return isCheck(itemsOf(node["expressions"])[0]);
}

/** Is the value behind a check, or an anonymous function, or an anonymous class whose head begins with one? */
function isCheckedNamed(node: unknown): boolean {
  if (!isShape(node) || node["id"]) return false;
  if (node.type !== "ClassExpression") {
    return isCheckedValue(node) || /^(Arrow)?FunctionExpression$/.test(node.type);
  }
  const members = isShape(node["body"]) ? itemsOf(node["body"]["body"]) : [];
  const head = node["superClass"] ?? members.find((member) => member["computed"] === true)?.["key"];
  return head === undefined || isCheckedValue(head);
}

function isShape(value: unknown): value is Shape {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}
