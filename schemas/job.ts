// Jobs: runs of a script that are kept until they are done, and the queues in which they wait.

import { z } from "zod";
import { countText } from "./count-text.ts";
import {
  MAX_JOB_ATTEMPTS,
  MAX_JOB_BACKOFF_MS,
  MAX_JOB_BYTES,
  MAX_JOB_DELAY_MS,
  MAX_JOB_KEY,
  MAX_JOB_PRIORITY,
} from "./job-limits.ts";
import { isStorable } from "./storable.ts";

/** Jobs of a page, at most. */
export const MAX_JOB_PAGE = 200;

export const JobBackoff = z
  .strictObject({
    type: z.enum(["fixed", "exponential"]).default("fixed").meta({
      description: "exponential: twice as long after each attempt that failed",
    }),
    delay: z
      .int("The delay of a backoff is a number of milliseconds")
      .min(0, "The delay of a backoff is at least 0 ms")
      .max(MAX_JOB_BACKOFF_MS, `The delay of a backoff is at most ${MAX_JOB_BACKOFF_MS} ms, a day`)
      .meta({ description: "Milliseconds before the first retry" }),
  })
  .meta({ id: "JobBackoff" });
export type JobBackoff = z.infer<typeof JobBackoff>;

const DelayText = `The delay is a number of milliseconds from 0 to ${MAX_JOB_DELAY_MS}, a year`;

/** `jobId` is the idempotency key, as scripts call it. */
export const JobOptions = z
  .strictObject({
    attempts: z
      .int(`The attempts are an integer from 1 to ${MAX_JOB_ATTEMPTS}`)
      .min(1, "A job has at least 1 attempt")
      .max(MAX_JOB_ATTEMPTS, `A job has at most ${MAX_JOB_ATTEMPTS} attempts`)
      .default(1)
      .meta({ description: "How often it is tried before it has failed" }),
    delay: z
      .number(DelayText)
      .min(0, DelayText)
      .max(MAX_JOB_DELAY_MS, DelayText)
      .transform(Math.round)
      .default(0)
      .meta({ description: "Milliseconds before it may begin" }),
    priority: z
      .int(`The priority is an integer from 0, which comes first, to ${MAX_JOB_PRIORITY}`)
      .min(0, "The priority that comes first is 0")
      .max(MAX_JOB_PRIORITY, `The priority that comes last is ${MAX_JOB_PRIORITY}`)
      .default(0)
      .meta({ description: "0 comes first" }),
    backoff: z
      .union(
        [
          z
            .number()
            .transform((delay): unknown => ({ delay }))
            .pipe(JobBackoff),
          JobBackoff,
        ],
        `The backoff is a number of milliseconds, or { type: "fixed" or "exponential", delay: milliseconds }, of at most a day`,
      )
      .default({ type: "fixed", delay: 0 })
      .meta({ description: "How long to wait before each retry" }),
    jobId: z
      .union([z.string(), z.number().transform(String)], "The jobId is a string or a number")
      .pipe(
        z
          .string()
          .min(1, "A jobId has at least 1 character")
          .max(MAX_JOB_KEY, `A jobId has at most ${MAX_JOB_KEY} characters`)
          .refine(isStorable, "A jobId has neither half characters nor NUL"),
      )
      .optional()
      .meta({ description: "Idempotency key: what is added again under it is not added" }),
  })
  .meta({ id: "JobOptions" });
export type JobOptions = z.infer<typeof JobOptions>;

export const JobFunction = z
  .string()
  .min(1, "A function's name has at least 1 character")
  .max(200, "A function's name has at most 200 characters")
  .refine(isStorable, "There is no function of that name");

/** JSON text of what a job is given or returns. */
export const JobText = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) <= MAX_JOB_BYTES,
    `A job's data have at most ${countText(MAX_JOB_BYTES)} bytes of JSON`,
  );

export const AddJob = z
  .strictObject({
    script: z.string().meta({ description: "Id or name of the script" }),
    function: JobFunction.optional().meta({ description: "Any top-level one; main when absent" }),
    data: z
      .unknown()
      .transform((data) => JSON.stringify(data ?? {}))
      .pipe(JobText)
      .prefault({})
      .meta({ description: "Any JSON; {} when absent" }),
    opts: JobOptions.prefault({}),
  })
  .meta({ id: "AddJob" });
export type AddJob = z.infer<typeof AddJob>;

export const RetryJob = z.strictObject({}).meta({ id: "RetryJob", description: "Send {}" });

/** What a job does: it runs a function of its script, or sends what that script has written. */
export const JobKind = z.enum(["script", "email", "sms"]);
export type JobKind = z.infer<typeof JobKind>;

/** What is asked for and may be found: of what is stored, "waiting" is also "paused" where the queue is. */
export const JobState = z.enum(["waiting", "active", "completed", "failed", "delayed", "paused"]);
export type JobState = z.infer<typeof JobState>;

/** Why the last attempt failed: the code of a fault, and where it is the script's own error, its place. */
export const JobError = z
  .strictObject({
    code: z.string(),
    message: z.string(),
    line: z.int().optional(),
    column: z.int().optional(),
    file: z.string().optional(),
    stack: z.string().optional(),
  })
  .meta({ id: "JobError" });
export type JobError = z.infer<typeof JobError>;

const Time = z.iso.datetime();

export const JobSummary = z
  .strictObject({
    id: z.string(),
    kind: JobKind.meta({ description: "script: runs a function; email and sms: sends" }),
    script: z.string().meta({ description: "Id of the script, or of the one that sends" }),
    function: z.string().nullable().meta({ description: "null for main" }),
    state: JobState,
    priority: z.int(),
    runAt: Time.meta({ description: "When it may begin, or might" }),
    attempts: z.int().meta({ description: "How often it may fail" }),
    made: z.int().meta({ description: "Attempts that have begun" }),
    cut: z.int().meta({ description: "Attempts that the platform ended, which do not count" }),
    backoff: JobBackoff,
    jobId: z.string().nullable().meta({ description: "The idempotency key" }),
    scheduled: z.boolean().meta({ description: "Added by the script's schedule" }),
    createdAt: Time,
    startedAt: Time.nullable(),
    finishedAt: Time.nullable(),
    progress: z.unknown().meta({ description: "What the job says of itself, null for nothing" }),
    error: JobError.nullable().meta({ description: "Of the last attempt that failed" }),
  })
  .meta({ id: "JobSummary", description: "A job without what it is given and returns" });
export type JobSummary = z.infer<typeof JobSummary>;

export const Job = JobSummary.extend({
  data: z.unknown(),
  result: z.unknown().meta({ description: "null until it has completed" }),
}).meta({ id: "Job", description: "A run of a script that is kept until it is done" });
export type Job = z.infer<typeof Job>;

export const JobPageQuery = z.object({
  script: z.string().optional().meta({ description: "Id or name of the script" }),
  kind: JobKind.optional(),
  state: JobState.optional(),
  after: z
    .string()
    .regex(/^\d{1,15}$/, "after is the `next` of the page before")
    .optional()
    .meta({ description: "`next` of the page before, nothing for the first page" }),
  limit: z.coerce.number().int().min(1).max(MAX_JOB_PAGE).default(50),
});

export const JobPage = z
  .strictObject({
    jobs: z.array(JobSummary),
    next: z.string().nullable().meta({ description: "null on the last page" }),
  })
  .meta({ id: "JobPage", description: "Jobs of the account, the newest first" });
export type JobPage = z.infer<typeof JobPage>;

export const PutQueue = z.strictObject({ paused: z.boolean() }).meta({ id: "PutQueue" });

export const Queue = z
  .strictObject({
    script: z.string(),
    paused: z.boolean().meta({ description: "Its jobs wait; those that have begun go on" }),
    counts: z.record(JobState, z.int()).meta({ description: "Jobs that are stored, by state" }),
  })
  .meta({ id: "Queue", description: "The jobs of one script" });
export type Queue = z.infer<typeof Queue>;
