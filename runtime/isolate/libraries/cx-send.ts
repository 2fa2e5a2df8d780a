// What scripts get by `require('cxSend')`: mail and SMS. Every isolate carries this file.
// Trust: all arguments are the script's. What may be sent, and from whom, the platform decides.

import { MAX_MAIL_BYTES } from "../../../schemas/send-limits.ts";
import type { Ask } from "./ask.ts";
import { asModule } from "./as-module.ts";
import { told } from "./told.ts";

// Taken before the script can change them.
const { stringify } = JSON;
const { isSafeInteger } = Number;
const NativeString = String;
const NativeTypeError = TypeError;

/**
 * The library, for one run. `email(params)` and `sms(number, message)` resolve to `{ id, accepted }` once what they send is kept:
 * the id of the job that delivers it, and whom it is for.
 */
export function makeCxSend(ask: Ask): object {
  return asModule({
    email: async (params: unknown) => await ask("email", { mail: mailText(params) }),
    sms: async (number: unknown, message: unknown) =>
      await ask("sms", { number: numberText(number), message: messageText(message) }),
  });
}

function mailText(params: unknown): string {
  const text: unknown = stringify(params);
  if (typeof params !== "object" || params === null || typeof text !== "string") {
    throw new NativeTypeError(
      `Cannot send the mail: it has to be an object like { to, subject, text }, not ${told(params)}`,
    );
  }
  // The edge node counts the bytes: escaped, each has 6 characters at most.
  if (text.length <= 7 * MAX_MAIL_BYTES) return text;
  throw new NativeTypeError(`Cannot send the mail: it has more than ${MAX_MAIL_BYTES} bytes`);
}

function numberText(number: unknown): string {
  const text = isSafeInteger(number) ? NativeString(number) : number;
  if (typeof text === "string" && text.length <= 100) return text;
  throw new NativeTypeError(
    `Cannot send the SMS: the number has to be a text of digits, not ${told(number)}`,
  );
}

function messageText(message: unknown): string {
  if (typeof message === "string" && message.length <= MAX_MAIL_BYTES) return message;
  throw new NativeTypeError(
    `Cannot send the SMS: the message has to be a text, not ${told(message)}`,
  );
}
