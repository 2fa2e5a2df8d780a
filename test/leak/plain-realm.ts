// A realm of plain Node for one call: what a script does there is what it is meant to do.

import vm from "node:vm";

const js = String.raw;

/** Runs a main as scripts have it: bare, exported, or exported under a misspelling. Takes and returns text. */
const RUN = js`
((body, payload) => {
  globalThis.process = { env: {} };
  globalThis.console = Object.fromEntries(["debug", "trace", "log", "dir", "table", "info", "warn", "error"].map((name) => [name, () => undefined]));
  const module = { exports: {} };
  const require = () => { throw new ReferenceError("require is not defined"); };
  const bare = body.call(module.exports, module.exports, require, module, "/script.js", "/");
  const { exports, export: misspelt } = module;
  const holder = [exports, misspelt].find((one) => typeof one?.main === "function");
  const data = JSON.parse(payload);
  const value = holder ? holder.main(data) : (typeof exports === "function" ? exports : bare)(data);
  return JSON.stringify(value);
})`;

/** What main of `code` returns for `data`, as JSON has it, in a new realm. Throws what main throws. */
export function runInPlainRealm(code: string, data: unknown = {}): unknown {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  const body = `function (exports, require, module, __filename, __dirname) {${code}
;return typeof main === "function" ? main : undefined; }`;
  const run: unknown = vm.runInContext(RUN, context);
  const compiled: unknown = vm.runInContext(`(${body})`, context);
  if (typeof run !== "function") throw new Error("Cannot make the realm: no function");
  return JSON.parse(String(run(compiled, JSON.stringify(data))));
}
