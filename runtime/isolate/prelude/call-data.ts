// The data of a call on its way to the script and back: what the engine sent, with the variables beside it.

import type { BatchedRun } from "../../../schemas/batch.ts";
import type { Continuation } from "./outcome.ts";

const { parse } = JSON;
const { isArray } = Array;
const { hasOwn, keys } = Object;

/** A script's argument, and how a call goes on by what came of it; undefined where no call asks. */
export type Argument = { data: unknown; continuation: Continuation | undefined };

/** Reads the argument of a run. Throws where its payload is not JSON, or that of a call no object. */
export function readArgument({ payload, vars, isCall }: BatchedRun): Argument {
  const sent: unknown = parse(payload);
  if (!isCall) return { data: sent, continuation: undefined };
  if (!isRecord(sent)) throw new TypeError("The body of a call is a JSON object");
  if (vars === "") return { data: sent, continuation: continuationOf(payload, keys(sent), []) };
  // What the engine sent wins over a variable of the same name.
  const all: object = parse(vars);
  const added = keys(all).filter((name) => !hasOwn(sent, name));
  return { data: { ...all, ...sent }, continuation: continuationOf(payload, keys(sent), added) };
}

/**
 * A result with a routing object is the data with which the call goes on: without the variables, which the engine did not
 * send and does not get, and with what the engine sent and the script left out.
 */
function continuationOf(payload: string, sent: string[], added: string[]): Continuation {
  return (result) => {
    if (!isRecord(result) || !isRecord(result["routing"])) return undefined;
    const isWhole = sent.every((name) => hasOwn(result, name));
    if (isWhole && !added.some((name) => hasOwn(result, name))) return result;
    const rest: Record<string, unknown> = isWhole
      ? { ...result }
      : { ...parse(payload), ...result };
    for (const name of added) delete rest[name];
    return rest;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !isArray(value);
}
