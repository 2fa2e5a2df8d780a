// Texts encrypted at rest: AES-256-GCM, bound to the place that holds them, under a key made from the secret key.

import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";

/** `id` tells one key from another and opens nothing. */
export type SealingKey = { key: KeyObject; id: Buffer };

/**
 * What a sealed text belongs to, a variable unless `kind` says otherwise: `script` "" means the whole account. It opens
 * nowhere else.
 */
export type SealingContext = { account: string; script: string; name: string; kind?: SealedKind };

/** What is sealed besides variables, as errors name it. */
export type SealedKind = "API user" | "connector";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const ID_BYTES = 8;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The key that `secret`, the text of SCRIPTFORGE_SECRET_KEY, stands for. Throws an Error for an empty one. */
export function makeSealingKey(secret: string): SealingKey {
  if (secret === "") {
    throw new Error(
      'Cannot make the sealing key: the secret key is empty. Set SCRIPTFORGE_SECRET_KEY, or restore the file "secret-key" in the data folder',
    );
  }
  const bytes = Buffer.from(hkdfSync("sha256", secret, "", "environment", KEY_BYTES + ID_BYTES));
  return {
    key: createSecretKey(bytes.subarray(0, KEY_BYTES)),
    id: bytes.subarray(KEY_BYTES),
  };
}

/** "v1." and base64url of key id, initialisation vector, ciphertext and tag. Never twice the same. */
export function seal(text: string, { key, id }: SealingKey, context: SealingContext): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(bytesOf(context));
  const encrypted = [cipher.update(text, "utf8"), cipher.final()];
  return `v1.${Buffer.concat([id, iv, ...encrypted, cipher.getAuthTag()]).toString("base64url")}`;
}

/** The text that was sealed. Throws an Error that names what it belongs to, what is wrong and what to do. */
export function open(sealed: string, { key, id }: SealingKey, context: SealingContext): string {
  const encoded = /^v1\.([\w-]+)$/.exec(sealed)?.[1];
  if (encoded === undefined) {
    throw cannotOpen(context, "its format is not known here. Update this program, or set it anew");
  }
  const bytes = Buffer.from(encoded, "base64url");
  if (!bytes.subarray(0, ID_BYTES).equals(id)) {
    throw cannotOpen(
      context,
      `it was sealed with another SCRIPTFORGE_SECRET_KEY. Start with that key, or set the ${kindOf(context)} anew`,
    );
  }
  const iv = bytes.subarray(ID_BYTES, ID_BYTES + IV_BYTES);
  const encrypted = bytes.subarray(ID_BYTES + IV_BYTES, -TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(bytesOf(context));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString("utf8");
  } catch (cause) {
    const kind = kindOf(context);
    const reason = `its row was changed or copied from another ${kind}. Set the ${kind} anew`;
    throw cannotOpen(context, reason, { cause });
  }
}

/** As a JSON array, so that no two contexts have the same bytes. */
function bytesOf({ account, script, name, kind }: SealingContext): Buffer {
  const place = [account, script, name];
  return Buffer.from(JSON.stringify(kind === undefined ? place : [...place, kind]));
}

function kindOf({ kind }: SealingContext): string {
  return kind ?? "variable";
}

function cannotOpen(context: SealingContext, reason: string, options?: ErrorOptions): Error {
  return new Error(`Cannot open ${kindOf(context)} "${context.name}": ${reason}`, options);
}
