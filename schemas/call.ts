// One run of a script: what goes into the isolate and what comes out.

import { z } from "zod";
import { parseOrUndefined } from "./parse-or-undefined.ts";
import type { ScriptType } from "./script-type.ts";
import { FaultCode } from "./fault.ts";
import type { Isolation } from "./isolation.ts";
import type { Limits } from "./limits.ts";
import { SampleName } from "./sample.ts";
import { LogLine, Usage } from "./usage.ts";

/** The body of a call: the routing engine's data, an object. */
export const CallData = z.record(z.string(), z.unknown());
export type CallData = z.infer<typeof CallData>;

/** The variables that an assignment has as JSON text, "" for none. */
export function varsIn(text: string): CallData {
  return CallData.safeParse(parseOrUndefined(text)).data ?? {};
}

/** The JSON text of a body: nothing means no data. */
export function payloadOf(body: string): string {
  return body.trim() === "" ? "{}" : body;
}

/** A job, by its id, as the one that `owner` has on lease. */
export type LeasedJob = { id: string; owner: string };

/** A script, by its id, and its account. `job` is the one that the run is an attempt of. */
export type Owner = { account: string; script: string; job?: LeasedJob };

/** One run of a script, as the gateway asks a cell for it. */
export type Invocation = {
  id: string;
  /** Whose script it is, by whom what it asks of the platform is answered. */
  owner: Owner;
  release: string;
  type: ScriptType;
  /** Whether the isolate serves this run alone, or one after the other. */
  isolation: Isolation;
  function: string | null;
  /** JSON text of the script's argument. */
  payload: string;
  /** JSON text of an object whose members go beside those of the argument and under them; "" for none. */
  vars: string;
  /** JSON text of an object of strings: the variables of the environment. */
  env: string;
  /** Whoever asks may call any top-level function, and not only main and what the script exports. */
  anyFunction: boolean;
  /** Decides a call: a result with routing data comes back as the data with which the call goes on. */
  isCall: boolean;
  limits: Limits;
  /** The lines of its log are told as they are written. */
  streams?: true | undefined;
  /** Hosts that fetch may reach, null for every public one. */
  egressHosts: string[] | null;
};

/**
 * What a script threw or rejected with, as plain data: an Error's own text, or the value's JSON.
 * `pair` is the first two elements of a thrown array, errors in it replaced by their message.
 */
export const Thrown = z.strictObject({
  message: z.string(),
  stack: z.string().optional(),
  pair: z.tuple([z.unknown(), z.unknown()]).optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
});
export type Thrown = z.infer<typeof Thrown>;

/** What a run ended with. */
export const RunOutcome = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("returned"), value: z.unknown() }),
  z.strictObject({ is: z.literal("threw"), thrown: Thrown }),
  z.strictObject({ is: z.literal("fault"), code: FaultCode, message: z.string() }),
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

export const RunRequest = z
  .strictObject({
    function: z.string().min(1).max(200).optional(),
    data: z.unknown().optional().meta({ description: "Any JSON; {} when absent" }),
    sample: SampleName.optional().meta({ description: "Takes this sample's data for `data`" }),
    code: z.string().optional().meta({ description: "Runs this draft instead of a release" }),
    version: z.int().min(1).optional(),
  })
  .refine(({ data, sample }) => data === undefined || sample === undefined, {
    path: ["sample"],
    message: "Send either a sample or data, not both",
  })
  .meta({ id: "RunRequest" });
export type RunRequest = z.infer<typeof RunRequest>;

export const RunError = z
  .strictObject({
    message: z.string(),
    line: z.int().optional(),
    column: z.int().optional(),
    file: z.string().optional().meta({ description: "Where it is another script's" }),
    stack: z.string().optional(),
  })
  .meta({ id: "RunError" });
export type RunError = z.infer<typeof RunError>;

export const RunResult = z
  .strictObject({
    outcome: z.string().meta({ description: '"ok" or the code of a fault' }),
    value: z.unknown().optional(),
    error: RunError.optional(),
    logs: z.array(LogLine),
    usage: Usage,
    version: z.int().nullable().meta({ description: "null for a draft" }),
    invocation: z.string(),
  })
  .meta({ id: "RunResult" });
export type RunResult = z.infer<typeof RunResult>;
