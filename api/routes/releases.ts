// Releases of a script, and which of them calls run.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import {
  CompiledRelease,
  CreateRelease,
  LiveRelease,
  Published,
  Release,
  ReleaseWithCode,
} from "../../schemas/release.ts";
import { Script } from "../../schemas/script.ts";
import { compile } from "../publish/publish.ts";
import {
  createRelease,
  findCompiled,
  getCompiled,
  getRelease,
  listReleases,
  setLive,
} from "../store/releases.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Releases"];
const middleware = [requireScope("admin")];
const Version = z.coerce.number().int().min(1);
const ReleasePath = ScriptPath.extend({ version: Version });

const create = createRoute({
  method: "post",
  path: "/scripts/{script}/releases",
  tags,
  middleware,
  summary: "Publish a new version",
  request: { params: ScriptPath, body: body(CreateRelease) },
  responses: { 201: json(Published, "The version"), ...problems },
});

const list = createRoute({
  method: "get",
  path: "/scripts/{script}/releases",
  tags,
  middleware,
  summary: "List the versions, newest first",
  request: { params: ScriptPath },
  responses: { 200: json(z.array(Release), "The versions"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/scripts/{script}/releases/{version}",
  tags,
  middleware,
  summary: "Read a version with its code",
  request: { params: ReleasePath },
  responses: { 200: json(ReleaseWithCode, "The version"), ...problems },
});

const putLive = createRoute({
  method: "put",
  path: "/scripts/{script}/live",
  tags,
  middleware,
  summary: "Choose the version that calls run, forward or back",
  request: { params: ScriptPath, body: body(z.strictObject({ version: z.int().min(1) })) },
  responses: { 200: json(Script, "The script"), ...problems },
});

const readLive = createRoute({
  method: "get",
  path: "/scripts/{script}/live",
  tags,
  middleware: [requireScope("run")],
  summary: "Read which release calls run",
  request: { params: ScriptPath },
  responses: { 200: json(LiveRelease, "The release"), ...problems },
});

const readCompiled = createRoute({
  method: "get",
  path: "/releases/{id}",
  tags,
  middleware,
  summary: "Read a release as isolates run it",
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: json(CompiledRelease, "The release"), ...problems },
});

export function releaseRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(create, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      const { code, note = null, live = true } = context.req.valid("json");
      const compiled = await compile(code, { account, script: script.id, type: script.type });
      return context.json(
        await createRelease(db, script, { source: code, compiled, note, live }),
        201,
      );
    })
    .openapi(list, async (context) => {
      const script = await getScript(
        db,
        context.var.principal.account,
        context.req.valid("param").script,
      );
      return context.json(await listReleases(db, script), 200);
    })
    .openapi(read, async (context) => {
      const path = context.req.valid("param");
      const script = await getScript(db, context.var.principal.account, path.script);
      return context.json(await getRelease(db, script, path.version), 200);
    })
    .openapi(putLive, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      await setLive(db, script, context.req.valid("json").version);
      return context.json(await getScript(db, account, script.id), 200);
    })
    .openapi(readLive, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      if (script.live === null) throw noRelease(script);
      const { id } = await getCompiled(db, script, script.live);
      const { type, limits, egress } = script;
      const live = {
        script: script.id,
        version: script.live,
        release: id,
        type,
        limits,
        egressHosts: egress?.hosts ?? null,
      };
      return context.json(live, 200);
    })
    .openapi(readCompiled, async (context) => {
      const { id } = context.req.valid("param");
      const release = await findCompiled(db, context.var.principal.account, id);
      if (release === undefined) throw new Fault("not_found", `There is no release "${id}"`);
      return context.json(release, 200);
    });
}

/** The fault of asking for what runs while nothing does. */
export function noRelease(script: Script): Fault {
  const what = `Script "${script.name}" has no live release`;
  return new Fault("not_found", `${what}: publish one with POST /v1/scripts/${script.id}/releases`);
}
