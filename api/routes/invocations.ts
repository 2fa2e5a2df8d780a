// What ran: a list to look through, and one invocation in full.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import {
  InvocationPage,
  InvocationQuery,
  InvokedInFull,
  type InvocationFilter,
} from "../../schemas/invocation.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { getInvocation, listInvocations } from "../store/invocations.ts";
import { findScript } from "../store/scripts.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Watch"];
const middleware = [requireScope("admin")];

const list = createRoute({
  method: "get",
  path: "/invocations",
  tags,
  middleware,
  summary: "List what ran, newest first; of many in a second a sample",
  request: { query: InvocationQuery },
  responses: { 200: json(InvocationPage, "A page of invocations"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/invocations/{invocation}",
  tags,
  middleware,
  summary: "Read an invocation with its input, output and log",
  request: { params: z.object({ invocation: z.string() }) },
  responses: { 200: json(InvokedInFull, "The invocation"), ...problems },
});

export function invocationRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      const query = await withScriptId(db, account, context.req.valid("query"));
      return context.json(await listInvocations(db, { account }, query), 200);
    })
    .openapi(read, async (context) => {
      const { account } = context.var.principal;
      const { invocation } = context.req.valid("param");
      return context.json(await getInvocation(db, { account }, invocation), 200);
    });
}

/** The filter with a script's id in place of its name. A script that is gone is still found by its id. */
export async function withScriptId<Filter extends Pick<InvocationFilter, "script">>(
  db: Database,
  account: string,
  filter: Filter,
): Promise<Filter> {
  if (filter.script === undefined) return filter;
  const script = await findScript(db, account, filter.script);
  return script === undefined ? filter : { ...filter, script: script.id };
}
