// A unit: a script's release or a module of the allow-list, as the text of one function expression.

import type { Budget } from "./budget.ts";
import { describeValue } from "./describe.ts";
import type { ScriptModule } from "./entry.ts";
import type { LegacyGlobals } from "./legacy.ts";

export type Require = (name: string) => unknown;

/** What a unit finds in its module scope. */
type ModuleScope = [
  exports: unknown,
  require: Require,
  module: ScriptModule,
  filename: string,
  dirname: string,
];

/** Runs the unit's top level. Returns the top-level functions of a script by name. */
export type UnitBody = (this: unknown, ...scope: ModuleScope) => unknown;

/** Makes the unit anew, with a counter of its own, which `drain` empties. */
export type Factory = (
  refill: Budget["refill"],
  resume: Budget["resume"],
  legacy: () => LegacyGlobals,
) => [drain: () => void, body: UnitBody];

/** The unit, or why the engine does not accept what our parser did. */
export type Unit = { make: Factory } | { refusal: string };

// Taken before the script can change it.
const { apply } = Reflect;

/** Compiles a unit. Only while the isolate starts: workerd takes no text for code afterwards. */
export function compile(code: string): Unit {
  try {
    // The indirect eval keeps it out of this module's scope.
    // oxlint-disable-next-line no-eval -- the one place where a script's text becomes code
    return { make: (0, eval)(code) };
  } catch (error) {
    return { refusal: describeValue(error) };
  }
}

/** Runs a unit's top level in a new module scope. */
export function evaluate(
  body: UnitBody,
  { require, module, file }: { require: Require; module: ScriptModule; file: string },
): unknown {
  return apply(body, module.exports, [module.exports, require, module, `/${file}`, "/"]);
}
