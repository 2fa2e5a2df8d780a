// What many scripts do to memory and to the rate.

import { readRssMb } from "../../runtime/cell/process-use.ts";
import { cellsOf } from "../processes.ts";
import { call } from "./call.ts";
import { isRight, SCRIPT } from "./payload.ts";
import { serveProduct, type ServedProduct } from "./served-product.ts";
import { measure, type Subject } from "./subject.ts";
import { rateOf, type LoadReport } from "./wrk.ts";

const STEPS = [1, 10, 100, 1_000, 5_000];
/** So many scripts are called once each to see what memory they take. */
const MEMORY_SCRIPTS = 1_000;
const CONNECTIONS = 16;
/** How many requests to create scripts are under way at once. */
const LANES = 4;
/** How long creating scripts may take; then the rest of the steps are left out. */
const CREATE_MS = 240_000;
/** Longest time in which scripts are called before they are measured. */
const WARM_UP_SECONDS = 15;
/** Scripts that a second of warming up is good for. */
const WARM_UP_RATE = 100;

/** Memory of all cells, in megabytes, before and after the scripts were called once each. */
export type Memory = { scripts: number; beforeMb: number; afterMb: number; wrongAnswers: number };
export type Step = {
  scripts: number;
  requestsPerSecond: number;
  cellsMb: number;
  /** Warming up and measuring. */
  reports: LoadReport[];
};
/** `log`: how often its product has logged what. */
export type ManyScripts = { memory: Memory; steps: Step[]; log: Record<string, number> };

type Plan = { seconds: number; signal: AbortSignal; progress: (text: string) => void };

/** Works with a product of its own, whose cells have seen nothing yet. */
export async function measureManyScripts(plan: Plan): Promise<ManyScripts> {
  await using stack = new AsyncDisposableStack();
  const served = await serveProduct(stack);
  const crowd = new Crowd(served, plan.signal);
  plan.progress(`creating ${MEMORY_SCRIPTS} scripts`);
  await crowd.grow(MEMORY_SCRIPTS);
  const memory = await crowd.measureMemory();
  const steps: Step[] = [];
  for (const scripts of STEPS) {
    plan.progress(`${scripts} scripts, called in turn`);
    if (!(await crowd.grow(scripts))) break;
    steps.push(await crowd.measureStep(scripts, plan.seconds));
  }
  return { memory, steps, log: Object.fromEntries(served.log) };
}

/** A product with scripts that differ, each for a customer of its own. */
class Crowd {
  readonly #served: ServedProduct;
  readonly #signal: AbortSignal;
  readonly #until = performance.now() + CREATE_MS;
  #size = 0;

  constructor(served: ServedProduct, signal: AbortSignal) {
    this.#served = served;
    this.#signal = signal;
  }

  /** Creates scripts until there are `size`. False when there was no time for all. */
  async grow(size: number): Promise<boolean> {
    const lane = async (): Promise<void> => {
      while (this.#size < size && performance.now() < this.#until) {
        this.#signal.throwIfAborted();
        this.#size += 1;
        const customer = customerOf(this.#size);
        await this.#served.publish({ customer, type: "script", code: `// ${customer}\n${SCRIPT}` });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await this.#served.product.untilRevision();
    return this.#size >= size;
  }

  /** Calls each script once. */
  async measureMemory(): Promise<Memory> {
    const scripts = this.#size;
    const beforeMb = this.#cellsMb();
    let called = 0;
    let wrongAnswers = 0;
    const lane = async (): Promise<void> => {
      while (called < scripts) {
        called += 1;
        const target = this.#served.target([customerOf(called)]);
        const { text } = await call(target, { signal: this.#signal });
        if (!isRight(text)) wrongAnswers += 1;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
    return { scripts, beforeMb, afterMb: this.#cellsMb(), wrongAnswers };
  }

  /** Calls the first `scripts` scripts in turn, some time before it counts. */
  async measureStep(scripts: number, seconds: number): Promise<Step> {
    const customers = Array.from({ length: scripts }, (_, index) => customerOf(index + 1));
    const subject: Subject = {
      id: "script",
      target: this.#served.target(customers),
      countFaults: () => this.#served.faults,
    };
    const load = { connections: CONNECTIONS, signal: this.#signal };
    const warmUpSeconds = Math.min(WARM_UP_SECONDS, Math.ceil(scripts / WARM_UP_RATE));
    const warm = await measure(subject, { ...load, seconds: warmUpSeconds, isChecked: true });
    const report = await measure(subject, { ...load, seconds, first: warm.requests % scripts });
    const cellsMb = this.#cellsMb();
    return { scripts, requestsPerSecond: rateOf(report), cellsMb, reports: [warm, report] };
  }

  #cellsMb(): number {
    return cellsOf(this.#served.product).reduce((sum, pid) => sum + (readRssMb(pid) ?? 0), 0);
  }
}

function customerOf(number: number): string {
  return `customer-${number}`;
}
