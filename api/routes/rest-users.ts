// Users in whose name the account's scripts use cxRest.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import { PutRestUser, RestUser, RestUserName } from "../../schemas/rest-user.ts";
import { deleteRestUser, listRestUsers, putRestUser } from "../../schemas/rest-user-store.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Users of cxRest"];
const middleware = [requireScope("admin")];
const request = { params: z.object({ user: RestUserName }) };

const list = createRoute({
  method: "get",
  path: "/rest-users",
  tags,
  middleware,
  summary: "List the users, by name",
  responses: { 200: json(z.array(RestUser), "The users"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/rest-users/{user}",
  tags,
  middleware,
  summary: "Read a user",
  request,
  responses: { 200: json(RestUser, "The user"), ...problems },
});

const put = createRoute({
  method: "put",
  path: "/rest-users/{user}",
  tags,
  middleware,
  summary: "Create or replace a user",
  request: { ...request, body: body(PutRestUser) },
  responses: { 200: json(RestUser, "The user"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/rest-users/{user}",
  tags,
  middleware,
  summary: "Delete a user",
  request,
  responses: { ...noContent, ...problems },
});

export function restUserRoutes(services: Services): OpenAPIHono<ApiEnv> {
  const { db } = services;
  return makeRouter()
    .openapi(list, async (context) =>
      context.json(await listRestUsers(db, context.var.principal.account), 200),
    )
    .openapi(read, async (context) => {
      const { user } = context.req.valid("param");
      const all = await listRestUsers(db, context.var.principal.account);
      const found = all.find(({ name }) => name === user);
      if (found === undefined) throw noUser(user);
      return context.json(found, 200);
    })
    .openapi(put, async (context) => {
      const at = { account: context.var.principal.account, name: context.req.valid("param").user };
      return context.json(await putRestUser(services, at, context.req.valid("json")), 200);
    })
    .openapi(remove, async (context) => {
      const { user } = context.req.valid("param");
      const at = { account: context.var.principal.account, name: user };
      if (await deleteRestUser(db, at)) return context.body(null, 204);
      throw noUser(user);
    });
}

function noUser(user: string): Fault {
  return new Fault(
    "not_found",
    `There is no user "${user}" of cxRest: GET /v1/rest-users lists them`,
  );
}
