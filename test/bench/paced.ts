// A caller that pauses between its calls: what a call takes when nothing else is going on.
// A loop of node:http over one kept connection, because wrk cannot take turns between two servers.

import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "./call.ts";
import { median } from "./median.ts";
import { isRight } from "./payload.ts";
import type { Subject, SubjectId } from "./subject.ts";

const PAUSE_MS = 50;
/** How many calls one subject gets before the next has its turn, so that drift of the machine hits all alike. */
const TURN_CALLS = 10;

export type PacedPlan = { calls: number; signal: AbortSignal };
export type PacedFigure = { p50Ms: number; wrongAnswers: number };

/** Calls each of the subjects `calls` times, in turns. */
export async function measurePaced(
  subjects: readonly Subject[],
  { calls, signal }: PacedPlan,
): Promise<Map<SubjectId, PacedFigure>> {
  using caller = new PacedCaller(signal);
  const turns = subjects.map((subject) => ({ subject, times: [] as number[], wrongAnswers: 0 }));
  for (let left = Math.ceil(calls / TURN_CALLS); left > 0; left -= 1) {
    for (const turn of turns) {
      for (let called = 0; called < TURN_CALLS; called += 1) {
        const { ms, isRight } = await caller.call(turn.subject);
        turn.times.push(ms);
        if (!isRight) turn.wrongAnswers += 1;
      }
    }
  }
  return new Map(
    turns.map(({ subject, times, wrongAnswers }) => [
      subject.id,
      { p50Ms: median(times), wrongAnswers },
    ]),
  );
}

class PacedCaller implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Pauses, and calls. */
  async call({ target }: Subject): Promise<{ ms: number; isRight: boolean }> {
    const [agent, signal] = [this.#agent, this.#signal];
    await sleep(PAUSE_MS, undefined, { signal });
    const start = performance.now();
    const { text } = await call(target, { agent, signal });
    return { ms: performance.now() - start, isRight: isRight(text) };
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
