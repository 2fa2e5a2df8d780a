// What a script requires of others.

import { z } from "zod";
import { ALLOWED_MODULES } from "./allowed-modules.ts";

/**
 * `modules`: allow-listed npm modules and the built-ins that have a stand-in. `scripts`: other scripts of the account, as
 * the source writes them. `isOpen`: what else it requires shows only when it runs, so any module may be asked for.
 */
export const Requires = z.strictObject({
  modules: z.array(z.string()),
  scripts: z.array(z.string()),
  isOpen: z.boolean(),
});
export type Requires = z.infer<typeof Requires>;

export const NO_REQUIRES: Requires = { modules: [], scripts: [], isOpen: false };

/** The names of the allow-list, in order. */
export const MODULE_NAMES: readonly string[] = ALLOWED_MODULES.map(({ name }) => name);
