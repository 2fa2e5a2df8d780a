// What a script finds in its global object.

import { SCRIPT_GLOBALS } from "../../../schemas/script-globals.ts";
import type { ScriptType } from "../../../schemas/script-type.ts";

/** Ways into the engine, into workerd and between isolates: for no script. */
const NEVER = new Set<PropertyKey>([
  "process",
  "Cloudflare",
  "WebAssembly",
  "caches",
  "scheduler",
  "SharedArrayBuffer",
  "Atomics",
]);

const now = performance.now.bind(performance);
const { timeOrigin } = performance;
const getRandomValues = crypto.getRandomValues.bind(crypto);
const randomUUID = crypto.randomUUID.bind(crypto);

let env: Record<string, unknown> = {};

/** Gives the run that begins its environment. */
export function startEnv(): void {
  env = {};
}

/** Takes away what `type` may not use, and puts in what every script has. */
export function limitGlobals(type: ScriptType, console: Partial<Console>): void {
  const isScript = type === "script";
  const mayStay = (name: PropertyKey): boolean =>
    isScript ? SCRIPT_GLOBALS.has(name) || name === "constructor" : !NEVER.has(name);
  for (const holder of globalHolders()) {
    for (const name of Reflect.ownKeys(holder)) {
      if (!mayStay(name)) Reflect.deleteProperty(holder, name);
    }
  }
  replaceGlobal("console", console);
  replaceGlobal("process", {
    get env() {
      return env;
    },
  });
  if (!isScript) return;
  replaceGlobal("self", globalThis);
  // The originals keep marks and lead to promises.
  replaceGlobal("performance", { now, timeOrigin });
  replaceGlobal("crypto", { getRandomValues, randomUUID });
}

/** Puts `value` in the place of a global, so that the old one is nowhere to be found. */
export function replaceGlobal(name: string, value: unknown): void {
  for (const holder of globalHolders()) Reflect.deleteProperty(holder, name);
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

/** workerd keeps some globals on the global object and some on its prototypes. */
function globalHolders(): object[] {
  const holders: object[] = [];
  for (
    let holder: object | null = globalThis;
    holder !== null && holder !== Object.prototype;
    holder = Reflect.getPrototypeOf(holder)
  ) {
    holders.push(holder);
  }
  return holders;
}
