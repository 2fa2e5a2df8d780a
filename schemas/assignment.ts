// An assignment: which script decides the calls of which place, and what they get when it cannot.

import { z } from "zod";
import { VarsText } from "./customer.ts";
import { MAX_CALL_MS } from "./limits.ts";
import { cleanReason } from "./sip.ts";

/** Where a routing engine asks from. More places come with their own paths. */
export const Place = z.enum(["termination", "origination"]);
export type Place = z.infer<typeof Place>;

export const DEFAULT_TIMEOUT_ACTION = "500 ScriptForge Timeout";

/** Parsed form of a Timeout Action: a SIP answer, or the call goes on unchanged. */
export type TimeoutAction = { is: "continue" } | { is: "reject"; code: number; reason: string };

/** Reads `[sip code] [message]`; a 2xx means that the call goes on unchanged. Undefined when it is neither. */
export function parseTimeoutAction(text: string): TimeoutAction | undefined {
  const [, digits, reason] = /^([2-6]\d\d) +(\S.*)$/s.exec(text) ?? [];
  if (digits === undefined || reason === undefined || reason !== cleanReason(reason))
    return undefined;
  const code = Number(digits);
  return code < 300 ? { is: "continue" } : { is: "reject", code, reason };
}

export const TimeoutActionText = z
  .string()
  .trim()
  .refine(
    (text) => parseTimeoutAction(text) !== undefined,
    'A Timeout Action is a SIP code from 200 to 699, a space and a message of at most 128 bytes, e.g. "503 Try Later"',
  )
  .meta({ example: "503 Try Later" });

/**
 * What a call gets when its script fails without naming a SIP code, or the platform fails:
 * a rejection, the Timeout Action, or the call goes on unchanged.
 */
export const OnError = z.enum(["reject", "timeoutAction", "continue"]);
export type OnError = z.infer<typeof OnError>;

export const PutAssignment = z
  .strictObject({
    script: z.string().min(1).meta({ description: "Id or name of the script" }),
    timeout: z
      .number()
      .min(0.01)
      .max(MAX_CALL_MS / 1_000)
      .optional()
      .meta({ description: "Seconds. The script's own elapsed-time limit when absent" }),
    timeoutAction: TimeoutActionText.optional(),
    vars: VarsText.optional(),
    onError: OnError.optional(),
  })
  .meta({ id: "PutAssignment" });
export type PutAssignment = z.infer<typeof PutAssignment>;

export const Assignment = z
  .strictObject({
    place: Place,
    customer: z.string().optional(),
    route: z.string().optional(),
    did: z.string().optional(),
    script: z.string(),
    scriptName: z.string(),
    timeout: z.number().nullable(),
    timeoutAction: z.string(),
    vars: z.string(),
    onError: OnError,
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Assignment" });
export type Assignment = z.infer<typeof Assignment>;
