// Samples: what scripts can be run with, built in and of a script's own.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import { PutSample, Sample, SampleName } from "../../schemas/sample.ts";
import type { Script } from "../../schemas/script.ts";
import { BUILT_IN_SAMPLES } from "../samples/defaults.ts";
import { getSampleOf, listSamplesOf } from "../samples/of-script.ts";
import { deleteSample, putSample } from "../store/samples.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Samples"];
const middleware = [requireScope("admin")];
const SamplePath = ScriptPath.extend({ name: SampleName });

const listBuiltIn = createRoute({
  method: "get",
  path: "/samples",
  tags,
  middleware,
  summary: "List the built-in samples, of every place",
  responses: { 200: json(z.array(Sample), "The samples"), ...problems },
});

const list = createRoute({
  method: "get",
  path: "/scripts/{script}/samples",
  tags,
  middleware,
  summary: "List the samples of a script: its own, then the built-in ones for its type",
  request: { params: ScriptPath },
  responses: { 200: json(z.array(Sample), "The samples"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/scripts/{script}/samples/{name}",
  tags,
  middleware,
  summary: "Read one of the samples of a script, its own or built in",
  request: { params: SamplePath },
  responses: { 200: json(Sample, "The sample"), ...problems },
});

const put = createRoute({
  method: "put",
  path: "/scripts/{script}/samples/{name}",
  tags,
  middleware,
  summary: "Create or replace a sample of a script's own; it wins over a built-in one of its name",
  request: { params: SamplePath, body: body(PutSample) },
  responses: { 200: json(Sample, "The sample"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/scripts/{script}/samples/{name}",
  tags,
  middleware,
  summary: "Delete a sample of a script's own",
  request: { params: SamplePath },
  responses: { ...noContent, ...problems },
});

export function sampleRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(listBuiltIn, (context) => context.json([...BUILT_IN_SAMPLES], 200))
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      return context.json(await listSamplesOf(db, { account, script }), 200);
    })
    .openapi(read, async (context) => {
      const { account } = context.var.principal;
      const { script: idOrName, name } = context.req.valid("param");
      const script = await getScript(db, account, idOrName);
      return context.json(await getSampleOf(db, { account, script }, name), 200);
    })
    .openapi(put, async (context) => {
      const { account } = context.var.principal;
      const { script: idOrName, name } = context.req.valid("param");
      const script = await getScript(db, account, idOrName);
      const key = { account, script: script.id, name };
      return context.json(await putSample(db, key, context.req.valid("json")), 200);
    })
    .openapi(remove, async (context) => {
      const { account } = context.var.principal;
      const { script: idOrName, name } = context.req.valid("param");
      const script = await getScript(db, account, idOrName);
      const isDeleted = await deleteSample(db, { account, script: script.id, name });
      if (!isDeleted) throw noOwnSample(script, name);
      return context.body(null, 204);
    });
}

function noOwnSample(script: Script, name: string): Fault {
  return new Fault(
    "not_found",
    `Script "${script.name}" has no sample "${name}" of its own: GET /v1/scripts/${script.id}/samples lists them`,
  );
}
