// The names of files in the stacks of errors. No imports: every isolate carries this file.

/** A script's own file, as its release has it. */
export const SCRIPT_FILE = "script.js";

/** The file of another script that it requires. */
export function fileOfScript(name: string): string {
  return `scripts/${encodeURIComponent(name)}.js`;
}
