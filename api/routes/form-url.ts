// The public URL of a form, by which people without a token send it.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { RoutingKey } from "../../schemas/customer.ts";
import { Fault } from "../../schemas/fault.ts";
import { findAssignment } from "../store/assignments.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const FormUrl = z
  .strictObject({
    path: z.string().meta({ description: "Of every edge node; POST the form there" }),
  })
  .meta({ id: "FormUrl" });

const url = createRoute({
  method: "get",
  path: "/assignments/form/{form}/url",
  tags: ["Assignments"],
  middleware: [requireScope("admin")],
  summary: "Make the public URL of a form, which anyone may send who knows it",
  request: {
    params: z.object({ form: RoutingKey }),
    query: z.strictObject({
      company: RoutingKey.optional().meta({
        description:
          "Customer in whose name it is sent: the script reads it as _company.company_id",
      }),
    }),
  },
  responses: {
    200: json(FormUrl, "The path; it works as long as a script is assigned"),
    ...problems,
  },
});

export function formUrlRoutes({ db, signForm }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter().openapi(url, async (context) => {
    const { account } = context.var.principal;
    const { form } = context.req.valid("param");
    const { company = null } = context.req.valid("query");
    const at = { place: "form", subject: form, detail: "" } as const;
    if ((await findAssignment(db, account, at)) === undefined) {
      const how = `PUT /v1/assignments/form/${form} assigns a script`;
      throw new Fault("not_found", `The form "${form}" has no script: ${how}`);
    }
    return context.json({ path: `/public/form/${signForm({ account, form, company })}` }, 200);
  });
}
