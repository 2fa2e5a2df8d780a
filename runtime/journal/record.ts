// What is kept of a run until it is written: small, and nothing of what it was made from.

import type { FaultCode } from "../../schemas/fault.ts";
import { MAX_KEPT_BODY, MAX_KEPT_LOG, type CutPart } from "../../schemas/invocation.ts";
import type { SipAnswer } from "../../schemas/sip.ts";
import type { Conclusion } from "../gateway/conclusion.ts";
import type { Execution, Job } from "../gateway/execute.ts";
import type { Files } from "../gateway/run-error.ts";

/** `at` is in milliseconds since 1970; `release` is the id of the program. Of a draft `findFiles` tells the releases. */
export type RunRecord = {
  id: string;
  at: number;
  account: string;
  place: string;
  script: string;
  name: string;
  version: number | null;
  function: string | null;
  release: string;
  outcome: "ok" | FaultCode;
  decision: "continue" | "reject" | null;
  sip: SipAnswer | null;
  cpuMs: number;
  wallMs: number;
  error: { message: string; stack: string | undefined } | undefined;
  bodies: Bodies | undefined;
  findFiles: (() => Promise<Files>) | undefined;
};

/** JSON texts, or the beginnings of those that `cut` names. `output` null for a run that brought nothing. */
export type Bodies = {
  input: string;
  output: string | null;
  logs: string;
  warnings: readonly string[];
  cut: CutPart[];
};

/** Characters of a message and a stack, at most. */
const MAX_ERROR = 16_384;
/** What the rest of a record takes, in characters. */
const RECORD_CHARACTERS = 500;

export function recordOf(
  job: Job,
  { execution, conclusion }: { execution: Execution; conclusion: Conclusion },
  { at, withBodies }: { at: number; withBodies: boolean },
): RunRecord {
  const { target, version } = job;
  const { outcome, decision, sip, message = "", stack = execution.stack } = conclusion;
  return {
    id: execution.invocation,
    at,
    account: target.account,
    place: job.place,
    script: target.script,
    name: target.name,
    version: version === "draft" ? null : version,
    function: job.function,
    release: target.release,
    outcome,
    decision,
    sip,
    ...execution.usage,
    error: outcome === "ok" ? undefined : { message: own(message, MAX_ERROR), stack },
    bodies: withBodies ? bodiesOf(job, execution) : undefined,
    findFiles: job.findFiles,
  };
}

/** Roughly the characters that a record holds. */
export function sizeOf({ bodies, error }: RunRecord): number {
  const ofError = error === undefined ? 0 : error.message.length + (error.stack?.length ?? 0);
  if (bodies === undefined) return RECORD_CHARACTERS + ofError;
  const { input, output, logs } = bodies;
  return RECORD_CHARACTERS + ofError + input.length + (output?.length ?? 0) + logs.length;
}

function bodiesOf({ payload }: Job, { outcome, output, logs }: Execution): Bodies {
  const cut: CutPart[] = [];
  if (payload.length > MAX_KEPT_BODY) cut.push("input");
  if (output !== undefined && output.length > MAX_KEPT_BODY) cut.push("output");
  if (logs.length > MAX_KEPT_LOG) cut.push("logs");
  return {
    input: own(payload, MAX_KEPT_BODY),
    output: output === undefined ? null : own(output, MAX_KEPT_BODY),
    logs: own(logs, MAX_KEPT_LOG),
    warnings: outcome.is === "continue" ? outcome.warnings : [],
    cut,
  };
}

/** The beginning of a text, as a copy: a part of a text keeps all of it in memory. */
function own(text: string, most: number): string {
  return Buffer.from(text.length > most ? text.slice(0, most) : text).toString();
}
