// The audit log of the account.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { AuditPage, AuditQuery } from "../../schemas/audit.ts";
import { listAudit } from "../store/audit.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const list = createRoute({
  method: "get",
  path: "/audit",
  tags: ["Watch"],
  middleware: [requireScope("admin")],
  summary: "List who changed what, newest first",
  request: { query: AuditQuery },
  responses: { 200: json(AuditPage, "A page of changes"), ...problems },
});

export function auditRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter().openapi(list, async (context) => {
    const { account } = context.var.principal;
    return context.json(await listAudit(db, account, context.req.valid("query")), 200);
  });
}
