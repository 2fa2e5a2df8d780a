// What people wrote in an editor and have not published.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { Draft, PutDraft } from "../../schemas/draft.ts";
import { Fault } from "../../schemas/fault.ts";
import type { Script } from "../../schemas/script.ts";
import { deleteDraft, findDraft, putDraft } from "../store/drafts.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Scripts"];
const middleware = [requireScope("admin")];
const path = "/scripts/{script}/draft";

const read = createRoute({
  method: "get",
  path,
  tags,
  middleware,
  summary: "Read a script's unpublished text",
  request: { params: ScriptPath },
  responses: { 200: json(Draft, "The draft"), ...problems },
});

const put = createRoute({
  method: "put",
  path,
  tags,
  middleware,
  summary: "Keep a text without publishing it; publishing the same text deletes the draft",
  request: { params: ScriptPath, body: body(PutDraft) },
  responses: { 200: json(Draft, "The draft"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path,
  tags,
  middleware,
  summary: "Throw a script's unpublished text away",
  request: { params: ScriptPath },
  responses: { ...noContent, ...problems },
});

export function draftRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(read, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      const draft = await findDraft(db, script.id);
      if (draft === undefined) throw noDraft(script);
      return context.json(draft, 200);
    })
    .openapi(put, async (context) => {
      const { account, name } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      const { code } = context.req.valid("json");
      return context.json(await putDraft(db, script.id, { code, by: name }), 200);
    })
    .openapi(remove, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      if (!(await deleteDraft(db, script.id))) throw noDraft(script);
      return context.body(null, 204);
    });
}

function noDraft({ id, name }: Script): Fault {
  return new Fault(
    "not_found",
    `Script "${name}" has no draft: PUT /v1/scripts/${id}/draft keeps one`,
  );
}
