// Statistics of runs.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { Stats, StatsQuery } from "../../schemas/stats.ts";
import { readStats } from "../store/stats.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { withScriptId } from "./invocations.ts";

const read = createRoute({
  method: "get",
  path: "/stats",
  tags: ["Watch"],
  middleware: [requireScope("admin")],
  summary: "Count runs by time and outcome, with percentiles of their times",
  request: { query: StatsQuery },
  responses: { 200: json(Stats, "The steps in which something ran, oldest first"), ...problems },
});

export function statsRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter().openapi(read, async (context) => {
    const { account } = context.var.principal;
    const query = await withScriptId(db, account, context.req.valid("query"));
    const { script = "", minutes } = query;
    return context.json(await readStats(db, { account, script, minutes, now: Date.now() }), 200);
  });
}
