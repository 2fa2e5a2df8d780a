// Assignments: which script serves which place.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import {
  Assignment,
  DEFAULT_TIMEOUT_ACTION,
  GlobalOrder,
  Place,
  PLACES,
  PlaceSettings,
  PutAssignment,
} from "../../schemas/assignment.ts";
import { RoutingKey } from "../../schemas/customer.ts";
import { Fault } from "../../schemas/fault.ts";
import { MAX_CALL_MS } from "../../schemas/limits.ts";
import type { Script } from "../../schemas/script.ts";
import {
  deleteAssignment,
  findAssignment,
  listAssignments,
  putAssignment,
  type AssignmentContent,
  type At,
} from "../store/assignments.ts";
import { getScript } from "../store/scripts.ts";
import { parseVars } from "../../schemas/vars.ts";
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

export function assignmentRoutes(services: Services): OpenAPIHono<ApiEnv> {
  const router = makeRouter();
  router.openapi(list, async (context) =>
    context.json(await listAssignments(services.db, context.var.principal.account), 200),
  );
  for (const place of Place.options) router.route("/", placeRoutes(services, place));
  return router;
}

// oxlint-disable-next-line explicit-function-return-type -- the types of routes are what createRoute infers
function describeRoutes(place: Place) {
  const { path, keys, what } = PLACES[place];
  const shape: Record<string, z.ZodType<string>> = Object.fromEntries(
    keys.map((key) => [key, schemaOf(key)]),
  );
  const params = z.object(shape);
  const keyed = keys.map((key) => `/{${key}}`).join("");
  const shared = { path: `/assignments/${path}${keyed}`, tags, middleware };
  const put = createRoute({
    ...shared,
    method: "put",
    summary: `Assign a script to ${what}`,
    request: { params, body: body(PutAssignment) },
    responses: { 200: json(Assignment, "The assignment"), ...problems },
  });
  const read = createRoute({
    ...shared,
    method: "get",
    summary: `Read which script serves ${what}`,
    request: { params },
    responses: { 200: json(Assignment, "The assignment"), ...problems },
  });
  const remove = createRoute({
    ...shared,
    method: "delete",
    summary: `Take the script from ${what}`,
    request: { params },
    responses: { ...noContent, ...problems },
  });
  return { put, read, remove };
}

function schemaOf(key: string | undefined): z.ZodType<string> {
  return key === "order" ? GlobalOrder : RoutingKey;
}

/** PUT, GET and DELETE at one place. */
function placeRoutes({ db }: Services, place: Place): OpenAPIHono<ApiEnv> {
  const { put, read, remove } = describeRoutes(place);
  const atOf = (params: Record<string, string>): At => {
    const [subject, detail] = PLACES[place].keys;
    return { place, subject: params[subject] ?? "", detail: params[detail ?? ""] ?? "" };
  };
  return makeRouter()
    .openapi(put, async (context) => {
      const { account } = context.var.principal;
      const request = context.req.valid("json");
      const script = await getScript(db, account, request.script);
      refuseMismatch(place, script, request);
      const at = atOf(context.req.valid("param"));
      return context.json(
        await putAssignment(db, { account, at, script }, contentOf(request)),
        200,
      );
    })
    .openapi(read, async (context) => {
      const at = atOf(context.req.valid("param"));
      const found = await findAssignment(db, context.var.principal.account, at);
      if (found === undefined) throw nothingAssigned(at);
      return context.json(found, 200);
    })
    .openapi(remove, async (context) => {
      const at = atOf(context.req.valid("param"));
      const isDeleted = await deleteAssignment(db, context.var.principal.account, at);
      if (!isDeleted) throw nothingAssigned(at);
      return context.body(null, 204);
    });
}

/** Throws `invalid` where the place takes no scripts of that type, or has no such setting. */
function refuseMismatch(place: Place, script: Script, request: PutAssignment): void {
  const { takes, what, decidesCalls } = PLACES[place];
  if (!takes.includes(script.type)) {
    const types = takes.map((type) => `type ${type}`).join(" or ");
    const problem = `Script "${script.name}" is of type ${script.type}: ${what} take ${types}`;
    throw new Fault("invalid", problem);
  }
  if (decidesCalls && (request.timeout ?? 0) > MAX_CALL_MS / 1_000) {
    throw new Fault("invalid", `timeout: a call waits at most ${MAX_CALL_MS / 1_000} seconds`);
  }
  const isDriver = place === "did-driver" || place === "alert-driver";
  const given = Object.keys(PlaceSettings.shape).find((name) => name in request);
  if (given !== undefined && !isDriver)
    throw new Fault("invalid", `${given}: only drivers have it`);
}

function contentOf(request: PutAssignment): AssignmentContent {
  const { timeout, timeoutAction, onError, vars, script: _script, ...settings } = request;
  return {
    timeoutMs: timeout === undefined || timeout === null ? null : Math.round(timeout * 1_000),
    timeoutAction: timeoutAction || DEFAULT_TIMEOUT_ACTION,
    onError: onError ?? "reject",
    vars: parseVars(vars ?? ""),
    settings,
  };
}

function nothingAssigned({ place, subject, detail }: At): Fault {
  const where = [PLACES[place].path, subject, detail].filter((part) => part !== "").join("/");
  return new Fault(
    "not_found",
    `Nothing is assigned to ${where}: GET /v1/assignments lists what is`,
  );
}
