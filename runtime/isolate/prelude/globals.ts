// What a script finds in its global object.

import { scriptGlobals } from "../../../schemas/script-globals.ts";
import type { ScriptType } from "../../../schemas/script-type.ts";
import settings from "settings.json";
import { envOfRun } from "./env.ts";

/** Ways into the engine, into workerd and between isolates: for no script. */
const NEVER = [
  "process",
  "Cloudflare",
  "WebAssembly",
  "caches",
  "scheduler",
  "SharedArrayBuffer",
  "Atomics",
];

const now = performance.now.bind(performance);
const { timeOrigin } = performance;
// To read it loads some of Node's modules.
const nativeProcess = settings.needs.node ? process : undefined;
const getRandomValues = crypto.getRandomValues.bind(crypto);
const randomUUID = crypto.randomUUID.bind(crypto);

/** workerd keeps some globals on the global object and some on its prototypes. */
export const HOLDERS: readonly object[] = globalHolders();

/** What `process` is to modules and scripts that are not of type Script, but for its `env`. */
function processOf(native: typeof process): Record<PropertyKey, unknown> {
  const { arch, hrtime, nextTick, platform, version, versions } = native;
  return {
    // By this libraries know that they run in Node.
    [Symbol.toStringTag]: "process",
    arch,
    argv: [],
    cwd: () => "/",
    emitWarning: () => undefined,
    hrtime,
    nextTick,
    on: () => undefined,
    platform,
    uptime: () => now() / 1_000,
    version,
    versions,
  };
}

/** Takes away what `type` may not use, and puts in what every script has. */
export function limitGlobals(type: ScriptType, console: Partial<Console>): void {
  if (type === "script") keepScriptGlobals();
  else for (const name of NEVER) removeGlobal(name);
  replaceGlobal("console", console);
  const process = type === "script" || nativeProcess === undefined ? {} : processOf(nativeProcess);
  Object.defineProperty(process, "env", { get: envOfRun, enumerable: true });
  replaceGlobal("process", process);
  if (type !== "script") return;
  replaceGlobal("self", globalThis);
  // The originals keep marks and lead to promises.
  replaceGlobal("performance", { now, timeOrigin });
  replaceGlobal("crypto", { getRandomValues, randomUUID });
}

function keepScriptGlobals(): void {
  const globals = scriptGlobals();
  for (const holder of HOLDERS) {
    for (const name of Reflect.ownKeys(holder)) {
      const mayStay = globals.has(name) || name === "constructor";
      if (!mayStay) Reflect.deleteProperty(holder, name);
    }
  }
}

/** Puts `value` in the place of a global, so that the old one is nowhere to be found. */
export function replaceGlobal(name: string, value: unknown): void {
  removeGlobal(name);
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

export function removeGlobal(name: string): void {
  for (const holder of HOLDERS) Reflect.deleteProperty(holder, name);
}

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
