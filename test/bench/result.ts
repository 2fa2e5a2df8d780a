// What a run of the bench found out, as its JSON file has it, and what of that is a failure.

import { describeLoad, roundOf, type ContestFigures, type Figure, type Plan } from "./contest.ts";
import { describeExtraErrors, missedExtraBars, type Extras } from "./extras.ts";
import type { Machine } from "./machine.ts";
import { computeRatios, LOADS_OF_RATIOS, type Load, type Ratio } from "./ratios.ts";
import { isPeer } from "./subject.ts";
import { describeErrors, summarize, summarizePaced } from "./summary.ts";
import type { PacedSummary, Summary } from "./summary.ts";

export type Form = "full" | "short";

export type Result = {
  form: Form;
  ratios: Record<string, number>;
  /** Why the run fails; empty when it passes. */
  failures: string[];
  /** The ratios with their bars. */
  bars: Ratio[];
  machine: Machine;
  plan: Omit<Plan, "loads">;
  figures: Summary[];
  paced: PacedSummary[];
  /** How often the product logged what: warnings and worse. */
  log: Record<string, number>;
  extras?: Extras;
};

/** What was measured, before anybody judges it. */
export type Measured = {
  form: Form;
  plan: Plan;
  machine: Machine;
  contest: ContestFigures;
  /** How many calls failed in the product, in and between the figures. */
  faults: number;
  log: ReadonlyMap<string, number>;
  extras?: Extras;
};

export function judge({ form, plan, machine, contest, faults, log, extras }: Measured): Result {
  const { warmUps, rounds } = contest;
  const bars = computeRatios(rounds.map(roundOf));
  const figures = summarize(rounds);
  const paced = summarizePaced(rounds);
  const { loads: _, ...size } = plan;
  const failures = [
    ...[...warmUps, ...rounds.flatMap((round) => round.figures)].flatMap(describeFigureErrors),
    ...paced.flatMap(describePacedErrors),
    ...(faults > 0 ? [`${faults} calls failed in the product`] : []),
    ...missedBars(bars, form),
  ];
  if (extras !== undefined) {
    failures.push(...describeExtraErrors(extras), ...missedExtraBars(extras));
  }
  return {
    form,
    ratios: Object.fromEntries(bars.map(({ name, value }) => [name, value])),
    failures,
    bars,
    machine,
    plan: size,
    figures,
    paced,
    log: Object.fromEntries(log),
    ...(extras === undefined ? {} : { extras }),
  };
}

/** Nothing where they are a peer's own affair, because no ratio needs it. */
function describeFigureErrors({ load, report }: Figure): string[] {
  const errors = describeErrors(report);
  const isTheirs = isPeer(load.subject) && !isNeeded(load);
  return errors === undefined || isTheirs ? [] : [`${describeLoad(load)}: ${errors}`];
}

function isNeeded({ subject, connections }: Load): boolean {
  return LOADS_OF_RATIOS.some(
    (load) => load.subject === subject && load.connections === connections,
  );
}

function describePacedErrors({ name, rounds }: PacedSummary): string[] {
  const wrong = rounds.reduce((sum, { wrongAnswers }) => sum + wrongAnswers, 0);
  return wrong > 0 ? [`${name}, one caller with pauses: ${wrong} wrong`] : [];
}

function missedBars(bars: readonly Ratio[], form: Form): string[] {
  const missed = bars.filter((bar) => (form === "short" ? bar.isFarOff : !bar.isMet));
  return missed.map(({ name, value, bar }) => {
    const limit = form === "short" ? bar.slack : bar.value;
    return `${name} is ${value.toFixed(2)}, and not at ${bar.is} ${limit}`;
  });
}
