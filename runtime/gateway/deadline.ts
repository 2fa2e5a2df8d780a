// When whoever waits for a run is answered, whatever the run does.

import { Fault } from "../../schemas/fault.ts";

/** `ms` is how long the run may take, `at` when that is over, by `performance.now()`. */
export type Deadline = { ms: number; at: number };

export function deadlineIn(ms: number): Deadline {
  return { ms, at: performance.now() + ms };
}

export function msLeft({ at }: Deadline): number {
  return Math.max(0, at - performance.now());
}

/** Why a run ends at its deadline. */
export function lateFault({ ms }: Deadline): Fault {
  return new Fault("wall_exceeded", `The script did not finish within ${ms} ms`);
}

/** Rejects with `wall_exceeded` at the deadline, at once, even where `work` does not heed its signal. */
export async function beforeDeadline<Result>(
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const fault = lateFault(deadline);
    reject(fault);
    controller.abort(fault);
  }, msLeft(deadline));
  try {
    return await Promise.race([work(controller.signal), passed]);
  } finally {
    clearTimeout(timer);
  }
}
