// The cells of edge nodes, and the scripts that they keep from running.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Cells, QuarantinedScript } from "../../schemas/node.ts";
import { listNodes } from "../store/nodes.ts";
import { getScript, pardonScript } from "../store/scripts.ts";
import { json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Watch"];
const middleware = [requireScope("admin")];

const cells = createRoute({
  method: "get",
  path: "/cells",
  tags,
  middleware,
  summary: "List the processes in which scripts run, as they were some 2 s ago",
  responses: { 200: json(Cells, "The cells of each process of an edge node"), ...problems },
});

const list = createRoute({
  method: "get",
  path: "/quarantine",
  tags,
  middleware,
  summary: "List the scripts that ended their process again and again, and run no more",
  responses: { 200: json(z.array(QuarantinedScript), "The scripts"), ...problems },
});

const release = createRoute({
  method: "delete",
  path: "/quarantine/{script}",
  tags,
  middleware,
  summary: "Let a quarantined script run again",
  request: { params: ScriptPath },
  responses: { ...noContent, ...problems },
});

export function nodeRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(cells, async (context) => {
      const nodes = await listNodes(db, Date.now());
      return context.json(
        { nodes: nodes.map(({ node, state }) => ({ node, cells: state.cells })) },
        200,
      );
    })
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      const nodes = await listNodes(db, Date.now());
      const scripts = new Map<string, QuarantinedScript>();
      for (const { state } of nodes) {
        for (const { account: owner, ...script } of state.quarantined) {
          if (owner === account) scripts.set(script.script, script);
        }
      }
      return context.json([...scripts.values()], 200);
    })
    .openapi(release, async (context) => {
      const { account } = context.var.principal;
      await pardonScript(db, await getScript(db, account, context.req.valid("param").script));
      return context.body(null, 204);
    });
}
