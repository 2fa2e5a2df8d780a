// What runs, as it runs: server-sent events, a moment behind. Each reader follows the table by its own cursor, so that it does
// not matter which edge nodes there are, and a slow one holds nothing up but itself.

import { setTimeout as sleep } from "node:timers/promises";
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import { Fault } from "../../schemas/fault.ts";
import { InvocationFilter } from "../../schemas/invocation.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { Principal } from "../../schemas/token.ts";
import { countInvocations, followInvocations, newestInvocation } from "../store/invocations.ts";
import { isTokenOf } from "../store/tokens.ts";
import { makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { withScriptId } from "./invocations.ts";

/** How often it is looked what is new, in milliseconds. */
const LOOK_MS = 300;
/** Invocations that a reader is behind at most; those before are only counted. */
const MOST_BEHIND = 200;
/** So that nobody on the way takes the connection for dead, in milliseconds. */
const HEARTBEAT_MS = 15_000;
const TOKEN_MS = 1_000;
/** Readers of an account at once, at most. */
const MOST_READERS = 20;

const tail = createRoute({
  method: "get",
  path: "/tail",
  tags: ["Watch"],
  middleware: [requireScope("admin")],
  summary: "Follow what runs, as server-sent events",
  request: { query: InvocationFilter },
  responses: {
    200: {
      description:
        '`event: invocation` with an Invocation; `event: missed` with {"count"}, for a reader that is too slow',
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...problems,
  },
});

type Tail = { db: Database; principal: Principal; filter: InvocationFilter };

export function tailRoutes({ db }: Pick<Services, "db">): OpenAPIHono<ApiEnv> {
  const readers = new Map<string, number>();
  return makeRouter().openapi(tail, async (context) => {
    const { principal } = context.var;
    const { account } = principal;
    const filter = await withScriptId(db, account, context.req.valid("query"));
    const count = readers.get(account) ?? 0;
    if (count >= MOST_READERS) {
      const problem = `At most ${MOST_READERS} may follow what runs in an account at once: close one`;
      throw new Fault("overloaded", problem);
    }
    const behind = await newestInvocation(db);
    readers.set(account, count + 1);
    return streamSSE(
      context,
      async (stream) => {
        try {
          await follow(stream, { db, principal, filter }, behind);
        } finally {
          readers.set(account, (readers.get(account) ?? 1) - 1);
        }
      },
      // The database has gone, and with it what could be told.
      async () => undefined,
    );
  });
}

/** Until the reader goes, or the token. */
async function follow(stream: SSEStreamingApi, tail: Tail, from: number): Promise<void> {
  const gone = new AbortController();
  stream.onAbort(() => gone.abort());
  const { db, principal } = tail;
  let behind = from;
  let [beatenAt, checkedAt] = [-Infinity, performance.now()];
  while (!gone.signal.aborted) {
    const now = performance.now();
    if (now - beatenAt >= HEARTBEAT_MS) {
      await stream.write(": following\n\n");
      beatenAt = now;
    }
    if (now - checkedAt >= TOKEN_MS) {
      if (!(await isTokenOf(db, principal))) return;
      checkedAt = now;
    }
    behind = await tell(stream, tail, behind);
    await sleep(LOOK_MS, undefined, { signal: gone.signal }).catch(() => undefined);
  }
}

/** Tells what is new behind a number, and returns the number of the last one. Waits for the reader. */
async function tell(
  stream: SSEStreamingApi,
  { db, principal: { account }, filter }: Tail,
  behind: number,
): Promise<number> {
  const to = await newestInvocation(db);
  if (to === behind) return behind;
  const chosen = { account, ...filter };
  const count = await countInvocations(db, chosen, { behind, to });
  const isBehind = count > MOST_BEHIND;
  if (isBehind) await stream.writeSSE({ event: "missed", data: JSON.stringify({ count }) });
  // Whoever is so far behind goes on with what comes next.
  if (isBehind || count === 0) return to;
  const { followed, last } = await followInvocations(db, chosen, { behind, most: MOST_BEHIND });
  for (const invocation of followed) {
    await stream.writeSSE({
      event: "invocation",
      data: JSON.stringify(invocation),
      id: invocation.id,
    });
  }
  return Math.max(to, last);
}
