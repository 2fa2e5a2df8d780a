// The templates of the account, filled in for its scripts.

import { z } from "zod";
import { CallData } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { TemplateRenderer } from "../../schemas/template-renderer.ts";
import { findTemplate } from "../../schemas/template-store.ts";
import { TemplateVars, type TemplateParts } from "../../schemas/template.ts";
import type { Library } from "./host-server.ts";
import { readInput } from "./read-input.ts";

const Compile = z.object({
  name: z.string().max(1_000),
  vars: TemplateVars.refine(
    (text) => CallData.safeParse(parseOrUndefined(text)).success,
    "The variables of a template are an object",
  ),
});

/** Where templates are and who fills them in. */
export type Templates = { db: Database; renderer: TemplateRenderer };

/** The template `name` of `account` with the variables of which `vars` is the JSON. Throws a Fault where that cannot be had. */
export async function renderTemplate(
  { db, renderer }: Templates,
  account: string,
  { name, vars }: { name: string; vars: string },
): Promise<TemplateParts> {
  const template = await findTemplate(db, { account, name });
  if (template !== undefined) return await renderer.render(account, { parts: template, vars });
  const message = `The account has no template "${name.slice(0, 100)}"`;
  throw new Fault("not_found", message);
}

export function templateLibrary(templates: Templates): Library {
  return {
    async compile({ account }, input) {
      const order = readInput(Compile, input, "compile the template");
      return await renderTemplate(templates, account, order);
    },
  };
}
