// Every case of the suite.

import { BUILT_IN_CHANGE_CASES } from "./cases/built-in-changes.ts";
import { ENGINE_STATE_CASES } from "./cases/engine-state.ts";
import { EVERYTHING_CASES } from "./cases/everything.ts";
import { GLOBAL_CASES } from "./cases/globals.ts";
import { HOST_CASES } from "./cases/host.ts";
import { INTRINSIC_CASES } from "./cases/intrinsics.ts";
import { LATER_CASES } from "./cases/later.ts";
import { MODULE_SCOPE_CASES } from "./cases/module-scope.ts";
import { OUTCOME_CASES } from "./cases/outcome.ts";
import type { LeakCase } from "./leak-case.ts";

export const ALL_CASES: readonly LeakCase[] = [
  ...GLOBAL_CASES,
  ...MODULE_SCOPE_CASES,
  ...INTRINSIC_CASES,
  ...BUILT_IN_CHANGE_CASES,
  ...ENGINE_STATE_CASES,
  ...LATER_CASES,
  ...OUTCOME_CASES,
  ...HOST_CASES,
  ...EVERYTHING_CASES,
];
