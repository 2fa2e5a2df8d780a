// What an edge node tells of a run while it goes on. The last event is a result or a problem.

import { z } from "zod";
import { RunResult } from "./call.ts";
import { Problem } from "./fault.ts";
import { LogLine } from "./usage.ts";

export const RunEvent = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("log"), line: LogLine }),
  z.strictObject({ is: z.literal("result"), result: RunResult }),
  z.strictObject({ is: z.literal("problem"), problem: Problem }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
