// Schedules: when a script runs by itself.

import { z } from "zod";
import { JobText } from "./job.ts";
import { nextTime } from "./next-time.ts";

function numbers(from: number, to: number): z.ZodType<number[], number[] | undefined> {
  const text = `integers from ${from} to ${to}`;
  return z.array(z.int(text).min(from, text).max(to, text)).max(100).default([]);
}

/** An empty list means every one. Where both lists of days have any, a day of either matches. */
export const ScheduleLists = z
  .strictObject({
    minutes: numbers(0, 59),
    hours: numbers(0, 23),
    daysOfMonth: numbers(1, 31),
    daysOfWeek: numbers(0, 6).meta({ description: "0 is Sunday" }),
  })
  .meta({ id: "ScheduleLists", description: "An empty list means every one" });
export type ScheduleLists = z.infer<typeof ScheduleLists>;

/** The cron expression that says the same. */
export function cronOf({ minutes, hours, daysOfMonth, daysOfWeek }: ScheduleLists): string {
  return `${field(minutes)} ${field(hours)} ${field(daysOfMonth)} * ${field(daysOfWeek)}`;
}

function field(list: number[]): string {
  return list.length === 0 ? "*" : list.toSorted((one, other) => one - other).join(",");
}

const TimeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, 'There is no such time zone: write it as "Europe/London" or "UTC"');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const When = {
  cron: z.string().max(200).nullable().default(null).meta({
    description: "Minute, hour, day of the month, month, day of the week; null with lists",
    example: "*/15 9-17 * * 1-5",
  }),
  lists: ScheduleLists.nullable().default(null).meta({ description: "Instead of cron" }),
  timeZone: TimeZone.default("UTC"),
};
const Overlap = z.enum(["skip", "queue"]).meta({
  description: "While a job of the schedule has not finished: add no other, or add it all the same",
});
const Misfire = z.enum(["skip", "once"]).meta({
  description: "Of times at which no edge node ran: add no job, or one for all of them",
});

export const PutSchedule = z
  .strictObject({
    ...When,
    overlap: Overlap.default("skip"),
    misfire: Misfire.default("once"),
    enabled: z.boolean().default(true),
    input: z
      .unknown()
      .transform((input) => JSON.stringify(input ?? {}))
      .pipe(JobText)
      .prefault({})
      .meta({ description: "What main is given: any JSON; {} when absent" }),
  })
  .transform(({ cron, lists, ...rest }, context) => {
    if ((cron === null) === (lists === null)) {
      context.addIssue({ code: "custom", message: "Send either cron or lists" });
      return z.NEVER;
    }
    return { ...rest, cron, lists, expression: lists === null ? (cron ?? "") : cronOf(lists) };
  })
  .superRefine(({ expression, timeZone }, context) => {
    const message = whyNever(expression, timeZone);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["cron"], message });
  })
  .meta({ id: "PutSchedule" });
/** `expression` is the cron expression, also of lists; `input` is JSON text. */
export type PutSchedule = z.infer<typeof PutSchedule>;

function whyNever(cron: string, timeZone: string): string | undefined {
  try {
    return nextTime({ cron, timeZone }, 0) === undefined ? "That time never comes" : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `Cannot read the cron expression: ${reason}`;
  }
}

export const Schedule = z
  .strictObject({
    script: z.string().meta({ description: "Id of the script" }),
    cron: z.string().nullable(),
    lists: ScheduleLists.nullable(),
    timeZone: z.string(),
    overlap: Overlap,
    misfire: Misfire,
    enabled: z.boolean(),
    input: z.unknown(),
    lastAt: z.iso.datetime().nullable().meta({ description: "When it last added a job" }),
    nextAt: z.iso.datetime().nullable().meta({ description: "null while it is not enabled" }),
  })
  .meta({ id: "Schedule", description: "When a script runs by itself" });
export type Schedule = z.infer<typeof Schedule>;
