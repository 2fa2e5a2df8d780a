// What scripts get by `require('cxHelper')`: the key by which a PBX believes who a customer is. Every isolate carries this file.
// Trust: all arguments are the script's. The account's key is derived for this purpose alone: who has it can do what the function does.

import { asModule } from "./as-module.ts";

// Taken before the script can change them.
const { isFinite } = Number;
const NativeError = Error;
const NativeString = String;
const NativeTypeError = TypeError;

/** HMAC-SHA256 of a text, in hexadecimal. */
export type Hmac = (key: string, text: string) => string;

/** The library, for one run. `key` is the account's, "" where there is none. */
export function makeCxHelper(key: string, hmac: Hmac): object {
  function generatePbxSecurityKey(companyId: unknown, server: unknown): string {
    if (key === "") throw new NativeError("Without an edge node there is no key for a PBX");
    const company = partText("companyId", companyId);
    return hmac(key, `${company}|${partText("server", server)}`);
  }

  return asModule({ generatePbxSecurityKey });
}

/** Without a bar, so that no two pairs make the same text. */
function partText(name: string, value: unknown): string {
  const text = typeof value === "number" && isFinite(value) ? NativeString(value) : value;
  if (typeof text === "string" && /^[^|]{1,254}$/.test(text)) return text;
  throw new NativeTypeError(
    `Cannot make the key: ${name} has to be a number or a text of 1 to 254 characters without "|"`,
  );
}
