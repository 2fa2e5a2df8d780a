// Schedules: when scripts run by themselves.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import { PutSchedule, Schedule } from "../../schemas/schedule.ts";
import {
  deleteSchedule,
  findSchedule,
  listSchedules,
  putSchedule,
  type ScheduleAt,
} from "../../schemas/schedule-store.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Schedules"];
const middleware = [requireScope("admin")];

const list = createRoute({
  method: "get",
  path: "/schedules",
  tags,
  middleware,
  summary: "List the schedules of the account",
  responses: { 200: json(z.array(Schedule), "The schedules"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/scripts/{script}/schedule",
  tags,
  middleware,
  summary: "Read when a script runs by itself",
  request: { params: ScriptPath },
  responses: { 200: json(Schedule, "The schedule"), ...problems },
});

const put = createRoute({
  method: "put",
  path: "/scripts/{script}/schedule",
  tags,
  middleware,
  summary: "Say when a script runs by itself: each time a job is added",
  request: { params: ScriptPath, body: body(PutSchedule) },
  responses: { 200: json(Schedule, "The schedule"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/scripts/{script}/schedule",
  tags,
  middleware,
  summary: "Let a script run by itself no more",
  request: { params: ScriptPath },
  responses: { ...noContent, ...problems },
});

export function scheduleRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) =>
      context.json(await listSchedules(db, context.var.principal), 200),
    )
    .openapi(read, async (context) => {
      const at = await placeOf(db, context.var.principal, context.req.valid("param").script);
      const found = await findSchedule(db, at);
      if (found !== undefined) return context.json(found, 200);
      throw noSchedule(at);
    })
    .openapi(put, async (context) => {
      const at = await placeOf(db, context.var.principal, context.req.valid("param").script);
      const schedule = context.req.valid("json");
      return context.json(await putSchedule(db, at, { schedule, now: Date.now() }), 200);
    })
    .openapi(remove, async (context) => {
      const at = await placeOf(db, context.var.principal, context.req.valid("param").script);
      if (await deleteSchedule(db, at)) return context.body(null, 204);
      throw noSchedule(at);
    });
}

async function placeOf(
  db: Database,
  { account }: { account: string },
  idOrName: string,
): Promise<ScheduleAt> {
  const { id: script } = await getScript(db, account, idOrName);
  return { account, script };
}

function noSchedule({ script }: ScheduleAt): Fault {
  const how = `PUT /v1/scripts/${script}/schedule makes one`;
  return new Fault("not_found", `The script has no schedule: ${how}`);
}
