// Turns a parsed script into the text that an isolate compiles once and runs inside each call.

import { transform } from "esbuild";
import { RELEASE_HEAD_END } from "../../schemas/release.ts";
import { compileBudget, pickBudgetNames, type BudgetNames, type BudgetedCode } from "./budget.ts";
import type { ParsedScript } from "./parse.ts";

/** The release's code, and the map from it without its wrapper to the author's source. */
export type Wrapped = { code: string; sourceMap: string };

// A bare `main` (function, const, class, implicit global) is visible only from inside the script's own scope.
const TAIL = `
;return typeof main === "function" ? main : undefined; }; })
//# sourceURL=script.js`;

/**
 * Compiles the budget in and wraps the script into one function expression. A module becomes CommonJS.
 * The source must have been parsed on its own before, so that nothing in it can close the wrapper.
 * `random` gives the budget's names: letters and digits, at least eight, different each time.
 */
export async function wrap(script: ParsedScript, random: () => string): Promise<Wrapped> {
  const names = pickBudgetNames(script.source, random);
  const budgeted = compileBudget(script.source, script.program, names);
  const { code, sourceMap } =
    script.format === "classic"
      ? { code: budgeted.code, sourceMap: budgeted.map.toString() }
      : await toCommonJs(budgeted);
  return { code: head(names) + code + TAIL, sourceMap };
}

// The counter is a variable of a scope around the script's: no global, no property, no argument that it can reach.
function head({ counter, refill, resume }: BudgetNames): string {
  return `(function (${refill}, ${resume}) { let ${counter} = 0; return function ${RELEASE_HEAD_END}`;
}

async function toCommonJs({ code, map }: BudgetedCode): Promise<Wrapped> {
  const result = await transform(`${code}\n//# sourceMappingURL=${map.toUrl()}`, {
    format: "cjs",
    platform: "node",
    target: "esnext",
    // With the ending .mjs a default import is module.exports itself, as in Node.
    sourcefile: "script.mjs",
    sourcemap: "external",
    logLevel: "silent",
  });
  return { code: result.code, sourceMap: result.map };
}
