// What the caller is told of a failure.

import type { Logger } from "pino";
import { Fault } from "../../schemas/fault.ts";

/**
 * `error` itself where it is a fault. What is none, nobody expected: the log has it, under `message`, and the caller
 * learns no more than that.
 */
export function faultOf(error: unknown, log: Logger, message: string): Fault {
  if (error instanceof Fault) return error;
  log.error({ err: error }, message);
  return new Fault(
    "internal",
    "Something went wrong here; the log of the edge node has the details",
  );
}
