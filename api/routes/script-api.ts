// What editors need to know about scripts: the types of what they find, and the limits that they have.

import { readFileSync } from "node:fs";
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import {
  DEFAULT_LIMITS,
  Limits,
  MAX_CPU_MS,
  MAX_SUBREQUESTS,
  MAX_WALL_MS,
} from "../../schemas/limits.ts";
import { Module } from "../../schemas/module.ts";
import { readNarrowed } from "../../schemas/read-program.ts";
import { ScriptType } from "../../schemas/script-type.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { describeModules } from "./modules.ts";

const middleware = [requireScope("admin")];

const ScriptApi = z
  .strictObject({
    declarations: z.string().meta({ description: "TypeScript declarations, a .d.ts file" }),
    modules: z.array(Module),
  })
  .meta({ id: "ScriptApi" });

const LimitsOfTypes = z
  .record(ScriptType, z.strictObject({ default: Limits, most: Limits }))
  .meta({ id: "LimitsOfTypes" });

const declarations = createRoute({
  method: "get",
  path: "/script-api",
  tags: ["Scripts"],
  middleware,
  summary: "Read the types of what scripts find, and the modules that they may require",
  responses: { 200: json(ScriptApi, "For an editor"), ...problems },
});

const limits = createRoute({
  method: "get",
  path: "/settings/limits",
  tags: ["Scripts"],
  middleware,
  summary: "Read the limits of each type of script: what it has by default, and may have at most",
  responses: { 200: json(LimitsOfTypes, "The limits, by type"), ...problems },
});

export function scriptApiRoutes({ db, modules }: Services): OpenAPIHono<ApiEnv> {
  const text = readFileSync(new URL("../../docs/script-api.d.ts", import.meta.url), "utf8");
  return makeRouter()
    .openapi(declarations, async (context) => {
      const narrowed = await readNarrowed(db, context.var.principal.account);
      return context.json({ declarations: text, modules: describeModules(modules, narrowed) }, 200);
    })
    .openapi(limits, (context) =>
      context.json(
        { script: limitsOf("script"), app: limitsOf("app"), driver: limitsOf("driver") },
        200,
      ),
    );
}

function limitsOf(type: ScriptType): { default: Limits; most: Limits } {
  const most = { cpuMs: MAX_CPU_MS[type], wallMs: MAX_WALL_MS, subrequests: MAX_SUBREQUESTS };
  return { default: DEFAULT_LIMITS[type], most };
}
