// Tells a script's owner what it threw, and where in the source as it was written.

import type { RunError } from "../../schemas/call.ts";
import { SCRIPT_FILE } from "../../schemas/script-file.ts";
import type { EdgeRelease } from "../store/release.ts";

/** The releases that a script is made of, by the names of their files in stacks. */
export type Files = ReadonlyMap<string, EdgeRelease>;

const FRAME = /((?:scripts\/[^\s():/]+|script)\.js):(\d+):(\d+)/;

/** The error with its author's line and column; frames that are not the author's are left out. */
export function runErrorOf(
  { message, stack }: { message: string; stack?: string | undefined },
  files: Files,
): RunError {
  if (stack === undefined) return { message };
  const mapped = authorLines(stack, files);
  const [, file, line, column] =
    mapped.map((frame) => FRAME.exec(frame)).find((match) => match !== null) ?? [];
  if (line === undefined) return { message, stack: mapped.join("\n") };
  const place = { line: Number(line), column: Number(column) };
  const ofOther = file === undefined || file === SCRIPT_FILE ? {} : { file };
  return { message, ...place, ...ofOther, stack: mapped.join("\n") };
}

/** A text in which stacks may be, with the author's places in them. */
export function authorText(text: string, files: Files): string {
  return FRAME.test(text) ? authorLines(text, files).join("\n") : text;
}

function authorLines(stack: string, files: Files): string[] {
  const lines = stack.split("\n").filter((line) => !/^\s+at /.test(line) || FRAME.test(line));
  return lines.map((line) => line.replace(FRAME, (...frame) => authorFrame(frame, files)));
}

function authorFrame([frame, file, line, column]: string[], files: Files): string {
  const release = files.get(file ?? "");
  if (release === undefined) return frame ?? "";
  const place = release.authorPlace({ line: Number(line), column: Number(column) });
  return `${file}:${place.line}:${place.column}`;
}
