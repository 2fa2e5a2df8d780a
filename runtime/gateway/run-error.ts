// Tells a script's owner what it threw, and where in the source as it was written.

import type { RunError } from "../../schemas/call.ts";
import type { EdgeRelease } from "../store/release.ts";

const FRAME = /script\.js:(\d+):(\d+)/;

/** The error with its author's line and column; frames that are not the author's are left out. */
export function runErrorOf(
  { message, stack }: { message: string; stack?: string | undefined },
  release: EdgeRelease,
): RunError {
  if (stack === undefined) return { message };
  const frames = stack.split("\n").filter((line) => !/^\s+at /.test(line) || FRAME.test(line));
  const mapped = frames.map((line) =>
    line.replace(FRAME, (_frame, lineNumber: string, column: string) => {
      const place = release.authorPlace({ line: Number(lineNumber), column: Number(column) });
      return `script.js:${place.line}:${place.column}`;
    }),
  );
  const [, line, column] =
    mapped.map((frame) => FRAME.exec(frame)).find((match) => match !== null) ?? [];
  const place = line === undefined ? {} : { line: Number(line), column: Number(column) };
  return { message, ...place, stack: mapped.join("\n") };
}
