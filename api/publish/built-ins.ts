// Does this script change what the language gives it? Such a script needs an isolate of its own for every call: in a warm
// one everything built in is frozen. What is missed here fails there, by a TypeError or without effect.

import type { CallExpression, Node, Program } from "acorn";
import { ancestor, simple } from "acorn-walk";
import { scriptGlobals } from "../../schemas/script-globals.ts";
import { isIdentifier, isMember, nameOf } from "./nodes.ts";

/** The first change of a built-in object, in the author's words, and where it begins. */
export type BuiltInChange = { what: string; node: Node };

/** Finds the first place where the script changes a built-in object, undefined where there is none. */
export function findBuiltInChange(source: string, program: Program): BuiltInChange | undefined {
  const scope = new Scope(program);
  let first: BuiltInChange | undefined;
  const report = (write: Write | undefined, ancestors: Node[]): void => {
    if (write === undefined || !scope.isBuiltIn(write)) return;
    if (isHarmless(write, ancestors, source)) return;
    const { target } = write;
    if (first !== undefined && first.node.start <= target.start) return;
    first = { what: source.slice(target.start, target.end), node: target };
  };
  ancestor(program, {
    AssignmentExpression: (node, _state, ancestors) => report(writeOf(node.left), ancestors),
    UpdateExpression: (node, _state, ancestors) => report(writeOf(node.argument), ancestors),
    UnaryExpression(node, _state, ancestors) {
      if (node.operator === "delete") report(writeOf(node.argument), ancestors);
    },
    CallExpression(node, _state, ancestors) {
      for (const write of writesOf(node)) report(write, ancestors);
    },
  });
  return first;
}

/** A place that is written to: the object or member as the source names it, and the paths that change. */
type Write = { target: Node; paths: string[][] };

/** Stands for a name that only the run will know. */
const ANY = "*";

function writeOf(target: Node): Write {
  return { target, paths: [pathOf(target) ?? []] };
}

type Argument = CallExpression["arguments"][number];

/** What a call changes of its receiver and its arguments. */
function writesOf({ callee, arguments: args }: CallExpression): Write[] {
  const name = nameOf(callee) ?? "";
  const [first, second] = args;
  if (isReflection(callee)) {
    if (first === undefined || !CHANGERS.has(name)) return [];
    // The frozen global object takes assignments, and no definitions.
    if (ASSIGNERS.has(name) && isScope(first)) return [];
    return [writeUnder(first, namesIn(name, second))];
  }
  const ofReceiver =
    isMember(callee) && DEFINERS.has(name) ? [writeUnder(callee.object, [literalOf(first)])] : [];
  const isHanded = (it: Node): boolean =>
    isPrototype(it) || (isOwnFunction(callee) && isConstructor(it));
  return [...ofReceiver, ...args.filter(isHanded).map((it) => writeUnder(it, [ANY]))];
}

/** A function that the script itself may have written, and not a method. */
function isOwnFunction({ type }: Node): boolean {
  return type === "Identifier" || type.endsWith("FunctionExpression");
}

function isConstructor(node: Node): boolean {
  return isIdentifier(node) && /^[A-Z][a-z]/.test(node.name) && !OPEN.has(node.name);
}

function writeUnder(target: Node, names: string[]): Write {
  const path = pathOf(target) ?? [];
  return { target, paths: names.map((name) => [...path, name]) };
}

/** The names that `Object[name](target, what, ...)` defines. */
function namesIn(name: string, what: Argument | undefined): string[] {
  if (name !== "assign" && name !== "defineProperties") return [literalOf(what)];
  if (what?.type !== "ObjectExpression") return [ANY];
  return what.properties.map((it) =>
    it.type === "Property" && !it.computed ? keyOf(it.key) : ANY,
  );
}

function keyOf(key: Node): string {
  return isIdentifier(key) ? key.name : literalOf(key);
}

function literalOf(node: Node | undefined): string {
  return node !== undefined && "value" in node ? String(node.value) : ANY;
}

const GLOBALS = scriptGlobals();
/** Methods of every object that define a property of it. */
const DEFINERS = new Set(["__defineGetter__", "__defineSetter__"]);
/** Functions of `Object` and `Reflect` that change their first argument. */
const CHANGERS = new Set([
  "assign",
  "defineProperties",
  "defineProperty",
  "deleteProperty",
  "set",
  "setPrototypeOf",
]);
/** Those of them that assign. */
const ASSIGNERS = new Set(["assign", "set"]);
/** May be written to in a warm isolate as well, or nowhere. */
const OPEN = new Set([
  "Error.stackTraceLimit",
  "Error.prepareStackTrace",
  "RegExp.input",
  "NaN",
  "Infinity",
  "undefined",
]);
/** Their members are the script's to define. */
const SCOPES = new Set(["globalThis", "self"]);

/** Which names mean built-in objects. A name that the script declares anywhere is its own. */
class Scope {
  readonly #declared = new Set<string>();
  /** Variables that hold the prototype of a built-in. */
  readonly #aliases = new Set<string>();

  constructor(program: Program) {
    simple(program, {
      VariableDeclarator: ({ id, init }) => {
        if (isIdentifier(id) && init && isPrototype(init)) this.#nameAlias(id.name, init);
        this.#declare([id]);
      },
      AssignmentExpression: ({ left, right }) => {
        if (isIdentifier(left) && isPrototype(right)) this.#nameAlias(left.name, right);
      },
      Function: ({ id, params }) => this.#declare([id, ...params]),
      Class: ({ id }) => this.#declare([id]),
      CatchClause: ({ param }) => this.#declare([param]),
    });
  }

  isBuiltIn({ target, paths }: Write): boolean {
    const [root = "", ...members] = pathOf(target) ?? [];
    if (this.#aliases.has(root)) return paths.some(({ length }) => length > 1);
    if (!SCOPES.has(root)) return this.#isGlobal(root);
    return members[0] === undefined || this.#isGlobal(members[0]);
  }

  #isGlobal(name: string): boolean {
    return GLOBALS.has(name) && !this.#declared.has(name);
  }

  #nameAlias(alias: string, prototype: Node): void {
    const [root = ""] = pathOf(prototype) ?? [];
    if (this.#isGlobal(root)) this.#aliases.add(alias);
  }

  /** Not what is inside patterns: nobody calls a part of a pattern `String`. */
  #declare(ids: readonly (Node | null | undefined)[]): void {
    for (const id of ids) if (isIdentifier(id)) this.#declared.add(id.name);
  }
}

function isScope(node: Node): boolean {
  return isIdentifier(node) && SCOPES.has(node.name);
}

/** `String.prototype.x` as its names, undefined for anything that is not made of names alone. */
function pathOf(node: Node): string[] | undefined {
  const names: string[] = [];
  let at = node;
  while (isMember(at)) {
    names.unshift(nameOf(at) ?? "*");
    at = at.object;
  }
  return isIdentifier(at) ? [at.name, ...names] : undefined;
}

function isPrototype(node: Node): boolean {
  return nameOf(node) === "prototype" && pathOf(node)?.length === 2;
}

function isReflection(callee: Node): boolean {
  const [root] = pathOf(callee) ?? [];
  return root === "Object" || root === "Reflect";
}

/** Written where it may be written to, or only where this engine has it not: a polyfill behind its guard. */
function isHarmless({ paths }: Write, ancestors: Node[], source: string): boolean {
  if (paths.every((path) => OPEN.has(path.join(".")))) return true;
  const guards = ancestors.flatMap((node) => guardOf(node, source));
  return paths.every(
    (path) => exists(path) && guards.some((guard) => guard.includes(path.at(-1) ?? "")),
  );
}

/** The text of the condition under which the rest of `node` is evaluated. */
function guardOf(node: Node, source: string): string[] {
  const condition = "test" in node ? node.test : "left" in node ? node.left : undefined;
  if (!GUARDS.has(node.type) && !isLogical(node)) return [];
  return isNode(condition) ? [source.slice(condition.start, condition.end)] : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "start" in value && "end" in value;
}

const GUARDS = new Set(["IfStatement", "ConditionalExpression", "LogicalExpression"]);

function isLogical(node: Node): boolean {
  return "operator" in node && (node.operator === "||=" || node.operator === "??=");
}

/** This engine is the isolate's in all that guards ask for. */
function exists(path: readonly string[]): boolean {
  let value: unknown = globalThis;
  for (const name of path) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
    if (!Reflect.has(value, name)) return false;
    value = Reflect.getOwnPropertyDescriptor(value, name)?.value;
  }
  return true;
}
