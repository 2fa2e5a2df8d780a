// A decision: what the routing engine does with the call.

import { z } from "zod";
import { SipAnswer } from "./sip.ts";

export const CallFault = z.strictObject({
  code: z.string(),
  message: z.string(),
  invocation: z.string(),
});
export type CallFault = z.infer<typeof CallFault>;

/** `fault` and `warnings` tell the script's owner what went wrong; the routing engine need not read them. */
export const Decision = z.discriminatedUnion("action", [
  z.strictObject({
    action: z.literal("continue"),
    data: z.record(z.string(), z.unknown()),
    fault: CallFault.optional(),
    warnings: z.array(z.string()).optional(),
  }),
  z.strictObject({
    action: z.literal("reject"),
    sip: SipAnswer,
    fault: CallFault.optional(),
    warnings: z.array(z.string()).optional(),
  }),
]);
export type Decision = z.infer<typeof Decision>;
