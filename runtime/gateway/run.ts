// Runs of a script on request: for callers of /run, and for the control plane's Save and Run.

import { z } from "zod";
import { Fault } from "../../schemas/fault.ts";
import { Limits } from "../../schemas/limits.ts";
import type { RunResult } from "../../schemas/call.ts";
import { CompiledRelease } from "../../schemas/release.ts";
import { jsonReply, runReply, type Reply } from "../../schemas/run-reply.ts";
import { ScriptType } from "../../schemas/script-type.ts";
import { EdgeRelease } from "../store/release.ts";
import type { Drafts } from "../store/drafts.ts";
import type { GatewayServices } from "./call.ts";
import { execute, type Execution, type Job } from "./execute.ts";
import { parseJson } from "./http.ts";
import { runErrorOf } from "./run-error.ts";

/** Runs a script of `account` and answers with its value, or a problem that says how it failed. */
export async function answerRun(
  services: GatewayServices,
  request: { account: string; script: string; function: string | null; body: string },
): Promise<Reply> {
  const target = await services.store.findScript(request.account, request.script);
  if (target === undefined) {
    throw new Fault(
      "script_not_found",
      `There is no script "${request.script}" with a live release`,
    );
  }
  const payload = JSON.stringify(parseJson(request.body, {}));
  const deadlineMs = target.limits.wallMs;
  const { version } = target;
  const job = { target, version, function: request.function, payload, deadlineMs };
  const execution = await execute(services, job);
  return runReply(execution.outcome, execution.invocation);
}

/** What the control plane asks for: a release, which may be a draft that no table holds. */
const RunOrder = z.object({
  account: z.string(),
  name: z.string(),
  type: ScriptType,
  limits: Limits,
  egressHosts: z.array(z.string()).nullable(),
  version: z.int().nullable(),
  release: CompiledRelease,
  function: z.string().nullable(),
  data: z.unknown(),
});

/** Runs an order of the control plane and tells everything about it. */
export async function answerOrder(
  services: GatewayServices & { drafts: Drafts },
  body: string,
): Promise<Reply> {
  const order = RunOrder.parse(parseJson(body, {}));
  const release = new EdgeRelease(order.release);
  using held = services.drafts.hold(order.release.id, release.code);
  const { account, name, type, limits, egressHosts } = order;
  const target = { account, name, release: held.id, pardons: 0, type, limits, egressHosts };
  const payload = JSON.stringify(order.data ?? {});
  const deadlineMs = limits.wallMs;
  const version = order.version ?? "draft";
  const job: Job = { target, version, function: order.function, payload, deadlineMs };
  const execution = await execute(services, job);
  return jsonReply(resultOf(execution, { version: order.version, release }));
}

function resultOf(
  { invocation, outcome, stack, logs, usage }: Execution,
  { version, release }: { version: number | null; release: EdgeRelease },
): RunResult {
  const facts = { logs, usage, version, invocation };
  switch (outcome.is) {
    case "returned":
      return { outcome: "ok", value: outcome.value ?? null, ...facts };
    case "threw":
      return { outcome: "script_error", error: runErrorOf(outcome.thrown, release), ...facts };
    case "fault": {
      const error = runErrorOf({ message: outcome.message, stack }, release);
      return { outcome: outcome.code, error, ...facts };
    }
  }
}
