// An assignment: which script serves a place, and what its callers get when it cannot.

import { z } from "zod";
import { RoutingKey, VarsText } from "./customer.ts";
import { MAX_WALL_MS } from "./limits.ts";
import type { ScriptType } from "./script-type.ts";
import { cleanReason } from "./sip.ts";

/** A place that scripts are assigned to. */
export const Place = z.enum([
  "termination",
  "origination",
  "tag",
  "global",
  "form",
  "did-driver",
  "alert-driver",
  "voice",
]);
export type Place = z.infer<typeof Place>;

/**
 * What a place is: its path behind /assignments with its keys, the types of scripts that it takes, and whether a script of
 * it decides calls.
 */
type PlaceFacts = {
  path: string;
  keys: readonly [subject: string, detail?: string];
  takes: readonly ScriptType[];
  decidesCalls: boolean;
  what: string;
};

/** Every place. Who may serve it follows what its scripts are for. */
export const PLACES: Record<Place, PlaceFacts> = {
  termination: {
    path: "termination",
    keys: ["customer", "route"],
    takes: ["script", "app"],
    decidesCalls: true,
    what: "calls of a customer's route",
  },
  origination: {
    path: "origination",
    keys: ["did"],
    takes: ["script", "app"],
    decidesCalls: true,
    what: "calls to a DID",
  },
  tag: {
    path: "tag",
    keys: ["tag"],
    takes: ["script", "app"],
    decidesCalls: true,
    what: "calls with a tag whose route has no script of its own",
  },
  global: {
    path: "global",
    keys: ["order"],
    takes: ["script"],
    decidesCalls: true,
    what: "every call, before or after its own script",
  },
  form: {
    path: "form",
    keys: ["form"],
    takes: ["script", "app"],
    decidesCalls: false,
    what: "what is entered in a form",
  },
  "did-driver": {
    path: "driver/did",
    keys: ["driver"],
    takes: ["app", "driver"],
    decidesCalls: false,
    what: "the numbers of a provider",
  },
  "alert-driver": {
    path: "driver/alert",
    keys: ["driver"],
    takes: ["app", "driver"],
    decidesCalls: false,
    what: "an alert",
  },
  voice: {
    path: "voice",
    keys: ["destination"],
    takes: ["app"],
    decidesCalls: false,
    what: "a voice application",
  },
};

/** When the script of place `global` runs. */
export const GlobalOrder = z.enum(["first", "last"]);

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

/** What only some places have. */
export const PlaceSettings = z.strictObject({
  mode: z.enum(["test", "live"]).optional().meta({
    description: "Drivers: what the script reads as process.env.DRIVER_MODE; live by default",
  }),
  company: RoutingKey.optional().meta({
    description: "Drivers: whose numbers or alerts these are",
  }),
  recipients: z.array(z.string().max(320)).max(100).optional().meta({
    description: "Alert drivers: e-mail addresses and phone numbers that the script is given",
  }),
  everyMinutes: z.int().min(1).max(1_440).optional().meta({
    description: "Alert drivers: how often the script is asked, in minutes; 5 by default",
  }),
});
export type PlaceSettings = z.infer<typeof PlaceSettings>;

export const PutAssignment = z
  .strictObject({
    script: z.string().min(1).meta({ description: "Id or name of the script" }),
    timeout: z
      .number()
      .min(0.01)
      .max(MAX_WALL_MS / 1_000)
      .nullable()
      .optional()
      .meta({
        description:
          "Seconds, at most 10 for calls. When absent the script's own elapsed-time limit, for a driver 30",
      }),
    timeoutAction: z
      .literal("")
      .or(TimeoutActionText)
      .optional()
      .meta({
        description: `What a call gets when time is up; empty for "${DEFAULT_TIMEOUT_ACTION}"`,
      }),
    vars: VarsText.optional(),
    onError: OnError.optional(),
    ...PlaceSettings.shape,
  })
  .meta({ id: "PutAssignment" });
export type PutAssignment = z.infer<typeof PutAssignment>;

export const Assignment = z
  .strictObject({
    place: Place,
    customer: z.string().optional(),
    route: z.string().optional(),
    did: z.string().optional(),
    tag: z.string().optional(),
    order: GlobalOrder.optional(),
    form: z.string().optional(),
    driver: z.string().optional(),
    destination: z.string().optional(),
    script: z.string(),
    scriptName: z.string(),
    timeout: z.number().nullable(),
    timeoutAction: z.string(),
    vars: z.string(),
    onError: OnError,
    ...PlaceSettings.shape,
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Assignment" });
export type Assignment = z.infer<typeof Assignment>;
