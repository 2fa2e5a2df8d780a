// Jobs of the account and the queues in which they wait. Edge nodes run them.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import {
  AddJob,
  Job,
  JobPage,
  JobPageQuery,
  PutQueue,
  Queue,
  RetryJob,
} from "../../schemas/job.ts";
import {
  addJob,
  cancelJob,
  findJob,
  listJobs,
  pauseQueue,
  readQueue,
  resumeQueue,
  retryJob,
  type JobAt,
} from "../../schemas/job-store.ts";
import { SCRIPT_ID_PREFIX } from "../../schemas/script.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Jobs"];
const middleware = [requireScope("admin")];
const JobPath = z.object({ id: z.string() });

const list = createRoute({
  method: "get",
  path: "/jobs",
  tags,
  middleware,
  summary: "List the jobs of the account, the newest first, page by page",
  request: { query: JobPageQuery },
  responses: { 200: json(JobPage, "The jobs"), ...problems },
});

const add = createRoute({
  method: "post",
  path: "/jobs",
  tags,
  middleware,
  summary: "Add a job; with a jobId that is known, find the one that was added under it",
  request: { body: body(AddJob) },
  responses: { 201: json(Job, "The job"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/jobs/{id}",
  tags,
  middleware,
  summary: "Read a job, with what it is given and returns",
  request: { params: JobPath },
  responses: { 200: json(Job, "The job"), ...problems },
});

const cancel = createRoute({
  method: "delete",
  path: "/jobs/{id}",
  tags,
  middleware,
  summary: "Delete a job; one that runs goes on to its end, which nobody hears",
  request: { params: JobPath },
  responses: { ...noContent, ...problems },
});

const retry = createRoute({
  method: "post",
  path: "/jobs/{id}/retry",
  tags,
  middleware,
  summary: "Let a failed job begin again, with all of its attempts",
  request: { params: JobPath, body: body(RetryJob) },
  responses: { 200: json(Job, "The job"), ...problems },
});

const readOneQueue = createRoute({
  method: "get",
  path: "/queues/{script}",
  tags,
  middleware,
  summary: "Read the queue of a script",
  request: { params: ScriptPath },
  responses: { 200: json(Queue, "The queue"), ...problems },
});

const putQueue = createRoute({
  method: "put",
  path: "/queues/{script}",
  tags,
  middleware,
  summary: "Pause the queue of a script, or let it go on",
  request: { params: ScriptPath, body: body(PutQueue) },
  responses: { 200: json(Queue, "The queue"), ...problems },
});

export function jobRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      const { script, ...query } = context.req.valid("query");
      // Jobs outlive their scripts: by its id they are found all the same.
      const id = script === undefined ? {} : { script: await idOf(db, account, script) };
      return context.json(await listJobs(db, { account }, { ...query, ...id }), 200);
    })
    .openapi(add, async (context) => {
      const { account } = context.var.principal;
      const { script: wanted, function: name = null, ...job } = context.req.valid("json");
      const script = await getScript(db, account, wanted);
      if (script.live === null) {
        throw new Fault("script_not_found", `The script "${script.name}" has no live release`);
      }
      const added = { script: script.id, function: name, ...job };
      const id = await addJob(db, { account }, { job: added, now: Date.now() });
      return context.json(await getJob(db, { account, id }), 201);
    })
    .openapi(read, async (context) => {
      const { account } = context.var.principal;
      return context.json(await getJob(db, { account, ...context.req.valid("param") }), 200);
    })
    .openapi(cancel, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      if (await cancelJob(db, at)) return context.body(null, 204);
      throw noJob(at);
    })
    .openapi(retry, async (context) => {
      const at = { account: context.var.principal.account, ...context.req.valid("param") };
      if (await retryJob(db, at, Date.now())) return context.json(await getJob(db, at), 200);
      const { state } = await getJob(db, at);
      throw new Fault("conflict", `The job is ${state}: only a failed one can begin again`);
    })
    .openapi(readOneQueue, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      return context.json(await readQueue(db, { account, script: script.id }), 200);
    })
    .openapi(putQueue, async (context) => {
      const { account } = context.var.principal;
      const script = await getScript(db, account, context.req.valid("param").script);
      if (context.req.valid("json").paused) await pauseQueue(db, script.id, Date.now());
      else await resumeQueue(db, script.id);
      return context.json(await readQueue(db, { account, script: script.id }), 200);
    });
}

async function idOf(db: Database, account: string, script: string): Promise<string> {
  return script.startsWith(SCRIPT_ID_PREFIX) ? script : (await getScript(db, account, script)).id;
}

async function getJob(db: Database, at: JobAt): Promise<Job> {
  const job = await findJob(db, at);
  if (job !== undefined) return job;
  throw noJob(at);
}

function noJob({ id }: JobAt): Fault {
  return new Fault("not_found", `There is no job "${id}": GET /v1/jobs lists them`);
}
