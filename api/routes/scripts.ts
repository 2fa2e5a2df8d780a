// Scripts: create, read, change, delete.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { CreateScript, Script, UpdateScript } from "../../schemas/script.ts";
import { compile, type Origin } from "../publish/publish.ts";
import { readLibrary } from "../store/library.ts";
import {
  createScript,
  deleteScript,
  getScript,
  listScripts,
  makeScriptId,
  pardonScript,
  updateScript,
  type FirstRelease,
} from "../store/scripts.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Scripts"];
const middleware = [requireScope("admin")];
export const ScriptPath = z.object({
  script: z.string().meta({ description: "Id or name of the script" }),
});

const create = createRoute({
  method: "post",
  path: "/scripts",
  tags,
  middleware,
  summary: "Create a script; with code, its first release is live at once",
  request: { body: body(CreateScript) },
  responses: { 201: json(Script, "The script"), ...problems },
});

const list = createRoute({
  method: "get",
  path: "/scripts",
  tags,
  middleware,
  summary: "List the scripts, by name",
  responses: { 200: json(z.array(Script), "The scripts"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/scripts/{script}",
  tags,
  middleware,
  summary: "Read a script",
  request: { params: ScriptPath },
  responses: { 200: json(Script, "The script"), ...problems },
});

const update = createRoute({
  method: "patch",
  path: "/scripts/{script}",
  tags,
  middleware,
  summary: "Change a script's name or settings",
  request: { params: ScriptPath, body: body(UpdateScript) },
  responses: { 200: json(Script, "The script"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/scripts/{script}",
  tags,
  middleware,
  summary: "Delete a script that no assignment names, with its releases",
  request: { params: ScriptPath },
  responses: { ...noContent, ...problems },
});

const pardon = createRoute({
  method: "delete",
  path: "/scripts/{script}/quarantine",
  tags,
  middleware,
  summary: "Let a quarantined script run again",
  request: { params: ScriptPath },
  responses: { ...noContent, ...problems },
});

export function scriptRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  async function compileFirst(source: string, origin: Origin, by: string): Promise<FirstRelease> {
    const library = await readLibrary(db, origin.account);
    return { source, compiled: await compile(source, origin, library), by };
  }

  return makeRouter()
    .openapi(create, async (context) => {
      const { account, name: by } = context.var.principal;
      const { code, ...settings } = context.req.valid("json");
      const id = makeScriptId();
      const origin = { account, script: id, type: settings.type };
      const first = code === undefined ? undefined : await compileFirst(code, origin, by);
      return context.json(await createScript(db, { ...settings, account, id }, first), 201);
    })
    .openapi(list, async (context) =>
      context.json(await listScripts(db, context.var.principal.account), 200),
    )
    .openapi(read, async (context) => {
      const { script } = context.req.valid("param");
      return context.json(await getScript(db, context.var.principal.account, script), 200);
    })
    .openapi(update, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      return context.json(await updateScript(db, script, context.req.valid("json")), 200);
    })
    .openapi(pardon, async (context) => {
      const { account } = context.var.principal;
      await pardonScript(db, await getScript(db, account, context.req.valid("param").script));
      return context.body(null, 204);
    })
    .openapi(remove, async (context) => {
      const { account } = context.var.principal;
      await deleteScript(db, await getScript(db, account, context.req.valid("param").script));
      return context.body(null, 204);
    });
}
