// What scripts ask by cxRest: the account's own data, and the operator's API upstream, with the credentials of a user of the
// account. No script sees these, and none chooses where they go.

import { z } from "zod";
import type { Owner } from "../../schemas/call.ts";
import { FAULTS, Fault } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { MAX_REST_ANSWER_BYTES, MAX_REST_BODY, MAX_REST_PATH } from "../../schemas/rest-limits.ts";
import { RestUserName } from "../../schemas/rest-user.ts";
import { findRestUser, type RestUserServices } from "../../schemas/rest-user-store.ts";
import type { Userspace } from "../../schemas/userspace/userspace.ts";
import { exchange } from "./exchange.ts";
import type { Library } from "./host-server.ts";
import { LibraryError } from "./library-error.ts";
import { Payload } from "./payload.ts";
import { readInput } from "./read-input.ts";
import { OwnResources } from "./rest-own.ts";
import { readRestPath, urlBelow, type RestPath } from "./rest-path.ts";

/** The operator's API: `token` is for users that have none of their own. */
export type Upstream = { url: string | undefined; token: string | undefined };

/** What the text of an answer is to become. */
type AnswerKind = { is: "json" | "text" | "unsaid" | "nothing" } | { is: "file"; type: string };

/** As long as any run in which somebody waits. */
const TIMEOUT_MS = 30_000;

const Question = z.object({
  user: RestUserName,
  method: z.enum(["GET", "POST", "PUT", "DELETE"]),
  path: z.string().max(MAX_REST_PATH, `A path has at most ${MAX_REST_PATH} characters`),
  query: z.string().max(MAX_REST_PATH, `A query has at most ${MAX_REST_PATH} characters`),
  body: z
    .string()
    .max(MAX_REST_BODY, `A body has at most ${MAX_REST_BODY} characters of JSON`)
    .nullable(),
});
type Question = z.infer<typeof Question>;

type Asked = Question & { owner: Owner; target: RestPath; action: string; signal: AbortSignal };

/** Its one method, `ask`, resolves to a payload with an `AnswerKind` as its head. Refusals have an HTTP status. */
export function restLibrary(
  services: RestUserServices & { userspace: Userspace },
  upstream: Upstream,
): Library {
  const own = new OwnResources({ ...services, hasUpstream: upstream.url !== undefined });
  return {
    async ask(owner, input, signal): Promise<Payload> {
      try {
        const question = readInput(Question, input, "use cxRest");
        const { method, path, query, body } = question;
        const action = `${method} "${path.slice(0, 200)}"`;
        const mark = path.includes("?") ? "&" : "?";
        const target = readRestPath(query === "" ? path : `${path}${mark}${query}`, action);
        const token = await tokenOf(services, upstream, { owner, action, user: question.user });
        const { account } = owner;
        const content = body === null ? undefined : parseOrUndefined(body);
        const ours = own.find({ account, method, action, body: content, ...target });
        if (ours !== undefined) {
          const kind: AnswerKind = { is: "json" };
          return new Payload(kind, Buffer.from(JSON.stringify(await ours())));
        }
        return await askUpstream(upstream, token, { ...question, owner, target, action, signal });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        throw new LibraryError(error.message, FAULTS[error.code].status, { cause: error });
      }
    },
  };
}

/** Undefined where a known user has none. Throws a LibraryError with the status 401 for one that is not known. */
async function tokenOf(
  services: RestUserServices,
  upstream: Upstream,
  { owner, action, user }: { owner: Owner; action: string; user: string },
): Promise<string | undefined> {
  const known = await findRestUser(services, { account: owner.account, name: user });
  const token = known?.token ?? upstream.token;
  if (known !== undefined || token !== undefined) return token;
  throw new LibraryError(
    `Cannot ${action}: the account has no user "${user}" of cxRest; PUT /v1/rest-users/${encodeURIComponent(user)} adds one`,
    401,
  );
}

async function askUpstream(
  { url }: Upstream,
  token: string | undefined,
  { owner, target, action, signal, user, method, body }: Asked,
): Promise<Payload> {
  if (url === undefined) {
    throw new LibraryError(
      `Cannot ${action}: this edge has no such resource of its own and no API upstream; an operator sets SCRIPTFORGE_REST_URL`,
      404,
    );
  }
  if (token === undefined) {
    const problem = `the user "${user}" has no token for the API upstream; PUT /v1/rest-users/${encodeURIComponent(user)} gives it one`;
    throw new LibraryError(`Cannot ${action}: ${problem}`, 401);
  }
  const headers: Record<string, string> = {
    accept: "application/json, */*;q=0.5",
    authorization: /^[A-Za-z]+ \S/.test(token) ? token : `Bearer ${token}`,
    "x-scriptforge-account": encodeURIComponent(owner.account),
    "x-scriptforge-script": owner.script,
    "x-scriptforge-user": user,
  };
  if (body !== null) headers["content-type"] = "application/json";
  try {
    const { type, bytes } = await exchange({
      action,
      system: "the API upstream",
      url: urlBelow(url, target),
      method,
      headers,
      body: body ?? undefined,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_REST_ANSWER_BYTES,
      signal,
    });
    return answerOf(type, bytes, token);
  } catch (error) {
    if (!(error instanceof LibraryError)) throw error;
    throw new LibraryError(hide(error.message, token), error.status, { cause: error });
  }
}

/** An API may repeat what it was sent: of the token a script sees nothing. */
function answerOf(type: string, bytes: Buffer, token: string): Payload {
  const kind = kindOf(type, bytes);
  if (kind.is === "file") return new Payload(kind, Buffer.from(bytes.toString("base64"), "latin1"));
  const isRepeated = bytes.includes(secretOf(token));
  return new Payload(kind, isRepeated ? Buffer.from(hide(bytes.toString(), token)) : bytes);
}

function kindOf(type: string, bytes: Buffer): AnswerKind {
  if (bytes.length === 0) return { is: "nothing" };
  const [essence = ""] = type.toLowerCase().split(";");
  const known = essence.trim();
  if (known === "") return { is: "unsaid" };
  if (/^application\/(?:[\w.-]+\+)?json$/.test(known)) return { is: "json" };
  const isText = /^text\/|^application\/(?:[\w.-]+\+)?xml$/.test(known);
  return isText ? { is: "text" } : { is: "file", type: known };
}

function hide(text: string, token: string): string {
  return text.replaceAll(secretOf(token), "[token]");
}

/** Without its scheme, which is no secret. */
function secretOf(token: string): string {
  return /\S{8,}$/.exec(token)?.[0] ?? token;
}
