// A script: what its owner names, sets and points at a live release.

import { z } from "zod";
import { EGRESS_HOST } from "./egress-host.ts";
import { Fault } from "./fault.ts";
import { Isolation } from "./isolation.ts";
import { Limits } from "./limits.ts";
import { ScriptType } from "./script-type.ts";

/** Ids of scripts begin with this; names may not, so a path segment is never ambiguous. */
export const SCRIPT_ID_PREFIX = "scr_";

export const ScriptName = z
  .string()
  .trim()
  .min(1, "Give the script a name")
  .max(100, "A script's name has at most 100 characters")
  .refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), "A script's name has no control characters")
  .refine(
    (name) => !name.startsWith(SCRIPT_ID_PREFIX),
    `A script's name does not begin with "${SCRIPT_ID_PREFIX}"`,
  );

/** That the account has no such script. */
export function noScript(idOrName: string, cause?: unknown): Fault {
  const message = `There is no script "${idOrName}": GET /v1/scripts lists them`;
  return new Fault("script_not_found", message, { cause });
}

export const ScriptCode = z.string().meta({
  description: "JavaScript source: classic (CommonJS, global main) or an ES module",
  example: "function main(data) { return data; }",
});

export const Egress = z.strictObject({
  hosts: z
    .array(
      z
        .string()
        .max(260)
        .regex(
          EGRESS_HOST,
          'A host is written as "example.com", "*.example.com" or "example.com:8443"',
        ),
    )
    .max(100)
    .meta({
      description: "Hosts the script may reach. A star stands for subdomains: *.example.com",
    }),
});

const Expose = z.array(z.string().min(1).max(200)).max(100).meta({
  description:
    "Top-level functions that may be called over HTTP by name, besides main and what the script exports",
});

export const CreateScript = z
  .strictObject({
    name: ScriptName,
    type: ScriptType,
    code: ScriptCode.optional(),
    limits: Limits.partial().optional(),
    isolation: Isolation.optional(),
    egress: Egress.nullable()
      .optional()
      .meta({ description: "null, as without it at first: any public host" }),
    expose: Expose.optional(),
  })
  .meta({ id: "CreateScript" });
export type CreateScript = z.infer<typeof CreateScript>;

export const UpdateScript = CreateScript.omit({ type: true, code: true })
  .partial()
  .meta({ id: "UpdateScript" });
export type UpdateScript = z.infer<typeof UpdateScript>;

export const Script = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    type: ScriptType,
    live: z.int().nullable().meta({ description: "Version that calls run, null before the first" }),
    limits: Limits,
    isolation: Isolation.nullable(),
    egress: Egress.nullable(),
    expose: Expose,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Script" });
export type Script = z.infer<typeof Script>;
