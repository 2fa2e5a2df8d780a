// Environment variables of the account and of its scripts.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { EnvName, EnvVar, PutEnvVar } from "../../schemas/env.ts";
import { Fault } from "../../schemas/fault.ts";
import { deleteEnvVar, listEnvVars, putEnvVar, type EnvHolder } from "../../schemas/env-store.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Environment"];
const middleware = [requireScope("admin")];
const NamePath = z.object({ name: EnvName });

/** Where variables are: their path, whose they are in words, the path's keys, and the holder that these name. */
type EnvPath = {
  path: string;
  whose: string;
  keys: z.ZodObject;
  holderOf: (services: Services, account: string, keys: unknown) => Promise<EnvHolder>;
};

const ofAccount: EnvPath = {
  path: "/env",
  whose: "the account, which all its scripts read",
  keys: z.object({}),
  holderOf: async (_services, account) => ({ account, script: "" }),
};

const ofScript: EnvPath = {
  path: "/scripts/{script}/env",
  whose: "a script, which win over the account's",
  keys: ScriptPath,
  async holderOf({ db }, account, keys) {
    const script = await getScript(db, account, ScriptPath.parse(keys).script);
    return { account, script: script.id };
  },
};

export function envRoutes(services: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .route("/", routesAt(services, ofAccount))
    .route("/", routesAt(services, ofScript));
}

// oxlint-disable-next-line explicit-function-return-type -- the types of routes are what createRoute infers
function describeRoutes({ path, whose, keys }: EnvPath) {
  const namedKeys = keys.extend(NamePath.shape);
  const list = createRoute({
    path,
    method: "get",
    tags,
    middleware,
    summary: `List the variables of ${whose}`,
    request: { params: keys },
    responses: { 200: json(z.array(EnvVar), "The variables, by name"), ...problems },
  });
  const named = { path: `${path}/{name}`, tags, middleware };
  const put = createRoute({
    ...named,
    method: "put",
    summary: `Create or replace one of the variables of ${whose}`,
    request: { params: namedKeys, body: body(PutEnvVar) },
    responses: { 200: json(EnvVar, "The variable"), ...problems },
  });
  const read = createRoute({
    ...named,
    method: "get",
    summary: `Read one of the variables of ${whose}`,
    request: { params: namedKeys },
    responses: { 200: json(EnvVar, "The variable"), ...problems },
  });
  const remove = createRoute({
    ...named,
    method: "delete",
    summary: `Delete one of the variables of ${whose}`,
    request: { params: namedKeys },
    responses: { ...noContent, ...problems },
  });
  return { list, read, put, remove };
}

function routesAt(services: Services, at: EnvPath): OpenAPIHono<ApiEnv> {
  const { path, holderOf } = at;
  const { list, read, put, remove } = describeRoutes(at);
  return makeRouter()
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      const holder = await holderOf(services, account, context.req.valid("param"));
      return context.json(await listEnvVars(services, holder), 200);
    })
    .openapi(read, async (context) => {
      const params = context.req.valid("param");
      const holder = await holderOf(services, context.var.principal.account, params);
      const { name } = NamePath.parse(params);
      const found = (await listEnvVars(services, holder)).find((one) => one.name === name);
      if (found === undefined) throw unknownVariable(name, path);
      return context.json(found, 200);
    })
    .openapi(put, async (context) => {
      const params = context.req.valid("param");
      const holder = await holderOf(services, context.var.principal.account, params);
      const { name } = NamePath.parse(params);
      const content = context.req.valid("json");
      return context.json(await putEnvVar(services, { ...holder, name }, content), 200);
    })
    .openapi(remove, async (context) => {
      const params = context.req.valid("param");
      const holder = await holderOf(services, context.var.principal.account, params);
      const { name } = NamePath.parse(params);
      if (await deleteEnvVar(services.db, { ...holder, name })) return context.body(null, 204);
      throw unknownVariable(name, path);
    });
}

function unknownVariable(name: string, path: string): Fault {
  return new Fault("not_found", `There is no variable "${name}": GET /v1${path} lists them`);
}
