// Assignments: which script decides the calls of a customer's route, or to a DID.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Assignment, DEFAULT_TIMEOUT_ACTION, PutAssignment } from "../../schemas/assignment.ts";
import { RoutingKey } from "../../schemas/customer.ts";
import { Fault } from "../../schemas/fault.ts";
import {
  deleteAssignment,
  findAssignment,
  listAssignments,
  putAssignment,
  type AssignmentContent,
  type CallPlace,
} from "../store/assignments.ts";
import { getScript } from "../store/scripts.ts";
import { parseVars } from "../vars.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Assignments"];
const middleware = [requireScope("admin")];

const list = createRoute({
  method: "get",
  path: "/assignments",
  tags,
  middleware,
  summary: "List the assignments",
  responses: { 200: json(z.array(Assignment), "The assignments"), ...problems },
});

/** A place that calls come from: its path, the path's keys, and how they name it. */
type PlacePath = {
  path: string;
  what: string;
  keys: z.ZodObject;
  placeOf: (keys: unknown) => CallPlace;
};

const TerminationPath = z.object({ customer: RoutingKey, route: RoutingKey });
const termination: PlacePath = {
  path: "/assignments/termination/{customer}/{route}",
  what: "a customer's route",
  keys: TerminationPath,
  placeOf: (keys) => ({ place: "termination", ...TerminationPath.parse(keys) }),
};

const OriginationPath = z.object({ did: RoutingKey });
const origination: PlacePath = {
  path: "/assignments/origination/{did}",
  what: "a DID",
  keys: OriginationPath,
  placeOf: (keys) => ({ place: "origination", ...OriginationPath.parse(keys) }),
};

export function assignmentRoutes(services: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) =>
      context.json(await listAssignments(services.db, context.var.principal.account), 200),
    )
    .route("/", placeRoutes(services, termination))
    .route("/", placeRoutes(services, origination));
}

/** PUT, GET and DELETE at one place. */
function placeRoutes(
  { db }: Services,
  { path, what, keys, placeOf }: PlacePath,
): OpenAPIHono<ApiEnv> {
  const shared = { path, tags, middleware };
  const put = createRoute({
    ...shared,
    method: "put",
    summary: `Assign a script to ${what}`,
    request: { params: keys, body: body(PutAssignment) },
    responses: { 200: json(Assignment, "The assignment"), ...problems },
  });
  const read = createRoute({
    ...shared,
    method: "get",
    summary: `Read the assignment of ${what}`,
    request: { params: keys },
    responses: { 200: json(Assignment, "The assignment"), ...problems },
  });
  const remove = createRoute({
    ...shared,
    method: "delete",
    summary: `Take the script from ${what}`,
    request: { params: keys },
    responses: { ...noContent, ...problems },
  });

  return makeRouter()
    .openapi(put, async (context) => {
      const { account } = context.var.principal;
      const request = context.req.valid("json");
      const script = await getScript(db, account, request.script);
      if (script.type === "driver") {
        throw new Fault(
          "invalid",
          `Script "${script.name}" is a driver: calls take a script or an app`,
        );
      }
      const at = placeOf(context.req.valid("param"));
      return context.json(
        await putAssignment(db, { account, at, script }, contentOf(request)),
        200,
      );
    })
    .openapi(read, async (context) => {
      const at = placeOf(context.req.valid("param"));
      const found = await findAssignment(db, context.var.principal.account, at);
      if (found === undefined) throw nothingAssigned(at);
      return context.json(found, 200);
    })
    .openapi(remove, async (context) => {
      const at = placeOf(context.req.valid("param"));
      const isDeleted = await deleteAssignment(db, context.var.principal.account, at);
      if (!isDeleted) throw nothingAssigned(at);
      return context.body(null, 204);
    });
}

function contentOf(request: PutAssignment): AssignmentContent {
  return {
    timeoutMs: request.timeout === undefined ? null : Math.round(request.timeout * 1_000),
    timeoutAction: request.timeoutAction ?? DEFAULT_TIMEOUT_ACTION,
    onError: request.onError ?? "reject",
    vars: parseVars(request.vars ?? ""),
  };
}

function nothingAssigned(at: CallPlace): Fault {
  const { place, ...keys } = at;
  const where = [place, ...Object.values(keys)].join("/");
  return new Fault(
    "not_found",
    `Nothing is assigned to ${where}: GET /v1/assignments lists what is`,
  );
}
