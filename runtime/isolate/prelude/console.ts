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
// Onto standard output, which the edge node reads.
const report = console.log.bind(console);

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
/** The id of the run, where its lines are told as they are written, "" where they are not. */
let streamOf = "";

/** The console of every run of this isolate. What a run leaves behind has none. */
export const scriptConsole: Partial<Console> = {
  ...Object.fromEntries(
    Object.entries(METHODS).map(([name, level]) => [
      name,
      (...values: unknown[]) => write(level, values),
    ]),
  ),
  assert: (holds: unknown, ...values: unknown[]) => {
    if (!holds) write("error", ["Assertion failed", ...values]);
  },
  clear: ignore,
  count: (label: unknown = "default") => countUp(label),
  countReset: (label: unknown = "default") => void counts.delete(label),
  group: (...values: unknown[]) => write("log", values),
  groupCollapsed: (...values: unknown[]) => write("log", values),
  groupEnd: ignore,
  time: (label: unknown = "default") => void timesBegun.set(label, now()),
  timeEnd: (label: unknown = "default") => {
    timeLog(label, []);
    timesBegun.delete(label);
  },
  timeLog: (label: unknown = "default", ...values: unknown[]) => timeLog(label, values),
};

/** Writes what nobody in the script caught. */
export function logUncaught(what: string, reason: unknown): void {
  write("error", [what, reason]);
}

function ignore(): void {}

function countUp(label: unknown): void {
  const number = (counts.get(label) ?? 0) + 1;
  counts.set(label, number);
  write("log", [`${describeValue(label)}: ${number}`]);
}

function timeLog(label: unknown, values: unknown[]): void {
  const begun = timesBegun.get(label);
  if (begun === undefined) return write("warn", [`There is no timer "${describeValue(label)}"`]);
  write("log", [`${describeValue(label)}: ${now() - begun} ms`, ...values]);
}

/** What `count` and `time` keep, for one run. */
let counts = new Map<unknown, number>();
let timesBegun = new Map<unknown, number>();

/** Begins the lines of a run. `stream` is its id where they are told as they are written, "" where they are not. */
export function startLog(stream: string): void {
  isOpen = true;
  streamOf = stream;
  if (counts.size > 0) counts = new Map();
  if (timesBegun.size > 0) timesBegun = new Map();
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
  if (streamOf !== "") report(`{"log":"${streamOf}","line":${line}}`);
  lines += count === 0 ? line : `,${line}`;
  count += 1;
  characters += message.length;
}
