// Which variable does each name of a script mean? Two walks over the tree: one declares, the other resolves.

import type {
  Class,
  Expression,
  Function as AnyFunction,
  Identifier,
  ImportDeclaration,
  Node,
  Pattern,
  VariableDeclaration,
} from "acorn";
import { base, recursive, type RecursiveVisitors, type WalkerCallback } from "acorn-walk";
import { isFunction, isIdentifier, type FunctionNode } from "./nodes.ts";
import type { ParsedScript } from "./parse.ts";
import { leavesOf, type Leaf } from "./patterns.ts";

/**
 * Where a variable gets a value. `path` leads into `value` as a destructuring pattern does. `name` of an import is
 * "default", "*" or what the other module exports. `unknown` is what only the run will know.
 */
export type Definition =
  | { is: "function"; node: FunctionNode }
  | { is: "value"; value: Expression; path: readonly string[] }
  | { is: "import"; source: string; name: string }
  | { is: "unknown" };

/** A variable, or a name that nothing declares: then an implicit global. References are reads and assignments. */
export type Variable = {
  readonly name: string;
  readonly definitions: Definition[];
  readonly references: Identifier[];
};

export type Names = ReadonlyMap<string, Variable>;

/** The variables of a script. */
export type Scopes = {
  /** The script's top level. */
  top: Names;
  /** Names that are used where no declaration of theirs reaches. */
  free: Names;
  /** Each `this` that means what the script's top level means by it. */
  topLevelThis: ReadonlySet<Node>;
  /** What the identifier means, be it a declaration, a reference or an assignment. */
  variableOf: (node: Node) => Variable | undefined;
  /** The parameters of a function, with its `arguments`. */
  parametersOf: (fn: FunctionNode) => Names;
};

/** Resolves every name of the script. Recurses as deep as the tree does: may throw a RangeError. */
export function resolveNames(script: ParsedScript): Scopes {
  const declared = new Declared(script.format === "classic");
  recursive(script.program, declared.state, declared.visitors);
  const resolved = new Resolved(declared);
  recursive(script.program, undefined, resolved.visitors);
  return {
    top: declared.state.vars,
    free: resolved.free,
    topLevelThis: resolved.topLevelThis,
    variableOf: (node) => declared.meanings.get(node),
    parametersOf: (fn) => declared.scopes.get(fn) ?? NO_NAMES,
  };
}

const NO_NAMES: Names = new Map();
const UNKNOWN: Definition = { is: "unknown" };

type Scope = Map<string, Variable>;

/** Where declarations go: `let` into the block, `var` into the function, where it may be a parameter already. */
type State = { block: Scope; vars: Scope; parameters?: Scope };

/** The first walk: every scope with the variables it declares. */
class Declared {
  readonly scopes = new Map<Node, Scope>();
  readonly meanings = new Map<Node, Variable>();
  readonly state: State;
  readonly #isSloppy: boolean;

  constructor(isSloppy: boolean) {
    const top: Scope = new Map();
    this.state = { block: top, vars: top };
    this.#isSloppy = isSloppy;
  }

  get visitors(): RecursiveVisitors<State> {
    return {
      Program: (node, state, c) => {
        this.scopes.set(node, state.vars);
        base.Program?.(node, state, c);
      },
      BlockStatement: (node, state, c) => base.BlockStatement?.(node, this.#within(node, state), c),
      ForStatement: (node, state, c) => base.ForStatement?.(node, this.#within(node, state), c),
      ForInStatement: (node, state, c) => {
        base.ForInStatement?.(node, this.#within(node, state), c);
        this.#assignEachTime(node.left);
      },
      ForOfStatement: (node, state, c) => {
        base.ForOfStatement?.(node, this.#within(node, state), c);
        this.#assignEachTime(node.left);
      },
      SwitchStatement: (node, state, c) =>
        base.SwitchStatement?.(node, this.#within(node, state), c),
      CatchClause: (node, state, c) => {
        const within = this.#within(node, state);
        if (node.param) this.#bindUnknown(node.param, within.block);
        base.CatchClause?.(node, within, c);
      },
      StaticBlock: (node, _state, c) => {
        const block = this.#open(node);
        base.StaticBlock?.(node, { block, vars: block }, c);
      },
      Function: (node, state, c) => this.#visitFunction(node, state, c),
      Class: (node, state, c) => this.#visitClass(node, state, c),
      VariableDeclaration: (node, state, c) => this.#visitDeclaration(node, state, c),
      ImportDeclaration: (node, state) => this.#visitImport(node, state),
      ExportAllDeclaration: () => undefined,
    };
  }

  #open(node: Node): Scope {
    const scope: Scope = new Map();
    this.scopes.set(node, scope);
    return scope;
  }

  #within(node: Node, state: State): State {
    return { ...state, block: this.#open(node) };
  }

  #visitFunction(node: AnyFunction, state: State, c: WalkerCallback<State>): void {
    if (!isFunction(node)) return;
    if (node.type === "FunctionDeclaration" && node.id) this.#hoist(node, node.id, state);
    const parameters = this.#open(node);
    for (const param of node.params) this.#bindUnknown(param, parameters);
    this.#declareImplied(node, parameters);
    const ofParameters: State = { block: parameters, vars: parameters };
    for (const param of node.params) c(param, ofParameters);
    if (node.body.type !== "BlockStatement") return c(node.body, ofParameters);
    const body = this.#open(node.body);
    base.BlockStatement?.(node.body, { block: body, vars: body, parameters }, c);
  }

  /** In sloppy mode the function of a block becomes one of the function around it, once the block is entered. */
  #hoist(node: FunctionNode, id: Identifier, state: State): void {
    this.#meet(id, declare(state.block, id.name, state), { is: "function", node });
    const isHoisted = this.#isSloppy && !node.async && !node.generator;
    if (!isHoisted || state.block === state.vars) return;
    declare(state.vars, id.name, state).definitions.push(UNKNOWN);
  }

  /** `arguments` and the name of a function expression, where no parameter is called so. */
  #declareImplied(node: FunctionNode, parameters: Scope): void {
    if (node.type !== "ArrowFunctionExpression" && !parameters.has("arguments"))
      declare(parameters, "arguments").definitions.push(UNKNOWN);
    if (node.type !== "FunctionExpression" || !node.id) return;
    const { name } = node.id;
    const own = parameters.has(name) ? makeVariable(name) : declare(parameters, name);
    this.#meet(node.id, own, { is: "function", node });
  }

  #visitClass(node: Class, state: State, c: WalkerCallback<State>): void {
    const within = this.#within(node, state);
    const scope = node.type === "ClassDeclaration" ? state.block : within.block;
    if (node.id) this.#meet(node.id, declare(scope, node.id.name, state), UNKNOWN);
    base.Class?.(node, within, c);
  }

  #visitDeclaration(node: VariableDeclaration, state: State, c: WalkerCallback<State>): void {
    const scope = node.kind === "var" ? state.vars : state.block;
    for (const { id, init } of node.declarations) {
      for (const leaf of leavesOf(id)) {
        const variable = declare(scope, leaf.id.name, state);
        this.#meet(leaf.id, variable, init ? definitionOf(leaf, init) : undefined);
      }
    }
    base.VariableDeclaration?.(node, state, c);
  }

  #visitImport({ specifiers, source }: ImportDeclaration, { vars }: State): void {
    for (const specifier of specifiers) {
      const variable = declare(vars, specifier.local.name);
      const name = importedName(specifier);
      this.#meet(specifier.local, variable, { is: "import", source: String(source.value), name });
    }
  }

  #bindUnknown(pattern: Pattern, scope: Scope): void {
    for (const { id } of leavesOf(pattern)) this.#meet(id, declare(scope, id.name), UNKNOWN);
  }

  #assignEachTime(left: Node): void {
    if (!isVariableDeclaration(left)) return;
    for (const { id } of left.declarations) {
      for (const leaf of leavesOf(id)) this.meanings.get(leaf.id)?.definitions.push(UNKNOWN);
    }
  }

  #meet(id: Identifier, variable: Variable, definition: Definition | undefined): void {
    this.meanings.set(id, variable);
    if (definition !== undefined) variable.definitions.push(definition);
  }
}

/** The second walk: every reference, by the variables that are in reach where it stands. */
class Resolved {
  readonly free: Scope = new Map();
  readonly topLevelThis = new Set<Node>();
  readonly #declared: Declared;
  /** By name, the innermost last: a look-up takes the same time however deep it stands. */
  readonly #reach = new Map<string, Variable[]>();
  /** Around the present place: functions and classes with a `this` of their own. */
  #ownThis = 0;

  constructor(declared: Declared) {
    this.#declared = declared;
  }

  get visitors(): RecursiveVisitors<undefined> {
    const scoped =
      <N extends Node>(walk: Walk<N> | undefined): Walk<N> =>
      (node, state, c) => {
        const scope = this.#declared.scopes.get(node) ?? NO_NAMES;
        this.#enter(scope);
        walk?.(node, state, c);
        this.#leave(scope);
      };
    return {
      ...this.#references(),
      Program: scoped(base.Program),
      BlockStatement: scoped(base.BlockStatement),
      ForStatement: scoped(base.ForStatement),
      ForInStatement: scoped((node, state, c) => {
        base.ForInStatement?.(node, state, c);
        this.#assignUnknown(node.left);
      }),
      ForOfStatement: scoped((node, state, c) => {
        base.ForOfStatement?.(node, state, c);
        this.#assignUnknown(node.left);
      }),
      SwitchStatement: scoped(base.SwitchStatement),
      CatchClause: scoped(base.CatchClause),
      StaticBlock: scoped(base.StaticBlock),
      Class: scoped((node, state, c) => {
        this.#ownThis += 1;
        base.Class?.(node, state, c);
        this.#ownThis -= 1;
      }),
      Function: scoped((node, state, c) => {
        const own = node.type === "ArrowFunctionExpression" ? 0 : 1;
        this.#ownThis += own;
        base.Function?.(node, state, c);
        this.#ownThis -= own;
      }),
    };
  }

  #references(): RecursiveVisitors<undefined> {
    return {
      Identifier: (node) => this.#resolve(node),
      Pattern: (node, state, c) => {
        if (isIdentifier(node)) this.#resolve(node);
        else base.Pattern?.(node, state, c);
      },
      ThisExpression: (node) => {
        if (this.#ownThis === 0) this.topLevelThis.add(node);
      },
      AssignmentExpression: (node, state, c) => {
        base.AssignmentExpression?.(node, state, c);
        if (node.operator === "=") this.#assign(node.left, node.right);
        else this.#assignUnknown(node.left);
      },
      UpdateExpression: (node, state, c) => {
        base.UpdateExpression?.(node, state, c);
        this.#assignUnknown(node.argument);
      },
      ExportNamedDeclaration: (node, state, c) => {
        base.ExportNamedDeclaration?.(node, state, c);
        if (node.source) return;
        for (const { local } of node.specifiers) if (isIdentifier(local)) this.#resolve(local);
      },
      ImportDeclaration: () => undefined,
      ExportAllDeclaration: () => undefined,
    };
  }

  #enter(scope: Names): void {
    for (const [name, variable] of scope) {
      const inReach = this.#reach.get(name);
      if (inReach === undefined) this.#reach.set(name, [variable]);
      else inReach.push(variable);
    }
  }

  #leave(scope: Names): void {
    for (const name of scope.keys()) this.#reach.get(name)?.pop();
  }

  #resolve(id: Identifier): void {
    const { meanings } = this.#declared;
    // A declaration, which is no reference.
    if (meanings.has(id)) return;
    const variable = this.#reach.get(id.name)?.at(-1) ?? declare(this.free, id.name);
    meanings.set(id, variable);
    variable.references.push(id);
  }

  #assign(pattern: Pattern, value: Expression): void {
    for (const leaf of leavesOf(pattern)) {
      this.#declared.meanings.get(leaf.id)?.definitions.push(definitionOf(leaf, value));
    }
  }

  #assignUnknown(target: Node): void {
    if (isVariableDeclaration(target)) return;
    for (const { id } of leavesOf(target)) {
      this.#declared.meanings.get(id)?.definitions.push(UNKNOWN);
    }
  }
}

type Walk<N extends Node> = (node: N, state: undefined, c: WalkerCallback<undefined>) => void;

function makeVariable(name: string): Variable {
  return { name, definitions: [], references: [] };
}

/** The variable `name` of `scope`, made where it is not there yet. A `var` may mean a parameter of its function. */
function declare(scope: Scope, name: string, { vars, parameters }: Partial<State> = {}): Variable {
  const parameter = scope === vars ? parameters?.get(name) : undefined;
  const variable = scope.get(name) ?? parameter ?? makeVariable(name);
  scope.set(name, variable);
  return variable;
}

function definitionOf({ path }: Leaf, value: Expression): Definition {
  return path === undefined ? UNKNOWN : { is: "value", value, path };
}

function importedName(specifier: ImportDeclaration["specifiers"][number]): string {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  const { imported } = specifier;
  return isIdentifier(imported) ? imported.name : String(imported.value);
}

function isVariableDeclaration(node: Node): node is VariableDeclaration {
  return node.type === "VariableDeclaration";
}
