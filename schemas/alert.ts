// Alert drivers: what a control plane asks an edge node to run, and what comes of it.

import { z } from "zod";
import { CallData } from "./call.ts";

/** How often an alert driver is asked whose assignment does not say it, in minutes. */
export const DEFAULT_ALERT_MINUTES = 5;

/** The alert driver to run. */
export const AlertOrder = z.strictObject({ account: z.string(), driver: z.string() });
export type AlertOrder = z.infer<typeof AlertOrder>;

/**
 * What an alert driver decided. One that is raised has a `text`, or else the `template` to write it with, for which there may
 * be `vars`.
 */
export const AlertResult = z.strictObject({
  raised: z.boolean(),
  text: z.string().optional(),
  vars: CallData.optional(),
  template: z.string().optional(),
});
export type AlertResult = z.infer<typeof AlertResult>;

export const LastAlert = z
  .strictObject({
    at: z.iso.datetime().meta({ description: "When the run began" }),
    raised: z.boolean(),
    text: z.string().optional(),
    jobs: z
      .array(z.string())
      .optional()
      .meta({ description: "Ids of the jobs that send it to the recipients" }),
    notSent: z.array(z.string()).optional().meta({ description: "Why some do not get it" }),
    fault: z
      .strictObject({ code: z.string(), message: z.string() })
      .optional()
      .meta({ description: "Why the run failed; then no alert is raised" }),
  })
  .meta({ id: "LastAlert", description: "What came of the newest run of an alert driver" });
export type LastAlert = z.infer<typeof LastAlert>;
