// Reads what a cell answers to a batch.

import type { BatchAnswer, RunAnswer } from "./batch.ts";
import { isRecord } from "./json-values.ts";
import { parseOrUndefined } from "./parse-or-undefined.ts";

/** The facts of an answer, and the lengths of its texts. */
type AnswerHead = Pick<RunAnswer, "is" | "cpuMs"> & Record<"text" | "warnings" | "logs", number>;

type BatchAnswerHead = { is: "ran"; isSpoilt: boolean; answers: AnswerHead[] } | { is: "ended" };

// By hand, since every call passes here: a library's check takes a twentieth of the gateway's time.

function isBatchAnswerHead(value: unknown): value is BatchAnswerHead {
  if (!isRecord(value)) return false;
  const { is, isSpoilt, answers } = value;
  if (is === "ended") return true;
  if (is !== "ran" || typeof isSpoilt !== "boolean" || !Array.isArray(answers)) return false;
  return answers.every(isAnswerHead);
}

function isAnswerHead(value: unknown): value is AnswerHead {
  if (!isRecord(value)) return false;
  const { is, cpuMs, text, warnings, logs } = value;
  if (is !== "continue" && is !== "outcome") return false;
  return Number.isFinite(cpuMs) && isLength(text) && isLength(warnings) && isLength(logs);
}

function isLength(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Reads what a cell wrote, undefined where it is no such thing: a script may have taken the prelude apart. */
export function readBatchAnswer(text: string): BatchAnswer | undefined {
  const end = text.indexOf("\n");
  const head = parseOrUndefined(text.slice(0, end));
  if (!isBatchAnswerHead(head)) return undefined;
  if (head.is === "ended") return { is: "ended" };
  let at = end + 1;
  const next = (length: number): string => text.slice(at, (at += length));
  const answers = head.answers.map(({ is, cpuMs, text: length, warnings, logs }) => ({
    is,
    cpuMs,
    text: next(length),
    warnings: next(warnings),
    logs: next(logs),
  }));
  return { is: "ran", answers, isSpoilt: head.isSpoilt };
}

/** The texts of `RunAnswer.warnings`; none where it is no list of texts. */
export function warningsIn(json: string): string[] {
  const warnings = json === "" ? [] : parseOrUndefined(json);
  return Array.isArray(warnings) && warnings.every(isText) ? warnings : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
