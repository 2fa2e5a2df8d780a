// An invocation as people look at it afterwards: one run of a script, in a call or elsewhere.

import { z } from "zod";
import { RunError } from "./call.ts";
import { LogLine } from "./usage.ts";
import { SipAnswer } from "./sip.ts";

/** Invocations of a page, at most. */
export const MAX_INVOCATIONS_PAGE = 200;
/** Most characters of an input and of an output that are kept, and of all lines of a log. */
export const MAX_KEPT_BODY = 8_192;
export const MAX_KEPT_LOG = 16_384;

/** What of an invocation may be too long to be kept whole. */
export const CutPart = z.enum(["input", "output", "logs"]);
export type CutPart = z.infer<typeof CutPart>;

export const Invoked = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime().meta({ description: "When it began" }),
    place: z.string().meta({
      description: "Where it was called from",
      example: "termination acme/main",
    }),
    script: z.string().nullable().meta({ description: "The script's id" }),
    name: z.string().meta({ description: "The script's name at that time" }),
    version: z.int().nullable().meta({ description: "null for a draft" }),
    function: z.string().nullable().meta({ description: "null for main" }),
    outcome: z.string().meta({ description: '"ok" or the code of a fault' }),
    decision: z.enum(["continue", "reject"]).nullable().meta({ description: "Of calls alone" }),
    sip: SipAnswer.nullable().meta({ description: "What a call was refused with" }),
    cpuMs: z.number(),
    wallMs: z.number(),
  })
  .meta({ id: "Invocation" });
export type Invoked = z.infer<typeof Invoked>;

export const InvokedInFull = Invoked.extend({
  bodies: z.enum(["kept", "not kept"]).meta({
    description: '"not kept": input, output and logs of this one were not sampled',
  }),
  input: z.unknown().meta({ description: "JSON, or the beginning of its text where it was cut" }),
  output: z.unknown().meta({ description: "JSON, or the beginning of its text where it was cut" }),
  logs: z.array(LogLine),
  warnings: z.array(z.string()),
  error: RunError.nullable(),
  cut: z.array(CutPart).meta({ description: "What was too long to be kept whole" }),
}).meta({ id: "InvocationInFull" });
export type InvokedInFull = z.infer<typeof InvokedInFull>;

const Text = z.string().min(1).max(300);

/** By which invocations are chosen. */
export const InvocationFilter = z.object({
  script: Text.optional().meta({ description: "Id or name of the script" }),
  outcome: Text.optional().meta({ description: '"ok" or the code of a fault' }),
  place: Text.optional().meta({
    description: 'A place or the beginning of one: "termination", "termination acme/main"',
  }),
});
export type InvocationFilter = z.infer<typeof InvocationFilter>;

export const InvocationQuery = InvocationFilter.extend({
  version: z.coerce.number().int().min(1).optional(),
  fault: z.enum(["true", "false"]).optional().meta({ description: "Those that failed, or not" }),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: "Began then or later" }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: "Began before" }),
  after: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: "`next` of the page before" }),
  limit: z.coerce.number().int().min(1).max(MAX_INVOCATIONS_PAGE).default(50),
});
export type InvocationQuery = z.infer<typeof InvocationQuery>;

export const InvocationPage = z
  .strictObject({
    invocations: z.array(Invoked),
    next: z.string().nullable().meta({ description: "null on the last page" }),
  })
  .meta({ id: "InvocationPage", description: "Invocations, newest first" });
export type InvocationPage = z.infer<typeof InvocationPage>;
