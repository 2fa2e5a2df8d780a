// What the account uses of its quotas.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { readJobsOfHour } from "../../schemas/job-store.ts";
import { readKvUsage } from "../../schemas/kv-store.ts";
import { QuotaUse, readQuotas } from "../../schemas/quotas.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const read = createRoute({
  method: "get",
  path: "/quotas",
  tags: ["Quotas"],
  middleware: [requireScope("admin")],
  summary: "Read what the account uses of its quotas",
  responses: { 200: json(QuotaUse, "Each quota"), ...problems },
});

export function quotaRoutes({ db, userspace }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter().openapi(read, async (context) => {
    const holder = { account: context.var.principal.account };
    const now = Date.now();
    const most = await readQuotas(db);
    const kv = await readKvUsage(db, holder, now);
    const jobs = await readJobsOfHour(db, holder, now);
    const space = await userspace.usage(holder.account);
    const use: QuotaUse = {
      kv: {
        keys: { used: kv.keys, most: most.kvKeys },
        bytes: { used: kv.bytes, most: most.kvBytes },
      },
      jobs: {
        thisHour: { used: jobs.added, most: most.jobsPerHour },
        nextHourAt: new Date(jobs.nextHourAt).toISOString(),
      },
      userspace: {
        databases: { used: space.databases, most: most.userspaceDatabases },
        bytes: { used: space.bytes, most: most.userspaceBytes },
      },
    };
    return context.json(use, 200);
  });
}
