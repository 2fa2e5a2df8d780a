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
const NativeMap = Map;
// Onto standard output, which the edge node reads.
const report = console.log.bind(console);

/** The lines of one run, within bounds: past them one line says so, and the rest is dropped. */
type Log = {
  /** Whether the run may write. */
  isOpen: boolean;
  lines: string;
  count: number;
  characters: number;
  isFull: boolean;
  /** The id of the run, where its lines are told as they are written, "" where they are not. */
  readonly streamOf: string;
  /** What `count` and `time` keep. */
  counts: Map<unknown, number> | undefined;
  timesBegun: Map<unknown, number> | undefined;
};

/** That of the run that is on. */
let log = newLog("", false);

/** The console of every run of this isolate. What a run leaves behind has none. */
export const scriptConsole: Partial<Console> = {
  debug: (...values: unknown[]) => write("debug", values),
  trace: (...values: unknown[]) => write("debug", values),
  log: (...values: unknown[]) => write("log", values),
  dir: (...values: unknown[]) => write("log", values),
  table: (...values: unknown[]) => write("log", values),
  info: (...values: unknown[]) => write("info", values),
  warn: (...values: unknown[]) => write("warn", values),
  error: (...values: unknown[]) => write("error", values),
  assert: (holds: unknown, ...values: unknown[]) => {
    if (!holds) write("error", ["Assertion failed", ...values]);
  },
  clear: ignore,
  count: (label: unknown = "default") => countUp(label),
  countReset: (label: unknown = "default") => void log.counts?.delete(label),
  group: (...values: unknown[]) => write("log", values),
  groupCollapsed: (...values: unknown[]) => write("log", values),
  groupEnd: ignore,
  time: (label: unknown = "default") => void (log.timesBegun ??= new NativeMap()).set(label, now()),
  timeEnd: (label: unknown = "default") => {
    timeLog(label, []);
    log.timesBegun?.delete(label);
  },
  timeLog: (label: unknown = "default", ...values: unknown[]) => timeLog(label, values),
};

/** Writes what nobody in the script caught. */
export function logUncaught(what: string, reason: unknown): void {
  write("error", [what, reason]);
}

function ignore(): void {}

function countUp(label: unknown): void {
  const counts = (log.counts ??= new NativeMap<unknown, number>());
  const number = (counts.get(label) ?? 0) + 1;
  counts.set(label, number);
  write("log", [`${describeValue(label)}: ${number}`]);
}

function timeLog(label: unknown, values: unknown[]): void {
  const begun = log.timesBegun?.get(label);
  if (begun === undefined) return write("warn", [`There is no timer "${describeValue(label)}"`]);
  write("log", [`${describeValue(label)}: ${now() - begun} ms`, ...values]);
}

/** Begins the lines of a run. `streamOf` is its id where they are told as they are written, "" where they are not. */
export function startLog(streamOf: string): void {
  log = newLog(streamOf, true);
}

function newLog(streamOf: string, isOpen: boolean): Log {
  return {
    isOpen,
    lines: "",
    count: 0,
    characters: 0,
    isFull: false,
    streamOf,
    counts: undefined,
    timesBegun: undefined,
  };
}

/** Takes no more lines. Returns the JSON of the run's list of `LogLine`. */
export function endLog(): string {
  log.isOpen = false;
  return `[${log.lines}]`;
}

function write(level: LogLevel, values: unknown[]): void {
  if (!log.isOpen || log.isFull) return;
  let message = "";
  for (let at = 0; at < values.length && message.length < MAX_LINE_CHARACTERS; at += 1) {
    message += `${at === 0 ? "" : " "}${describeValue(values[at])}`;
  }
  message = cut(message, MAX_LINE_CHARACTERS);
  const { count, characters } = log;
  log.isFull = count + 1 >= MAX_LINES || characters + message.length >= MAX_CHARACTERS;
  if (log.isFull) add("warn", "Too much output: the rest is dropped");
  else add(level, message);
}

function add(level: LogLevel, message: string): void {
  // Written from strings and numbers alone: no `toJSON` of the script's gets a look.
  const line = `{"level":"${level}","time":${now()},"message":${stringify(message)}}`;
  if (log.streamOf !== "") report(`{"log":"${log.streamOf}","line":${line}}`);
  log.lines += log.count === 0 ? line : `,${line}`;
  log.count += 1;
  log.characters += message.length;
}
