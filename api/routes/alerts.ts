// What came of an alert driver's newest run.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { LastAlert } from "../../schemas/alert.ts";
import { RoutingKey } from "../../schemas/customer.ts";
import { Fault } from "../../schemas/fault.ts";
import { findLastAlert } from "../store/alerts.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const last = createRoute({
  method: "get",
  path: "/assignments/driver/alert/{driver}/last",
  tags: ["Assignments"],
  middleware: [requireScope("admin")],
  summary: "Read what came of an alert driver's last run",
  request: { params: z.object({ driver: RoutingKey }) },
  responses: { 200: json(LastAlert, "The last run that ended"), ...problems },
});

export function alertRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter().openapi(last, async (context) => {
    const { account } = context.var.principal;
    const { driver } = context.req.valid("param");
    const found = await findLastAlert(db, { account, driver });
    if (found === undefined) {
      const what = `No run of an alert driver "${driver}" has ended yet`;
      throw new Fault("not_found", `${what}: GET /v1/assignments lists the drivers`);
    }
    return context.json(found, 200);
  });
}
