// The key of an account by which its scripts sign whom a PBX is to believe.

import { hkdfSync } from "node:crypto";

const KEY_BYTES = 32;

/** In base64url. Leads neither to `secret`, the text of SCRIPTFORGE_SECRET_KEY, nor to another account's key. */
export function makePbxKey(secret: string, account: string): string {
  const bytes = hkdfSync("sha256", secret, "", `pbx/${account}`, KEY_BYTES);
  return Buffer.from(bytes).toString("base64url");
}
