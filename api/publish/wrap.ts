// Turns a parsed script into the text that an isolate compiles once and runs inside each call.

import { transform } from "esbuild";
import { RELEASE_HEAD } from "../../schemas/release.ts";
import type { ParsedScript } from "./parse.ts";

// A bare `main` (function, const, class, implicit global) is visible only from inside the script's own scope.
const TAIL = '\n;return typeof main === "function" ? main : undefined; })\n//# sourceURL=script.js';

/** The release's code, and where its lines are not the author's, the map back to them. */
export type Wrapped = { code: string; sourceMap: string | null };

/**
 * Wraps a script into one function expression. A module becomes CommonJS first.
 * The source must have been parsed on its own before, so that nothing in it can close the wrapper.
 */
export async function wrap(script: ParsedScript): Promise<Wrapped> {
  if (script.format === "classic")
    return { code: RELEASE_HEAD + script.source + TAIL, sourceMap: null };
  const { code, map } = await transform(script.source, {
    format: "cjs",
    platform: "node",
    target: "esnext",
    // With the ending .mjs a default import is module.exports itself, as in Node.
    sourcefile: "script.mjs",
    sourcemap: "external",
    logLevel: "silent",
  });
  return { code: RELEASE_HEAD + code + TAIL, sourceMap: map };
}
