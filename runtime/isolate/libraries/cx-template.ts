// What scripts get by `require('cxTemplate')`: the templates of their account, filled in. Every isolate carries this file.
// Trust: all arguments are the script's. Whose templates they are, the platform knows.

import { MAX_TEMPLATE_VARS } from "../../../schemas/template-limits.ts";
import type { Ask } from "./ask.ts";
import { asModule } from "./as-module.ts";

// Taken before the script can change them.
const { stringify } = JSON;
const NativeTypeError = TypeError;

/** The library, for one run. `compile(name, vars)` resolves to `{ subject, text, html, sms }`. */
export function makeCxTemplate(ask: Ask): object {
  async function compile(name: unknown, vars: unknown): Promise<unknown> {
    if (typeof name !== "string") {
      throw new NativeTypeError(
        `Cannot compile the template: its name has to be a string, not of type ${typeof name}`,
      );
    }
    const text: unknown = stringify(vars ?? {});
    if (typeof text !== "string" || text.length > MAX_TEMPLATE_VARS) {
      throw new NativeTypeError(
        `Cannot compile the template: its variables have to be an object of at most ${MAX_TEMPLATE_VARS} bytes of JSON`,
      );
    }
    return await ask("compile", { name, vars: text });
  }

  return asModule({ compile });
}
