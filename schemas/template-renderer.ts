// Renders templates in a thread of their own, one after the other: a template may spin, and what it is given is anybody's.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Fault } from "./fault.ts";
import type { TemplateError } from "./handlebars.ts";
import { MAX_RENDER_MS } from "./template-limits.ts";
import type { TemplateParts } from "./template.ts";

/** What is to be filled in: `vars` is the JSON of an object. */
export type RenderOrder = { parts: TemplateParts; vars: string };

/** What the thread is asked, and answers. */
export type ThreadOrder = ({ is: "render" } & RenderOrder) | { is: "check"; parts: TemplateParts };
export type ThreadAnswer =
  | { is: "rendered"; rendered: TemplateParts }
  | { is: "failed"; message: string }
  | { is: "checked"; error: TemplateError | undefined };

type Task = { order: ThreadOrder; done: PromiseWithResolvers<ThreadAnswer> };

/** Renderings of one account that may wait. */
const MOST_WAITING = 200;
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/** The thread starts when it is first needed. */
export class TemplateRenderer implements AsyncDisposable {
  /** By account, whose turn it is first. */
  readonly #waiting = new Map<string, Task[]>();
  #thread: Worker | undefined;
  #isWorking = false;

  /** Accounts take turns. Throws `invalid` with the reason where the template fails, `overloaded` where too many wait. */
  async render(account: string, { parts, vars }: RenderOrder): Promise<TemplateParts> {
    const answer = await this.#ask(account, { is: "render", parts, vars });
    if (answer.is === "rendered") return answer.rendered;
    const why = answer.is === "failed" ? answer.message : "its thread does not answer";
    throw new Fault("invalid", `Cannot render the template: ${why}`);
  }

  /** What is wrong with a template, undefined where nothing is. One that takes too long to compile would do so at each use. */
  async check(account: string, parts: TemplateParts): Promise<TemplateError | undefined> {
    const answer = await this.#ask(account, { is: "check", parts });
    if (answer.is === "checked") return answer.error;
    const why =
      answer.is === "failed" ? `${answer.message} to compile it` : "it cannot be compiled";
    throw new Fault(
      "compile_error",
      `Cannot compile the template: ${why}. Use fewer tags, or nest them less deeply`,
    );
  }

  async #ask(account: string, order: ThreadOrder): Promise<ThreadAnswer> {
    const waiting = this.#waiting.get(account) ?? [];
    if (waiting.length >= MOST_WAITING) {
      const message = `Cannot render the template: ${waiting.length} of the account wait already`;
      throw new Fault("overloaded", message);
    }
    const done = Promise.withResolvers<ThreadAnswer>();
    waiting.push({ order, done });
    this.#waiting.set(account, waiting);
    void this.#work();
    return await done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.terminate();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let task = this.#next(); task !== undefined; task = this.#next()) {
      await this.#answerTo(task.order).then(task.done.resolve, task.done.reject);
    }
    this.#isWorking = false;
  }

  #next(): Task | undefined {
    const [turn] = this.#waiting;
    if (turn === undefined) return undefined;
    const [account, waiting] = turn;
    const task = waiting.shift();
    this.#waiting.delete(account);
    if (waiting.length > 0) this.#waiting.set(account, waiting);
    return task;
  }

  async #answerTo(order: ThreadOrder): Promise<ThreadAnswer> {
    const thread = (this.#thread ??= await startThread());
    try {
      // oxlint-disable-next-line require-post-message-target-origin -- a thread, which has no origin
      thread.postMessage(order);
      const signal = AbortSignal.timeout(MAX_RENDER_MS);
      const [answer]: ThreadAnswer[] = await once(thread, "message", { signal });
      return answer ?? { is: "failed", message: "its thread does not answer" };
    } catch (error) {
      this.#thread = undefined;
      await thread.terminate();
      const isLate = error instanceof Error && error.name === "AbortError";
      const message = isLate
        ? `it takes more than ${MAX_RENDER_MS} ms`
        : "it takes too much memory";
      return { is: "failed", message };
    }
  }
}

async function startThread(): Promise<Worker> {
  const thread = new Worker(new URL("./template-thread.ts", import.meta.url), {
    resourceLimits: LIMITS,
    env: {},
  });
  await once(thread, "message");
  // It keeps nobody alive, and by itself ends nobody.
  thread.unref();
  thread.on("error", () => undefined);
  return thread;
}
