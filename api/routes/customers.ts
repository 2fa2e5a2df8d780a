// Customers and the variables that all their calls see.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Customer, PutCustomer, RoutingKey } from "../../schemas/customer.ts";
import { Fault } from "../../schemas/fault.ts";
import {
  deleteCustomer,
  findCustomer,
  listCustomers,
  putCustomer,
} from "../../schemas/customer-store.ts";
import { parseVars } from "../../schemas/vars.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Customers"];
const middleware = [requireScope("admin")];
const CustomerPath = z.object({ customer: RoutingKey });

const put = createRoute({
  method: "put",
  path: "/customers/{customer}",
  tags,
  middleware,
  summary: "Create or replace a customer",
  request: { params: CustomerPath, body: body(PutCustomer) },
  responses: { 200: json(Customer, "The customer"), ...problems },
});

const list = createRoute({
  method: "get",
  path: "/customers",
  tags,
  middleware,
  summary: "List the customers",
  responses: { 200: json(z.array(Customer), "The customers"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/customers/{customer}",
  tags,
  middleware,
  summary: "Read a customer",
  request: { params: CustomerPath },
  responses: { 200: json(Customer, "The customer"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/customers/{customer}",
  tags,
  middleware,
  summary: "Delete a customer; its assignments stay",
  request: { params: CustomerPath },
  responses: { ...noContent, ...problems },
});

export function customerRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(put, async (context) => {
      const { customer } = context.req.valid("param");
      const vars = parseVars(context.req.valid("json").vars ?? "");
      const { account } = context.var.principal;
      return context.json(await putCustomer(db, { account, id: customer }, vars), 200);
    })
    .openapi(list, async (context) =>
      context.json(await listCustomers(db, context.var.principal.account), 200),
    )
    .openapi(read, async (context) => {
      const { customer } = context.req.valid("param");
      const found = await findCustomer(db, context.var.principal.account, customer);
      if (found === undefined) throw unknownCustomer(customer);
      return context.json(found, 200);
    })
    .openapi(remove, async (context) => {
      const { customer } = context.req.valid("param");
      const isDeleted = await deleteCustomer(db, context.var.principal.account, customer);
      if (!isDeleted) throw unknownCustomer(customer);
      return context.body(null, 204);
    });
}

function unknownCustomer(customer: string): Fault {
  return new Fault("not_found", `There is no customer "${customer}": GET /v1/customers lists them`);
}
