// The customer whose calls must go on as if nobody attacked.

import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Product } from "../harness.ts";

/** The deadline of the neighbour's calls. */
const DEADLINE_MS = 2_000;
const PAUSE_MS = 5;

/** A loop with an end, so that its calls are work. */
const CODE = `// neighbour
function main(data) {
  let sum = 0;
  for (let i = 0; i < 2000; i += 1) sum += i % 7;
  data.routing.sum = sum + data.routing.n;
  return data;
}`;
const SUM = Array.from({ length: 2_000 }, (_, i) => i % 7).reduce((sum, n) => sum + n);

/** How the neighbour was served for a while. */
export type Service = { calls: number; worstMs: number; failures: string[] };

export class Neighbour implements AsyncDisposable {
  readonly #product: Product;
  #service: Service = { calls: 0, worstMs: 0, failures: [] };
  #running: Promise<void> | undefined;
  #isOver = false;

  constructor(product: Product) {
    this.#product = product;
  }

  /** Publishes the neighbour's script. Returns its id. */
  async move(): Promise<string> {
    return await this.#product.assign({
      name: "neighbour",
      code: CODE,
      customer: "neighbour",
      assignment: { timeout: DEADLINE_MS / 1_000, timeoutAction: "503 Too Late" },
    });
  }

  /** Begins to call. Each answer triggers the next call. */
  begin(): void {
    this.#service = { calls: 0, worstMs: 0, failures: [] };
    this.#isOver = false;
    this.#running = this.#callOnAndOn();
  }

  /** Waits for the call that is under way and for one more, and tells how they all went. */
  async end(): Promise<Service> {
    this.#isOver = true;
    await this.#running;
    await this.#call();
    return this.#service;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #callOnAndOn(): Promise<void> {
    while (!this.#isOver) {
      await this.#call();
      await sleep(PAUSE_MS);
    }
  }

  async #call(): Promise<void> {
    const service = this.#service;
    const n = service.calls;
    service.calls += 1;
    const start = performance.now();
    const answer = await this.#product
      .ask("/call/termination/neighbour/main", { routing: { n } })
      .catch((error: unknown) => error);
    const ms = performance.now() - start;
    service.worstMs = Math.max(service.worstMs, ms);
    if (!isRight(answer, n)) service.failures.push(describe(answer));
    else if (ms > DEADLINE_MS) service.failures.push(`right, but after ${Math.round(ms)} ms`);
  }
}

function isRight(answer: unknown, n: number): boolean {
  const body = { action: "continue", data: { routing: { n, sum: SUM + n } } };
  return isAnswer(answer) && answer.status === 200 && isDeepStrictEqual(answer.body, body);
}

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === "object" && answer !== null && "body" in answer && "status" in answer;
}

function describe(answer: unknown): string {
  return isAnswer(answer) ? `${answer.status} ${JSON.stringify(answer.body)}` : String(answer);
}
