// The environment as a script sees it, `process.env`: the variables of its account and of itself, and the built-in ones.

import type { BatchedRun } from "../../../schemas/batch.ts";
import { present } from "./present.ts";

// Taken before the script can change it.
const { parse } = JSON;

/** The environment of the run that is on, as the script has changed it. Read when first asked for: most never do. */
export function envOfRun(): Record<string, string> {
  if (present === undefined) return {};
  return (present.vars ??= read(present.run));
}

function read({ id, env }: Pick<BatchedRun, "id" | "env">): Record<string, string> {
  const variables: Record<string, string> = env === "" ? {} : parse(env);
  return { ...variables, CORRELATION_ID: id };
}
