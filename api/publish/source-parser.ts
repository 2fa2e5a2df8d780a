// The parser of sources: acorn, which looks through all names of a scope for each one that is declared there, and so takes
// minutes for a source that was made to make it. Here a scope may have so many and no more.

import { Parser } from "acorn";

/** Names that one scope may declare. More than people write or bundlers make. */
const MOST_NAMES = 20_000;

/** What acorn keeps of a scope. Not among its types. */
type Scope = { var: string[]; lexical: string[]; functions: string[] };

export const SourceParser: typeof Parser = Parser.extend((Base) => {
  const declareName = methodOf(Base.prototype, "declareName");
  const currentScope = methodOf(Base.prototype, "currentScope");
  const raise = methodOf(Base.prototype, "raise");
  class Bounded extends Base {}
  function declareBounded(this: Parser, ...args: unknown[]): unknown {
    const scope: Scope = Reflect.apply(currentScope, this, []);
    const names = scope.var.length + scope.lexical.length + scope.functions.length;
    if (names < MOST_NAMES) return Reflect.apply(declareName, this, args);
    const message = `More than ${MOST_NAMES} names are declared in one scope`;
    return Reflect.apply(raise, this, [args[2], message]);
  }
  Reflect.defineProperty(Bounded.prototype, "declareName", { value: declareBounded });
  return Bounded;
});

function methodOf(prototype: object, name: string): CallableFunction {
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== "function") throw new Error(`Cannot bound scopes: acorn has no "${name}"`);
  return method;
}
