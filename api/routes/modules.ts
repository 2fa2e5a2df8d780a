// The npm modules that scripts may require.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { ALLOWED_MODULES } from "../../schemas/allowed-modules.ts";
import type { ModuleShelf } from "../../schemas/module-shelf.ts";
import { Module, PutModules } from "../../schemas/module.ts";
import { readNarrowed } from "../../schemas/read-program.ts";
import { narrowModules } from "../store/library.ts";
import { body, json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Modules"];
const Modules = z.array(Module);

const list = createRoute({
  method: "get",
  path: "/modules",
  tags,
  middleware: [requireScope("run")],
  summary: "List the npm modules that scripts may require",
  responses: { 200: json(Modules, "The modules"), ...problems },
});

const narrow = createRoute({
  method: "put",
  path: "/modules",
  tags,
  middleware: [requireScope("admin")],
  summary: "Narrow the modules that this account's scripts may require, or widen them again",
  request: { body: body(PutModules) },
  responses: { 200: json(Modules, "The modules"), ...problems },
});

export function moduleRoutes({ db, modules }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) => {
      const narrowed = await readNarrowed(db, context.var.principal.account);
      return context.json(describeModules(modules, narrowed), 200);
    })
    .openapi(narrow, async (context) => {
      const { allowed } = context.req.valid("json");
      await narrowModules(db, context.var.principal.account, allowed);
      return context.json(describeModules(modules, allowed), 200);
    });
}

/** All modules, with whether an account that is narrowed to `narrowed` may require them. */
export function describeModules(shelf: ModuleShelf, narrowed: readonly string[] | null): Module[] {
  return ALLOWED_MODULES.map(({ name, differences }) => {
    const built = shelf.find(name);
    if (built === undefined) throw new Error(`Cannot list module "${name}": it is not built`);
    const { version, bytes, requires } = built;
    const allowed = narrowed?.includes(name) ?? true;
    return {
      name,
      version: version ?? "",
      bytes,
      requires,
      differences: [...differences],
      allowed,
    };
  });
}
