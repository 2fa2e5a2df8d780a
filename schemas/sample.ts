// A sample: what a script may be given when people run it, under a name instead of typed by hand.

import { z } from "zod";
import { Place } from "./assignment.ts";

/** Samples of its own that a script may have. */
export const MAX_SAMPLES = 100;
/** Largest data of a sample, in bytes of JSON. */
export const MAX_SAMPLE_BYTES = 100_000;
/** Deepest nesting of a sample's data: whoever writes it as JSON needs stack for each level. */
const MAX_DEPTH = 500;

export const SampleName = z
  .string()
  .trim()
  .min(1, "Give the sample a name")
  .max(100, "A sample's name has at most 100 characters")
  .refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), "A sample's name has no control characters")
  .meta({ description: "Name of the sample", example: "termination" });

/** What a sample looks like the input of: a place that scripts are assigned to, or `run` for plain runs. */
export const SamplePlace = z.enum([...Place.options, "run"]);
export type SamplePlace = z.infer<typeof SamplePlace>;

const SampleData = z
  .unknown()
  .refine((data) => data !== undefined, {
    message: "Give the sample data: any JSON",
    abort: true,
  })
  .refine((data) => !isDeeper(data, MAX_DEPTH), {
    message: `A sample's data is nested at most ${MAX_DEPTH} levels deep`,
    abort: true,
  })
  .refine(
    (data) => new TextEncoder().encode(JSON.stringify(data)).length <= MAX_SAMPLE_BYTES,
    `A sample's data has at most ${MAX_SAMPLE_BYTES} bytes`,
  )
  .meta({
    description: "Any JSON: what the script's function is given",
    example: { routing: {} },
  });

export const PutSample = z
  .strictObject({
    place: SamplePlace.default("run").meta({
      description: 'The place whose input it looks like, "run" for none',
    }),
    data: SampleData,
  })
  .meta({ id: "PutSample" });
export type PutSample = z.infer<typeof PutSample>;

export const Sample = z
  .strictObject({
    name: z.string(),
    place: SamplePlace,
    data: z.unknown().meta({ description: "Any JSON" }),
    builtIn: z.boolean().meta({ description: "false for one of the script's own" }),
    updatedAt: z.iso.datetime().nullable().meta({ description: "null when built in" }),
  })
  .meta({ id: "Sample", description: "What a script may be given when people run it" });
export type Sample = z.infer<typeof Sample>;

/** True for a value nested deeper than `levels`. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}
