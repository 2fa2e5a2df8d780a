// The words of runs inside cells.

import type { RunAnswer } from "../../schemas/batch.ts";
import type { Invocation } from "../../schemas/call.ts";
import type { LogLine } from "../../schemas/usage.ts";

/**
 * A run inside a cell. `key` names the script's release, for quarantine. Of a draft there will be no other. `onLog` is told
 * the lines of its log as they are written, where the invocation streams.
 */
export type Run = {
  key: string;
  invocation: Invocation;
  isDraft?: true | undefined;
  onLog?: ((line: LogLine) => void) | undefined;
};

/**
 * The script's CPU time is used up: how much it used, where it was, and the JSON of the list of its `LogLine`s, as far as that
 * could be told.
 */
export type Exhaustion = { usedMs?: number; stack?: string; logs?: string };

/**
 * What a run in a cell ended with. `cellMs` is the CPU time of the whole cell meanwhile: where it is less than what the
 * script is said to have used, the machine was short of CPU and not the script slow. A run that is handed back was not
 * run, or was cut off by another one in its batch; `isSuspect`: by which one is not known, and it may have been this one.
 */
export type RunEnd =
  | ({ is: "answered" } & { answer: RunAnswer })
  | ({ is: "exhausted"; cellMs: number } & Exhaustion)
  | { is: "handedBack"; isSuspect: boolean }
  /** The isolate wrote something that is no answer. */
  | { is: "unreadable" };

/**
 * Why a cell ended: killed by us because it was stuck in a script, silent without doing anything, full by the run inside, or
 * fat by one of several; ended by itself (V8 aborts at its heap limit); killed by somebody else; or stopped in order.
 */
export type LossCause = "stuck" | "hung" | "memory" | "fat" | "crashed" | "killed" | "stopped";

/** The end of a cell, and the runs that were inside. Where there was one, it is the cause. */
export type Loss = { cause: LossCause; runs: readonly Run[] };

/** Thrown when a cell ended during a run. */
export class CellLost extends Error {
  readonly loss: Loss;

  constructor(cell: number, loss: Loss, options?: ErrorOptions) {
    super(`Cell ${cell} ended during the run: ${loss.cause}`, options);
    this.name = "CellLost";
    this.loss = loss;
  }
}
