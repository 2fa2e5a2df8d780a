// The product and its peers, all running, and the rounds in which they are measured in turn.

import { measurePaced, type PacedFigure } from "./paced.ts";
import { APP, SCRIPT } from "./payload.ts";
import { startPeer } from "./peer-process.ts";
import type { Load, Round } from "./ratios.ts";
import { serveProduct, type ServedProduct } from "./served-product.ts";
import { isPeer, measure, nameOf, warmUp, type Subject, type SubjectId } from "./subject.ts";
import { rateOf, type LoadReport } from "./wrk.ts";

/** How much is measured. Loads are measured in their order, once a round. */
export type Plan = {
  loads: readonly Load[];
  rounds: number;
  /** Of each load, before it counts: V8 compiles what runs often, and takes some seconds to. */
  warmUpSeconds: number;
  /** Of each load in each round. */
  seconds: number;
  /** Of the paced caller in each round, to each of its two Apps. */
  pacedCalls: number;
};

/** What came of a load in one round. */
export type Figure = { load: Load; report: LoadReport };
export type RoundFigures = {
  figures: readonly Figure[];
  paced: ReadonlyMap<SubjectId, PacedFigure>;
};
/** Warming up counts for nothing but its errors. */
export type ContestFigures = { warmUps: readonly Figure[]; rounds: readonly RoundFigures[] };

/** What a run of the bench works with. Idle subjects cost nothing worth telling, so all run all the time. */
export class Contest implements AsyncDisposable {
  /** With as many cells as it wants. */
  readonly product: ServedProduct;
  readonly #oneCell: ServedProduct;
  readonly #subjects: ReadonlyMap<SubjectId, Subject>;
  readonly #stack: AsyncDisposableStack;

  constructor(parts: {
    product: ServedProduct;
    oneCell: ServedProduct;
    subjects: readonly Subject[];
    stack: AsyncDisposableStack;
  }) {
    this.product = parts.product;
    this.#oneCell = parts.oneCell;
    this.#subjects = new Map(parts.subjects.map((subject) => [subject.id, subject]));
    this.#stack = parts.stack;
  }

  subject(id: SubjectId): Subject {
    const subject = this.#subjects.get(id);
    if (subject === undefined) throw new Error(`"${nameOf(id)}" does not run`);
    return subject;
  }

  /** How often the product has logged what so far. */
  get log(): Map<string, number> {
    const counts = new Map(this.product.log);
    for (const [what, count] of this.#oneCell.log)
      counts.set(what, (counts.get(what) ?? 0) + count);
    return counts;
  }

  /** How many calls have failed in the product so far, whoever saw it. */
  get faults(): number {
    return this.product.faults + this.#oneCell.faults;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Starts the product, and the peers that `loads` name. */
export async function openContest(loads: readonly Load[], signal: AbortSignal): Promise<Contest> {
  await using stack = new AsyncDisposableStack();
  const product = await serveProduct(stack);
  signal.throwIfAborted();
  const oneCell = await serveProduct(stack, 1);
  const subjects = [
    await product.offer("script", { customer: "bench", type: "script", code: SCRIPT }),
    await product.offer("app", { customer: "app", type: "app", code: APP }),
    await product.offer("app-warm", {
      customer: "app-warm",
      type: "app",
      code: APP,
      isolation: "scope",
    }),
    await oneCell.offer("app-one-cell", { customer: "app", type: "app", code: APP }),
  ];
  const peers = new Set(loads.map(({ subject }) => subject).filter(isPeer));
  for (const id of peers) {
    signal.throwIfAborted();
    subjects.push(await startPeer(id, stack));
  }
  return new Contest({ product, oneCell, subjects, stack: stack.move() });
}

/** A run of the bench. */
export type Run = { plan: Plan; signal: AbortSignal; progress: (text: string) => void };

/** Warms everything up, and measures round by round. */
export async function runRounds(contest: Contest, run: Run): Promise<ContestFigures> {
  const { plan, signal, progress } = run;
  const warmUps: Figure[] = [];
  for (const load of plan.loads) {
    progress(`warming up: ${describeLoad(load)}`);
    const { connections } = load;
    const seconds = plan.warmUpSeconds;
    const report = await warmUp(contest.subject(load.subject), { connections, seconds, signal });
    warmUps.push({ load, report });
  }
  const rounds: RoundFigures[] = [];
  for (let number = 1; number <= plan.rounds; number += 1) {
    progress(`round ${number} of ${plan.rounds}`);
    rounds.push(await runRound(contest, run));
  }
  return { warmUps, rounds };
}

export function describeLoad({ subject, connections }: Load): string {
  return `${nameOf(subject)}, ${connections} connection${connections === 1 ? "" : "s"}`;
}

async function runRound(contest: Contest, { plan, signal, progress }: Run): Promise<RoundFigures> {
  const figures: Figure[] = [];
  for (const load of plan.loads) {
    const { connections } = load;
    progress(describeLoad(load));
    const { seconds } = plan;
    const report = await measure(contest.subject(load.subject), { connections, seconds, signal });
    figures.push({ load, report });
  }
  progress("Apps, one caller with pauses");
  const apps = [contest.subject("app"), contest.subject("app-warm")];
  const paced = await measurePaced(apps, { calls: plan.pacedCalls, signal });
  return { figures, paced };
}

/** A round's figures as the ratios ask for them. What was not measured is NaN. */
export function roundOf({ figures, paced }: RoundFigures): Round {
  const find = ({ subject, connections }: Load): LoadReport | undefined =>
    figures.find(({ load }) => load.subject === subject && load.connections === connections)
      ?.report;
  const figure = (load: Load, of: (report: LoadReport) => number): number => {
    const report = find(load);
    return report === undefined ? NaN : of(report);
  };
  return {
    requestsPerSecond: (load) => figure(load, rateOf),
    p50Ms: (load) => figure(load, ({ p50Ms }) => p50Ms),
    pacedP50Ms: (subject) => paced.get(subject)?.p50Ms ?? NaN,
  };
}
