// Runs that the control plane orders: Save and Run. Everything about them is told, the lines of their log as they are written
// where that is asked for.

import { z } from "zod";
import type { RunResult } from "../../schemas/call.ts";
import { problemOf } from "../../schemas/fault.ts";
import { Isolation } from "../../schemas/isolation.ts";
import { Limits } from "../../schemas/limits.ts";
import { CompiledRelease } from "../../schemas/release.ts";
import type { RunEvent } from "../../schemas/run-event.ts";
import { jsonReply, type Reply } from "../../schemas/run-reply.ts";
import { ScriptType } from "../../schemas/script-type.ts";
import type { LogLine } from "../../schemas/usage.ts";
import type { Drafts } from "../store/drafts.ts";
import { EdgeRelease } from "../store/release.ts";
import type { GatewayServices } from "./call.ts";
import { concludeRun, runOutcomeOf } from "./conclusion.ts";
import { execute, type Execution, type Job } from "./execute.ts";
import { faultOf } from "./fault-of.ts";
import { parseJson, type StreamedReply } from "./http.ts";
import { filesOf, readLogs } from "./run.ts";
import { authorText, runErrorOf, type Files } from "./run-error.ts";

/** A release, which may be a draft that no table holds. */
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
type RunOrder = z.infer<typeof RunOrder>;

type OrderServices = GatewayServices & { drafts: Drafts };

/** Whom a run's log is told to, and that nobody waits for it any more. */
type Listener = { onLog: (line: LogLine) => void; cancelled: AbortSignal };

/** Runs an order of the control plane and tells everything about it. */
export async function answerOrder(services: OrderServices, body: string): Promise<Reply> {
  return jsonReply(await runOrder(services, RunOrder.parse(parseJson(body, {}))));
}

/** The same as a line of JSON for each `RunEvent`. The run ends when whoever asked goes. */
export async function streamOrder(services: OrderServices, body: string): Promise<StreamedReply> {
  const order = RunOrder.parse(parseJson(body, {}));
  return {
    headers: { "content-type": "application/x-ndjson" },
    async write(say, cancelled) {
      const tell = (event: RunEvent): void => say(`${JSON.stringify(event)}\n`);
      try {
        const onLog = (line: LogLine): void => tell({ is: "log", line });
        tell({ is: "result", result: await runOrder(services, order, { onLog, cancelled }) });
      } catch (error) {
        const fault = faultOf(error, services.log, "a run could not be told");
        tell({ is: "problem", problem: problemOf(fault) });
      }
    },
  };
}

async function runOrder(
  services: OrderServices,
  order: RunOrder,
  listener?: Listener,
): Promise<RunResult> {
  const { store, drafts } = services;
  const release = new EdgeRelease(order.release);
  const { account, script, name, type, limits, isolation, egressHosts } = order;
  const program = await store.link(account, release);
  using held = drafts.hold({ program, release });
  const env = await store.readEnv(order);
  const files = await filesOf(program, { main: release, store });
  const log = new ToldLog(files, listener?.onLog);
  const kind = { type, limits, isolation, egressHosts, env };
  const job: Job = {
    target: { account, script, name, release: held.id, pardons: 0, ...kind },
    version: order.version ?? "draft",
    function: order.function,
    anyFunction: true,
    payload: JSON.stringify(order.data ?? {}),
    vars: "",
    isCall: false,
    deadlineMs: limits.wallMs,
    place: order.version === null ? "draft" : "run",
    conclude: concludeRun,
    findFiles: () => Promise.resolve(files),
    ...(listener && { onLog: (line) => log.tell(line), cancelled: listener.cancelled }),
  };
  const execution = await execute(services, job);
  const logs = log.complete(readLogs(execution.logs, files));
  return { ...resultOf(execution, files), logs, version: order.version };
}

/** The lines that were told while a run went on. */
class ToldLog {
  readonly #files: Files;
  readonly #onLog: ((line: LogLine) => void) | undefined;
  readonly #told: LogLine[] = [];

  constructor(files: Files, onLog: ((line: LogLine) => void) | undefined) {
    this.#files = files;
    this.#onLog = onLog;
  }

  /** Takes a line as the isolate writes it. */
  tell(line: LogLine): void {
    const told = { ...line, message: authorText(line.message, this.#files) };
    this.#told.push(told);
    this.#onLog?.(told);
  }

  /** Tells what is missing of all lines, and returns them. A run that was cut off has none but those that were told. */
  complete(all: LogLine[]): LogLine[] {
    for (const line of all.slice(this.#told.length)) this.#onLog?.(line);
    return all.length === 0 ? this.#told : all;
  }
}

function resultOf(
  { invocation, outcome: jobOutcome, stack, usage }: Execution,
  files: Files,
): Omit<RunResult, "logs" | "version"> {
  const outcome = runOutcomeOf(jobOutcome);
  const facts = { usage, invocation };
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
