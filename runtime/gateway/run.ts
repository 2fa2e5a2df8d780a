// Runs of a script on request: for callers of /run, and for the control plane's Save and Run.

import { z } from "zod";
import { Fault } from "../../schemas/fault.ts";
import { Isolation } from "../../schemas/isolation.ts";
import { Limits } from "../../schemas/limits.ts";
import { payloadOf, type RunResult } from "../../schemas/call.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import type { Program } from "../../schemas/program.ts";
import { CompiledRelease } from "../../schemas/release.ts";
import { jsonReply, runReply, type Reply } from "../../schemas/run-reply.ts";
import { fileOfScript, SCRIPT_FILE } from "../../schemas/script-file.ts";
import { ScriptType } from "../../schemas/script-type.ts";
import { LogLine } from "../../schemas/usage.ts";
import { EdgeRelease } from "../store/release.ts";
import type { Drafts } from "../store/drafts.ts";
import type { EdgeStore } from "../store/store.ts";
import type { GatewayServices } from "./call.ts";
import { concludeRun, runOutcomeOf } from "./conclusion.ts";
import { execute, type Execution, type Job } from "./execute.ts";
import { parseJson } from "./http.ts";
import { authorText, runErrorOf, type Files } from "./run-error.ts";

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
  parseJson(request.body, {});
  const deadlineMs = target.limits.wallMs;
  const { version } = target;
  const { function: name } = request;
  const job: Job = {
    target,
    version,
    function: name,
    anyFunction: name !== null && target.expose.includes(name),
    payload: payloadOf(request.body),
    vars: "",
    isCall: false,
    deadlineMs,
    place: "run",
    conclude: concludeRun,
  };
  const { outcome, invocation } = await execute(services, job);
  return runReply(runOutcomeOf(outcome), invocation);
}

const StoredLogs = z.array(LogLine);

/** What the control plane asks for: a release, which may be a draft that no table holds. */
const RunOrder = z.object({
  account: z.string(),
  script: z.string(),
  name: z.string(),
  type: ScriptType,
  limits: Limits,
  isolation: Isolation,
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
  const { store, drafts } = services;
  const release = new EdgeRelease(order.release);
  const { account, script, name, type, limits, isolation, egressHosts } = order;
  const program = await store.link(account, release);
  using held = drafts.hold({ program, release });
  const env = await store.readEnv(order);
  const kind = { type, limits, isolation, egressHosts, env };
  const target = { account, script, name, release: held.id, pardons: 0, ...kind };
  const payload = JSON.stringify(order.data ?? {});
  const deadlineMs = limits.wallMs;
  const version = order.version ?? "draft";
  const input = { function: order.function, anyFunction: true, payload, vars: "", isCall: false };
  const findFiles = (): Promise<Files> => filesOf(program, { main: release, store });
  const place = order.version === null ? "draft" : "run";
  const told = { place, conclude: concludeRun, findFiles };
  const job: Job = { target, version, ...input, deadlineMs, ...told };
  const execution = await execute(services, job);
  const files = await findFiles();
  return jsonReply(resultOf(execution, { version: order.version, files }));
}

function resultOf(
  { invocation, outcome: jobOutcome, stack, logs, usage }: Execution,
  { version, files }: { version: number | null; files: Files },
): RunResult {
  const outcome = runOutcomeOf(jobOutcome);
  const facts = { logs: readLogs(logs, files), usage, version, invocation };
  switch (outcome.is) {
    case "returned":
      return { outcome: "ok", value: outcome.value ?? null, ...facts };
    case "threw":
      return { outcome: "script_error", error: runErrorOf(outcome.thrown, files), ...facts };
    case "fault": {
      const error = runErrorOf({ message: outcome.message, stack }, files);
      return { outcome: outcome.code, error, ...facts };
    }
  }
}

/** The releases whose places may be in the stack of an error. */
export async function filesOf(
  { scripts }: Pick<Program, "scripts">,
  { main, store }: { main: EdgeRelease; store: EdgeStore },
): Promise<Files> {
  const files = new Map([[SCRIPT_FILE, main]]);
  for (const { name, release } of scripts) {
    const found = await store.findRelease(release);
    if (found !== undefined) files.set(fileOfScript(name), found);
  }
  return files;
}

/** The releases of a program that this node has linked, by its id. */
export async function filesOfProgram(store: EdgeStore, id: string): Promise<Files> {
  const program = store.findProgram(id);
  const main = await store.findRelease(program?.main ?? id);
  return main === undefined
    ? new Map()
    : await filesOf(program ?? { scripts: [] }, { main, store });
}

/** The lines, none where a script has taken the prelude apart. */
export function readLogs(logs: string, files: Files): LogLine[] {
  const lines = StoredLogs.safeParse(parseOrUndefined(logs)).data ?? [];
  for (const line of lines) line.message = authorText(line.message, files);
  return lines;
}
