// Checks what a script gave to a library before the platform acts on it.

import type { z } from "zod";
import { Fault } from "../../schemas/fault.ts";

/** The checked input. Throws `invalid`, which the script is told as "Cannot `what`: ..." with every reason. */
export function readInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Fault("invalid", `Cannot ${what}: ${parsed.error.issues.map(reason).join("; ")}`);
}

/** With the option's name, where an option is wrong: options and mails are all that scripts give by name. */
function reason({ path, message }: z.core.$ZodIssue): string {
  const [member, option] = path;
  const isNamed = (member === "opts" || member === "mail") && option !== undefined;
  return isNamed ? `${String(option)}: ${message}` : message;
}
