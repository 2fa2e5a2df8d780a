// Runs of a script on request, and what tells their owners of them.

import { z } from "zod";
import { Fault } from "../../schemas/fault.ts";
import { payloadOf } from "../../schemas/call.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import type { Program } from "../../schemas/program.ts";
import { runReply, type Reply } from "../../schemas/run-reply.ts";
import { fileOfScript, SCRIPT_FILE } from "../../schemas/script-file.ts";
import { LogLine } from "../../schemas/usage.ts";
import type { EdgeRelease } from "../store/release.ts";
import type { EdgeStore } from "../store/store.ts";
import type { GatewayServices } from "./call.ts";
import { concludeRun, runOutcomeOf } from "./conclusion.ts";
import { execute, type Job } from "./execute.ts";
import { parseJson } from "./http.ts";
import { authorText, type Files } from "./run-error.ts";

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
