// The control plane's HTTP application. Opens nothing: database and edge node are handed in.

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { Logger } from "pino";
import { FAULTS, Fault, problemOf } from "../schemas/fault.ts";
import { MAX_BODY_BYTES } from "../schemas/limits.ts";
import { auditChanges } from "./audit.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { assignmentRoutes } from "./routes/assignments.ts";
import { auditRoutes } from "./routes/audit.ts";
import { connectorRoutes } from "./routes/connectors.ts";
import { consolePages } from "./routes/console.ts";
import { authenticate, makeRouter, type ApiEnv, type Services } from "./routes/context.ts";
import { customerRoutes } from "./routes/customers.ts";
import { draftRoutes } from "./routes/drafts.ts";
import { envRoutes } from "./routes/env.ts";
import { formUrlRoutes } from "./routes/form-url.ts";
import { invocationRoutes } from "./routes/invocations.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { kvRoutes } from "./routes/kv.ts";
import { moduleRoutes } from "./routes/modules.ts";
import { nodeRoutes } from "./routes/nodes.ts";
import { programRoutes } from "./routes/programs.ts";
import { quotaRoutes } from "./routes/quotas.ts";
import { referencePage } from "./routes/reference.ts";
import { releaseRoutes } from "./routes/releases.ts";
import { restUserRoutes } from "./routes/rest-users.ts";
import { runRoutes } from "./routes/run.ts";
import { sampleRoutes } from "./routes/samples.ts";
import { scheduleRoutes } from "./routes/schedules.ts";
import { scriptApiRoutes } from "./routes/script-api.ts";
import { scriptRoutes } from "./routes/scripts.ts";
import { simulateRoutes } from "./routes/simulate.ts";
import { statsRoutes } from "./routes/stats.ts";
import { tailRoutes } from "./routes/tail.ts";
import { templateRoutes } from "./routes/templates.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { userspaceRoutes } from "./routes/userspace.ts";

export function buildApp(services: Services, log: Logger): OpenAPIHono<ApiEnv> {
  const app = makeRouter();
  app.onError((error, context) => answerProblem(context, faultOf(error, log)));
  app.notFound((context) => {
    const { method, path } = context.req;
    return answerProblem(
      context,
      new Fault("not_found", `There is no ${method} ${path}: /docs lists what there is`),
    );
  });

  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.route("/", referencePage());
  const { db, auditDays: days = DEFAULT_AUDIT_DAYS } = services;
  app.use("/v1/*", limitBody, authenticate(db), requireJson, auditChanges(db, { days, log }));
  for (const routes of [
    scriptRoutes,
    draftRoutes,
    releaseRoutes,
    programRoutes,
    runRoutes,
    simulateRoutes,
    sampleRoutes,
    customerRoutes,
    assignmentRoutes,
    alertRoutes,
    formUrlRoutes,
    envRoutes,
    kvRoutes,
    userspaceRoutes,
    quotaRoutes,
    jobRoutes,
    scheduleRoutes,
    moduleRoutes,
    connectorRoutes,
    restUserRoutes,
    scriptApiRoutes,
    templateRoutes,
    tokenRoutes,
    invocationRoutes,
    tailRoutes,
    statsRoutes,
    nodeRoutes,
    auditRoutes,
  ]) {
    app.route("/v1", routes(services));
  }

  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
  });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "ScriptForge Edge control plane", version: "1" },
    security: [{ token: [] }],
  });
  // Behind all others: it answers wherever a page is asked for.
  app.route("/", consolePages());
  return app;
}

const DEFAULT_AUDIT_DAYS = 365;

const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Fault("body_too_large", `A body has at most ${MAX_BODY_BYTES} bytes`);
  },
});

const requireJson = createMiddleware(async (context, next) => {
  const { method } = context.req;
  const hasBody = method === "POST" || method === "PUT" || method === "PATCH";
  const type = context.req.header("content-type") ?? "";
  if (hasBody && !/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new Fault(
      "bad_request",
      'Send a JSON body with the header "Content-Type: application/json"',
    );
  }
  await next();
});

function faultOf(error: Error, log: Logger): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new Fault("bad_request", "The body is not JSON: check its quotes, commas and braces", {
      cause: error,
    });
  }
  log.error({ err: error }, "a request failed");
  return new Fault(
    "internal",
    "Something went wrong here; the log of the control plane has the details",
  );
}

function answerProblem(context: Context, fault: Fault): Response {
  const { status } = FAULTS[fault.code];
  const headers = { "content-type": "application/problem+json" };
  return context.body(JSON.stringify(problemOf(fault)), status, headers);
}
