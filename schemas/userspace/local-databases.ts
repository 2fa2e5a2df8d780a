// The databases of accounts in a folder: a file for each account. Several processes of a machine may have them open.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { MAX_SQL_MS } from "../userspace-limits.ts";
import type { Question, UserspaceQuota } from "./question.ts";
import { SqlProcesses } from "./sql-processes.ts";

/** Processes for statements of scripts, and for what goes through whole tables. */
const SLOW_PROCESSES = 2;
/** Time for what an index answers: only a disk that hangs needs more. */
const MAX_ROW_MS = 2_000;
/** Time to count, make or drop a database, in milliseconds. */
const MAX_TABLE_MS = 10_000;

/** Starts processes when it is first asked, and ends them when it is disposed. */
export class LocalDatabases implements AsyncDisposable {
  readonly #folder: string;
  readonly #quota: () => Promise<UserspaceQuota>;
  // Statements of scripts never hold up those that an index answers.
  readonly #quick = new SqlProcesses({ count: 1, limitMs: MAX_ROW_MS });
  readonly #slow = new SqlProcesses({ count: SLOW_PROCESSES, limitMs: MAX_SQL_MS });
  readonly #tables = new SqlProcesses({ count: 1, limitMs: MAX_TABLE_MS });

  constructor({ folder, quota }: { folder: string; quota: () => Promise<UserspaceQuota> }) {
    this.#folder = folder;
    this.#quota = quota;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.#quick, this.#slow, this.#tables];
    await Promise.all(all.map((processes) => processes[Symbol.asyncDispose]()));
  }

  /** Starts what scripts wait for, where there are databases. */
  warm(): void {
    if (!existsSync(this.#folder)) return;
    this.#quick.warm();
    this.#slow.warm();
  }

  /** Throws a Fault with the reason where a question comes to nothing. */
  async ask(account: string, question: Question): Promise<unknown> {
    const file = join(this.#folder, `${encodeURIComponent(account)}.db`);
    const holder = { account, file, quota: await this.#quota() };
    return await this.#processesFor(question).ask(holder, question);
  }

  #processesFor(question: Question): SqlProcesses {
    if ("rows" in question) return this.#quick;
    return "sql" in question ? this.#slow : this.#tables;
  }
}
