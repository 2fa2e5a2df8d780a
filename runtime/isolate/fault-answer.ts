import type { CellAnswer } from "../../schemas/call.ts";
import type { FaultCode } from "../../schemas/fault.ts";

/** The `CellAnswer` of a run that the isolate itself could not report, as JSON. */
export function faultAnswer(code: FaultCode, message: string): string {
  const answer: CellAnswer = { outcome: { is: "fault", code, message }, logs: [], cpuMs: 0 };
  return JSON.stringify(answer);
}
