// What frozen built-ins and a shared global object need not allow. With an isolate for every call it works all the same,
// which is what these ask for.

import { main, type LegitCase } from "../legit-case.ts";

const js = String.raw;

export const OWN_ISOLATE_CASES: readonly LegitCase[] = [
  alone({
    name: "is told of a variable that it forgot to declare, being strict",
    code: "'use strict'; function main(data) { try { forgotten = 1; return 'set'; } catch (error) { return [error.name, error.message]; } }",
  }),
  alone({
    name: "asks the global object for its variables, and removes them",
    code: js`mine = 1; globalThis.other = 2; function main() { const before = [globalThis.hasOwnProperty("mine"), Object.keys(globalThis).filter((name) => name === "mine" || name === "other")]; return [before, delete globalThis.mine, typeof mine, delete globalThis.other, "other" in globalThis]; }`,
  }),
  alone(
    main(
      "gives its own arrays another constructor and another iterator",
      js`const a = [1, 2]; a.constructor = Object; const b = [1, 2]; b[Symbol.iterator] = function* () { yield "mine"; }; return [a.constructor === Object, Object.keys(a), [...b], [...a]];`,
    ),
  ),
  alone(
    main(
      "gives promises, bytes, iterators and wrapped values methods of their own",
      js`const p = Promise.resolve(); p.then = undefined; p.catch = 1; const b = new Uint8Array(1); b.toString = () => "b"; const x = Object(1); x.toFixed = () => "x"; const y = Object("s"); y.trim = () => "y"; const i = [].values(); i.next = () => ({ done: true, value: "i" }); const g = (function* () {})(); g.next = () => "g";
return [p.then === undefined, p.catch, "" + b, x.toFixed(), y.trim(), i.next().value, g.next()];`,
    ),
  ),
];

function alone(one: LegitCase): LegitCase {
  return { ...one, isolation: "call" };
}
