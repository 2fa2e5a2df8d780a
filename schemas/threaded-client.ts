// A libSQL client in a thread of its own. For files the client works while its caller waits, and a replica waits for its
// primary: on an edge node neither may hold up a call.

import { Worker } from "node:worker_threads";
import type {
  Client,
  Config,
  InArgs,
  InStatement,
  Replicated,
  ResultSet,
  Row,
  Transaction,
  TransactionMode,
  Value,
} from "@libsql/client";

/** What the thread is asked. */
export type Question =
  | { is: "execute"; statement: InStatement }
  | { is: "batch"; statements: readonly InStatement[]; mode: TransactionMode | undefined }
  | { is: "script"; sql: string }
  | { is: "sync" }
  /** To end, once what came before is answered. It has no answer. */
  | { is: "close" };

/** How long the thread may take to end, in milliseconds. */
const END_MS = 3_000;

/** A result as it travels. */
export type PlainResult = Pick<
  ResultSet,
  "columns" | "columnTypes" | "rowsAffected" | "lastInsertRowid"
> & { values: Value[][] };

export type Answer = { id: number } & (
  | { results: PlainResult[] }
  | { failure: { message: string; code?: string } }
);

/** Opens a client in a thread. Whoever opens it closes it. */
export function openThreadedClient(config: Config): Client {
  return new ThreadedClient(config);
}

/** Statements are run in the order in which they come. Transactions that wait for their caller are not to be had. */
class ThreadedClient implements Client {
  closed = false;
  readonly protocol = "file";
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<PlainResult[]>>();
  #asked = 0;

  constructor(config: Config) {
    this.#worker = new Worker(new URL("./client-thread.ts", import.meta.url), {
      workerData: config,
    });
    this.#worker.on("message", (answer: Answer) => this.#settle(answer));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("The thread of the database has ended")));
  }

  async execute(statement: InStatement, args?: InArgs): Promise<ResultSet> {
    const whole =
      typeof statement === "string" && args !== undefined ? { sql: statement, args } : statement;
    const [result] = await this.#ask({ is: "execute", statement: whole });
    if (result === undefined) throw new Error("The thread of the database did not answer");
    return resultOf(result);
  }

  async batch(
    statements: (InStatement | [string, InArgs?])[],
    mode?: TransactionMode,
  ): Promise<ResultSet[]> {
    const plain = statements.map((one) =>
      Array.isArray(one) ? { sql: one[0], args: one[1] ?? [] } : one,
    );
    return (await this.#ask({ is: "batch", statements: plain, mode })).map(resultOf);
  }

  async executeMultiple(sql: string): Promise<void> {
    await this.#ask({ is: "script", sql });
  }

  async sync(): Promise<Replicated> {
    await this.#ask({ is: "sync" });
    return undefined;
  }

  migrate(): never {
    throw new Error("A threaded client does not migrate: the control plane does");
  }

  transaction(): Promise<Transaction> {
    throw new Error("A threaded client has no open transactions: send a batch");
  }

  reconnect(): void {
    throw new Error("A threaded client does not reconnect");
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const close: Question = { is: "close" };
    // oxlint-disable-next-line require-post-message-target-origin -- a thread, which has no origin
    this.#worker.postMessage({ id: 0, question: close });
    // Not at once: libSQL takes the whole process along where its thread is ended in the middle of a statement.
    const insist = setTimeout(() => void this.#worker.terminate(), END_MS);
    this.#worker.once("exit", () => clearTimeout(insist));
  }

  #ask(question: Question): Promise<PlainResult[]> {
    if (this.closed) return Promise.reject(new Error("The database is closed"));
    const id = (this.#asked += 1);
    const waiting = Promise.withResolvers<PlainResult[]>();
    this.#waiting.set(id, waiting);
    // oxlint-disable-next-line require-post-message-target-origin -- a thread, which has no origin
    this.#worker.postMessage({ id, question });
    return waiting.promise;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("results" in answer) return waiting?.resolve(answer.results);
    const { message, ...code } = answer.failure;
    waiting?.reject(Object.assign(new Error(message), code));
  }

  #fail(error: unknown): void {
    this.closed = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function resultOf({ values, ...rest }: PlainResult): ResultSet {
  const rows = values.map((row) => rowOf(rest.columns, row));
  return { ...rest, rows, toJSON: () => ({ ...rest, rows: values }) };
}

/** A row as the client makes it: by name, and by place where nobody lists it. */
function rowOf(columns: readonly string[], values: readonly Value[]): Row {
  const row: Row = Object.create({}, { length: { value: values.length } });
  for (const [at, value] of values.entries()) {
    Object.defineProperty(row, at, { value, writable: true, configurable: true });
    const name = columns[at];
    if (name !== undefined && !Object.hasOwn(row, name)) row[name] = value;
  }
  return row;
}
