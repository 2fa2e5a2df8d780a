// In the place of library.ts in isolates whose code does not name `require`, nor what would ask for it.

import type { Require } from "./unit.ts";

// Taken before the script can change it.
const NativeError = Error;

export async function preload(): Promise<void> {}

export function beginLibrary(): void {}

export function makeRequire(): Require {
  return () => {
    throw new NativeError('Cannot find a module: name "require" in the script to have modules');
  };
}

export function loadBuiltIns(): void {}
