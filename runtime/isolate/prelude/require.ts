// The `require` that a script sees.

import type { ScriptType } from "../../../schemas/script-type.ts";

/** No libraries yet. A Script never gets any, and is told which type does. */
export function makeRequire(type: ScriptType): (name: string) => never {
  if (type === "script") {
    return (name) => {
      throw new ReferenceError(
        `require is not defined: type Script has no libraries, choose type App to use '${name}'`,
      );
    };
  }
  return (name) => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
  };
}
