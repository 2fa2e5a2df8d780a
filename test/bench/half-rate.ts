// How long a Script's calls take at half of the rate that saturates the product.
// wrk paces them on one schedule for all connections (delay() in wrk.lua); how late a stall made the next calls counts.

import { measure, type Subject } from "./subject.ts";
import { mediansOf, type Medians } from "./summary.ts";
import type { LoadReport } from "./wrk.ts";

const CONNECTIONS = 16;

/** The most that it may take. */
export const HALF_RATE_BARS = { p99Ms: 10, p999Ms: 30 };

/** Medians over the rounds. */
export type HalfRate = Medians & { targetPerSecond: number; rounds: LoadReport[] };

type Plan = { saturatedPerSecond: number; rounds: number; seconds: number; signal: AbortSignal };

export async function measureHalfRate(script: Subject, plan: Plan): Promise<HalfRate> {
  const { seconds, signal } = plan;
  const rate = plan.saturatedPerSecond / 2;
  const rounds: LoadReport[] = [];
  while (rounds.length < plan.rounds) {
    rounds.push(await measure(script, { connections: CONNECTIONS, seconds, rate, signal }));
  }
  return { targetPerSecond: rate, ...mediansOf(rounds), rounds };
}
