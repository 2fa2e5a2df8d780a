// What a script may use, and what each type gets when its owner says nothing.

import { z } from "zod";
import type { ScriptType } from "./script-type.ts";

/** Longest time any run may take, in milliseconds. */
export const MAX_WALL_MS = 30_000;
/** Longest time a call set-up may wait for its script, in milliseconds. */
export const MAX_CALL_MS = 10_000;
/** Largest request body the control plane and the edge node accept, in bytes. */
export const MAX_BODY_BYTES = 1_000_000;

/** Requests that one run may make at most. */
export const MAX_SUBREQUESTS = 1_000;

/** Most CPU time of one run, by type, in milliseconds. While a Script runs, nothing else does in its cell. */
export const MAX_CPU_MS: Record<ScriptType, number> = { script: 250, app: 2_000, driver: 10_000 };

export const Limits = z
  .strictObject({
    cpuMs: z.int().min(1).max(MAX_CPU_MS.driver).meta({
      description: "CPU time of one run, milliseconds; at most 250 for a script, 2000 for an app",
    }),
    wallMs: z
      .int()
      .min(10)
      .max(MAX_WALL_MS)
      .meta({ description: "Elapsed time of one run, milliseconds" }),
    subrequests: z
      .int()
      .min(0)
      .max(MAX_SUBREQUESTS)
      .meta({ description: "Requests one run may make" }),
  })
  .meta({ id: "Limits" });
export type Limits = z.infer<typeof Limits>;

export const DEFAULT_LIMITS: Record<ScriptType, Limits> = {
  script: { cpuMs: 50, wallMs: 2_000, subrequests: 0 },
  app: { cpuMs: 250, wallMs: 2_000, subrequests: 50 },
  driver: { cpuMs: 1_000, wallMs: 30_000, subrequests: 100 },
};
