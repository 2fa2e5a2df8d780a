// Does this script change what the language gives it? Such a script needs an isolate of its own for every call: in a warm
// one everything built in is frozen. What is missed here fails there, by a TypeError or without effect.

import type { MemberExpression, Node, Program } from "acorn";
import { ancestor, simple } from "acorn-walk";
import { SCRIPT_GLOBALS } from "../../schemas/script-globals.ts";

/** The first change of a built-in object, in the author's words, and where it begins. */
export type BuiltInChange = { what: string; node: Node };

/** Finds the first place where the script changes a built-in object, undefined where there is none. */
export function findBuiltInChange(source: string, program: Program): BuiltInChange | undefined {
  const scope = new Scope(program);
  let first: BuiltInChange | undefined;
  const report = (target: Node, ancestors: Node[]): void => {
    if (!scope.isBuiltIn(target) || isHarmless(target, ancestors)) return;
    if (first !== undefined && first.node.start <= target.start) return;
    first = { what: source.slice(target.start, target.end), node: target };
  };
  ancestor(program, {
    AssignmentExpression: (node, _state, ancestors) => report(node.left, ancestors),
    UpdateExpression: (node, _state, ancestors) => report(node.argument, ancestors),
    UnaryExpression(node, _state, ancestors) {
      if (node.operator === "delete") report(node.argument, ancestors);
    },
    CallExpression(node, _state, ancestors) {
      const { callee } = node;
      if (callee.type === "MemberExpression" && DEFINERS.has(nameOf(callee) ?? "")) {
        report(callee, ancestors);
      }
      for (const [at, argument] of node.arguments.entries()) {
        const isChanged = isReflection(callee)
          ? at === 0 && CHANGERS.has(nameOf(callee) ?? "")
          : isPrototype(argument);
        if (isChanged) report(argument, ancestors);
      }
    },
  });
  return first;
}

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
      Function: ({ id, params }) => this.#declare([id, ...params]),
      Class: ({ id }) => this.#declare([id]),
      CatchClause: ({ param }) => this.#declare([param]),
      ImportSpecifier: ({ local }) => this.#declare([local]),
      ImportDefaultSpecifier: ({ local }) => this.#declare([local]),
      ImportNamespaceSpecifier: ({ local }) => this.#declare([local]),
    });
  }

  isBuiltIn(target: Node): boolean {
    const [root = "", ...members] = pathOf(target) ?? [];
    if (this.#aliases.has(root)) return members.length > 0;
    return this.#isGlobal(SCOPES.has(root) ? (members[0] ?? "") : root);
  }

  #isGlobal(name: string): boolean {
    return SCRIPT_GLOBALS.has(name) && !this.#declared.has(name);
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

function isIdentifier(node: Node | null | undefined): node is Node & { name: string } {
  return node?.type === "Identifier";
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

function nameOf(node: Node): string | undefined {
  if (!isMember(node)) return undefined;
  const { property, computed } = node;
  if (property.type === "Literal") return String(property.value);
  return property.type === "Identifier" && !computed ? property.name : undefined;
}

function isMember(node: Node): node is MemberExpression {
  return node.type === "MemberExpression";
}

function isPrototype(node: Node): boolean {
  return nameOf(node) === "prototype" && pathOf(node)?.length === 2;
}

function isReflection(callee: Node): boolean {
  const [root] = pathOf(callee) ?? [];
  return root === "Object" || root === "Reflect";
}

/** Written where it may be written to, or only where this engine has it not: a polyfill behind its guard. */
function isHarmless(target: Node, ancestors: Node[]): boolean {
  const path = pathOf(target) ?? [];
  if (OPEN.has(path.join("."))) return true;
  const isGuarded = ancestors.some(({ type }) => GUARDS.has(type)) || isLogical(ancestors.at(-1));
  return isGuarded && path.length > 1 && exists(path);
}

const GUARDS = new Set(["IfStatement", "ConditionalExpression", "LogicalExpression"]);

function isLogical(node: Node | undefined): boolean {
  const operator = node !== undefined && "operator" in node ? node.operator : undefined;
  return operator === "||=" || operator === "??=";
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
