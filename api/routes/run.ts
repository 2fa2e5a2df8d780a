// Runs a script on request: Save and Run.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { RunRequest, RunResult } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { isolationOf } from "../../schemas/isolation.ts";
import type { CompiledRelease } from "../../schemas/release.ts";
import type { Script } from "../../schemas/script.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { compile } from "../publish/publish.ts";
import { getSampleOf } from "../samples/of-script.ts";
import { readLibrary } from "../store/library.ts";
import { getCompiled } from "../store/releases.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { noRelease } from "./releases.ts";
import { ScriptPath } from "./scripts.ts";

const run = createRoute({
  method: "post",
  path: "/scripts/{script}/run",
  tags: ["Run"],
  middleware: [requireScope("run")],
  summary: "Run the live release, another version or a draft",
  request: { params: ScriptPath, body: body(RunRequest) },
  responses: { 200: json(RunResult, "How the run went, also when the script failed"), ...problems },
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
    const result = await runner({
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
    });
    return context.json(result, 200);
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
