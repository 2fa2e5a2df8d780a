// Addresses of mail: `ann@example.com`, or with a name `Ann <ann@example.com>`.

import { z } from "zod";

export const Mailbox = z.strictObject({ name: z.string(), address: z.string() });
/** `name` is "" where there is none. */
export type Mailbox = z.infer<typeof Mailbox>;

/** RFC 5321 has no longer ones. */
const MAX_ADDRESS = 254;
const MAX_NAME = 100;

const Address = z.email().max(MAX_ADDRESS);

/** Undefined for what is no mailbox: no field of a mail has anything else, so that nothing in it ends its line. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, quoted, plain = "", inside] =
    /^\s*(?:(?:"([^"\\]*)"|([^"<>,;:@]*?))\s*<([^<>]*)>)\s*$/.exec(text) ?? [];
  const address = Address.safeParse(inside ?? text.trim());
  const name = (quoted ?? plain).trim();
  if (!address.success || name.length > MAX_NAME || /[\p{Cc}\p{Cs}]/u.test(name)) return undefined;
  return { name, address: address.data };
}
