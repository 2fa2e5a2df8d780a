// The account's connectors: services of the operator that libraries of scripts ask.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Connector, ConnectorName, PutConnector } from "../../schemas/connector.ts";
import { deleteConnector, listConnectors, putConnector } from "../../schemas/connector-store.ts";
import { Fault } from "../../schemas/fault.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Connectors"];
const middleware = [requireScope("admin")];
const request = { params: z.object({ name: ConnectorName }) };

const list = createRoute({
  method: "get",
  path: "/connectors",
  tags,
  middleware,
  summary: "List the connectors, by name",
  responses: { 200: json(z.array(Connector), "The connectors"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/connectors/{name}",
  tags,
  middleware,
  summary: "Read a connector",
  request,
  responses: { 200: json(Connector, "The connector"), ...problems },
});

const put = createRoute({
  method: "put",
  path: "/connectors/{name}",
  tags,
  middleware,
  summary: "Create or replace a connector",
  request: { ...request, body: body(PutConnector) },
  responses: { 200: json(Connector, "The connector"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/connectors/{name}",
  tags,
  middleware,
  summary: "Delete a connector",
  request,
  responses: { ...noContent, ...problems },
});

export function connectorRoutes(services: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) =>
      context.json(await listConnectors(services, context.var.principal.account), 200),
    )
    .openapi(read, async (context) => {
      const { name } = context.req.valid("param");
      const all = await listConnectors(services, context.var.principal.account);
      const found = all.find((one) => one.name === name);
      if (found === undefined) throw noConnector(name);
      return context.json(found, 200);
    })
    .openapi(put, async (context) => {
      const { name } = context.req.valid("param");
      const at = { account: context.var.principal.account, name };
      return context.json(await putConnector(services, at, context.req.valid("json")), 200);
    })
    .openapi(remove, async (context) => {
      const { name } = context.req.valid("param");
      const at = { account: context.var.principal.account, name };
      if (await deleteConnector(services.db, at)) return context.body(null, 204);
      throw noConnector(name);
    });
}

function noConnector(name: string): Fault {
  return new Fault(
    "not_found",
    `The connector "${name}" is not configured: PUT /v1/connectors/${name} does that`,
  );
}
