// One process of databases.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Answer, Holder, Question } from "./question.ts";

const PROGRAM = fileURLToPath(new URL("./sql-process.ts", import.meta.url));
const SETPRIV = "/usr/bin/setpriv";
/** Largest file that a process writes, in blocks of 512 bytes: sorting spills into files as well. */
const MAX_FILE_BLOCKS = 2_097_152;
/** Heap of JavaScript in a process. */
const MAX_HEAP_MB = 96;

/** `late`: the process was ended, because the question took too long. `lost`: it ended by itself. */
export type Outcome = Answer | { ended: "late" | "lost" };

/** A process that answers one question at a time. It ends with a question that takes too long, and with this program. */
export class SqlWorker implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #isReady: Promise<unknown>;
  readonly #exited: Promise<void>;

  constructor() {
    this.#child = start();
    this.#exited = new Promise((resolve) => {
      this.#child.once("exit", () => resolve()).once("error", () => resolve());
    });
    this.#isReady = Promise.race([once(this.#child, "message"), this.#exited]);
    // Who waits for it hears of it.
    this.#isReady.catch(() => undefined);
  }

  /** `limitMs` is counted from when the process is there. After `ended` the worker is of no use. */
  async ask(
    question: { holder: Holder; question: Question },
    limitMs: number,
  ): Promise<{ outcome: Outcome; ms: number }> {
    await this.#isReady.catch(() => undefined);
    const begunAt = performance.now();
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      this.#child.kill("SIGKILL");
    }, limitMs);
    const outcome = await this.#answer(question);
    clearTimeout(limit);
    const ended = isLate ? "late" : "lost";
    return { outcome: outcome ?? { ended }, ms: performance.now() - begunAt };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Undefined where the process ends before it has answered. */
  async #answer(question: object): Promise<Answer | undefined> {
    if (!this.#child.connected) return undefined;
    const answered = Promise.withResolvers<Answer>();
    const take = (answer: Answer): void => answered.resolve(answer);
    this.#child.once("message", take);
    this.#child.send(question, () => undefined);
    const answer = await Promise.race([answered.promise, this.#exited]);
    this.#child.off("message", take);
    return answer ?? undefined;
  }
}

function start(): ChildProcess {
  const node = [process.execPath, `--max-old-space-size=${MAX_HEAP_MB}`, PROGRAM];
  // The kernel ends it with this process, however that ends.
  const command = existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig", "KILL", "--", ...node] : node;
  const script = `ulimit -f ${MAX_FILE_BLOCKS}; exec "$0" "$@"`;
  return spawn("/bin/sh", ["-c", script, ...command], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"] },
  });
}
