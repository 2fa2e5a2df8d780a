// Turns a parsed script into the text that an isolate compiles once and runs inside each call.

import { compileFunction } from "node:vm";
import { transform } from "esbuild";
import { z } from "zod";
import { Fault } from "../../schemas/fault.ts";
import { RELEASE_HEAD_END } from "../../schemas/release-head.ts";
import { SCRIPT_FILE } from "../../schemas/script-file.ts";
import {
  compileBudget,
  pickBudgetNames,
  type BudgetNames,
  type BudgetedCode,
} from "../../schemas/budget.ts";
import type { ParsedScript, ScriptFormat } from "./parse.ts";

/** The release's code, and the map from it without its wrapper to the author's source. */
export type Wrapped = { code: string; sourceMap: string };

/**
 * What the oldest scripts find in place of parameters and results, and the library that some use without `require`. Only a
 * script that names them gets them.
 */
export const LEGACY_NAMES = ["vars", "exit", "err", "api", "cxUserspace"] as const;

/** What is known of the script: its top-level functions, and the names it uses and does not declare. */
export type Findings = { functions: readonly string[]; freeNames: ReadonlySet<string> };

/**
 * Compiles the budget in and wraps the script into one function expression. A module becomes CommonJS.
 * The source must have been parsed on its own before, so that nothing in it can close the wrapper.
 * `random` gives the budget's names: letters and digits, at least eight, different each time.
 */
export async function wrap(
  script: ParsedScript,
  { functions, freeNames }: Findings,
  random: () => string,
): Promise<Wrapped> {
  const names = pickBudgetNames(script.source, random);
  const budgeted = compileBudget(script.source, script.program, names);
  const { code, sourceMap } =
    script.format === "classic"
      ? { code: budgeted.code, sourceMap: budgeted.map.toString() }
      : await toCommonJs(budgeted);
  const legacy = LEGACY_NAMES.filter((name) => freeNames.has(name));
  const wrapped = head(script.format, names, legacy) + code + tail(functions);
  refuseWhatTheEngineRefuses(wrapped);
  return { code: wrapped, sourceMap };
}

/** The last word is the engine's: a `const exports` meets our parameter only here. */
function refuseWhatTheEngineRefuses(code: string): void {
  try {
    compileFunction(`return ${code}`, [], { filename: "script.js" });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const line = Number(/^script\.js:(\d+)/.exec(error.stack ?? "")?.[1] ?? 1);
    throw new Fault("compile_error", `${error.message} (line ${line})`, {
      cause: error,
      facts: { line, column: 1 },
    });
  }
}

/** What a script finds in its scope. To a module the file's name and folder are names like any other. */
const SCOPE = {
  classic: "exports, require, module, __filename, __dirname",
  module: "exports, require, module",
} as const satisfies Record<ScriptFormat, string>;

// The counter is a variable of a scope around the script's: no global, no property, no argument that it can reach.
// The first of the two functions takes all ticks away. A script's own `const api` wins over the one around it.
function head(
  format: ScriptFormat,
  { counter, refill, resume }: BudgetNames,
  legacy: readonly string[],
): string {
  // No source holds a name that holds the name of `refill`.
  const makeLegacy = `${refill}Legacy`;
  const around = legacy.length === 0 ? "" : `let { ${legacy.join(", ")} } = ${makeLegacy}(); `;
  const scope = SCOPE[format];
  return `(function (${refill}, ${resume}, ${makeLegacy}) { let ${counter} = 0; ${around}return [() => { ${counter} = 0; }, function (${scope}) ${RELEASE_HEAD_END}`;
}

/** A bare top-level function (or const, class, implicit global) is visible only from inside the script's own scope. */
function tail(functions: readonly string[]): string {
  const names = new Set(["main", ...functions]);
  const members = Array.from(
    names,
    (name) => `["${name}"]: typeof ${name} === "function" ? ${name} : undefined`,
  );
  return `\n;return { ${["__proto__: null", ...members].join(", ")} }; }]; })\n//# sourceURL=${SCRIPT_FILE}`;
}

async function toCommonJs({ code, map }: BudgetedCode): Promise<Wrapped> {
  try {
    const result = await transform(`${code}\n//# sourceMappingURL=${map.toUrl()}`, {
      format: "cjs",
      platform: "node",
      target: "esnext",
      // With the ending .mjs a default import is module.exports itself, as in Node.
      sourcefile: "script.mjs",
      sourcemap: "external",
      logLevel: "silent",
    });
    return { code: takeDefaultsOfScripts(result.code), sourceMap: result.map };
  } catch (error) {
    const [failure] = TransformFailure.parse(error).errors;
    const line = failure?.location?.line ?? 1;
    throw new Fault(
      "compile_error",
      `${failure?.text ?? "The module cannot be converted"} (line ${line})`,
      {
        cause: error,
        facts: { line, column: 1 },
      },
    );
  }
}

/** The default import of another script of the account is its default export, where it has one. */
function takeDefaultsOfScripts(code: string): string {
  return code.replaceAll(/(__toESM\(require\("\.\/[^"\n]*"\)), 1\)/g, "$1)");
}

/** What esbuild throws. Lines are the author's, columns those of the compiled code. */
const TransformFailure = z.object({
  errors: z.array(z.object({ text: z.string(), location: z.object({ line: z.int() }).nullable() })),
});
