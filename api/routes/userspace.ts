// The databases of the account, which its scripts use as cxUserspace.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import {
  DatabaseName,
  PutDatabase,
  PutRow,
  RowKey,
  RowPage,
  RowPageQuery,
  UserspaceDatabase,
  UserspaceRow,
} from "../../schemas/userspace.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Userspace"];
const middleware = [requireScope("admin")];
const DatabasePath = z.object({ database: DatabaseName });
const RowPath = DatabasePath.extend({ key: RowKey });
const Databases = z
  .strictObject({ databases: z.array(UserspaceDatabase) })
  .meta({ id: "UserspaceDatabases" });

const list = createRoute({
  method: "get",
  path: "/userspace",
  tags,
  middleware,
  summary: "List the databases of the account",
  responses: { 200: json(Databases, "The databases, by name"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/userspace/{database}",
  tags,
  middleware,
  summary: "Read what a database is",
  request: { params: DatabasePath },
  responses: { 200: json(UserspaceDatabase, "The database"), ...problems },
});

const put = createRoute({
  method: "put",
  path: "/userspace/{database}",
  tags,
  middleware,
  summary: "Create a database, or add columns to one",
  request: { params: DatabasePath, body: body(PutDatabase) },
  responses: { 200: json(UserspaceDatabase, "The database"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/userspace/{database}",
  tags,
  middleware,
  summary: "Delete a database with all of its rows",
  request: { params: DatabasePath },
  responses: { ...noContent, ...problems },
});

const listRows = createRoute({
  method: "get",
  path: "/userspace/{database}/rows",
  tags,
  middleware,
  summary: "List the rows of a database, page by page",
  request: { params: DatabasePath, query: RowPageQuery },
  responses: { 200: json(RowPage, "The rows, in the order of their keys"), ...problems },
});

const readRow = createRoute({
  method: "get",
  path: "/userspace/{database}/rows/{key}",
  tags,
  middleware,
  summary: "Read a row",
  request: { params: RowPath },
  responses: { 200: json(UserspaceRow, "The row"), ...problems },
});

const putRow = createRoute({
  method: "put",
  path: "/userspace/{database}/rows/{key}",
  tags,
  middleware,
  summary: "Create a row, or replace all of it",
  request: { params: RowPath, body: body(PutRow) },
  responses: { 200: json(UserspaceRow, "The row"), ...problems },
});

const removeRow = createRoute({
  method: "delete",
  path: "/userspace/{database}/rows/{key}",
  tags,
  middleware,
  summary: "Delete a row",
  request: { params: RowPath },
  responses: { ...noContent, ...problems },
});

export function userspaceRoutes({ userspace }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      return context.json({ databases: await userspace.list(account) }, 200);
    })
    .openapi(read, async (context) => {
      const { account } = context.var.principal;
      const { database } = context.req.valid("param");
      return context.json(await userspace.get({ account, database }), 200);
    })
    .openapi(put, async (context) => {
      const { account } = context.var.principal;
      const at = { account, ...context.req.valid("param") };
      const content = { ...context.req.valid("json"), now: Date.now() };
      return context.json(await userspace.put(at, content), 200);
    })
    .openapi(remove, async (context) => {
      const { account } = context.var.principal;
      await userspace.drop({ account, ...context.req.valid("param") });
      return context.body(null, 204);
    })
    .openapi(listRows, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      return context.json(await userspace.listRows(at, context.req.valid("query")), 200);
    })
    .openapi(readRow, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      const row = await userspace.readRow(at);
      if (row === undefined) throw noRow(at);
      return context.json(row, 200);
    })
    .openapi(putRow, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      return context.json(await userspace.putRow(at, context.req.valid("json")), 200);
    })
    .openapi(removeRow, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      if (!(await userspace.deleteRow(at))) throw noRow(at);
      return context.body(null, 204);
    });
}

function noRow({ database, key }: { database: string; key: string }): Fault {
  return new Fault(
    "not_found",
    `There is no "${key}" in "${database}": GET /v1/userspace/${database}/rows lists what there is`,
  );
}
