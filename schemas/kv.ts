// The key/value store of an account: what its scripts and its people put in and get out.

import { z } from "zod";
import { countText } from "./count-text.ts";
import { MAX_KV_KEY, MAX_KV_TTL, MAX_KV_VALUE_BYTES } from "./kv-limits.ts";
import { isStorable } from "./storable.ts";

/** Keys of a page, at most. */
export const MAX_KV_PAGE = 10_000;

export const KvKey = z
  .string()
  .min(1, "A key has at least 1 character")
  .max(MAX_KV_KEY, `A key has at most ${MAX_KV_KEY} characters`)
  .refine(isStorable, "A key has neither half characters nor NUL")
  .meta({ description: "Scripts use the same keys", example: "dnc:447700900999" });

/** Text as it is stored. */
export const KvText = z
  .string()
  .refine(
    (value) => Buffer.byteLength(value) <= MAX_KV_VALUE_BYTES,
    `A value has at most ${countText(MAX_KV_VALUE_BYTES)} bytes`,
  )
  .refine(isStorable, "A value has neither half characters nor NUL");

/** Seconds from now, 0 for no end. */
export const KvTtl = z
  .number()
  .min(0, "A time to live is at least 0 seconds")
  .max(MAX_KV_TTL, `A time to live is at most ${MAX_KV_TTL} seconds, which are ten years`);

export const PutKv = z
  .strictObject({
    value: z
      .unknown()
      .refine((value) => value !== undefined && value !== null, {
        error: "Give the key a value that is not null: DELETE deletes a key",
        abort: true,
      })
      .transform((value) => (typeof value === "string" ? value : JSON.stringify(value)))
      .pipe(KvText)
      .meta({ description: "A string is stored as it is, anything else as JSON" }),
    ttl: KvTtl.default(0).meta({ description: "Seconds until the key is gone, 0 for never" }),
  })
  .meta({ id: "PutKv" });
export type PutKv = z.infer<typeof PutKv>;

export const KvEntry = z
  .strictObject({
    key: z.string(),
    value: z.string(),
    expiresAt: z.iso.datetime().nullable().meta({ description: "null for never" }),
  })
  .meta({ id: "KvEntry", description: "A key of the account's key/value store" });
export type KvEntry = z.infer<typeof KvEntry>;

export const KvPageQuery = z.object({
  prefix: z.string().max(MAX_KV_KEY).default("").meta({ description: "Keys that begin with this" }),
  after: z
    .string()
    .max(MAX_KV_KEY)
    .default("")
    .meta({ description: "`next` of the page before, nothing for the first page" }),
  limit: z.coerce.number().int().min(1).max(MAX_KV_PAGE).default(1_000),
});

export const KvPage = z
  .strictObject({
    keys: z.array(z.string()),
    next: z.string().nullable().meta({ description: "null on the last page" }),
  })
  .meta({ id: "KvPage", description: "Keys of the account's key/value store, in order" });
export type KvPage = z.infer<typeof KvPage>;

/** What an account keeps: how many keys, and the bytes of keys and values. */
export type KvUsage = { keys: number; bytes: number };
