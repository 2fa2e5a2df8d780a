// How tokens are kept and compared. Their text has 256 bits of chance in it, so one SHA-256 is enough.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What the tables hold of a token. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Compares two texts in a time that depends on neither. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(
    createHash("sha256").update(one).digest(),
    createHash("sha256").update(other).digest(),
  );
}

/** The token of an `Authorization: Bearer` header, undefined where there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
}

/** The token by which an edge node elsewhere asks a control plane for the databases of accounts. */
export function edgeToken(secretKey: string): string {
  return createHmac("sha256", secretKey)
    .update("scriptforge edge node to control plane")
    .digest("hex");
}

/** The token by which a control plane asks an edge node to run a draft. Both derive it from the secret key. */
export function platformToken(secretKey: string): string {
  return createHmac("sha256", secretKey)
    .update("scriptforge control plane to edge node")
    .digest("hex");
}
