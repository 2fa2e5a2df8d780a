// What every route shares: its services, its caller, its faults.

import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { Fault, Problem } from "../../schemas/fault.ts";
import type { ModuleShelf } from "../../schemas/module-shelf.ts";
import type { SealingKey } from "../../schemas/sealed-text.ts";
import type { SignedForm } from "../../schemas/signed-form.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { TemplateRenderer } from "../../schemas/template-renderer.ts";
import { bearerToken } from "../../schemas/token-hash.ts";
import type { Userspace } from "../../schemas/userspace/userspace.ts";
import { mayRun, type Principal, type Scope } from "../../schemas/token.ts";
import { findPrincipal, noteTokenUse } from "../store/tokens.ts";
import type { Runner, Simulator } from "../runner.ts";

/**
 * What routes work with. `runner` and `simulator` ask an edge node to run scripts; the control plane runs none.
 * `sealingKey` seals the values of environment variables; `signForm` makes the token of a form's public URL.
 */
export type Services = {
  db: Database;
  runner: Runner;
  simulator: Simulator;
  sealingKey: SealingKey;
  signForm: (form: SignedForm) => string;
  modules: ModuleShelf;
  /** Checks templates. */
  renderer: TemplateRenderer;
  /** How long the audit log is kept, a year by default. */
  auditDays?: number;
  userspace: Userspace;
};

export type ApiEnv = { Variables: { principal: Principal } };

/** A router whose validation failures are faults. */
export function makeRouter(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const wrong = result.error.issues.map((issue) =>
        issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`,
      );
      throw new Fault("invalid", wrong.join("; "));
    },
  });
}

/** Lets only holders of a token through, and tells the routes who they are. */
export function authenticate(db: Database): MiddlewareHandler<ApiEnv> {
  const uses = new TokenUses(db);
  return createMiddleware<ApiEnv>(async (context, next) => {
    const token = bearerToken(context.req.header("authorization"));
    const principal = token === undefined ? undefined : await findPrincipal(db, token);
    if (principal === undefined) {
      throw new Fault(
        "unauthorized",
        'Send "Authorization: Bearer <token>"; the first token is in data/token',
      );
    }
    context.set("principal", principal);
    uses.note(principal.token);
    await next();
  });
}

const USE_MS = 60_000;
const MOST_USES = 10_000;

/** When tokens were used, to the minute. */
class TokenUses {
  readonly #db: Database;
  readonly #notedAt = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  note(token: string): void {
    const now = Date.now();
    if (now - (this.#notedAt.get(token) ?? -Infinity) < USE_MS) return;
    if (this.#notedAt.size >= MOST_USES) this.#notedAt.clear();
    this.#notedAt.set(token, now);
    // A token that is revoked meanwhile was used all the same.
    noteTokenUse(this.#db, token, now).catch(() => undefined);
  }
}

/** Route middleware: the token needs `scope`, which `admin` includes. */
export function requireScope(scope: Scope): MiddlewareHandler<ApiEnv> {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const { principal } = context.var;
    const isAllowed = scope === "run" ? mayRun(principal) : principal.scopes.includes(scope);
    if (!isAllowed) throw new Fault("forbidden", `This needs a token with the scope "${scope}"`);
    await next();
  });
}

type JsonBody<Schema extends z.ZodType> = {
  description: string;
  content: { "application/json": { schema: Schema } };
};

/** A JSON body, of a request or an answer. */
export function json<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
): JsonBody<Schema> {
  return { description, content: { "application/json": { schema } } };
}

/** A required JSON body of a request. */
export function body<Schema extends z.ZodType>(
  schema: Schema,
): JsonBody<Schema> & { required: true } {
  return { ...json(schema, "JSON"), required: true };
}

/** How any route may answer that fails. Listed for the reference; routes throw a Fault. */
export const problems = {
  default: {
    description: "A problem, with its code and what to do",
    content: { "application/problem+json": { schema: Problem } },
  },
} as const;

export const noContent = { 204: { description: "Done" } } as const;
