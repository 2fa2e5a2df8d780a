// The scripts of one call, one after the other: each gets the data as the one before it left them, and the first that does
// not let the call go on is the last.

import { CallData, payloadOf } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { MAX_CALL_MS } from "../../schemas/limits.ts";
import type { CallTarget } from "../store/store.ts";
import { concludeCall, type Conclusion } from "./conclusion.ts";
import { decide, type Verdict } from "./decision.ts";
import { execute, type Execution, type Executor, type Job, type JobOutcome } from "./execute.ts";
import { parseJson } from "./http.ts";

/** A script that has run. `data` is the JSON with which the call goes on behind it. */
export type Step = {
  target: CallTarget;
  execution: Execution;
  data: string;
  warnings: string[];
  /** Undefined where the script let the call go on. */
  verdict: Verdict | undefined;
};

/** How a call ends: `data` is the JSON with which it goes on, where it does. */
export type Chain = { verdict: Verdict; data: string; steps: Step[] };

/** What is asked about a call: its scripts, its body, and where it came to, in words. */
export type AskedCall = { targets: readonly CallTarget[]; body: string; place: string };

/**
 * Runs the scripts of a call. Together they take at most as long as a call may wait.
 * Throws `bad_request` for a body that is no JSON object.
 */
export async function runChain(
  executor: Executor,
  { targets, body, place }: AskedCall,
): Promise<Chain> {
  const steps: Step[] = [];
  const before = performance.now() + MAX_CALL_MS;
  let data = payloadOf(body);
  for (const target of targets) {
    const deadlineMs = Math.min(target.timeoutMs, before - performance.now());
    const step = await runStep(executor, { target, data, deadlineMs, place });
    steps.push(step);
    if (step.verdict !== undefined) return { verdict: step.verdict, data, steps };
    data = step.data;
  }
  if (steps.length === 0) checkBody(body);
  return { verdict: { action: "continue" }, data, steps };
}

async function runStep(
  executor: Executor,
  asked: { target: CallTarget; data: string } & Pick<Job, "deadlineMs" | "place">,
): Promise<Step> {
  const { target, data, deadlineMs, place } = asked;
  const { version, vars } = target;
  const execution = await execute(executor, {
    target,
    version,
    function: null,
    anyFunction: false,
    payload: data,
    vars,
    isCall: true,
    deadlineMs,
    place,
    conclude: (outcome: JobOutcome): Conclusion => concludeCall(target, outcome),
  });
  const { outcome, invocation } = execution;
  if (outcome.is === "continue") {
    const { data: changed, warnings } = outcome;
    return { target, execution, data: changed, warnings, verdict: undefined };
  }
  // It is a caller's fault where it is one at all, and then nobody's script is to answer for it.
  if (outcome.is === "fault" && outcome.code === "bad_request") checkBody(data);
  return {
    target,
    execution,
    data,
    warnings: [],
    verdict: decide({ target, outcome, invocation }),
  };
}

/** Throws `bad_request` for what is no JSON object. */
function checkBody(body: string): void {
  if (CallData.safeParse(parseJson(body, {})).success) return;
  throw new Fault("bad_request", 'The body of a call is a JSON object, e.g. {"routing":{}}');
}
