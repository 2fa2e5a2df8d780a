// One request of the platform's own to a system of the operator's, which a script asked for: bounded in time and size, and
// without a redirect, so that credentials go where they belong. Addresses are the operator's and may be private ones.

import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { readBounded } from "../bounded-body.ts";
import { LibraryError } from "./library-error.ts";

export type Exchange = {
  /** What the script wants, and whom it reaches, in the words of an error: "Cannot `action`: `system` answered ...". */
  action: string;
  system: string;
  url: string | URL;
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  timeoutMs: number;
  /** Of the answer's body, unpacked. */
  maxBytes: number;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
};

/** An answer that is a success. `type` is its Content-Type, "" for none. */
export type Exchanged = { status: number; type: string; bytes: Buffer };

/** Characters of an answer's own words in an error. */
const MAX_DETAIL = 500;
/** Bytes of a refusal in which words are looked for. */
const MAX_REFUSAL_BYTES = 65_536;

/** Where an answer that is no success may say why, in the order in which it counts. */
const Words = z.looseObject({
  detail: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
});

/**
 * Sends the request and reads the answer. Throws a LibraryError: with the answer's status where that is no success, 504 for
 * one that takes too long, 502 for one that is too long or does not come.
 */
export async function exchange(request: Exchange): Promise<Exchanged> {
  const { action, system, url, method, headers, body, timeoutMs, maxBytes } = request;
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([limit, request.signal]);
  const fail = (state: string, status: number, cause?: unknown): LibraryError =>
    new LibraryError(`Cannot ${action}: ${state}`, status, { cause });
  try {
    const init = { method, headers, redirect: "manual" as const, signal };
    const response = await fetch(url, body === undefined ? init : { ...init, body });
    const most = response.ok ? maxBytes : MAX_REFUSAL_BYTES;
    const { bytes, isWhole } = await readBounded(response.body, most);
    if (!response.ok) {
      const words = isWhole ? wordsOf(bytes) : "";
      throw fail(`${system} answered ${refusal(response.status, words)}`, response.status);
    }
    if (!isWhole) {
      throw fail(`the answer of ${system} has more than ${maxBytes} bytes`, 502);
    }
    return { status: response.status, type: response.headers.get("content-type") ?? "", bytes };
  } catch (error) {
    if (error instanceof LibraryError) throw error;
    if (limit.aborted) throw fail(`${system} did not answer within ${timeoutMs} ms`, 504, error);
    throw fail(`${system} cannot be reached${reasonOf(error)}`, 502, error);
  }
}

/** The status with its words, and those of the answer itself where it has any. */
function refusal(status: number, words: string): string {
  const phrase = STATUS_CODES[status];
  const known = phrase === undefined ? `${status}` : `${status} ${phrase}`;
  if (status >= 300 && status < 400) return `${known}: redirects are not followed`;
  const detail = words
    .replaceAll(/\p{Cc}+/gu, " ")
    .slice(0, MAX_DETAIL)
    .trim();
  return detail === "" ? known : `${known}: ${detail}`;
}

function wordsOf(bytes: Buffer): string {
  const words = Words.safeParse(parseOrUndefined(bytes.toString())).data;
  return words?.detail ?? words?.message ?? words?.error ?? words?.title ?? "";
}

/** The network's own code, such as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return ` (${cause.code})`;
  }
  return "";
}
