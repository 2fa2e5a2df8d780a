// Simulated calls, for the control plane. They are decided as calls are; how they went is told to whoever asks, and not to the log.

import { GlobalOrder } from "../../schemas/assignment.ts";
import { payloadOf, type RunError } from "../../schemas/call.ts";
import { diffJson } from "../../schemas/diff.ts";
import { parseWithExactNumbers } from "../../schemas/exact-numbers.ts";
import { jsonReply, type Reply } from "../../schemas/run-reply.ts";
import { SimulationOrder, type SimulatedStep } from "../../schemas/simulate.ts";
import { chainReply, placeText, type GatewayServices } from "./call.ts";
import { runChain, type Step } from "./chain.ts";
import { parseJson } from "./http.ts";
import { filesOfProgram, readLogs } from "./run.ts";
import { runErrorOf, type Files } from "./run-error.ts";

/** Answers an order of the control plane with a `Simulation`. Throws `bad_request` where a call with that body would. */
export async function answerSimulation(services: GatewayServices, order: string): Promise<Reply> {
  const { account, tag, body, ...key } = SimulationOrder.parse(parseJson(order, {}));
  const { store } = services;
  const targets = await store.findCallTargets(account, key, tag);
  const place = `simulate ${placeText(key)}`;
  const chain = await runChain(services, { targets, body, place });
  const steps = [];
  let before = payloadOf(body);
  for (const step of chain.steps) {
    const files = await filesOfProgram(store, step.target.release);
    steps.push({ ...factsOf(step, files), ...dataOf(step, before) });
    before = step.data;
  }
  const isRefused = chain.verdict.action === "reject";
  return jsonReply({
    decision: parseWithExactNumbers(chainReply(chain).body),
    steps,
    data: isRefused ? null : parseWithExactNumbers(chain.data),
  });
}

type Data = { [member in "before" | "after"]: unknown } & Pick<
  SimulatedStep,
  "changes" | "truncated"
>;

/** `before` is the JSON that the script was given. */
function dataOf({ verdict, data }: Step, before: string): Data {
  const given = parseWithExactNumbers(before);
  if (verdict?.action === "reject")
    return { before: given, after: null, changes: [], truncated: false };
  const after = parseWithExactNumbers(data);
  return { before: given, after, ...diffJson(given, after) };
}

function factsOf(step: Step, files: Files): Omit<SimulatedStep, keyof Data> {
  const { target, execution, warnings, verdict } = step;
  const { script, name, place, subject, version, timeoutMs } = target;
  const order = place === "global" ? GlobalOrder.safeParse(subject).data : undefined;
  const error = errorOf(step, files);
  return {
    script,
    scriptName: name,
    place,
    ...(order === undefined ? {} : { order }),
    version,
    invocation: execution.invocation,
    logs: readLogs(execution.logs, files),
    usage: execution.usage,
    outcome: verdict === undefined ? "ok" : (verdict.fault?.code ?? "rejected"),
    ...(error === undefined ? {} : { error }),
    warnings,
    timeoutMs,
  };
}

/** Also of a script that rejected the call by an Error, which has a place. Undefined where it did so otherwise, or did not. */
function errorOf({ execution, verdict }: Step, files: Files): RunError | undefined {
  const { outcome, stack } = execution;
  switch (outcome.is) {
    case "continue":
      return undefined;
    case "returned":
      return verdict?.fault === undefined ? undefined : { message: verdict.fault.message };
    case "threw": {
      const isBare = verdict?.fault === undefined && outcome.thrown.stack === undefined;
      return isBare ? undefined : runErrorOf(outcome.thrown, files);
    }
    case "fault":
      return runErrorOf({ message: outcome.message, stack }, files);
  }
}
