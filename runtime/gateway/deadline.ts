// When whoever waits for a run is answered, whatever the run does.

import { Fault } from "../../schemas/fault.ts";

/**
 * `ms` is how long the run may take, `at` when that is over, by `performance.now()`. `cancelled` aborts when nobody waits for
 * it any more.
 */
export type Deadline = { ms: number; at: number; cancelled: AbortSignal | undefined };

export function deadlineIn(ms: number, cancelled?: AbortSignal): Deadline {
  return { ms, at: performance.now() + ms, cancelled };
}

export function msLeft({ at }: Deadline): number {
  return Math.max(0, at - performance.now());
}

/** Why a run ends at its deadline. */
export function lateFault({ ms }: Deadline): Fault {
  return new Fault("wall_exceeded", `The script did not finish within ${ms} ms`);
}

/** Calls `end` once, with why the run ends before it has finished, unless the returned function is called first. */
export function atDeadline(deadline: Deadline, end: (fault: Fault) => void): () => void {
  const { cancelled } = deadline;
  const stop = (): void => {
    clearTimeout(timer);
    cancelled?.removeEventListener("abort", cancel);
  };
  const timer = setTimeout(() => {
    stop();
    end(lateFault(deadline));
  }, msLeft(deadline));
  const cancel = (): void => {
    stop();
    end(new Fault("cancelled", "Nobody waits for the run any more"));
  };
  cancelled?.addEventListener("abort", cancel);
  if (cancelled?.aborted) cancel();
  return stop;
}

/** Rejects with `wall_exceeded` at the deadline, at once, even where `work` does not heed its signal; so with `cancelled`. */
export async function beforeDeadline<Result>(
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const stop = atDeadline(deadline, (fault) => {
    reject(fault);
    controller.abort(fault);
  });
  try {
    return await Promise.race([work(controller.signal), passed]);
  } finally {
    stop();
  }
}
