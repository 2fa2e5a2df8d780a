// A call whose script ran in an isolate that serves no other: that tells what the script left, and here it is put right.

import { warningsIn } from "../../schemas/batch-answer.ts";
import type { RunAnswer } from "../../schemas/batch.ts";
import { NO_ROUTES } from "../../schemas/continued.ts";
import { parseExactly, stringifyExactly, type Exactly } from "../../schemas/exact-json.ts";
import { isRecord } from "../../schemas/json-values.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { putRight, sentHeadersIn } from "../../schemas/put-right.ts";

/**
 * `answer`, by which a call with `payload` goes on, as an isolate that stays would have given it. Undefined where it has no
 * data of a call.
 */
export function putAnswerRight(answer: RunAnswer, payload: string): RunAnswer | undefined {
  const { value: data, exact } = parsed(answer.text);
  const sent = parseOrUndefined(payload);
  if (!isRecord(data) || !isRecord(sent)) return undefined;
  const input = { payload, sent: Object.keys(sent), headers: sentHeadersIn(sent) };
  const warnings = warningsIn(answer.warnings);
  const continued = putRight(data, input, warnings);
  if (continued.is === "noRoutes") {
    return { ...answer, is: "outcome", text: NO_ROUTES, warnings: "" };
  }
  const text = stringifyExactly(data, exact) ?? "";
  return { ...answer, text, warnings: JSON.stringify(warnings) };
}

function parsed(text: string): Exactly {
  try {
    return parseExactly(text);
  } catch {
    return { value: undefined, exact: undefined };
  }
}
