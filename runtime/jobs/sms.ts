// Hands SMS to the operator's gateway over HTTP, and tells what it said.

import type { QueuedSms, SmsResult } from "../../schemas/send.ts";
import { readBounded } from "../bounded-body.ts";

/** Where SMS go: the operator's settings. */
export type SmsSettings = { url: string; token: string | undefined };

/** What came of one attempt. `isFinal`: trying again would come to the same. */
export type SmsEnd =
  | { is: "sent"; result: SmsResult }
  | { is: "failed"; message: string; isFinal: boolean };

/** Tries to deliver an SMS of `account`. `id` is the job's, and the same in each attempt. Never rejects. */
export type SendSms = (sms: QueuedSms, from: { id: string; account: string }) => Promise<SmsEnd>;

/** How long the gateway may take, in milliseconds. */
const PATIENCE_MS = 10_000;
/** Of an answer, so much is read. */
const MAX_ANSWER_BYTES = 65_536;
/** What is kept of it, in characters. */
const MAX_RESPONSE = 500;

export function makeSendSms({ url, token }: SmsSettings): SendSms {
  return async ({ number, message }, { id, account }) => {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": id,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ id, account, to: number, message }),
        // The token is for this address alone.
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { bytes } = await readBounded(response.body, MAX_ANSWER_BYTES);
      const text = new TextDecoder().decode(bytes).slice(0, MAX_RESPONSE);
      if (response.ok) return { is: "sent", result: { accepted: [number], response: text } };
      const told = `The SMS gateway answered ${response.status}: ${text}`;
      return { is: "failed", message: told, isFinal: isFinal(response.status) };
    } catch (error) {
      const message = `The SMS gateway cannot be asked: ${reasonOf(error)}`;
      return { is: "failed", message, isFinal: false };
    }
  };
}

/** What is wrong with the SMS stays wrong. A token that is refused is the operator's to mend: until then the SMS waits. */
function isFinal(status: number): boolean {
  return status >= 300 && status < 500 && ![401, 403, 408, 425, 429].includes(status);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
