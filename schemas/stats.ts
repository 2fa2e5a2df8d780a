// Statistics of runs, as charts show them.

import { z } from "zod";
import { HOUR_MS } from "./durations.ts";

/** Steps of short times, kept for some hours, and of long ones. */
export const SHORT_STEP_SECONDS = 10;
export const LONG_STEP_SECONDS = 60;
/** Up to this many minutes are told in short steps. */
export const MOST_SHORT_MINUTES = 60;
/** How long short steps are kept, in milliseconds. */
export const SHORT_STEPS_KEPT_MS = 2 * HOUR_MS;

export const StatsQuery = z.object({
  script: z.string().min(1).max(300).optional().meta({ description: "Id or name of the script" }),
  minutes: z.coerce
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .default(60)
    .meta({ description: "How far back; up to 60 in steps of 10 s, beyond in steps of a minute" }),
});
export type StatsQuery = z.infer<typeof StatsQuery>;

const Milliseconds = z.number().min(0);

export const StatsPoint = z.strictObject({
  at: z.iso.datetime().meta({ description: "Where the step begins" }),
  calls: z.int().meta({ description: "Runs that ended in the step" }),
  kept: z.int().meta({ description: "How many of them are among the invocations" }),
  outcomes: z.record(z.string(), z.int()),
  wallMs: z.strictObject({ p50: Milliseconds, p90: Milliseconds, p99: Milliseconds }),
  cpuMs: z.strictObject({ sum: Milliseconds, p50: Milliseconds, p99: Milliseconds }),
});
export type StatsPoint = z.infer<typeof StatsPoint>;

export const Stats = z
  .strictObject({
    stepSeconds: z.int(),
    points: z.array(StatsPoint).meta({
      description:
        "Oldest first, without steps in which nothing ran; percentiles are right to 12 %",
    }),
  })
  .meta({ id: "Stats" });
export type Stats = z.infer<typeof Stats>;
