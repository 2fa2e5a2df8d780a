// Figures of all rounds as one: medians, and what went wrong.

import type { RoundFigures } from "./contest.ts";
import { median } from "./median.ts";
import type { PacedFigure } from "./paced.ts";
import type { Load } from "./ratios.ts";
import { nameOf, type SubjectId } from "./subject.ts";
import { countErrors, rateOf, type LoadReport } from "./wrk.ts";

/** Medians over the rounds of one load. */
export type Summary = Load & {
  name: string;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
  /** Over all rounds. A figure with any is not worth anything. */
  errors: number;
  rounds: LoadReport[];
};

export type PacedSummary = {
  subject: SubjectId;
  name: string;
  /** The median over the rounds. */
  p50Ms: number;
  rounds: PacedFigure[];
};

/** One for each load, in the order in which they are measured. */
export function summarize(rounds: readonly RoundFigures[]): Summary[] {
  const loads = rounds[0]?.figures.map(({ load }) => load) ?? [];
  return loads.map(({ subject, connections }, index) => {
    const reports = rounds.flatMap(({ figures }) => figures[index]?.report ?? []);
    return Object.assign(mediansOf(reports), {
      subject,
      connections,
      name: nameOf(subject),
      rounds: reports,
    });
  });
}

export function summarizePaced(rounds: readonly RoundFigures[]): PacedSummary[] {
  const subjects = [...(rounds[0]?.paced.keys() ?? [])];
  return subjects.map((subject) => {
    const figures = rounds.flatMap(({ paced }) => paced.get(subject) ?? []);
    const p50Ms = median(figures.map((figure) => figure.p50Ms));
    return { subject, name: nameOf(subject), p50Ms, rounds: figures };
  });
}

export type Medians = Omit<Summary, keyof Load | "name" | "rounds">;

export function mediansOf(reports: readonly LoadReport[]): Medians {
  const of = (pick: (report: LoadReport) => number): number => median(reports.map(pick));
  return {
    requestsPerSecond: of(rateOf),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    p999Ms: of(({ p999Ms }) => p999Ms),
    maxMs: of(({ maxMs }) => maxMs),
    errors: reports.reduce((sum, report) => sum + countErrors(report), 0),
  };
}

/** What went wrong in a load, for people; undefined when nothing did. */
export function describeErrors(report: LoadReport): string | undefined {
  if (report.requests === 0) return "no answer at all";
  const kinds = Object.entries(report.errors).filter(([, count]) => count > 0);
  if (kinds.length === 0) return undefined;
  return kinds.map(([kind, count]) => `${count} ${kind}`).join(", ");
}
