// In the place of timers.ts in isolates whose code names no timer: then there is none, as none would be counted.

import { removeGlobal } from "./globals.ts";

export function installTimers(): void {
  removeGlobal("clearImmediate");
  removeGlobal("setImmediate");
  removeGlobal("setInterval");
  removeGlobal("setTimeout");
}
