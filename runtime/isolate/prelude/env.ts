// The environment as a script sees it, `process.env`: the variables of its account and of itself, and the built-in ones.

import type { BatchedRun } from "../../../schemas/batch.ts";

// Taken before the script can change it.
const { parse } = JSON;

let text = "";
let correlation = "";
let env: Record<string, string> | undefined;

/** Gives the run that begins its environment. */
export function startEnv(run: Pick<BatchedRun, "id" | "env">): void {
  text = run.env;
  correlation = run.id;
  env = undefined;
}

/** The environment of the run that is on, as the script has changed it. Read when first asked for: most never do. */
export function envOfRun(): Record<string, string> {
  env ??= read();
  return env;
}

function read(): Record<string, string> {
  const variables: Record<string, string> = text === "" ? {} : parse(text);
  return { ...variables, CORRELATION_ID: correlation };
}
