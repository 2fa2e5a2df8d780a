// A simulated call: what the scripts of its place would do with it, one after the other.

import { z } from "zod";
import { GlobalOrder, Place } from "./assignment.ts";
import { RunError, type CallData } from "./call.ts";
import { RoutingKey } from "./customer.ts";
import { Decision } from "./decision.ts";
import { Change, MAX_CHANGES } from "./diff.ts";
import { isDeeper, SampleName } from "./sample.ts";
import { LogLine, Usage } from "./usage.ts";

/** Deepest nesting of the data: whoever writes it as JSON needs stack for each level. */
const MAX_DEPTH = 500;

/** An object that goes on as it is, whatever its members are called and its numbers look like. */
const CallObject = z
  .custom<CallData>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "The body of a call is a JSON object",
  )
  .meta({ type: "object", description: "The routing engine's data", example: { routing: {} } });

const INPUT = {
  tag: RoutingKey.optional().meta({ description: "The tag of the call" }),
  data: CallObject.refine(
    (data) => !isDeeper(data, MAX_DEPTH),
    `The data is nested at most ${MAX_DEPTH} levels deep`,
  )
    .optional()
    .meta({ description: "What the routing engine would send; {} when absent" }),
  sample: z
    .strictObject({ script: z.string().min(1), name: SampleName })
    .optional()
    .meta({ description: "Takes the data of this sample of a script, by its id or name" }),
};

export const SimulateRequest = z
  .discriminatedUnion("place", [
    z.strictObject(
      { place: z.literal("termination"), customer: RoutingKey, route: RoutingKey, ...INPUT },
      { error: otherKeys("termination", ["customer", "route"]) },
    ),
    z.strictObject(
      { place: z.literal("origination"), did: RoutingKey, ...INPUT },
      { error: otherKeys("origination", ["did"]) },
    ),
  ])
  .refine(({ data, sample }) => data === undefined || sample === undefined, {
    path: ["sample"],
    message: "Send either a sample or data, not both",
  })
  .meta({ id: "SimulateRequest" });
export type SimulateRequest = z.infer<typeof SimulateRequest>;

/** What the control plane asks an edge node. `detail` is "" where the place has one key; `body` is the text that a call would carry. */
export const SimulationOrder = z.strictObject({
  account: z.string(),
  place: z.enum(["termination", "origination"]),
  subject: z.string(),
  detail: z.string(),
  tag: z.string().nullable(),
  body: z.string(),
});
export type SimulationOrder = z.infer<typeof SimulationOrder>;

export const SimulatedStep = z
  .strictObject({
    script: z.string(),
    scriptName: z.string(),
    place: Place.meta({ description: "The assignment by which the script ran" }),
    order: GlobalOrder.optional().meta({ description: "Of place global: when it runs" }),
    version: z.int(),
    invocation: z.string(),
    before: CallObject.meta({
      description: "The data that the script was given, without variables",
    }),
    after: CallObject.nullable().meta({
      type: ["object", "null"],
      description: "null where the script refused the call",
    }),
    changes: z.array(Change).meta({ description: `At most ${MAX_CHANGES}` }),
    truncated: z.boolean().meta({ description: "There are more changes" }),
    logs: z.array(LogLine),
    usage: Usage,
    outcome: z.string().meta({ description: '"ok", "rejected" or the code of a fault' }),
    error: RunError.optional().meta({ description: "What the script threw, or how it failed" }),
    warnings: z.array(z.string()),
    timeoutMs: z.number().meta({ description: "How long the assignment lets the call wait" }),
  })
  .meta({ id: "SimulatedStep" });
export type SimulatedStep = z.infer<typeof SimulatedStep>;

const [Continue, Reject] = Decision.options;

export const Simulation = z
  .strictObject({
    decision: z
      .discriminatedUnion("action", [Continue.extend({ data: CallObject }), Reject])
      .meta({ description: "What the routing engine would be answered" }),
    steps: z.array(SimulatedStep).meta({ description: "None where the call has no script" }),
    data: CallObject.nullable().meta({
      type: ["object", "null"],
      description: "What the routing engine would go on with, null when the call is refused",
    }),
  })
  .meta({ id: "Simulation" });
export type Simulation = z.infer<typeof Simulation>;

/** Says which keys a call of `place` has, where it was sent others. */
function otherKeys(place: string, keys: readonly string[]): z.core.$ZodErrorMap {
  return (issue) => {
    if (issue.code !== "unrecognized_keys") return undefined;
    const others = issue.keys.map((key) => `"${key}"`).join(", ");
    const known = ["place", ...keys, ...Object.keys(INPUT)].join(", ");
    return `A call of place "${place}" has no ${others}: it has ${known}`;
  };
}
