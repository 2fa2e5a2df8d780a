// The thread of a threaded client: runs its statements on a libSQL client of its own, one after the other.

import { parentPort, workerData } from "node:worker_threads";
import { createClient, type Config, type ResultSet } from "@libsql/client";
import type { Answer, PlainResult, Question } from "./threaded-client.ts";

const config: Config = workerData; // what openThreadedClient sends
const client = createClient(config);

let underWay = 0;
let isClosing = false;

async function answer(question: Exclude<Question, { is: "close" }>): Promise<PlainResult[]> {
  switch (question.is) {
    case "execute":
      return [plain(await client.execute(question.statement))];
    case "batch":
      return (await client.batch([...question.statements], question.mode)).map(plain);
    case "script":
      await client.executeMultiple(question.sql);
      return [];
    case "sync":
      await client.sync();
      return [];
  }
}

/** Rows as lists: what the client makes of them does not travel. */
function plain({
  columns,
  columnTypes,
  rows,
  rowsAffected,
  lastInsertRowid,
}: ResultSet): PlainResult {
  const values = rows.map((row) => columns.map((_column, at) => row[at] ?? null));
  return { columns, columnTypes, values, rowsAffected, lastInsertRowid };
}

/** Errors travel without what makes them libSQL's, so with what people and code read of them. */
function failure(error: unknown): { message: string; code?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  return "code" in error ? { message, code: String(error.code) } : { message };
}

async function reply(id: number, question: Parameters<typeof answer>[0]): Promise<void> {
  underWay += 1;
  let told: Answer;
  try {
    told = { id, results: await answer(question) };
  } catch (error) {
    told = { id, failure: failure(error) };
  }
  underWay -= 1;
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, which has no origin
  parentPort?.postMessage(told);
}

/** The thread ends by itself when nobody can ask it any more. */
function endWhenIdle(): void {
  if (!isClosing || underWay > 0) return;
  client.close();
  parentPort?.close();
}

parentPort?.on("message", async ({ id, question }: { id: number; question: Question }) => {
  if (question.is === "close") isClosing = true;
  else await reply(id, question);
  endWhenIdle();
});
