// The way from an author's source to a release, on one screen.

import { createHash, randomBytes } from "node:crypto";
import { Fault } from "../../schemas/fault.ts";
import type { CompiledRelease, Lint } from "../../schemas/release.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { findBuiltInChange, type BuiltInChange } from "./built-ins.ts";
import { parseScript, type ParsedScript } from "./parse.ts";
import { wrap } from "./wrap.ts";

/** Whose script it is. Part of the id, so that no two accounts ever share an isolate. */
export type Origin = { account: string; script: string; type: ScriptType };

export type Compiled = CompiledRelease & { lints: Lint[] };

/**
 * Compiles `source` for the isolate; stores nothing.
 * Throws a Fault `compile_error` or `module_not_allowed` with line and column.
 */
export async function compile(source: string, origin: Origin): Promise<Compiled> {
  const script = parseScript(source, origin.type);
  const { code, sourceMap } = await wrap(script, () => randomBytes(8).toString("hex"));
  const change = findChange(script);
  const lints = change && origin.type === "script" ? [changeLint(change)] : [];
  return { id: releaseId(origin, code), code, sourceMap, altersBuiltIns: !!change, lints };
}

function findChange({ source, program }: ParsedScript): BuiltInChange | undefined {
  try {
    return findBuiltInChange(source, program);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The walk recurses, a little deeper than the parser did.
    throw new Fault("compile_error", "The script is nested too deeply (line 1, column 1)", {
      cause: error,
      facts: { line: 1, column: 1 },
    });
  }
}

function changeLint({ what, node }: BuiltInChange): Lint {
  const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
  const message = `Changes the built-in ${what}: each call gets a new isolate, which takes some milliseconds`;
  return { message, line, column: column + 1 };
}

function releaseId(origin: Origin, code: string): string {
  const content = JSON.stringify([origin.account, origin.script, origin.type, code]);
  return createHash("sha256").update(content).digest("hex");
}
