// What edge nodes elsewhere ask of the control plane: the databases of accounts, which are files on its machine.
// Trust: who has the secret key is one of us, and says whose script it is that asks.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { Fault } from "../../schemas/fault.ts";
import { bearerToken, edgeToken, isSameSecret } from "../../schemas/token-hash.ts";
import { EdgeQuestion } from "../../schemas/userspace/question.ts";
import type { Userspace } from "../../schemas/userspace/userspace.ts";
import { makeRouter, type ApiEnv } from "./context.ts";

/** A recording within a text within JSON has twice its size. */
const MAX_QUESTION_BYTES = 4_000_000;

export function routesForEdges(userspace: Userspace, secretKey: string): OpenAPIHono<ApiEnv> {
  const routes = makeRouter();
  routes.use(async (context, next) => {
    const token = bearerToken(context.req.header("authorization"));
    if (token === undefined || !isSameSecret(token, edgeToken(secretKey))) {
      throw new Fault(
        "unauthorized",
        "Only an edge node with the same secret key may ask for this",
      );
    }
    await next();
  });
  routes.post("/userspace", bodyLimit({ maxSize: MAX_QUESTION_BYTES }), async (context) => {
    const parsed = EdgeQuestion.safeParse(await context.req.json());
    if (!parsed.success) throw new Fault("bad_request", "This is no question of an edge node");
    const { account, question } = parsed.data;
    return context.json({ value: await userspace.ask(account, question) });
  });
  return routes;
}
