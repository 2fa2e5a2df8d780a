// What does a script export, by CommonJS and as a module, as far as its source shows?

import type {
  AnyNode,
  AssignmentExpression,
  CallExpression,
  ExportNamedDeclaration,
  Identifier,
  Literal,
  MemberExpression,
  Node,
  Program,
  VariableDeclarator,
} from "acorn";
import { simple, type SimpleVisitors } from "acorn-walk";
import {
  isFunction,
  isIdentifier,
  isMember,
  keyOf,
  nameOf,
  textOf,
  type FunctionNode,
} from "./nodes.ts";
import type { ParsedScript } from "./parse.ts";
import { leavesOf } from "./patterns.ts";
import type { Scopes, Variable } from "./scopes.ts";

/** What a script exports. */
export type Exports = {
  /** By name, in the order of the source, each with the values that the source gives it. */
  names: ReadonlyMap<string, readonly AnyNode[]>;
  /** Functions that are themselves what is exported, by `module.exports = function ...` or by default. */
  functions: readonly FunctionNode[];
  /** There may be more than the source shows. */
  isOpen: boolean;
  /** Some object gets a member `main`, and may be the global one. */
  setsMain: boolean;
};

/**
 * Finds what a script exports, be it by `module.export` (a misspelling that drivers are full of). Members of a default
 * export are among it, and what is exported in one case only or replaced later.
 */
export function findExports(script: ParsedScript, scopes: Scopes): Exports {
  return new ExportFinder(script, scopes).find(script.program);
}

type Member = { name: string; value: AnyNode; at: number };

/** Members of an object, as far as the source shows them. */
type Members = { members: Member[]; isOpen: boolean };

/** Stands for the object that is exported: `exports`, `module.exports`, and `this` at the top level. */
const EXPORTS = Symbol("exports");
type Holder = typeof EXPORTS | Variable;

class ExportFinder {
  readonly #scopes: Scopes;
  readonly #exports: Variable | undefined;
  readonly #module: Variable | undefined;
  /** Where the exported object appears in the source. */
  readonly #places: Set<Node>;
  /** Where it is understood what happens to an object. Elsewhere it may be given anything. */
  readonly #understood = new Set<Node>();
  /** What objects are given after they were made. */
  readonly #additions = new Map<Holder, Members>();
  /** Assignments whose value is the exported object. */
  readonly #exportedValues = new Set<Node>();
  /** Variables that hold what is exported. */
  readonly #holders = new Set<Variable>();
  /** Values that have been looked at as what is exported: several variables may hold the same. */
  readonly #seen = new Set<Node>();
  readonly #members: Member[] = [];
  readonly #functions = new Set<FunctionNode>();
  #isOpen = false;
  #setsMain = false;

  constructor({ format }: ParsedScript, scopes: Scopes) {
    this.#scopes = scopes;
    this.#exports = scopes.free.get("exports");
    this.#module = scopes.free.get("module");
    this.#places = new Set<Node>(this.#exports?.references);
    if (format === "classic") for (const node of scopes.topLevelThis) this.#places.add(node);
  }

  find(program: Program): Exports {
    this.#walk(program);
    for (const node of program.body) {
      if (node.type === "ExportNamedDeclaration") this.#exportNamed(node);
      else if (node.type === "ExportDefaultDeclaration")
        this.#exportAs("default", node.declaration);
      else if (node.type === "ExportAllDeclaration" && node.exported)
        this.#exportAs(exportedName(node.exported), node);
      else if (node.type === "ExportAllDeclaration") this.#isOpen = true;
    }
    this.#include(EXPORTS);
    // Grows while it is walked through.
    for (const variable of this.#holders) this.#exportVariable(variable);
    const places = [...this.#places, ...(this.#module?.references ?? [])];
    const isOpen = this.#isOpen || !this.#understandsAll(places) || !this.#understandsHolders();
    const functions = [...this.#functions];
    return { names: this.#names(), functions, isOpen, setsMain: this.#setsMain };
  }

  #walk(program: Program): void {
    simple(program, {
      MemberExpression: (node) => this.#readMember(node),
      AssignmentExpression: (node) => this.#assign(node),
      VariableDeclarator: (node) => this.#declare(node),
      CallExpression: (node) => this.#call(node),
      NewExpression: ({ callee }) => this.#understand(callee),
      UnaryExpression: ({ argument }) => this.#understand(argument),
      BinaryExpression: ({ left, right }) => {
        this.#understand(left);
        this.#understand(right);
      },
      LogicalExpression: ({ operator, left }) => {
        if (operator === "&&") this.#understand(left);
      },
      IfStatement: ({ test }) => this.#understandTest(test),
      ConditionalExpression: ({ test }) => this.#understandTest(test),
      ...this.#patterns(),
    });
  }

  /** A member in a pattern or before a loop's `of` is given something that is not to be seen. */
  #patterns(): SimpleVisitors<unknown> {
    const give = (target: AnyNode | null): void => {
      if (target?.type === "MemberExpression") this.#assignMember(target, target);
    };
    return {
      ObjectPattern: ({ properties }) =>
        properties.forEach((it) => give(it.type === "Property" ? it.value : it.argument)),
      ArrayPattern: ({ elements }) => elements.forEach(give),
      AssignmentPattern: ({ left }) => give(left),
      RestElement: ({ argument }) => give(argument),
      ForInStatement: ({ left }) => give(left),
      ForOfStatement: ({ left }) => give(left),
    };
  }

  /** Reading a member gives the object nothing. */
  #readMember(node: MemberExpression): void {
    const { object } = node;
    if (!this.#isModule(object)) return this.#understand(object);
    const name = nameOf(node);
    if (name !== undefined) this.#understand(object);
    if (name === "exports" || name === "export") this.#places.add(node);
  }

  #assign(node: AssignmentExpression): void {
    const { left, right } = node;
    if (isMember(left)) this.#assignMember(left, right);
    const isExported = this.#isExported(left);
    if (isExported || (isIdentifier(left) && !this.#isModule(left))) this.#understand(left);
    if (this.#isExported(right)) {
      this.#exportedValues.add(node);
      if (!isMember(left) || isExported || this.#isExported(left.object)) this.#understand(right);
      this.#hold(left);
    } else if (isExported) {
      this.#exportedValues.add(node);
      this.#exportWhole(right);
    }
  }

  #assignMember(left: MemberExpression, value: AnyNode): void {
    const name = nameOf(left);
    if (name === "main") this.#setsMain = true;
    const holder = this.#holderOf(left.object);
    if (holder === undefined) return;
    if (name === undefined) this.#additionsOf(holder).isOpen = true;
    else this.#additionsOf(holder).members.push({ name, value, at: left.start });
  }

  #declare({ id, init }: VariableDeclarator): void {
    if (!init || !this.#isExported(init)) return;
    this.#understand(init);
    this.#hold(id);
  }

  #call(node: CallExpression): void {
    const { callee, arguments: args } = node;
    this.#understand(callee);
    const [target, ...rest] = args;
    const method = methodOfObject(callee);
    if (target === undefined || (method !== "assign" && method !== "defineProperty")) return;
    const holder = this.#holderOf(target);
    if (holder === undefined) return;
    this.#understand(target);
    const additions = this.#additionsOf(holder);
    const added = method === "assign" ? rest.map(membersOf) : [definedMember(node)];
    for (const { members, isOpen } of added) {
      for (const member of members) additions.members.push(member);
      additions.isOpen ||= isOpen;
    }
  }

  /** In a condition an object gets nothing. */
  #understandTest(test: AnyNode): void {
    if (test.type === "LogicalExpression") {
      this.#understandTest(test.left);
      this.#understandTest(test.right);
    } else this.#understand(test);
  }

  #understand(node: Node): void {
    if (isIdentifier(node) || this.#places.has(node)) this.#understood.add(node);
  }

  #isModule(node: Node): boolean {
    return isIdentifier(node) && node.name === "module" && this.#isVariable(node, this.#module);
  }

  #isVariable(node: Node, variable: Variable | undefined): boolean {
    return variable !== undefined && this.#scopes.variableOf(node) === variable;
  }

  /** The exported object itself, or an assignment that gives it. */
  #isExported(node: Node): boolean {
    return this.#places.has(node) || this.#exportedValues.has(node);
  }

  #holderOf(node: Node): Holder | undefined {
    return this.#places.has(node) ? EXPORTS : this.#scopes.variableOf(node);
  }

  #additionsOf(holder: Holder): Members {
    const known = this.#additions.get(holder);
    if (known !== undefined) return known;
    const none: Members = { members: [], isOpen: false };
    this.#additions.set(holder, none);
    return none;
  }

  /** `target` gets the exported object, or is exported. */
  #hold(target: Node): void {
    const variable = isIdentifier(target) ? this.#scopes.variableOf(target) : undefined;
    if (variable === undefined || variable === this.#exports) return;
    this.#holders.add(variable);
  }

  #include(holder: Holder): void {
    const additions = this.#additions.get(holder);
    if (additions !== undefined) this.#exportMembers(additions);
  }

  #exportMembers({ members, isOpen }: Members): void {
    this.#isOpen ||= isOpen;
    for (const member of members) this.#export(member);
  }

  #exportVariable(variable: Variable): void {
    this.#include(variable);
    if (variable.definitions.length === 0) this.#isOpen = true;
    for (const definition of variable.definitions) {
      if (definition.is === "function") this.#functions.add(definition.node);
      else if (definition.is === "value" && definition.path.length === 0)
        this.#exportWhole(definition.value);
      else this.#isOpen = true;
    }
  }

  /** `value` is what is exported, or may be. */
  #exportWhole(value: AnyNode): void {
    if (this.#isExported(value)) return this.#understand(value);
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    if (isFunction(value)) this.#functions.add(value);
    else if (value.type === "ObjectExpression") this.#exportMembers(membersOf(value));
    else if (isIdentifier(value)) {
      this.#understand(value);
      if (value.name !== "undefined") this.#hold(value);
    } else {
      if (value.type === "AssignmentExpression") this.#hold(value.left);
      const alternatives = alternativesOf(value);
      if (alternatives === undefined) this.#isOpen = true;
      else for (const alternative of alternatives) this.#exportWhole(alternative);
    }
  }

  #exportNamed({ declaration, specifiers, source }: ExportNamedDeclaration): void {
    for (const specifier of specifiers) {
      const { local, exported } = specifier;
      this.#understand(local);
      this.#exportAs(exportedName(exported), source ? specifier : local);
    }
    if (!declaration) return;
    const ids =
      declaration.type === "VariableDeclaration"
        ? declaration.declarations.flatMap(({ id }) => leavesOf(id).map((leaf) => leaf.id))
        : [declaration.id];
    for (const id of ids) this.#exportAs(id.name, id);
  }

  #exportAs(name: string, value: AnyNode): void {
    this.#export({ name, value, at: value.start });
  }

  #export(member: Member): void {
    if (member.name === "__esModule") return;
    this.#members.push(member);
    if (member.name === "default") this.#exportWhole(member.value);
  }

  #names(): Map<string, AnyNode[]> {
    const names = new Map<string, AnyNode[]>();
    for (const { name, value } of this.#members.toSorted((a, b) => a.at - b.at)) {
      const values = names.get(name);
      if (values === undefined) names.set(name, [value]);
      else values.push(value);
    }
    return names;
  }

  #understandsAll(nodes: readonly Node[]): boolean {
    return nodes.every((node) => this.#understood.has(node));
  }

  #understandsHolders(): boolean {
    return [...this.#holders].every(({ references }) => this.#understandsAll(references));
  }
}

/** The expressions one of which gives the value of `node`, none for a primitive, undefined where that is not to be seen. */
function alternativesOf(node: AnyNode): AnyNode[] | undefined {
  if (PRIMITIVES.has(node.type)) return [];
  if (node.type === "AssignmentExpression") return [node.right];
  if (node.type === "LogicalExpression") return [node.left, node.right];
  if (node.type === "ConditionalExpression") return [node.consequent, node.alternate];
  const isFreeze = node.type === "CallExpression" && methodOfObject(node.callee) === "freeze";
  return isFreeze ? node.arguments.slice(0, 1) : undefined;
}

const PRIMITIVES = new Set(["Literal", "TemplateLiteral", "UnaryExpression"]);

function membersOf(object: AnyNode): Members {
  if (object.type !== "ObjectExpression") return { members: [], isOpen: true };
  const members: Member[] = [];
  let isOpen = false;
  for (const property of object.properties) {
    const name = property.type === "Property" ? keyOf(property) : undefined;
    if (property.type !== "Property" || name === undefined) isOpen = true;
    else {
      const value = property.kind === "init" ? property.value : property;
      members.push({ name, value, at: property.start });
    }
  }
  return { members, isOpen };
}

/** What `Object.defineProperty(object, "name", descriptor)` adds. */
function definedMember({ arguments: [, name, descriptor], start }: CallExpression): Members {
  const text = textOf(name);
  if (text === undefined || descriptor === undefined) return { members: [], isOpen: true };
  const parts = membersOf(descriptor).members;
  const value = parts.find((part) => part.name === "value")?.value ?? descriptor;
  return { members: [{ name: text, value, at: start }], isOpen: false };
}

/** The name in `Object.name`. */
function methodOfObject(callee: Node): string | undefined {
  if (!isMember(callee) || !isIdentifier(callee.object)) return undefined;
  return callee.object.name === "Object" ? nameOf(callee) : undefined;
}

function exportedName(name: Identifier | Literal): string {
  return isIdentifier(name) ? name.name : String(name.value);
}
