// Compiles the CPU budget into a script: whatever can repeat passes a check of a counter first.
// Trust: the source is hostile. It must neither run past the checks nor reach the counter.
//
// Checks stand at the start of every loop body, function body and static block, and before every class field and
// every default or computed key of a pattern. The last are evaluated outside of any body:
// `async function f(n, a = n && [f(n - 1), f(n - 1)], b = null.x) {}` doubles its work at each level and never enters one.
// Native code passes no check: it is the watchdog's.

import { getLineInfo } from "acorn";
import type * as acorn from "acorn";
import { MagicString, type SourceMap } from "magic-string";
import { Fault } from "./fault.ts";

/**
 * What the closure around the code declares: `let counter = 0`; `refill()`, which returns the next number of ticks
 * or never returns; `resume(value?)`, which returns `value` and is called wherever code may go on in a new turn.
 * Some of those calls come in the old turn or twice in one, so `resume` must not grant time by itself.
 */
export type BudgetNames = { counter: string; refill: string; resume: string };

/** The code with the budget in it, and the map back to the author's columns. Lines are the author's own. */
export type BudgetedCode = { code: string; map: SourceMap };

/**
 * Compiles the budget into `source`, given its tree `program`, parsed by acorn without `preserveParens`.
 * The code must run as what it was parsed as, `await` a keyword or a name alike: else what the tree calls a regular
 * expression may be code, unseen and unchecked. For the same reason it must hold no hashbang and no HTML-like comment.
 * Throws a Fault `compile_error` for `with`: its object could answer in place of the counter.
 */
export function compileBudget(
  source: string,
  program: acorn.Program,
  names: BudgetNames,
): BudgetedCode {
  const edits = new Edits(source, names);
  for (const visit of visits(program)) {
    edits.depth = visit.depth;
    applyRule(edits, visit.node.type, visit);
  }
  const result = new MagicString(source);
  for (const { at, text } of edits.inOrder()) result.appendLeft(at, text);
  return { code: result.toString(), map: result.generateMap({ hires: "boundary" }) };
}

const MOST_PICKS = 16;

/**
 * Picks three names that `source` does not contain, whether spelled out or in unicode escapes.
 * `random` returns letters and digits, at least eight and different each time.
 */
export function pickBudgetNames(source: string, random: () => string): BudgetNames {
  const texts = [source, decodeEscapes(source)];
  // V8 quotes callees: an author reads `$awaitedx7k2…(...).f is not a function`.
  const counter = pickName(texts, () => `$${random()}`);
  const refill = pickName([...texts, counter], () => `$${random()}`);
  const resume = pickName([...texts, counter, refill], () => `$awaited${random()}`);
  return { counter, refill, resume };
}

function pickName(taken: string[], next: () => string): string {
  for (let picks = 0; picks < MOST_PICKS; picks++) {
    const name = next();
    if (!/^\$[A-Za-z0-9]{8,}$/.test(name)) throw new Error(`Cannot name the budget "${name}"`);
    if (!taken.some((text) => text.includes(name))) return name;
  }
  throw new Error(`Cannot name the budget: ${MOST_PICKS} random names are taken`);
}

function decodeEscapes(source: string): string {
  return source.replace(/\\u(?:\{([0-9a-f]+)\}|([0-9a-f]{4}))/gi, (escape, braced, plain) => {
    const codePoint = Number.parseInt(braced ?? plain, 16);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : escape;
  });
}

// What is inserted

type Insertion = { at: number; text: string; rank: number };

/** Collects the insertions, each made for the node at `depth`. */
class Edits {
  depth = 0;
  readonly check: string;
  readonly resume: string;
  readonly source: string;
  readonly #insertions: Insertion[] = [];

  constructor(source: string, { counter, refill, resume }: BudgetNames) {
    this.source = source;
    this.check = `--${counter}<0&&(${counter}=${refill}())`;
    this.resume = resume;
  }

  open(at: number, text: string): void {
    this.#insertions.push({ at, text, rank: this.depth });
  }

  close(at: number, text: string): void {
    this.#insertions.push({ at, text, rank: -this.depth });
  }

  around({ start, end }: acorn.Node, before: string, after: string): void {
    this.open(start, before);
    this.close(end, after);
  }

  /** Has `node` evaluated after a check. An anonymous function or class would lose its inferred name. */
  checkBefore(node: acorn.Node): void {
    this.around(node, `(${this.check},`, ")");
  }

  /** At one place, what closes comes before what opens, and the outer node opens first and closes last. */
  inOrder(): Insertion[] {
    const sorted = this.#insertions.toSorted((a, b) => a.at - b.at || a.rank - b.rank);
    // A semicolon matters only where it stands between other insertions and the next line.
    const isNeeded = ({ at }: Insertion, index: number): boolean =>
      sorted[index - 1]?.at === at || sorted[index + 1]?.at === at;
    return sorted.filter(
      (insertion, index) => insertion.text !== ";" || isNeeded(insertion, index),
    );
  }
}

// Where it is inserted

type NodeOf = { [Type in acorn.AnyNode["type"]]: Extract<acorn.AnyNode, { type: Type }> };

type Rule<Node> = (edits: Edits, visit: Visit<Node>) => void;

const RULES: { [Type in keyof NodeOf]?: Rule<NodeOf[Type]> } = {
  WhileStatement: checkLoop,
  DoWhileStatement: checkLoop,
  ForStatement: checkLoop,
  ForInStatement: checkLoop,
  ForOfStatement: checkForOf,
  LabeledStatement: resumeAfterLoop,

  FunctionDeclaration: checkFunction,
  FunctionExpression: checkFunction,
  ArrowFunctionExpression: checkFunction,
  StaticBlock: checkStaticBlock,
  PropertyDefinition: checkField,
  AssignmentPattern: (edits, { node }) => checkNamed(edits, node.right),
  ObjectPattern: checkPatternKeys,

  AwaitExpression: resumeAfter,
  YieldExpression: resumeAfterYield,
  TryStatement: resumeInHandlers,

  ExpressionStatement: endInWriting,
  ReturnStatement: endInWriting,
  ThrowStatement: endInWriting,
  VariableDeclaration: endDeclarationInWriting,
  ExportDefaultDeclaration: endExportInWriting,

  WithStatement: refuseWith,
};

function applyRule<Type extends keyof NodeOf>(
  edits: Edits,
  type: Type,
  visit: Visit<NodeOf[Type]>,
): void {
  RULES[type]?.(edits, visit);
}

type Loop = NodeOf[
  | "WhileStatement"
  | "DoWhileStatement"
  | "ForStatement"
  | "ForInStatement"
  | "ForOfStatement"];

function checkLoop(edits: Edits, { node }: Visit<Loop>): void {
  startBody(edits, node.body, `${edits.check};`);
}

function startBody(edits: Edits, body: acorn.Statement, text: string): void {
  if (body.type === "BlockStatement") edits.open(body.start + 1, text);
  else edits.around(body, `{${text}`, "}");
}

function checkForOf(edits: Edits, visit: Visit<acorn.ForOfStatement>): void {
  const { node } = visit;
  if (!node.await) return checkLoop(edits, visit);
  startBody(edits, node.body, `${edits.resume}();${edits.check};`);
  resumeAfterLoop(edits, visit);
}

/** A `for await` ends in a new turn. Braces keep the call with the loop, and its labels on it. */
function resumeAfterLoop(edits: Edits, { node, parent }: Visit<acorn.Statement>): void {
  if (parent?.type === "LabeledStatement") return;
  const inner = withoutLabels(node);
  if (inner.type !== "ForOfStatement" || !inner.await) return;
  edits.around(node, "{", `${edits.resume}();}`);
}

function withoutLabels(statement: acorn.Statement): acorn.Statement {
  let inner = statement;
  while (inner.type === "LabeledStatement") inner = inner.body;
  return inner;
}

type Callable = NodeOf["FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression"];

function checkFunction(edits: Edits, { node: { body } }: Visit<Callable>): void {
  if (body.type === "BlockStatement") edits.open(afterDirectives(body), `${edits.check};`);
  else edits.checkBefore(body);
}

/** Behind its directives, which are directives only at the front. Those without a semicolon get one by endInWriting. */
function afterDirectives({ start, body }: acorn.BlockStatement): number {
  const first = body.findIndex((node) => !isDirective(node));
  const last = body.at(first === -1 ? -1 : first - 1);
  return first === 0 || last === undefined ? start + 1 : last.end;
}

function isDirective(node: acorn.Statement): boolean {
  return node.type === "ExpressionStatement" && node.directive !== undefined;
}

function checkStaticBlock(edits: Edits, { node }: Visit<acorn.StaticBlock>): void {
  const [first] = node.body;
  if (first) edits.open(first.start, `${edits.check};`);
}

function checkField(edits: Edits, visit: Visit<acorn.PropertyDefinition>): void {
  const { node } = visit;
  if (!node.value) return;
  checkNamed(edits, node.value);
  endInWriting(edits, visit);
}

function checkPatternKeys(edits: Edits, { node }: Visit<acorn.ObjectPattern>): void {
  for (const property of node.properties) {
    if (property.type === "Property" && property.computed) edits.checkBefore(property.key);
  }
}

/**
 * Has `value` evaluated after a check, where an anonymous function or class takes the name of what it is assigned to.
 * Evaluating such a function runs no code; such a class runs its heritage or its first computed key before all else.
 */
function checkNamed(edits: Edits, value: acorn.Expression): void {
  if (isAnonymousFunction(value)) return;
  if (value.type !== "ClassExpression" || value.id) return edits.checkBefore(value);
  const first = value.superClass ?? value.body.body.find(hasComputedKey)?.key;
  if (first) edits.checkBefore(first);
}

function isAnonymousFunction(node: acorn.Expression): boolean {
  return (
    node.type === "ArrowFunctionExpression" || (node.type === "FunctionExpression" && !node.id)
  );
}

type Member = acorn.ClassBody["body"][number];

function hasComputedKey(
  member: Member,
): member is acorn.MethodDefinition | acorn.PropertyDefinition {
  return member.type !== "StaticBlock" && member.computed;
}

/** Safe wherever an await or yield may stand: a call binds tighter than either. */
function resumeAfter(edits: Edits, { node }: Visit): void {
  edits.around(node, `${edits.resume}(`, ")");
}

function resumeAfterYield(edits: Edits, visit: Visit): void {
  if (visit.suspends) resumeAfter(edits, visit);
}

/** A rejection resumes the code in its handler. */
function resumeInHandlers(edits: Edits, { node, suspends }: Visit<acorn.TryStatement>): void {
  if (!suspends) return;
  for (const block of [node.handler?.body, node.finalizer]) {
    if (block) edits.open(block.start + 1, `${edits.resume}();`);
  }
}

/**
 * Writes the semicolon that the parser took as given. `f = x => y => {}` ends at its line's end before a `(`;
 * `f = x => (check,y => {})` would be called by it.
 */
function endInWriting(edits: Edits, { node: { end } }: Visit): void {
  if (edits.source[end - 1] !== ";") edits.close(end, ";");
}

function endDeclarationInWriting(edits: Edits, visit: Visit): void {
  const { node, parent } = visit;
  const isLoopHead = parent?.type.startsWith("For") && "body" in parent && parent.body !== node;
  if (!isLoopHead) endInWriting(edits, visit);
}

function endExportInWriting(edits: Edits, visit: Visit<acorn.ExportDefaultDeclaration>): void {
  const isStatement = /^(Function|Class)Declaration$/.test(visit.node.declaration.type);
  if (!isStatement) endInWriting(edits, visit);
}

function refuseWith(edits: Edits, { node }: Visit<acorn.WithStatement>): void {
  const { line, column } = getLineInfo(edits.source, node.start);
  const place = `(line ${line}, column ${column + 1})`;
  throw new Fault("compile_error", `"with" is not available: name the object instead ${place}`, {
    facts: { line, column: column + 1 },
  });
}

// How the tree is read

/** `suspends`: the innermost function around the node is async, or there is none. */
type Visit<Node = acorn.AnyNode> = {
  node: Node;
  parent: acorn.AnyNode | undefined;
  depth: number;
  suspends: boolean;
};

/** Every node, parents first. Not by recursion: `a.b.b.b` is parsed in a loop, into a tree of any depth. */
function* visits(program: acorn.Program): Generator<Visit> {
  const pending: Visit[] = [{ node: program, parent: undefined, depth: 1, suspends: true }];
  for (let visit = pending.pop(); visit; visit = pending.pop()) {
    yield visit;
    const { node, depth } = visit;
    const suspends = "async" in node ? node.async : visit.suspends;
    for (const child of childrenOf(node)) {
      pending.push({ node: child, parent: node, depth: depth + 1, suspends });
    }
  }
}

function childrenOf(node: acorn.AnyNode): acorn.AnyNode[] {
  const fields: unknown[] = Object.values(node);
  const children = fields.filter(isNode);
  for (const field of fields) {
    // A list may be as long as the source: too long to spread.
    if (Array.isArray(field)) for (const item of field) if (isNode(item)) children.push(item);
  }
  return children;
}

function isNode(value: unknown): value is acorn.AnyNode {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}
