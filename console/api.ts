// Asks the control plane. Each answer is checked by the schema that the control plane writes it with.

import { z } from "zod";
import { signOut, token } from "./session.ts";

// The content security policy allows no code made of texts, of which zod would make its parsers.
z.config({ jitless: true });

/** What was asked for cannot be had: the control plane's reason, and the place in a text that is at fault. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(problem: { status: number; code: string; detail: string } & Place) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.line = problem.line;
    this.column = problem.column;
  }
}

type Place = { line?: number | undefined; column?: number | undefined };

/** `path` begins behind `/v1`. */
export type Question = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
};

const ProblemBody = z.looseObject({
  code: z.string(),
  detail: z.string(),
  status: z.int(),
  line: z.int().optional(),
  column: z.int().optional(),
});

/** Reads what is at `path`. Rejects with a `Problem`, and with what `fetch` throws where `signal` aborts. */
export async function get<Answer>(
  path: string,
  schema: z.ZodType<Answer>,
  signal?: AbortSignal,
): Promise<Answer> {
  return await send({ method: "GET", path, signal }, schema);
}

/** Asks, and reads the answer. Rejects as `get` does. */
export async function send<Answer>(question: Question, schema: z.ZodType<Answer>): Promise<Answer> {
  const response = await open(question);
  const parsed = schema.safeParse(await response.json());
  if (parsed.success) return parsed.data;
  throw new Problem({
    status: response.status,
    code: "other_version",
    detail: "The control plane has another version than this page: reload the page",
  });
}

/** Asks where no answer but success is wanted. Rejects as `get` does. */
export async function tell(question: Question): Promise<void> {
  await open(question);
}

/** As `get`, with undefined where there is nothing at `path`. */
export async function find<Answer>(
  path: string,
  schema: z.ZodType<Answer>,
  signal?: AbortSignal,
): Promise<Answer | undefined> {
  try {
    return await get(path, schema, signal);
  } catch (error) {
    if (error instanceof Problem && error.code === "not_found") return undefined;
    throw error;
  }
}

/** The answer to a question that went well, unread. `accept` asks for another form than JSON. */
export async function open(question: Question, accept = "application/json"): Promise<Response> {
  const { method, path, body, signal = null } = question;
  const headers = new Headers({ accept, authorization: `Bearer ${token.value ?? ""}` });
  if (body !== undefined) headers.set("content-type", "application/json");
  const response = await fetch(`/v1${path}`, {
    method,
    headers,
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new Problem({
      status: 0,
      code: "unreachable",
      detail: "The control plane does not answer: see whether it runs, then try again",
    });
  });
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.code === "unauthorized") signOut("The token is not accepted any more: sign in again");
  throw problem;
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = ProblemBody.safeParse(body);
  if (parsed.success) return new Problem(parsed.data);
  return new Problem({
    status: response.status,
    code: "unreadable",
    detail: `The control plane answered ${response.status}: its log has the details`,
  });
}

const NO_SUCH_TOKEN =
  "There is no such token. The first one is in the file data/token of the control plane";

/** Why a token cannot be used here, undefined where it can. */
export async function whyNot(text: string): Promise<string | undefined> {
  // What no header can carry is no token.
  if (!/^[\x21-\x7e]+$/.test(text)) return NO_SUCH_TOKEN;
  const headers = { authorization: `Bearer ${text}` };
  const response = await fetch("/v1/tokens", { headers }).catch(() => undefined);
  if (response === undefined) return "The control plane does not answer: see whether it runs";
  if (response.ok) return undefined;
  const { code, message } = await problemOf(response);
  if (code === "unauthorized") {
    return NO_SUCH_TOKEN;
  }
  if (code === "forbidden") {
    return "This token may only run scripts: the console needs one with the scope admin";
  }
  return message;
}
