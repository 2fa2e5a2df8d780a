// In the place of listeners.ts in isolates whose code names no way to listen: then there is none, as no listener would count.

import { removeGlobal } from "./globals.ts";

const { deleteProperty } = Reflect;

export function installListeners(): void {
  for (const name of ["addEventListener", "removeEventListener"]) {
    removeGlobal(name);
    deleteProperty(EventTarget.prototype, name);
  }
}
