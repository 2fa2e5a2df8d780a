// What scripts get by `require('cxKV')`: the key/value store of their account. Every isolate carries this file.
// Trust: all arguments are the script's. Whose store it is, the platform knows.

import { MAX_KV_KEY, MAX_KV_TTL, MAX_KV_VALUE_BYTES } from "../../../schemas/kv-limits.ts";
import type { Ask } from "./ask.ts";
import { asModule } from "./as-module.ts";
import { told } from "./told.ts";

// Taken before the script can change them.
const { parse, stringify } = JSON;
const { isFinite } = Number;
const NativeString = String;
const NativeTypeError = TypeError;

/**
 * The library, for one run. `kv` keeps values as text and `ko` as JSON, under the same keys: `get` resolves to null where
 * there is nothing, `set` with null deletes, `del` resolves to whether there was something. Times are in seconds, 0 for
 * no end.
 */
export function makeCxKv(ask: Ask): object {
  async function get(key: unknown): Promise<string | null> {
    const value = await ask("get", { key: keyText(key) });
    return typeof value === "string" ? value : null;
  }

  async function getJson(key: unknown): Promise<unknown> {
    const text = await get(key);
    return text === null ? null : jsonOrText(text);
  }

  async function put(
    [name, value, ttl = 0]: unknown[],
    textOf: (value: unknown) => unknown,
  ): Promise<void> {
    const key = keyText(name);
    checkSeconds(ttl, key);
    if (value === null) await ask("del", { key });
    else await ask("set", { key, value: checkText(textOf(value), key), ttl });
  }

  async function del(key: unknown): Promise<unknown> {
    return await ask("del", { key: keyText(key) });
  }

  async function incr(name: unknown, by: unknown = 1, expire: unknown = 0): Promise<unknown> {
    const key = keyText(name);
    if (typeof by !== "number" || !isFinite(by)) {
      throw new NativeTypeError(
        `Cannot increment "${key}": by has to be a number, not ${told(by)}`,
      );
    }
    checkSeconds(expire, key);
    return await ask("incr", { key, by, expire });
  }

  async function keys(): Promise<string[]> {
    const all: string[] = [];
    for (let after: string | null = ""; after !== null;) {
      const page: unknown = await ask("keys", { after });
      if (!isPage(page)) throw new Error("The platform did not answer with keys");
      all.push(...page.keys);
      after = page.next;
    }
    return all;
  }

  return asModule({
    kv: { get, set: (...given: unknown[]) => put(given, plainText), del },
    ko: { get: getJson, set: (...given: unknown[]) => put(given, stringify), del },
    incr,
    keys,
    usage: () => ask("usage", {}),
  });
}

function keyText(key: unknown): string {
  const text = typeof key === "number" && isFinite(key) ? NativeString(key) : key;
  if (typeof text !== "string") {
    throw new NativeTypeError(
      `Cannot use a key: it has to be a string or a number, not ${told(key)}`,
    );
  }
  if (text.length > 0 && text.length <= MAX_KV_KEY) return text;
  throw new NativeTypeError(
    `Cannot use a key of ${text.length} characters: it has to have 1 to ${MAX_KV_KEY}`,
  );
}

/** An object as JSON: what `String` makes of one is of no use to anybody. */
function plainText(value: unknown): unknown {
  if (typeof value === "object") return stringify(value);
  const isSimple =
    typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
  return isSimple ? NativeString(value) : value;
}

function checkText(text: unknown, key: string): string {
  if (typeof text !== "string") {
    throw new NativeTypeError(
      `Cannot set "${key}": its value is ${told(text)}; null deletes the key`,
    );
  }
  // The edge node counts the bytes: each character has one at least.
  if (text.length <= MAX_KV_VALUE_BYTES) return text;
  throw new NativeTypeError(
    `Cannot set "${key}": its value has more than ${MAX_KV_VALUE_BYTES} bytes`,
  );
}

function checkSeconds(seconds: unknown, key: string): void {
  if (typeof seconds === "number" && seconds >= 0 && seconds <= MAX_KV_TTL) return;
  throw new NativeTypeError(
    `Cannot let "${key}" expire: the time has to be a number of seconds from 0 to ${MAX_KV_TTL}, not ${told(seconds)}`,
  );
}

function jsonOrText(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function isPage(value: unknown): value is { keys: string[]; next: string | null } {
  return typeof value === "object" && value !== null && "keys" in value && "next" in value;
}
