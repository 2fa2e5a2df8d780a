// The head of a request for a call's decision, as nearly every client writes it. Whatever is written in another way is for
// node:http to judge. Pure.

import { MAX_BODY_BYTES } from "../../schemas/limits.ts";
import { bearerToken } from "../../schemas/token-hash.ts";
import type { CallKey } from "../store/store.ts";

/** What a request asks, and how many bytes of a body follow its head. `token` is undefined where it shows none. */
export type CallRequest = {
  key: CallKey;
  tag: string | null;
  token: string | undefined;
  bodyBytes: number;
};

/** A place of calls with its keys, undefined for other paths. `parts` are decoded, without the first one, `call`. */
export function callKeyOf(parts: readonly string[]): CallKey | undefined {
  const [place, subject, detail = "", ...rest] = parts;
  if (place !== "termination" && place !== "origination") return undefined;
  const hasRoute = detail !== "";
  if (!subject || rest.length > 0 || hasRoute !== (place === "termination")) return undefined;
  return { place, subject, detail };
}

const REQUEST_LINE = /^POST \/call\/([!-"$->@-~]+)(?:\?([!-"$-~]*))? HTTP\/1\.1$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t -~]*?)[\t ]*$/;
const LENGTH = /^\d{1,7}$/;
/** Whoever sends one of these wants something of the connection, or of how the body is read. */
const SPECIAL = new Set(["expect", "te", "trailer", "transfer-encoding", "upgrade"]);
/** Of these there is one at most. */
const SINGLE = new Set(["authorization", "connection", "content-length", "host"]);

/** Reads a head, without the empty line at its end. Undefined where it is not quite ordinary. */
export function readCallHead(head: string): CallRequest | undefined {
  const [line = "", ...lines] = head.split("\r\n");
  const [, path, query] = REQUEST_LINE.exec(line) ?? [];
  if (path === undefined) return undefined;
  const key = callKeyOf(decoded(path));
  const fields = readFields(lines);
  const bodyBytes = bodyBytesOf(fields);
  if (key === undefined || bodyBytes === undefined) return undefined;
  const tag = query === undefined ? null : new URLSearchParams(query).get("tag");
  return { key, tag, token: bearerToken(fields?.get("authorization")), bodyBytes };
}

/** How long the body is, where the fields say no more of the connection than that it stays. */
function bodyBytesOf(fields: Map<string, string> | undefined): number | undefined {
  if (!fields?.has("host")) return undefined;
  const connection = fields.get("connection")?.toLowerCase() ?? "keep-alive";
  const length = fields.get("content-length") ?? "";
  if (connection !== "keep-alive" || !LENGTH.test(length)) return undefined;
  return Number(length) > MAX_BODY_BYTES ? undefined : Number(length);
}

/** The single fields by their names in lower case. Undefined where one is not ordinary. */
function readFields(lines: readonly string[]): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name = "", value = ""] = FIELD.exec(line) ?? [];
    const field = name.toLowerCase();
    if (name === "" || SPECIAL.has(field)) return undefined;
    if (!SINGLE.has(field)) continue;
    if (fields.has(field)) return undefined;
    fields.set(field, value);
  }
  return fields;
}

/** The parts of a path; none where it is not encoded as a URL's must be. */
function decoded(path: string): string[] {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return [];
  }
}
