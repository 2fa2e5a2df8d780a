// Environment variables: what a script reads as `process.env.KEY`. They belong to an account or to one script of it.

import { z } from "zod";
import { MAX_ENV_NAME, MAX_ENV_VALUE } from "./env-limits.ts";

/** The platform gives these to scripts, so nobody can set them. */
export const BUILT_IN_ENV_NAMES = [
  "SCRIPTFORGE_ID",
  "SCRIPTFORGE_UUID",
  "SCRIPTFORGE_NAME",
  "APP_ID",
  "EXEC_HOST",
  "CORRELATION_ID",
  "DRIVER_MODE",
  "JOB_ID",
] as const;

const builtIn: ReadonlySet<string> = new Set(BUILT_IN_ENV_NAMES);

export const EnvName = z
  .string()
  .max(MAX_ENV_NAME, `A variable's name has at most ${MAX_ENV_NAME} characters`)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "A variable's name has letters, digits and underscores, and does not begin with a digit",
  )
  // Assigning it to an object sets no property.
  .refine((name) => name !== "__proto__", 'JavaScript keeps the name "__proto__" for itself')
  .refine((name) => !builtIn.has(name), {
    error: ({ input }) =>
      `"${String(input)}" is built in and cannot be set or deleted: choose another name`,
  })
  .meta({ description: "As scripts read it: process.env.NAME", example: "API_USERNAME" });

export const PutEnvVar = z
  .strictObject({
    value: z
      .string()
      .max(MAX_ENV_VALUE, `A variable's value has at most ${MAX_ENV_VALUE} characters`)
      .refine((value) => !/\p{Cs}/u.test(value), "A variable's value has no half characters"),
    protected: z.boolean().default(false).meta({
      description: "Given to scripts only: no answer has its value",
    }),
  })
  .meta({ id: "PutEnvVar" });
export type PutEnvVar = z.infer<typeof PutEnvVar>;

export const EnvVar = z
  .strictObject({
    name: z.string(),
    value: z.string().nullable().meta({ description: "null when the variable is protected" }),
    protected: z.boolean(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "EnvVar", description: "An environment variable of an account or a script" });
export type EnvVar = z.infer<typeof EnvVar>;
