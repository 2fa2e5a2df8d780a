// What a warm isolate is without lockdown: one realm of plain Node for all calls of a script, a new module scope for each.

import { setImmediate } from "node:timers/promises";
import vm from "node:vm";
import { z } from "zod";
import type { Answer } from "./leak-case.ts";

const js = String.raw;

const Told = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("value"), value: z.unknown() }),
  z.strictObject({ is: z.literal("fault"), code: z.string(), message: z.string() }),
]);

/**
 * Stands in for what workerd gives a script and a bare realm has not. Made of the realm's own objects: through one of
 * Node's a script would reach this process.
 */
const WEB = js`
(() => {
  const add = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  class SubtleCrypto { digest() { return Promise.resolve(new ArrayBuffer(32)); } }
  class Crypto {
    get subtle() { return subtle; }
    randomUUID() { return "00000000-0000-4000-8000-000000000000"; }
    getRandomValues(array) { return array; }
  }
  class Performance { now() { return 1; } mark() {} }
  class URLSearchParams { entries() { return [].values(); } }
  class URL { get searchParams() { return new URLSearchParams(); } static canParse() { return true; } }
  class DOMException { get name() { return "Error"; } }
  class TextEncoder { encode() { return new Uint8Array(1); } }
  class TextDecoder { decode() { return ""; } }
  const subtle = new SubtleCrypto();
  for (const one of [SubtleCrypto, Crypto, Performance, URLSearchParams, URL, DOMException, TextEncoder, TextDecoder]) add(one.name, one);
  add("crypto", new Crypto());
  add("performance", new Performance());
  add("structuredClone", (value) => JSON.parse(JSON.stringify(value)));
  add("atob", () => { throw new DOMException(); });
  add("btoa", () => "");
  const methods = ["debug", "trace", "log", "dir", "table", "info", "warn", "error"];
  add("console", Object.fromEntries(methods.map((name) => [name, (...values) => values.forEach(String)])));
  add("process", { env: {} });
})();
`;

/** Takes what it needs before a script can change it, and hands out text. */
const PRELUDE = js`
(make) => {
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { hasOwn } = Object;
  const fault = (code, message) => '{"is":"fault","code":"' + code + '","message":' + stringify("" + message) + "}";
  const isThenable = (value) => typeof value === "object" && value !== null && typeof value.then === "function";
  const messageOf = (error) => { try { error.stack; error.code; return error.message; } catch { return ""; } };
  const require = () => { throw new ReferenceError("require is not defined"); };
  function callScript(name, payload) {
    const data = parse(payload);
    const module = { exports: {} };
    apply(make(), module.exports, [module.exports, require, module, "/script.js", "/"]);
    if (!hasOwn(module.exports, name)) throw new Error("No function " + name);
    const value = module.exports[name](data);
    return value === undefined || value === null ? data : value;
  }
  return (name, payload) => {
    let value;
    try {
      value = callScript(name, payload);
      if (isThenable(value)) return fault("async_in_script", "");
    } catch (error) {
      return fault("script_error", messageOf(error));
    }
    try {
      const json = stringify(value);
      if (json !== undefined && json.length > 1_000_000) return fault("output_too_large", "");
      return json === undefined ? fault("not_serialisable", "") : '{"is":"value","value":' + json + "}";
    } catch (error) {
      return fault("not_serialisable", error.message);
    }
  };
}
`;

/** A realm that keeps whatever a script leaves in it. Only text goes in and comes out. */
export class KeptRealm {
  readonly #run: (name: string, payload: string) => unknown;

  constructor(code: string) {
    const context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
    vm.runInContext(WEB, context);
    const make = `() => function (exports, require, module, __filename, __dirname) {${code}\n}`;
    const run: unknown = vm.runInContext(`(${PRELUDE})(${make})`, context);
    if (typeof run !== "function") throw new Error("Cannot make the realm: no function");
    this.#run = (name, payload) => run(name, payload);
  }

  /** Calls a function of the script, and waits until nothing of it is left to run. */
  async call(name: string, data: unknown = {}): Promise<Answer> {
    let told: unknown;
    try {
      told = this.#run(name, JSON.stringify(data));
    } catch {
      // What was left has broken even the prelude.
      told = '{"is":"fault","code":"broken","message":""}';
    }
    await setImmediate();
    return Told.parse(JSON.parse(String(told)));
  }
}
