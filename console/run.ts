// Runs a script and tells of it while it happens.

import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { parseWithExactNumbers } from "../schemas/exact-numbers.ts";
import { LogLine } from "../schemas/usage.ts";
import { open, Problem } from "./api.ts";
import { part } from "./path-part.ts";
import { readEvents, type ServerEvent } from "./sse.ts";

/** `code` is a draft; without it the live version runs. */
export type Run = { script: string; code?: string; data: unknown; function?: string };

export type RunWatch = { onLog: (line: LogLine) => void; signal: AbortSignal };

const STREAM = "text/event-stream";

/** Rejects with a `Problem` where it could not run, and with an AbortError where `signal` cancels it. */
export async function runScript({ script, ...body }: Run, watch: RunWatch): Promise<RunResult> {
  const question = { method: "POST", path: `/scripts/${part(script)}/run`, body } as const;
  const response = await open({ ...question, signal: watch.signal }, `${STREAM}, application/json`);
  if (!(response.headers.get("content-type") ?? "").startsWith(STREAM)) {
    return parseResult(await response.text());
  }
  for await (const event of readEvents(response)) {
    const result = take(event, watch);
    if (result !== undefined) return result;
  }
  throw new Problem({
    status: 0,
    code: "cut",
    detail: "The connection ended before the run did: run it again",
  });
}

const StreamedProblem = z.looseObject({
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});

function take({ event, data }: ServerEvent, { onLog }: RunWatch): RunResult | undefined {
  switch (event) {
    case "log":
      onLog(LogLine.parse(JSON.parse(data)));
      return undefined;
    case "result":
      return parseResult(data);
    case "error":
      throw new Problem(StreamedProblem.parse(JSON.parse(data)));
    default:
      return undefined;
  }
}

/** Numbers in what the script returned stay as it wrote them. */
function parseResult(text: string): RunResult {
  return RunResult.parse(parseWithExactNumbers(text));
}
