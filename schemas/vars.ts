// Variables that people write as TOML and scripts see beside `routing`.

import { parse, TomlError } from "smol-toml";
import { Fault } from "./fault.ts";

/** The author's text and the same as JSON, which edge nodes read. */
export type Vars = { toml: string; json: string };

/** Names of the routing engine's own data. */
const RESERVED = ["routing", "headers", "remove_headers", "egress_routing", "_company"];

/** Reads `toml`. Throws `invalid` with line and column, or naming the reserved name it sets. */
export function parseVars(toml: string): Vars {
  const values = parseToml(toml);
  const reserved = RESERVED.find((name) => Object.hasOwn(values, name));
  if (reserved !== undefined) {
    throw new Fault(
      "invalid",
      `Variables may not set "${reserved}": it belongs to the routing engine`,
    );
  }
  return { toml, json: JSON.stringify(values) };
}

function parseToml(toml: string): Record<string, unknown> {
  try {
    return parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    const [reason] = error.message.split("\n");
    throw new Fault(
      "invalid",
      `Cannot read the variables as TOML: ${reason} (line ${line}, column ${column})`,
      {
        cause: error,
        facts: { line, column },
      },
    );
  }
}
