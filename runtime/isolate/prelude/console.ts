// Keeps what a script writes to its console.

import type { LogLevel, LogLine } from "../../../schemas/usage.ts";
import { describeValue } from "./describe.ts";

const MAX_LINES = 1_000;
const MAX_LINE_CHARACTERS = 8_192;
const MAX_CHARACTERS = 262_144;

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

type Captured = { console: Partial<Console>; lines: LogLine[] };

/** A console whose lines are kept, within bounds: past them one line says so, and the rest is dropped. */
export function captureConsole(): Captured {
  const lines: LogLine[] = [];
  const now = Date.now.bind(Date);
  let characters = 0;

  function write(level: LogLevel, values: unknown[]): void {
    if (lines.length >= MAX_LINES || characters >= MAX_CHARACTERS) return;
    const message = values.map(describeValue).join(" ").slice(0, MAX_LINE_CHARACTERS);
    characters += message.length;
    lines[lines.length] = { level, time: now(), message };
    if (lines.length < MAX_LINES && characters < MAX_CHARACTERS) return;
    lines[lines.length - 1] = {
      level: "warn",
      time: now(),
      message: "Too much output: the rest is dropped",
    };
  }

  const methods = Object.entries(METHODS).map(([name, level]) => [
    name,
    (...values: unknown[]) => write(level, values),
  ]);
  return { console: Object.fromEntries(methods), lines };
}
