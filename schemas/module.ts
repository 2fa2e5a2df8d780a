// A module of the allow-list, as the API tells of it.

import { z } from "zod";
import { MODULE_NAMES } from "./requires.ts";

export const Module = z
  .strictObject({
    name: z.string(),
    version: z.string(),
    bytes: z.int().meta({ description: "Size of what an isolate loads" }),
    requires: z
      .array(z.string())
      .meta({ description: "Modules that are loaded with it, stand-ins for Node's included" }),
    differences: z.array(z.string()).meta({ description: "How it differs from Node" }),
    allowed: z.boolean().meta({ description: "Whether scripts of this account may require it" }),
  })
  .meta({ id: "Module", description: "An npm module that scripts may require" });
export type Module = z.infer<typeof Module>;

export const PutModules = z
  .strictObject({
    allowed: z
      .array(
        z.string().refine((name) => MODULE_NAMES.includes(name), {
          error: ({ input }) =>
            `There is no module "${String(input)}": the list is ${MODULE_NAMES.join(", ")}`,
        }),
      )
      .nullable()
      .meta({ description: "What scripts of this account may require; null for the whole list" }),
  })
  .meta({ id: "PutModules" });
