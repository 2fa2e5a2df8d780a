// Runs a script on request: Save and Run.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { RunRequest, RunResult } from "../../schemas/call.ts";
import { Fault, problemOf } from "../../schemas/fault.ts";
import { isolationOf } from "../../schemas/isolation.ts";
import type { CompiledRelease } from "../../schemas/release.ts";
import type { Script } from "../../schemas/script.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { LogLine } from "../../schemas/usage.ts";
import { compile } from "../publish/publish.ts";
import { getSampleOf } from "../samples/of-script.ts";
import { readLibrary } from "../store/library.ts";
import { getCompiled } from "../store/releases.ts";
import { getScript } from "../store/scripts.ts";
import type { RunListener } from "../runner.ts";
import { body, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { noRelease } from "./releases.ts";
import { ScriptPath } from "./scripts.ts";

const run = createRoute({
  method: "post",
  path: "/scripts/{script}/run",
  tags: ["Run"],
  middleware: [requireScope("run")],
  summary:
    "Run the live release, another version or a draft; with Accept: text/event-stream its log is told as it is written",
  request: { params: ScriptPath, body: body(RunRequest) },
  responses: {
    200: {
      description: "How the run went, also when the script failed",
      content: {
        "application/json": { schema: RunResult },
        "text/event-stream": {
          schema: z.string().meta({
            description:
              "`event: log` with a LogLine, then `event: result` with a RunResult or `event: error` with a Problem. Closing the connection ends the run",
          }),
        },
      },
    },
    ...problems,
  },
});

type Chosen = { version: number | null; release: CompiledRelease };

export function runRoutes({ db, runner }: Services): OpenAPIHono<ApiEnv> {
  async function choose(account: string, script: Script, request: RunRequest): Promise<Chosen> {
    if (request.code !== undefined) {
      const origin = { account, script: script.id, type: script.type };
      const library = await readLibrary(db, account);
      const { lints: _lints, ...release } = await compile(request.code, origin, library);
      return { version: null, release };
    }
    const version = request.version ?? script.live;
    if (version === null) throw noRelease(script);
    return { version, release: await getCompiled(db, script, version) };
  }

  return makeRouter().openapi(run, async (context) => {
    const { account, scopes } = context.var.principal;
    const request = context.req.valid("json");
    if (request.code !== undefined && !scopes.includes("admin")) {
      throw new Fault("forbidden", 'Running a draft needs a token with the scope "admin"');
    }
    const script = await getScript(db, account, context.req.valid("param").script);
    const { name, type, limits, isolation: chosen, egress } = script;
    const data = await dataOf(db, { account, script }, request);
    const { version, release } = await choose(account, script, request);
    const { altersBuiltIns } = release;
    const order = {
      account,
      script: script.id,
      name,
      type,
      limits,
      isolation: isolationOf({ type, chosen, altersBuiltIns }),
      egressHosts: egress?.hosts ?? null,
      version,
      release,
      function: request.function ?? null,
      data,
    };
    const wantsEvents = context.req.header("accept")?.includes("text/event-stream") ?? false;
    if (wantsEvents) return streamRun(context, (listener) => runner(order, listener));
    return context.json(await runner(order), 200);
  });
}

/** The events of a run. It ends when whoever asked goes. */
function streamRun(
  context: Context<ApiEnv>,
  run: (listener: RunListener) => Promise<RunResult>,
): Response {
  return streamSSE(context, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const tell = async (event: string, data: unknown): Promise<void> =>
      await stream.writeSSE({ event, data: JSON.stringify(data) });
    try {
      const onLog = async (line: LogLine): Promise<void> => await tell("log", line);
      await tell("result", await run({ onLog, signal: gone.signal }));
    } catch (error) {
      if (gone.signal.aborted) return;
      const internal = new Fault("internal", "The run could not be followed to its end");
      await tell("error", problemOf(error instanceof Fault ? error : internal));
    }
  });
}

/** What the script's function is given. Throws `not_found` for a sample that is not there. */
async function dataOf(
  db: Database,
  owned: { account: string; script: Script },
  { data, sample }: RunRequest,
): Promise<unknown> {
  if (sample === undefined) return data ?? {};
  return (await getSampleOf(db, owned, sample)).data;
}
