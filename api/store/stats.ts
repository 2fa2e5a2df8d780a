// Statistics of runs, put together from what each process of an edge node counted.

import { and, eq, gte } from "drizzle-orm";
import { z } from "zod";
import { MINUTE_MS } from "../../schemas/durations.ts";
import { Counts, Histogram } from "../../schemas/histogram.ts";
import {
  LONG_STEP_SECONDS,
  MOST_SHORT_MINUTES,
  SHORT_STEP_SECONDS,
  type Stats,
  type StatsPoint,
} from "../../schemas/stats.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { runStats } from "../../schemas/tables/invocation.ts";
import type { Database } from "../../schemas/tables/open.ts";

/** Of a script by its id, of all scripts for "", over so many minutes before `now`, in milliseconds since 1970. */
export type StatsQuestion = { account: string; script: string; minutes: number; now: number };

const StoredHistogram = StoredJson.pipe(Histogram);
const StoredOutcomes = StoredJson.pipe(z.record(z.string(), z.int()));

export async function readStats(db: Database, question: StatsQuestion): Promise<Stats> {
  const { account, script, minutes, now } = question;
  const stepSeconds = minutes <= MOST_SHORT_MINUTES ? SHORT_STEP_SECONDS : LONG_STEP_SECONDS;
  const stepMs = stepSeconds * 1_000;
  const from = Math.floor((now - minutes * MINUTE_MS) / stepMs) * stepMs;
  const rows = await db
    .select()
    .from(runStats)
    .where(
      and(
        eq(runStats.account, account),
        eq(runStats.script, script),
        eq(runStats.stepSeconds, stepSeconds),
        gte(runStats.at, from),
      ),
    )
    .orderBy(runStats.at);
  const sums = new Map<number, Sum>();
  for (const row of rows) {
    const sum = sums.get(row.at) ?? new Sum(row.at);
    sums.set(row.at, sum);
    sum.add(row);
  }
  return { stepSeconds, points: Array.from(sums.values(), (sum) => sum.point) };
}

/** A step over all processes. */
class Sum {
  readonly #at: number;
  #calls = 0;
  #kept = 0;
  #cpuMs = 0;
  readonly #outcomes: Record<string, number> = {};
  readonly #wall = new Counts();
  readonly #cpu = new Counts();

  constructor(at: number) {
    this.#at = at;
  }

  add(row: typeof runStats.$inferSelect): void {
    this.#calls += row.calls;
    this.#kept += row.kept;
    this.#cpuMs += row.cpuMs;
    this.#wall.addAll(StoredHistogram.parse(row.wall));
    this.#cpu.addAll(StoredHistogram.parse(row.cpu));
    for (const [outcome, count] of Object.entries(StoredOutcomes.parse(row.outcomes))) {
      this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + count;
    }
  }

  get point(): StatsPoint {
    const [wall, cpu] = [this.#wall, this.#cpu];
    return {
      at: new Date(this.#at).toISOString(),
      calls: this.#calls,
      kept: this.#kept,
      outcomes: this.#outcomes,
      wallMs: {
        p50: wall.percentile(0.5),
        p90: wall.percentile(0.9),
        p99: wall.percentile(0.99),
      },
      cpuMs: {
        sum: Math.round(this.#cpuMs * 100) / 100,
        p50: cpu.percentile(0.5),
        p99: cpu.percentile(0.99),
      },
    };
  }
}
