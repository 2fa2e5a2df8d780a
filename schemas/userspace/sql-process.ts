// A process of databases: answers one question after the other. Started by sql-processes.ts, which ends it where a statement
// takes too long. Trust: questions are ours, but for the text of SQL and the recordings of query builders.

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { countText } from "../count-text.ts";
import { Fault } from "../fault.ts";
import type { Recording } from "../query-recording.ts";
import { AccountFile } from "./account-file.ts";
import type { Answer, DatabaseQuestion, Holder, Question, SqlQuestion } from "./question.ts";
import { answerAboutRows } from "./rows.ts";
import { noDatabase, refused } from "./statements.ts";

/** Files that stay open. */
const MOST_FILES = 50;

/** A disk with less room is full. */
const LITTLE_BYTES = 1_000_000;

/** Codes of SQLite, without what it adds above the first byte. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

const files = new Map<string, AccountFile>();

process.on("message", async ({ holder, question }: { holder: Holder; question: Question }) => {
  process.send?.(await answerTo(holder, question));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function answerTo(holder: Holder, question: Question): Promise<Answer> {
  try {
    return { value: (await valueOf(holder, question)) ?? null };
  } catch (error) {
    return failureOf(holder, error);
  }
}

async function valueOf(holder: Holder, question: Question): Promise<unknown> {
  if ("tables" in question) return answerAboutTables(holder, question.tables);
  const file = find(holder);
  if ("rows" in question) {
    if (file === undefined) throw noDatabase(question.rows.database);
    return answerAboutRows(file, question.rows);
  }
  if (file !== undefined) return await runSql(file, question.sql);
  throw refused("the account has no databases. PUT /v1/userspace/{database} makes one");
}

function answerAboutTables(holder: Holder, question: DatabaseQuestion): unknown {
  if (question.is === "put-database") {
    const { database, ...content } = question;
    const made = open(holder);
    made.put(database, { ...content, most: holder.quota.databases });
    return made.describe(database);
  }
  const file = find(holder);
  switch (question.is) {
    case "describe-database":
    case "drop-database":
      if (file === undefined) throw noDatabase(question.database);
      if (question.is === "drop-database") return file.drop(question.database);
      return file.describe(question.database);
    case "list-databases":
      return file === undefined ? [] : file.list();
    case "usage":
      return file === undefined ? { databases: 0, bytes: 0 } : file.usage();
  }
}

async function runSql(file: AccountFile, question: SqlQuestion): Promise<unknown> {
  if (question.is === "sql") {
    const { rows, ...changes } = file.guard.run(question.sql, question.params);
    return rows ?? changes;
  }
  const { compileRecording } = await import("./query-replay.ts");
  const recording: Recording = JSON.parse(question.recording);
  const { sql, params, result } = compiledBy(compileRecording, recording);
  return result(file.guard.run(sql, params)) ?? null;
}

/** What knex does not understand is the script's mistake. */
function compiledBy<Compiled>(
  compile: (recording: Recording) => Compiled,
  recording: Recording,
): Compiled {
  try {
    return compile(recording);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw refused(error instanceof Error ? error.message.slice(0, 500) : "the builder is none");
  }
}

function find(holder: Holder): AccountFile | undefined {
  return keep(holder, files.get(holder.file) ?? AccountFile.find(holder));
}

function open(holder: Holder): AccountFile {
  return find(holder) ?? keep(holder, AccountFile.make(holder));
}

/** The one that was used last stands last. */
function keep<File extends AccountFile | undefined>(
  { file: path, quota }: Holder,
  file: File,
): File {
  if (file === undefined) return file;
  files.delete(path);
  files.set(path, file);
  const [oldest] = files.keys();
  if (files.size > MOST_FILES && oldest !== undefined) {
    files.get(oldest)?.[Symbol.dispose]();
    files.delete(oldest);
  }
  file.limit(quota.bytes);
  return file;
}

function failureOf(holder: Holder, error: unknown): Answer {
  if (error instanceof Fault) return { fault: { code: error.code, message: error.message } };
  const message = error instanceof Error ? error.message : String(error);
  switch (sqliteCode(error)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return { isBusy: true };
    case SQLITE_FULL:
      return { fault: { code: "conflict", message: whyFull(holder) } };
    case SQLITE_CONSTRAINT:
      return { fault: { code: "conflict", message: `Cannot write to the database: ${message}` } };
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
    case undefined:
      return {
        fault: {
          code: "internal",
          message: `The file of the account's databases cannot be used: ${message}`,
        },
      };
    default:
      return { fault: { code: "invalid", message: `Cannot run the SQL: ${message}` } };
  }
}

/** Undefined for what is no error of a statement. Node refuses some parameters before SQLite sees them. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("errcode" in error) return Number(error.errcode) & 0xff;
  return "code" in error && String(error.code).startsWith("ERR_INVALID") ? 0 : undefined;
}

function whyFull({ file, quota: { bytes } }: Holder): string {
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize < LITTLE_BYTES) {
    return "Cannot write to the account's databases: the disk of this machine is full";
  }
  const used = files.get(file)?.usage().bytes ?? 0;
  const room = `${countText(used)} of the ${countText(bytes)} bytes that an account may have are in use, and this takes more than is left`;
  return `Cannot write to the account's databases: ${room}. Delete rows or databases that are not needed`;
}
