// The token of a form's public URL: which form it is, signed under a key made from the secret key. The control plane writes
// it, edge nodes read it.

import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { parseOrUndefined } from "./parse-or-undefined.ts";

/** A form of an account. `company` is the customer in whose name it is sent, null for none. */
export type SignedForm = { account: string; form: string; company: string | null };

const KEY_BYTES = 32;
const MAC_BYTES = 32;

const Facts = z.tuple([z.string(), z.string(), z.string().nullable()]);

/** base64url of the HMAC-SHA256 and of what it signs. Opens this one form, and nothing else of the account. */
export function signForm(secretKey: string, { account, form, company }: SignedForm): string {
  // As a JSON array, so that no two forms have the same bytes.
  const facts = Buffer.from(JSON.stringify([account, form, company]));
  return Buffer.concat([macOf(secretKey, facts), facts]).toString("base64url");
}

/** The form that a token opens, undefined where it was not signed with this secret key as it stands. */
export function readSignedForm(secretKey: string, token: string): SignedForm | undefined {
  const bytes = Buffer.from(token, "base64url");
  // Decoding skips what is not base64url and drops bits, so more than one text would be this token.
  if (bytes.length <= MAC_BYTES || bytes.toString("base64url") !== token) return undefined;
  const facts = bytes.subarray(MAC_BYTES);
  if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(secretKey, facts))) return undefined;
  const parsed = Facts.safeParse(parseOrUndefined(facts.toString("utf8"))).data;
  if (parsed === undefined) return undefined;
  const [account, form, company] = parsed;
  return { account, form, company };
}

function macOf(secretKey: string, facts: Uint8Array): Buffer {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "", "form", KEY_BYTES));
  return createHmac("sha256", key).update(facts).digest();
}
