// Keeps what a script writes to its console.

import type { LogLevel } from "../../../schemas/usage.ts";
import { cut } from "./cut.ts";
import { describeValue } from "./describe.ts";

/** Lines of one run, the last of which says that there were more. */
const MAX_LINES = 1_000;
const MAX_LINE_CHARACTERS = 8_192;
const MAX_CHARACTERS = 262_144;

// Taken before the script can change them.
const { stringify } = JSON;
const now = Date.now.bind(Date);

const METHODS: Record<string, LogLevel> = {
  debug: "debug",
  trace: "debug",
  log: "log",
  dir: "log",
  table: "log",
  info: "info",
  warn: "warn",
  error: "error",
};

/** `lines` is the JSON of a list of `LogLine`. */
type Captured = { console: Partial<Console>; lines: () => string };

/** A console whose lines are kept, within bounds: past them one line says so, and the rest is dropped. */
export function captureConsole(): Captured {
  let lines = "";
  let count = 0;
  let characters = 0;
  let isFull = false;

  function add(level: LogLevel, message: string): void {
    // Written from strings and numbers alone: no `toJSON` of the script's gets a look.
    const line = `{"level":"${level}","time":${now()},"message":${stringify(message)}}`;
    lines += count === 0 ? line : `,${line}`;
    count += 1;
    characters += message.length;
  }

  function write(level: LogLevel, values: unknown[]): void {
    if (isFull) return;
    let message = "";
    for (let at = 0; at < values.length && message.length < MAX_LINE_CHARACTERS; at += 1) {
      message += `${at === 0 ? "" : " "}${describeValue(values[at])}`;
    }
    message = cut(message, MAX_LINE_CHARACTERS);
    isFull = count + 1 >= MAX_LINES || characters + message.length >= MAX_CHARACTERS;
    if (isFull) add("warn", "Too much output: the rest is dropped");
    else add(level, message);
  }

  const methods = Object.entries(METHODS).map(([name, level]) => [
    name,
    (...values: unknown[]) => write(level, values),
  ]);
  return { console: Object.fromEntries(methods), lines: () => `[${lines}]` };
}
