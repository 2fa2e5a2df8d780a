// What a script finds in its global object.

import type { ScriptType } from "../../../schemas/script-type.ts";

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

/** Whatever waits, or reaches beyond the isolate: for apps and drivers. */
const NOT_IN_SCRIPT = [
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "queueMicrotask",
  "WebSocket",
  "WebSocketPair",
  "EventSource",
  "MessageChannel",
  "Request",
  "Response",
];

/** Takes away what `type` may not use, and puts `console` and `process.env` in. */
export function limitGlobals(type: ScriptType, console: Partial<Console>): void {
  const names = type === "script" ? [...NEVER, ...NOT_IN_SCRIPT] : NEVER;
  for (const name of names) removeGlobal(name);
  replaceGlobal("console", console);
  replaceGlobal("process", { env: {} });
}

/** Puts `value` in the place of a global, so that the old one is nowhere to be found. */
export function replaceGlobal(name: string, value: unknown): void {
  removeGlobal(name);
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

/** workerd keeps some globals on the global object and some on its prototypes. */
function removeGlobal(name: string): void {
  for (
    let holder: object | null = globalThis;
    holder !== null;
    holder = Object.getPrototypeOf(holder)
  ) {
    Reflect.deleteProperty(holder, name);
  }
}
