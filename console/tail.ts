// Follows what runs, and connects again where the connection is lost.

import { z } from "zod";
import { Invoked } from "../schemas/invocation.ts";
import { open, Problem } from "./api.ts";
import { readEvents } from "./sse.ts";

const AGAIN_MS = 2_000;
const Missed = z.object({ count: z.int() });

export type TailWatch = {
  onInvoked: (invoked: Invoked) => void;
  /** So many have run that were not told, because this reader was too slow. */
  onMissed: (count: number) => void;
  /** The problem that keeps it from following, null once it follows. */
  onState: (problem: Problem | null) => void;
  signal: AbortSignal;
};

/** Until `signal` aborts. `query` says which, as the API has it. */
export async function follow(query: string, watch: TailWatch): Promise<void> {
  const { signal } = watch;
  while (!signal.aborted) {
    try {
      await followOnce(query, watch);
    } catch (error) {
      if (signal.aborted) return;
      watch.onState(lost(error));
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function followOnce(query: string, watch: TailWatch): Promise<void> {
  const { onInvoked, onMissed, onState, signal } = watch;
  const question = { method: "GET", path: `/tail?${query}`, signal } as const;
  const response = await open(question, "text/event-stream");
  onState(null);
  for await (const { event, data } of readEvents(response)) {
    if (event === "invocation") onInvoked(Invoked.parse(JSON.parse(data)));
    if (event === "missed") onMissed(Missed.parse(JSON.parse(data)).count);
  }
}

function lost(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = "The connection was lost: connecting again";
  return new Problem({ status: 0, code: "unreachable", detail });
}
