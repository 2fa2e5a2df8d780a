// Every way a request can fail, as its caller sees it.

import { z } from "zod";

/**
 * The one table of faults. Codes are public: added, never changed.
 * `blame` says who can mend it: the caller, the script's owner, or whoever runs the platform.
 */
export const FAULTS = {
  bad_request: { status: 400, blame: "caller", title: "The request cannot be read" },
  unauthorized: { status: 401, blame: "caller", title: "The token is missing or unknown" },
  forbidden: { status: 403, blame: "caller", title: "The token lacks the scope" },
  not_found: { status: 404, blame: "caller", title: "There is nothing at this address" },
  script_not_found: { status: 404, blame: "caller", title: "There is no such script" },
  function_not_found: { status: 404, blame: "caller", title: "The script has no such function" },
  cancelled: { status: 408, blame: "caller", title: "Whoever asked for the run has ended it" },
  conflict: { status: 409, blame: "caller", title: "The request contradicts what is stored" },
  body_too_large: { status: 413, blame: "caller", title: "The body is too large" },
  invalid: { status: 422, blame: "caller", title: "A value is not acceptable" },
  compile_error: { status: 422, blame: "caller", title: "The script cannot be compiled" },
  module_not_allowed: { status: 422, blame: "caller", title: "The module is not available" },
  script_error: { status: 500, blame: "script", title: "The script failed" },
  cpu_exceeded: { status: 503, blame: "script", title: "The script used up its CPU time" },
  wall_exceeded: { status: 504, blame: "script", title: "The script did not finish in time" },
  memory_exceeded: { status: 503, blame: "script", title: "The script used up its memory" },
  subrequests_exceeded: {
    status: 503,
    blame: "script",
    title: "The script made too many requests",
  },
  output_too_large: { status: 500, blame: "script", title: "The script's result is too large" },
  not_serialisable: { status: 500, blame: "script", title: "The script's result is not JSON" },
  async_in_script: { status: 500, blame: "script", title: "A Script cannot be asynchronous" },
  quarantined: { status: 503, blame: "script", title: "The script is in quarantine" },
  not_sent: { status: 502, blame: "platform", title: "The message was not sent" },
  overloaded: { status: 503, blame: "platform", title: "There is no capacity at the moment" },
  cell_lost: { status: 502, blame: "platform", title: "The script's process ended during the run" },
  internal: { status: 500, blame: "platform", title: "Something went wrong here" },
} as const satisfies Record<
  string,
  { status: number; blame: "caller" | "script" | "platform"; title: string }
>;

export type FaultCode = keyof typeof FAULTS;

export const FaultCode = z.custom<FaultCode>(
  (value) => typeof value === "string" && Object.hasOwn(FAULTS, value),
);

const FAULT_CODES = Object.keys(FAULTS).filter((code) => FaultCode.safeParse(code).success);

/** RFC 9457, with the fault's code and, for code that does not compile or run, the place in the source. */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(FAULT_CODES),
    detail: z.string().meta({ description: "What was wrong and what to do" }),
    line: z.int().optional(),
    column: z.int().optional(),
    invocation: z.string().optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;

/** Facts a problem carries beside its detail. */
export type FaultFacts = { line?: number; column?: number; invocation?: string };

/** An expected failure: what went wrong in words for the caller, and its code. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly facts: FaultFacts;

  constructor(
    code: FaultCode,
    message: string,
    options: ErrorOptions & { facts?: FaultFacts } = {},
  ) {
    super(message, options);
    this.name = "Fault";
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** The problem document of a fault. */
export function problemOf(fault: Fault): Problem {
  const { status, title } = FAULTS[fault.code];
  return {
    type: `urn:scriptforge:fault:${fault.code}`,
    title,
    status,
    code: fault.code,
    detail: fault.message,
    ...fault.facts,
  };
}
