// Tokens of the account.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import { CreateToken, CreatedToken, Token } from "../../schemas/token.ts";
import { createToken, deleteToken, listTokens } from "../store/tokens.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Tokens"];
const middleware = [requireScope("admin")];

const create = createRoute({
  method: "post",
  path: "/tokens",
  tags,
  middleware,
  summary: "Create a token; its text is shown this once",
  request: { body: body(CreateToken) },
  responses: { 201: json(CreatedToken, "The token"), ...problems },
});

const list = createRoute({
  method: "get",
  path: "/tokens",
  tags,
  middleware,
  summary: "List the tokens, without their text",
  responses: { 200: json(z.array(Token), "The tokens"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/tokens/{token}",
  tags,
  middleware,
  summary: "Revoke a token",
  request: { params: z.object({ token: z.string() }) },
  responses: { ...noContent, ...problems },
});

export function tokenRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(create, async (context) =>
      context.json(
        await createToken(db, context.var.principal.account, context.req.valid("json")),
        201,
      ),
    )
    .openapi(list, async (context) =>
      context.json(await listTokens(db, context.var.principal.account), 200),
    )
    .openapi(remove, async (context) => {
      const { token } = context.req.valid("param");
      const isDeleted = await deleteToken(db, context.var.principal.account, token);
      if (!isDeleted) throw new Fault("not_found", `There is no token "${token}"`);
      return context.body(null, 204);
    });
}
