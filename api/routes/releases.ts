// Releases of a script, and which of them calls run.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import {
  CheckCode,
  Checked,
  CreateRelease,
  Published,
  Release,
  ReleaseWithCode,
} from "../../schemas/release.ts";
import { Script } from "../../schemas/script.ts";
import { compile, type Compiled } from "../publish/publish.ts";
import { readLibrary } from "../store/library.ts";
import { deletePublishedDraft } from "../store/drafts.ts";
import { createRelease, getRelease, listReleases, setLive } from "../store/releases.ts";
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

const check = createRoute({
  method: "post",
  path: "/scripts/{script}/check",
  tags,
  middleware,
  summary: "Say what publishing a text would say, and store nothing",
  request: { params: ScriptPath, body: body(CheckCode) },
  responses: { 200: json(Checked, "It compiles"), ...problems },
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

export function releaseRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  async function compileFor(
    { id, type }: Script,
    account: string,
    code: string,
  ): Promise<Compiled> {
    return await compile(code, { account, script: id, type }, await readLibrary(db, account));
  }

  return makeRouter()
    .openapi(create, async (context) => {
      const { account, name: by } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      const { code, note = null, live = true } = context.req.valid("json");
      const compiled = await compileFor(script, account, code);
      const release = { source: code, compiled, note, by, live };
      const published = await createRelease(db, script, release);
      await deletePublishedDraft(db, script.id, code);
      return context.json(published, 201);
    })
    .openapi(check, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      const { lints } = await compileFor(script, account, context.req.valid("json").code);
      return context.json({ lints }, 200);
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
    });
}

/** The fault of asking for what runs while nothing does. */
export function noRelease(script: Script): Fault {
  const what = `Script "${script.name}" has no live release`;
  return new Fault("not_found", `${what}: publish one with POST /v1/scripts/${script.id}/releases`);
}
