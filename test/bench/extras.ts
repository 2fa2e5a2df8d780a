// What the full form tells besides the contest.

import { roundOf, type Contest, type ContestFigures, type Run } from "./contest.ts";
import { HALF_RATE_BARS, measureHalfRate, type HalfRate } from "./half-rate.ts";
import { measureKvTimes, type KvTime } from "./kv-times.ts";
import { measureModuleTimes, type ModuleTime } from "./module-times.ts";
import { measureManyScripts, type ManyScripts } from "./many-scripts.ts";
import { measurePayloadSizes, type PayloadSize } from "./payload-sizes.ts";
import { measurePublishTime, type PublishTime } from "./publish-time.ts";
import { median } from "./median.ts";
import type { SubjectId } from "./subject.ts";
import { describeErrors } from "./summary.ts";

export type Extras = {
  halfRate: HalfRate;
  /** Of a bare worker loader. */
  isolatesPerSecond: number;
  publishTime: PublishTime;
  payloadSizes: PayloadSize[];
  kvTimes: KvTime[];
  moduleTimes: ModuleTime[];
  manyScripts: ManyScripts;
};

export async function measureExtras(
  contest: Contest,
  figures: ContestFigures,
  { plan, signal, progress }: Run,
): Promise<Extras> {
  const { rounds, seconds } = plan;
  const script = contest.subject("script");
  const rate = (subject: SubjectId): number => rateAt16(figures, subject);
  progress("Script at half of its rate");
  const halfRate = await measureHalfRate(script, {
    saturatedPerSecond: rate("script"),
    rounds,
    // Longer than the other runs: of few calls there is no 99.9th percentile.
    seconds: seconds * 3,
    signal,
  });
  progress("publishing");
  const publishTime = await measurePublishTime(contest.product, signal);
  progress("payloads of several sizes");
  const sized = [script, contest.subject("isolated-vm-warm")];
  const payloadSizes = await measurePayloadSizes(sized, { seconds, signal });
  progress("an app that asks cxKV");
  const kvTimes = await measureKvTimes(contest.product, signal);
  progress("an app with each module");
  const moduleTimes = await measureModuleTimes(contest.product, signal);
  const manyScripts = await measureManyScripts({ seconds, signal, progress });
  const isolatesPerSecond = rate("workerd-loader-new");
  const onOwnScripts = { publishTime, kvTimes, moduleTimes };
  return { halfRate, isolatesPerSecond, payloadSizes, manyScripts, ...onOwnScripts };
}

function rateAt16({ rounds }: ContestFigures, subject: SubjectId): number {
  const load = { subject, connections: 16 };
  return median(rounds.map((round) => roundOf(round).requestsPerSecond(load)));
}

/** Every wrong or missing answer, for people. */
export function describeExtraErrors(extras: Extras): string[] {
  const { halfRate, publishTime, payloadSizes, moduleTimes, manyScripts } = extras;
  const loads = [
    ...halfRate.rounds.map((report) => ({ what: "Script at half of its rate", report })),
    ...payloadSizes.flatMap(({ name, bytes, reports }) =>
      reports.map((report) => ({ what: `${name}, ${bytes} bytes`, report })),
    ),
    ...manyScripts.steps.flatMap(({ scripts, reports }) =>
      reports.map((report) => ({ what: `${scripts} scripts`, report })),
    ),
  ];
  const failures = loads.flatMap(({ what, report }) => {
    const errors = describeErrors(report);
    return errors === undefined ? [] : [`${what}: ${errors}`];
  });
  const ofModules = moduleTimes.reduce((sum, { wrongAnswers }) => sum + wrongAnswers, 0);
  const wrong = {
    publishing: publishTime.wrongAnswers,
    memory: manyScripts.memory.wrongAnswers,
    modules: ofModules,
  };
  for (const [what, count] of Object.entries(wrong)) {
    if (count > 0) failures.push(`${what}: ${count} wrong answers`);
  }
  return failures;
}

export function missedExtraBars({ halfRate }: Extras): string[] {
  const { p99Ms, p999Ms } = halfRate;
  const missed: string[] = [];
  // Written so that NaN misses.
  if (!(p99Ms <= HALF_RATE_BARS.p99Ms)) missed.push(`p99 at half rate is ${p99Ms} ms`);
  if (!(p999Ms <= HALF_RATE_BARS.p999Ms)) missed.push(`p99.9 at half rate is ${p999Ms} ms`);
  return missed;
}
