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

/** Whether a run is on that may write. */
let isOpen = false;
/** The lines of the run that is on, within bounds: past them one line says so, and the rest is dropped. */
let lines = "";
let count = 0;
let characters = 0;
let isFull = false;

/** The console of every run of this isolate. What a run leaves behind has none. */
export const scriptConsole: Partial<Console> = Object.fromEntries(
  Object.entries(METHODS).map(([name, level]) => [
    name,
    (...values: unknown[]) => write(level, values),
  ]),
);

/** Begins the lines of a run. */
export function startLog(): void {
  isOpen = true;
  lines = "";
  count = 0;
  characters = 0;
  isFull = false;
}

/** Takes no more lines. */
export function endLog(): void {
  isOpen = false;
}

/** The JSON of the run's list of `LogLine`. */
export function logText(): string {
  return `[${lines}]`;
}

function write(level: LogLevel, values: unknown[]): void {
  if (!isOpen || isFull) return;
  let message = "";
  for (let at = 0; at < values.length && message.length < MAX_LINE_CHARACTERS; at += 1) {
    message += `${at === 0 ? "" : " "}${describeValue(values[at])}`;
  }
  message = cut(message, MAX_LINE_CHARACTERS);
  isFull = count + 1 >= MAX_LINES || characters + message.length >= MAX_CHARACTERS;
  if (isFull) add("warn", "Too much output: the rest is dropped");
  else add(level, message);
}

function add(level: LogLevel, message: string): void {
  // Written from strings and numbers alone: no `toJSON` of the script's gets a look.
  const line = `{"level":"${level}","time":${now()},"message":${stringify(message)}}`;
  lines += count === 0 ? line : `,${line}`;
  count += 1;
  characters += message.length;
}
