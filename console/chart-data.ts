// Statistics as charts want them. Pure.

import type { Stats, StatsPoint } from "../schemas/stats.ts";

/** One line of a chart: a value for each time, null where there is none. */
export type Line = { label: string; values: (number | null)[]; tone: LineTone };
export type LineTone = "accent" | "good" | "bad" | "warn" | "muted";

/** `times` are seconds since 1970, as the chart counts. */
export type Charts = {
  times: number[];
  rate: Line[];
  latency: Line[];
  cpu: Line[];
  outcomes: Map<string, number>;
  calls: number;
};

/** Steps in which nothing ran are not told: they count as none. */
export function chartsOf({ stepSeconds, points }: Stats, minutes: number, nowMs: number): Charts {
  const byStep = new Map(points.map((point) => [stepOf(Date.parse(point.at)), point]));
  // What is under way is not complete.
  const last = stepOf(nowMs) - 1;
  const count = Math.max(1, Math.floor((minutes * 60) / stepSeconds));
  const steps = Array.from({ length: count }, (_, index) => last - count + 1 + index);
  const each = <Value>(of: (point: StatsPoint | undefined) => Value): Value[] =>
    steps.map((step) => of(byStep.get(step)));
  const perSecond = (of: (point: StatsPoint) => number): number[] =>
    each((point) => (point === undefined ? 0 : of(point) / stepSeconds));
  return {
    times: steps.map((step) => step * stepSeconds),
    rate: [
      { label: "ok", tone: "good", values: perSecond((point) => okOf(point)) },
      { label: "failed", tone: "bad", values: perSecond((point) => point.calls - okOf(point)) },
    ],
    latency: [
      { label: "p50", tone: "accent", values: each((point) => point?.wallMs.p50 ?? null) },
      { label: "p90", tone: "warn", values: each((point) => point?.wallMs.p90 ?? null) },
      { label: "p99", tone: "bad", values: each((point) => point?.wallMs.p99 ?? null) },
    ],
    cpu: [
      {
        label: "of a processor",
        tone: "accent",
        values: perSecond((point) => point.cpuMs.sum / 10),
      },
    ],
    outcomes: countOutcomes(points),
    calls: points.reduce((sum, { calls }) => sum + calls, 0),
  };

  function stepOf(ms: number): number {
    return Math.floor(ms / 1_000 / stepSeconds);
  }
}

function okOf({ outcomes }: StatsPoint): number {
  return outcomes["ok"] ?? 0;
}

function countOutcomes(points: readonly StatsPoint[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { outcomes } of points) {
    for (const [outcome, count] of Object.entries(outcomes)) {
      counts.set(outcome, (counts.get(outcome) ?? 0) + count);
    }
  }
  return new Map([...counts].toSorted(([, one], [, other]) => other - one));
}
