// Simulates a call: its scripts run as a routing engine's question would have them run, and each step is told.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { parseWithExactNumbers } from "../../schemas/exact-numbers.ts";
import { SimulateRequest, Simulation, type SimulationOrder } from "../../schemas/simulate.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { getSampleOf } from "../samples/of-script.ts";
import { getScript } from "../store/scripts.ts";
import { body, json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const simulate = createRoute({
  method: "post",
  path: "/simulate",
  tags: ["Run"],
  middleware: [requireScope("admin")],
  summary:
    "Simulate a call: what each of its scripts does with it; requests that Apps make are real",
  request: { body: body(SimulateRequest) },
  responses: {
    200: json(Simulation, "How the call went, also when a script failed"),
    ...problems,
  },
});

export function simulateRoutes({ db, simulator }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter().openapi(simulate, async (context) => {
    const { account } = context.var.principal;
    const request = context.req.valid("json");
    const text =
      (await sampleText(db, account, request)) ?? sentText(await context.req.text()) ?? "{}";
    const { tag = null } = request;
    const simulation = await simulator({ account, ...keyOf(request), tag, body: text });
    return context.json(simulation, 200);
  });
}

function keyOf(request: SimulateRequest): Pick<SimulationOrder, "place" | "subject" | "detail"> {
  switch (request.place) {
    case "termination":
      return { place: request.place, subject: request.customer, detail: request.route };
    case "origination":
      return { place: request.place, subject: request.did, detail: "" };
  }
}

/** The JSON of the sample's data. Throws `script_not_found`, and `not_found` for a sample that is not there. */
async function sampleText(
  db: Database,
  account: string,
  { sample }: SimulateRequest,
): Promise<string | undefined> {
  if (sample === undefined) return undefined;
  const script = await getScript(db, account, sample.script);
  return JSON.stringify((await getSampleOf(db, { account, script }, sample.name)).data);
}

const Sent = z.object({ data: z.unknown().optional() });

/** The JSON of the data in a request that has been checked. Read again, as long numbers are rounded in what was checked. */
function sentText(request: string): string | undefined {
  return JSON.stringify(Sent.parse(parseWithExactNumbers(request)).data);
}
