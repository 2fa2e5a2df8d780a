// Which promises does nobody wait for? What they do ends with the run, done or not, and their errors reach nobody.

import type { AnyNode, CallExpression, Program } from "acorn";
import { simple } from "acorn-walk";
import { PROMISING, shapeOfGlobal, shapeOfLibrary, type Shape } from "./async-libraries.ts";
import { isFunction, isIdentifier, nameOf, textOf } from "./nodes.ts";
import type { Definition, Scopes, Variable } from "./scopes.ts";

/** Which functions are known to return promises: those of the script itself, or those of the libraries as well. */
export type Known = "own" | "own and libraries";

/**
 * Calls `report` with each call that stands as a statement and returns a promise for certain. Not with that of a function
 * written in its place: who writes `(async () => {})()` means it.
 */
export function findFloatingPromises(
  { scopes, known }: { scopes: Scopes; known: Known },
  program: Program,
  report: (call: CallExpression) => void,
): void {
  const shapes = new Shapes(scopes, known);
  simple(program, {
    ExpressionStatement({ expression }) {
      for (const call of droppedCalls(expression)) {
        const isInline = isFunction(call.callee);
        if (!isInline && shapes.of(call.callee)?.gives === "promise") report(call);
      }
    },
  });
}

/** The calls whose values become nothing when `expression` is a statement. */
function droppedCalls(expression: AnyNode): CallExpression[] {
  const calls: CallExpression[] = [];
  const rest = [expression];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (node.type === "CallExpression") calls.push(node);
    else if (node.type === "ChainExpression") rest.push(node.expression);
    else if (node.type === "LogicalExpression") rest.push(node.right);
    else if (node.type === "ConditionalExpression") rest.push(node.consequent, node.alternate);
    else if (node.type === "SequenceExpression") for (const it of node.expressions) rest.push(it);
  }
  return calls;
}

/** What is known of the values of a script's expressions. */
class Shapes {
  readonly #scopes: Scopes;
  readonly #known: Known;
  readonly #ofVariables = new Map<Variable, Shape | undefined>();
  #aliases = 0;

  constructor(scopes: Scopes, known: Known) {
    this.#scopes = scopes;
    this.#known = known;
  }

  of(node: AnyNode): Shape | undefined {
    const value = valueOf(node);
    if (isIdentifier(value)) return this.#ofVariable(this.#scopes.variableOf(value));
    if (isFunction(value)) return value.async && !value.generator ? PROMISING : undefined;
    if (value.type === "MemberExpression")
      return this.of(value.object)?.members.get(nameOf(value) ?? "");
    if (value.type === "NewExpression") return this.#given(value.callee);
    if (value.type === "CallExpression") return this.#required(value) ?? this.#given(value.callee);
    return undefined;
  }

  #given(callee: AnyNode): Shape | undefined {
    const gives = this.of(callee)?.gives;
    return gives === "promise" ? undefined : gives;
  }

  #required({ callee, arguments: [name] }: CallExpression): Shape | undefined {
    const require = this.#scopes.free.get("require");
    const isRequire = require !== undefined && this.#scopes.variableOf(callee) === require;
    return isRequire ? this.#library(textOf(name)) : undefined;
  }

  #library(name: string | undefined): Shape | undefined {
    return this.#known === "own" || name === undefined ? undefined : shapeOfLibrary(name);
  }

  #ofVariable(variable: Variable | undefined): Shape | undefined {
    if (variable === undefined) return undefined;
    if (this.#ofVariables.has(variable)) return this.#ofVariables.get(variable);
    // A variable may hold itself, by whatever detour.
    this.#ofVariables.set(variable, undefined);
    if (this.#aliases === MOST_ALIASES) return undefined;
    this.#aliases += 1;
    const shape = this.#ofDefinitions(variable);
    this.#aliases -= 1;
    this.#ofVariables.set(variable, shape);
    return shape;
  }

  /** Known where all its values are alike. */
  #ofDefinitions({ name, definitions }: Variable): Shape | undefined {
    const [first, ...others] = definitions;
    if (first === undefined) return this.#ofGlobal(name);
    const shape = this.#ofDefinition(first);
    return others.every((other) => this.#ofDefinition(other) === shape) ? shape : undefined;
  }

  #ofGlobal(name: string): Shape | undefined {
    const isGlobal = this.#scopes.free.has(name) && this.#known !== "own";
    return isGlobal ? shapeOfGlobal(name) : undefined;
  }

  #ofDefinition(definition: Definition): Shape | undefined {
    switch (definition.is) {
      case "function":
        return this.of(definition.node);
      case "import": {
        const whole = this.#library(definition.source);
        return definition.name === "*" ? whole : whole?.members.get(definition.name);
      }
      case "value": {
        let shape = this.of(definition.value);
        for (const name of definition.path) shape = shape?.members.get(name);
        return shape;
      }
      case "unknown":
        return undefined;
    }
  }
}

const MOST_ALIASES = 20;

/** The expression whose value `node` has, once it is waited for. */
function valueOf(node: AnyNode): AnyNode {
  if (node.type === "AwaitExpression") return valueOf(node.argument);
  if (node.type === "AssignmentExpression") return valueOf(node.right);
  return node.type === "ChainExpression" ? valueOf(node.expression) : node;
}
