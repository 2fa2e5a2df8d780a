// Templates of the account, with which scripts and alerts write mails and SMS.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import type { TemplateError } from "../../schemas/handlebars.ts";
import { PutTemplate, Template, TemplateName, TemplateSummary } from "../../schemas/template.ts";
import {
  deleteTemplate,
  findTemplate,
  listTemplates,
  putTemplate,
} from "../../schemas/template-store.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Templates"];
const middleware = [requireScope("admin")];
const TemplatePath = z.object({ name: TemplateName });

const list = createRoute({
  method: "get",
  path: "/templates",
  tags,
  middleware,
  summary: "List the templates of the account",
  responses: { 200: json(z.array(TemplateSummary), "The templates, by name"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/templates/{name}",
  tags,
  middleware,
  summary: "Read a template",
  request: { params: TemplatePath },
  responses: { 200: json(Template, "The template"), ...problems },
});

const put = createRoute({
  method: "put",
  path: "/templates/{name}",
  tags,
  middleware,
  summary: "Create or replace a template; one that does not compile is refused with its line",
  request: { params: TemplatePath, body: body(PutTemplate) },
  responses: { 200: json(Template, "The template"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/templates/{name}",
  tags,
  middleware,
  summary: "Delete a template",
  request: { params: TemplatePath },
  responses: { ...noContent, ...problems },
});

export function templateRoutes({ db, renderer }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      return context.json(await listTemplates(db, { account }), 200);
    })
    .openapi(read, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      const template = await findTemplate(db, at);
      if (template === undefined) throw noTemplate(at.name);
      return context.json(template, 200);
    })
    .openapi(put, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      const parts = context.req.valid("json");
      const error = await renderer.check(at.account, parts);
      if (error !== undefined) throw compileFault(error);
      return context.json(await putTemplate(db, at, { parts, now: Date.now() }), 200);
    })
    .openapi(remove, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      if (await deleteTemplate(db, at)) return context.body(null, 204);
      throw noTemplate(at.name);
    });
}

function compileFault({ part, message, ...facts }: TemplateError): Fault {
  const where = facts.line === undefined ? part : `${part}, line ${facts.line}`;
  return new Fault("compile_error", `Cannot compile the template: ${where}: ${message}`, { facts });
}

function noTemplate(name: string): Fault {
  return new Fault("not_found", `There is no template "${name}": GET /v1/templates lists them`);
}
