// Gives a bundle the shape of a release: a text that an isolate compiles while it starts and evaluates in a call, with the
// CPU budget in it.

import { Script } from "node:vm";
import { parse, type Program } from "acorn";
import { transform } from "esbuild";
import { compileBudget, pickBudgetNames, type BudgetNames } from "../../schemas/budget.ts";

/** The text of the function expression for the module `name`, made of CommonJS `code`. */
export async function makeUnit(name: string, code: string): Promise<string> {
  // Nobody who is called by strict code finds its arguments, our own `require` among them.
  const strict = `"use strict";${code}`;
  const names = pickBudgetNames(strict, countedNames());
  const budgeted = compileBudget(strict, parseBundle(strict), names);
  const minified = await minify(wrap(budgeted.code, names));
  const text = `(${minified})\n//# sourceURL=${name}.js`;
  // The last word is the engine's.
  void new Script(text, { filename: `${name}.js` });
  return text;
}

/** Always the same, so that the same packages make the same text. Minifying replaces them. */
function countedNames(): () => string {
  let count = 0;
  return () => `budget${String((count += 1)).padStart(4, "0")}`;
}

function parseBundle(code: string): Program {
  return parse(code, {
    ecmaVersion: "latest",
    sourceType: "script",
    // The budget takes code as it is parsed, and about these parsers disagree.
    onComment: (...[, , start]) => {
      if (/^(?:<!--|-->)/.test(code.slice(start, start + 4))) {
        throw new Error("Cannot compile the budget in: the bundle has an HTML-like comment");
      }
    },
  });
}

function wrap(code: string, { counter, refill, resume }: BudgetNames): string {
  return `function (${refill}, ${resume}) { let ${counter} = 0; return [() => { ${counter} = 0; }, function (exports, require, module, __filename, __dirname) { ${code}
}]; }`;
}

/** Minifies an expression. By itself it would go, as one without effect. */
async function minify(expression: string): Promise<string> {
  const options = { minify: true, target: "esnext", legalComments: "none" } as const;
  const { code } = await transform(`unit = ${expression};`, options);
  const [, minified] = /^unit=(.*);\n$/s.exec(code) ?? [];
  if (minified === undefined) throw new Error("Cannot minify: esbuild changed the assignment");
  return minified;
}
