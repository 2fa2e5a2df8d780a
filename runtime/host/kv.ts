// What scripts ask of their account's key/value store.

import { z } from "zod";
import type { Owner } from "../../schemas/call.ts";
import { KvKey, KvText, KvTtl, MAX_KV_PAGE } from "../../schemas/kv.ts";
import { MAX_KV_KEY } from "../../schemas/kv-limits.ts";
import {
  deleteExpiredKv,
  deleteKv,
  incrementKv,
  listKv,
  putKv,
  readKv,
  readKvUsage,
} from "../../schemas/kv-store.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { Library } from "./host-server.ts";
import { readInput } from "./read-input.ts";

/** After this many writes what has expired is cleaned up. Each write adds one row at most, and each clean-up deletes more. */
const WRITES_PER_CLEANUP = 100;

const At = z.object({ key: KvKey });
const Put = At.extend({ value: KvText, ttl: KvTtl });
const Increment = At.extend({
  by: z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER),
  expire: KvTtl,
});
const Page = z.object({ after: z.string().max(MAX_KV_KEY) });

/** `now` is the time in milliseconds since 1970. */
export function kvLibrary({ db }: { db: Database }, now: () => number = Date.now): Library {
  let writes = 0;
  const countWrite = async (): Promise<void> => {
    writes += 1;
    if (writes % WRITES_PER_CLEANUP === 0) await deleteExpiredKv(db, now());
  };
  return {
    async get({ account }, input) {
      const { key } = readInput(At, input, `get ${keyIn(input)}`);
      return (await readKv(db, { account, key }, now()))?.value ?? null;
    },
    async set({ account }, input) {
      const { key, ...content } = readInput(Put, input, `set ${keyIn(input)}`);
      await putKv(db, { account, key }, { ...content, now: now() });
      await countWrite();
    },
    async del({ account }, input) {
      const { key } = readInput(At, input, `delete ${keyIn(input)}`);
      return await deleteKv(db, { account, key }, now());
    },
    async incr({ account }, input) {
      const { key, ...change } = readInput(Increment, input, `increment ${keyIn(input)}`);
      const sum = await incrementKv(db, { account, key }, { ...change, now: now() });
      await countWrite();
      return sum;
    },
    async keys({ account }, input) {
      const { after } = readInput(Page, input, `list ${keyIn(input)}`);
      return await listKv(db, { account, prefix: "", after, limit: MAX_KV_PAGE }, now());
    },
    usage: async ({ account }: Owner) => await readKvUsage(db, { account }, now()),
  };
}

/** The key for an error's message, as far as there is one. */
function keyIn(input: unknown): string {
  const { key } = z.object({ key: z.unknown() }).safeParse(input).data ?? {};
  return typeof key === "string" ? `"${key.slice(0, 100)}"` : "the keys";
}
