import { describe, it } from "vitest";
import type { StatsPoint } from "../schemas/stats.ts";
import { chartsOf } from "./chart-data.ts";

const NOW = Date.parse("2026-11-23T10:00:35Z");

function point(at: string, outcomes: Record<string, number>): StatsPoint {
  const calls = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  return {
    at,
    calls,
    kept: calls,
    outcomes,
    wallMs: { p50: 2, p90: 3, p99: 4 },
    cpuMs: { sum: 500, p50: 1, p99: 1 },
  };
}

describe("charts", () => {
  const points = [
    point("2026-11-23T10:00:10.000Z", { ok: 20, script_error: 10 }),
    point("2026-11-23T10:00:30.000Z", { ok: 5 }),
  ];
  const charts = chartsOf({ stepSeconds: 10, points }, 1, NOW);

  it("have each step that is complete, the one under way left out", ({ expect }) => {
    const last = Date.parse("2026-11-23T10:00:20Z") / 1_000;
    expect(charts.times).toEqual([-50, -40, -30, -20, -10, 0].map((ago) => last + ago));
  });

  it("count nothing where nothing ran, and leave a gap in times", ({ expect }) => {
    const [ok, failed] = charts.rate;
    expect(ok?.values).toEqual([0, 0, 0, 0, 2, 0]);
    expect(failed?.values).toEqual([0, 0, 0, 0, 1, 0]);
    expect(charts.latency[2]?.values).toEqual([null, null, null, null, 4, null]);
  });

  it("tell CPU as a share of a processor", ({ expect }) => {
    expect(charts.cpu[0]?.values.at(-2)).toBe(5);
  });

  it("count outcomes over the whole time, the most frequent first", ({ expect }) => {
    expect([...charts.outcomes]).toEqual([
      ["ok", 25],
      ["script_error", 10],
    ]);
    expect(charts.calls).toBe(35);
  });
});
