// How runs travel into a cell and their results back: lines of JSON with the facts, first what the dispatcher reads and then
// what the isolate does, and the texts one behind the other. Texts are JSON of their own and stay as they are: nobody on the way parses or escapes them. No zod in here:
// every isolate carries this file.

import type { Invocation, Owner } from "./call.ts";
import { hasLongNumber } from "./exact-json.ts";
import type { FaultCode } from "./fault.ts";
import type { Isolation } from "./isolation.ts";
import type { ScriptType } from "./script-type.ts";

/** What the runs of a batch have in common. `isolate` names one that was made ready for them, null for none. */
export type BatchHead = {
  owner: Owner;
  release: string;
  type: ScriptType;
  isolation: Isolation;
  egressHosts: string[] | null;
  isolate: string | null;
};

/** One run. `env`, `vars` and `payload` are the lengths of its texts, in that order. */
type RunHead = RunFacts & { env: number; vars: number; payload: number };

/** `hasLongNumber`: there may be numbers in the payload that JavaScript would round. */
type RunFacts = Pick<
  Invocation,
  "id" | "function" | "anyFunction" | "isCall" | "limits" | "streams"
> & { hasLongNumber: boolean };

/** A run as the prelude gets it. */
export type BatchedRun = RunFacts & Pick<Invocation, "env" | "vars" | "payload">;

/** A Script's runs of this isolation share an isolate, one after the other, and so travel in batches. */
export function isShared({ type, isolation }: { type: ScriptType; isolation: Isolation }): boolean {
  return type === "script" && isolation === "scope";
}

/** Writes runs of one release. Not empty. */
export function writeBatch(runs: readonly Invocation[], isolate: string | null): string {
  const [first] = runs;
  if (first === undefined) throw new Error("Cannot write a batch: there is no run in it");
  const { owner, release, type, isolation, egressHosts } = first;
  const head: BatchHead = { owner, release, type, isolation, egressHosts, isolate };
  let text = `${JSON.stringify(head)}\n${JSON.stringify(runs.map(headOf))}\n`;
  for (const { env, vars, payload } of runs) text += env + vars + payload;
  return text;
}

function headOf(run: Invocation): RunHead {
  const { id, function: name, anyFunction, isCall, limits, streams, env, vars, payload } = run;
  const facts = { id, function: name, anyFunction, isCall, limits, streams };
  const lengths = { env: env.length, vars: vars.length, payload: payload.length };
  return { ...facts, hasLongNumber: hasLongNumber(payload), ...lengths };
}

/** What the runs of a batch have in common. */
export function readBatchHead(text: string): BatchHead {
  // The gateway wrote it: no need to check its shape.
  return JSON.parse(text.slice(0, text.indexOf("\n")));
}

/** The runs of a batch, in the order in which they stand. */
export function readRuns(text: string): BatchedRun[] {
  const headsAt = text.indexOf("\n") + 1;
  const headsEnd = text.indexOf("\n", headsAt);
  const heads: RunHead[] = JSON.parse(text.slice(headsAt, headsEnd));
  const runs: BatchedRun[] = [];
  let at = headsEnd + 1;
  for (const head of heads) {
    const env = text.slice(at, (at += head.env));
    const vars = text.slice(at, (at += head.vars));
    const payload = text.slice(at, (at += head.payload));
    runs.push({ ...head, env, vars, payload });
  }
  return runs;
}

/**
 * What one run came to. `continue`: `text` is the data with which a call goes on, `warnings` the JSON of a list of texts, ""
 * for none. `outcome`: `text` is a `RunOutcome`. `logs` is the JSON of a list of `LogLine`.
 */
export type RunAnswer = {
  is: "continue" | "outcome";
  cpuMs: number;
  text: string;
  warnings: string;
  logs: string;
};

/** What a batch came to. Runs without an answer were not started. */
export type BatchAnswer =
  | {
      is: "ran";
      answers: RunAnswer[];
      /** A script did something to the isolate that cannot be undone: nothing more runs in it. */
      isSpoilt: boolean;
    }
  /** The isolate ended before it answered. */
  | { is: "ended" };

/** The text of the answer of a batch whose isolate ended. */
export const ENDED_TEXT = `{"is":"ended"}\n`;

/** How the dispatcher begins a message that is no answer, because it failed; the rest says why. */
export const FAILED_MARK = "!";

/** How the answer of a spoilt isolate begins. */
export const SPOILT_TEXT = `{"is":"ran","isSpoilt":true`;

/** The facts of one answer, a member of the list of `answersText`. */
export function answerHead({ is, cpuMs, text, warnings, logs }: RunAnswer): string {
  const lengths = `"text":${text.length},"warnings":${warnings.length},"logs":${logs.length}`;
  return `{"is":"${is}","cpuMs":${cpuMs},${lengths}}`;
}

/** The texts of one answer, in the order of their lengths. */
export function answerTexts({ text, warnings, logs }: RunAnswer): string {
  return text + warnings + logs;
}

/** The text of a batch's answers: their heads, separated by commas, and each one's texts. */
export function answersText(
  heads: string,
  { texts, isSpoilt }: { texts: string; isSpoilt: boolean },
): string {
  return `{"is":"ran","isSpoilt":${isSpoilt},"answers":[${heads}]}\n${texts}`;
}

/** The text of an answer that only says what one run ended with. */
export function faultText(code: FaultCode, message: string): string {
  const text = JSON.stringify({ is: "fault", code, message });
  const answer: RunAnswer = { is: "outcome", cpuMs: 0, text, warnings: "", logs: "[]" };
  return answersText(answerHead(answer), { texts: answerTexts(answer), isSpoilt: false });
}
