// Reads what a cell answers to a batch.

import { z } from "zod";
import type { BatchAnswer } from "./batch.ts";
import { parseOrUndefined } from "./parse-or-undefined.ts";

const AnswerHead = z.strictObject({
  is: z.enum(["continue", "outcome"]),
  cpuMs: z.number(),
  text: z.int().min(0),
  warnings: z.int().min(0),
  logs: z.int().min(0),
});

const BatchAnswerHead = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("ran"), isSpoilt: z.boolean(), answers: z.array(AnswerHead) }),
  z.strictObject({ is: z.literal("ended") }),
]);

/** Reads what a cell wrote, undefined where it is no such thing: a script may have taken the prelude apart. */
export function readBatchAnswer(text: string): BatchAnswer | undefined {
  const end = text.indexOf("\n");
  const head = BatchAnswerHead.safeParse(parseOrUndefined(text.slice(0, end))).data;
  if (head === undefined) return undefined;
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
