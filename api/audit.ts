// Writes down each change that is made through the API. What is told of it is chosen by name: a member that nobody thought of
// is named and not shown, because it may be a secret.

import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { Logger } from "pino";
import { z } from "zod";
import { DAY_MS } from "../schemas/durations.ts";
import type { Database } from "../schemas/tables/open.ts";
import type { ApiEnv } from "./routes/context.ts";
import { addAudit, clearAudit } from "./store/audit.ts";

/** Members of requests whose values are shown. Neither code nor data, nor anything that may hold a secret. */
const SHOWN: ReadonlySet<string> = new Set(
  (
    "name type limits isolation egress expose version note live script function timeout timeoutAction onError mode company " +
    "everyMinutes scopes protected allowed ttl timeoutMs enabled cron timeZone overlap misfire minutes hours daysOfMonth daysOfWeek " +
    "priority delay attempts backoff jobId paused kind place form"
  ).split(" "),
);
/** Members of answers that tell what was made. */
const MADE = z.object({ id: z.string(), version: z.int(), name: z.string() }).partial();
/** Characters of a shown value as JSON, at most. */
const MAX_VALUE = 500;

/** What is posted and changes nothing of the account, by the end of its path. */
const NO_CHANGE = /\/(?:run|check|simulate|render|preview|test|query)$/;
/** How often the log is cleared of what is old: at the first change, and then each time so many were written. */
const CLEAR_EVERY = 200;

const Members = z.record(z.string(), z.unknown());

/** Middleware behind the one that knows who asks. `days`: how long entries are kept. */
export function auditChanges(
  db: Database,
  { days, log }: { days: number; log: Logger },
): MiddlewareHandler<ApiEnv> {
  let written = 0;
  return createMiddleware<ApiEnv>(async (context, next) => {
    await next();
    const { method, path } = context.req;
    const isRead = method === "GET" || method === "HEAD" || method === "OPTIONS";
    const isTrial = method === "POST" && NO_CHANGE.test(path);
    if (isRead || isTrial || !context.res.ok) return;
    const { principal } = context.var;
    const now = Date.now();
    try {
      const detail = await detailOf(context);
      const what = decoded(path.replace(/^\/v1\//, ""));
      await addAudit(db, principal, { at: now, action: method, what, detail });
      if (written % CLEAR_EVERY === 0) {
        await clearAudit(db, principal.account, now - days * DAY_MS);
      }
      written += 1;
    } catch (err) {
      // The change has been made, and whoever asked is to know that.
      log.error({ err, method, path }, "cannot write the audit log");
    }
  });
}

/** What was set and what it was called, null where there is nothing to tell. */
async function detailOf(context: Context<ApiEnv>): Promise<Record<string, unknown> | null> {
  const sent = await sentMembers(context);
  const detail: Record<string, unknown> = await madeMembers(context);
  const unshown: string[] = [];
  for (const [name, value] of Object.entries(sent)) {
    const isShown = SHOWN.has(name) && JSON.stringify(value).length <= MAX_VALUE;
    if (isShown) detail[name] = value;
    else unshown.push(name.slice(0, 100));
  }
  if (unshown.length > 0) detail["set"] = unshown.slice(0, 50);
  return Object.keys(detail).length === 0 ? null : detail;
}

async function sentMembers(context: Context<ApiEnv>): Promise<Record<string, unknown>> {
  if (context.req.method === "DELETE") return {};
  const body: unknown = await context.req.json().catch(() => undefined);
  return Members.safeParse(body).data ?? {};
}

async function madeMembers({ req, res }: Context<ApiEnv>): Promise<Record<string, unknown>> {
  const isJson = res.headers.get("content-type")?.startsWith("application/json") ?? false;
  if (req.method !== "POST" || !isJson) return {};
  const answered: unknown = await res
    .clone()
    .json()
    .catch(() => undefined);
  return MADE.safeParse(answered).data ?? {};
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
