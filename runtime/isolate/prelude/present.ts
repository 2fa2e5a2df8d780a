// The run that is on: what serves a script from its global scope looks here.

import type { BatchedRun } from "../../../schemas/batch.ts";
import type { Budget } from "./budget.ts";

/** `vars` is the environment as the script has changed it, once it was asked for; `timers` counts those that it has set. */
export type PresentRun = {
  readonly run: Pick<BatchedRun, "id" | "env">;
  readonly budget: Budget;
  vars: Record<string, string> | undefined;
  timers: number;
};

export let present: PresentRun | undefined;

/** `run` is the one that is on from here. */
export function begin(run: PresentRun): void {
  present = run;
}
