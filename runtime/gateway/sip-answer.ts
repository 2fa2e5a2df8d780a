// Which SIP answer a script names by what it throws.

import type { Thrown } from "../../schemas/call.ts";
import { cleanReason, standardReason, type SipAnswer } from "../../schemas/sip.ts";

/**
 * The answer that a thrown thing names, undefined when it names none and so is a plain failure:
 * a pair `[604, "text"]`, an object `{code, message}` or its like, or the message `404 Not Found` of an Error or a text.
 */
export function sipAnswerOf(thrown: Thrown): SipAnswer | undefined {
  const { pair, fields, message } = thrown;
  if (pair !== undefined) return answer(pair[0], pair[1]);
  return (fields && answerOfFields(fields)) ?? answerOfText(message);
}

/** The answer of a pair that a script returned or threw, undefined when it is no such pair. */
export function answer(code: unknown, reason: unknown): SipAnswer | undefined {
  const number = typeof code === "string" && /^\d{3}$/.test(code) ? Number(code) : code;
  if (typeof number !== "number" || !Number.isInteger(number)) return undefined;
  if (number < 300 || number > 699) return undefined;
  const text = cleanReason(textOf(reason));
  return { code: number, reason: text === "" ? standardReason(number) : text };
}

function textOf(reason: unknown): string {
  if (reason === null || reason === undefined) return "";
  return typeof reason === "string" ? reason : JSON.stringify(reason);
}

function answerOfText(text: string): SipAnswer | undefined {
  const [, code, reason] =
    /^\s*([3-6]\d\d)(?:\s*$|\s*[-:]\s*(?=\S)|\s+(?=\S))(.*)/s.exec(text) ?? [];
  return code === undefined ? undefined : answer(code, reason);
}

function answerOfFields(fields: Record<string, unknown>): SipAnswer | undefined {
  return (
    answer(fields["code"], fields["message"]) ??
    answer(fields["sip_code"], fields["sip_reason"]) ??
    answer(fields["status"], fields["statusText"])
  );
}
