// What a run used and what it said.

import { z } from "zod";

export const Usage = z
  .strictObject({
    cpuMs: z.number().meta({ description: "Time the script's own code ran, milliseconds" }),
    wallMs: z.number().meta({ description: "Elapsed time with all waiting, milliseconds" }),
  })
  .meta({ id: "Usage" });
export type Usage = z.infer<typeof Usage>;

/** Milliseconds with three decimals, as usage is told. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

export const LogLevel = z.enum(["debug", "log", "info", "warn", "error"]);
export type LogLevel = z.infer<typeof LogLevel>;

export const LogLine = z
  .strictObject({
    level: LogLevel,
    time: z.number().meta({ description: "Milliseconds since 1970" }),
    message: z.string(),
  })
  .meta({ id: "LogLine" });
export type LogLine = z.infer<typeof LogLine>;
