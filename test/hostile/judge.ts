// Compares what became of an attack with what may become of it. Pure.

import { isDeepStrictEqual } from "node:util";
import type { RunResult } from "../../schemas/call.ts";
import { DEFAULT_LIMITS } from "../../schemas/limits.ts";
import type { Expectation, HostileCase } from "./hostile-case.ts";

/** `failed` is an answer that is neither a refusal nor the result of a run. */
export type Got =
  | { is: "refused"; code: string; line: number | undefined; detail: string }
  | { is: "ran"; result: RunResult; ms: number }
  | { is: "failed"; status: number; text: string };

/** Milliseconds beyond a run's deadline in which its answer is due. */
const GRACE_MS = 500;

/** What was wrong, in words. Empty when nothing was. */
export function judge({ type, limits, expect }: HostileCase, got: Got): string[] {
  const wrong = [judgeOutcome(expect, got)];
  if (got.is === "ran") {
    const deadlineMs = limits?.wallMs ?? DEFAULT_LIMITS[type].wallMs;
    wrong.push(judgeTime(got.ms, expect.withinMs ?? deadlineMs + GRACE_MS));
    wrong.push(judgeUsage(got.result, expect));
    if (expect.never?.test(JSON.stringify(got.result)) === true)
      wrong.push(`contains ${expect.never}`);
  }
  return wrong.filter((text) => text !== undefined);
}

function judgeOutcome(expect: Expectation, got: Got): string | undefined {
  return isExpected(expect, got) ? undefined : `came to ${describeGot(got)}`;
}

function isExpected(expect: Expectation, got: Got): boolean {
  switch (got.is) {
    case "refused":
      return isExpectedRefusal(expect, got);
    case "ran":
      return isExpectedResult(expect, got.result);
    case "failed":
      return false;
  }
}

function isExpectedRefusal(expect: Expectation, got: Got & { is: "refused" }): boolean {
  if (expect.is !== "refused") return expect.is === "anything";
  return expect.code === got.code && isSameLine(expect.line, got.line);
}

function isExpectedResult(expect: Expectation, { outcome, value, error }: RunResult): boolean {
  switch (expect.is) {
    case "refused":
      return false;
    case "fault":
      return codesOf(expect).includes(outcome) && isSameLine(expect.line, error?.line);
    case "value":
      return outcome === "ok" && isDeepStrictEqual(value, expect.value);
    case "error":
      return outcome === "script_error" && expect.message.test(error?.message ?? "");
    case "anything":
      return true;
  }
}

/** A case that names no line leaves it open. */
function isSameLine(expected: number | undefined, line: number | undefined): boolean {
  return expected === undefined || expected === line;
}

function codesOf({ code }: Expectation & { is: "fault" }): readonly string[] {
  return typeof code === "string" ? [code] : code;
}

function judgeTime(ms: number, withinMs: number): string | undefined {
  return ms <= withinMs ? undefined : `answered after ${Math.round(ms)} of ${withinMs} ms`;
}

/** A run cannot have used less than nothing, nor more than has passed. */
function judgeUsage({ usage }: RunResult, { leastCpuMs = 0 }: Expectation): string | undefined {
  const { cpuMs, wallMs } = usage;
  if (cpuMs < leastCpuMs) return `owns up to ${cpuMs} ms of CPU, not to ${leastCpuMs}`;
  return cpuMs > wallMs + GRACE_MS ? `claims ${cpuMs} ms of CPU in ${wallMs} ms` : undefined;
}

/** In a few words, for the table. */
export function describeGot(got: Got): string {
  switch (got.is) {
    case "refused":
      return `refused ${got.code}${atLine(got.line)}`;
    case "ran": {
      const { outcome, value, error } = got.result;
      if (outcome === "ok") return `value ${cut(JSON.stringify(value) ?? "undefined")}`;
      return `${outcome}${atLine(error?.line)} ${cut(error?.message ?? "")}`;
    }
    case "failed":
      return `failed ${got.status} ${cut(got.text)}`;
  }
}

export function describeExpected(expect: Expectation): string {
  switch (expect.is) {
    case "refused":
      return `refused ${expect.code}${atLine(expect.line)}`;
    case "fault":
      return `${codesOf(expect).join(" or ")}${atLine(expect.line)}`;
    case "value":
      return `value ${cut(JSON.stringify(expect.value))}`;
    case "error":
      return `script_error ${expect.message}`;
    case "anything":
      return "anything";
  }
}

function atLine(line: number | undefined): string {
  return line === undefined ? "" : ` line ${line}`;
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}...` : line;
}
