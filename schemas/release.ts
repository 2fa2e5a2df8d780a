// A release: one immutable version of a script's source, and its compiled form.

import { z } from "zod";
import { Limits } from "./limits.ts";
import { Requires } from "./requires.ts";
import { ScriptCode } from "./script.ts";
import { ScriptType } from "./script-type.ts";

export const Lint = z
  .strictObject({ message: z.string(), line: z.int(), column: z.int() })
  .meta({ id: "Lint", description: "A probable mistake that does not keep a script from running" });
export type Lint = z.infer<typeof Lint>;

export const CreateRelease = z
  .strictObject({
    code: ScriptCode,
    note: z.string().max(1_000).optional(),
    live: z.boolean().optional().meta({ description: "Make it live at once", default: true }),
  })
  .meta({ id: "CreateRelease" });
export type CreateRelease = z.infer<typeof CreateRelease>;

export const CheckCode = z.strictObject({ code: ScriptCode }).meta({ id: "CheckCode" });

export const Checked = z.strictObject({ lints: z.array(Lint) }).meta({ id: "Checked" });

export const Published = z
  .strictObject({ version: z.int(), id: z.string(), lints: z.array(Lint) })
  .meta({ id: "Published" });
export type Published = z.infer<typeof Published>;

export const Release = z
  .strictObject({
    version: z.int(),
    id: z.string().meta({ description: "SHA-256 of what runs" }),
    note: z.string().nullable(),
    live: z.boolean(),
    lints: z.array(Lint),
    createdAt: z.iso.datetime(),
    by: z.string().nullable().meta({ description: "Name of the token that published it" }),
  })
  .meta({ id: "Release" });
export type Release = z.infer<typeof Release>;

export const ReleaseWithCode = Release.extend({ code: z.string() }).meta({ id: "ReleaseWithCode" });
export type ReleaseWithCode = z.infer<typeof ReleaseWithCode>;

/**
 * What an isolate is built from. `code` is the text of one function expression that takes the budget's functions and
 * those of the oldest scripts, and returns the script as another. `sourceMap` (Source Map v3, JSON) leads from `code` without its wrapper to the
 * author's source.
 */
export const CompiledRelease = z.strictObject({
  id: z.string(),
  code: z.string(),
  sourceMap: z.string(),
  /** It changes built-in objects, and so needs an isolate of its own for every call. */
  altersBuiltIns: z.boolean(),
  requires: Requires,
});
export type CompiledRelease = z.infer<typeof CompiledRelease>;

/** The version of a script that calls run now, as an edge outside this machine asks for it. */
export const LiveRelease = z
  .strictObject({
    script: z.string(),
    version: z.int(),
    release: z.string(),
    type: ScriptType,
    limits: Limits,
    egressHosts: z.array(z.string()).nullable(),
    expose: z.array(z.string()),
    revision: z.int().meta({ description: "Number of the last change of anything" }),
  })
  .meta({ id: "LiveRelease" });
export type LiveRelease = z.infer<typeof LiveRelease>;

const Texts = z.record(z.string(), z.string());

/** Everything that an isolate of the live release is made of. `env` are its variables, protected ones among them. */
export const LiveProgram = z
  .strictObject({
    id: z.string(),
    program: z.strictObject({
      code: z.string(),
      scripts: Texts,
      modules: Texts,
      preload: z.array(z.string()),
      allowed: z.array(z.string()),
    }),
    env: Texts,
  })
  .meta({ id: "LiveProgram" });
export type LiveProgram = z.infer<typeof LiveProgram>;
