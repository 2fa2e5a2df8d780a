// What the functions of a DID driver are given and may return. Pure.

import { z } from "zod";
import { CallData, type RunOutcome } from "../../schemas/call.ts";

const Did = z.string().min(1).max(64);

/** What each function is asked with, as callers send it and drivers get it. */
export const DID_QUESTIONS = {
  search: z.strictObject({ number: z.string().max(64) }),
  allocate: z.strictObject({ did: Did }),
  release: z.strictObject({ did: Did }),
  list: z.strictObject({}),
} as const;

export type DidFunction = keyof typeof DID_QUESTIONS;

export const DidFunction = z.enum(["search", "allocate", "release", "list"]);

/** The value that a driver's function stands for, or what is wrong with what it returned. */
type Checked = { is: "value"; value: unknown } | { is: "wrong"; problem: string };

/** How a run of a driver's function counts. `question` is what it was asked with. */
export function didOutcome(
  name: DidFunction,
  question: Record<string, string>,
  outcome: RunOutcome,
): RunOutcome {
  if (outcome.is === "fault" && outcome.code === "function_not_found") {
    const message = `The driver has no function "${name}": export it, e.g. module.exports = { ${name} }`;
    return { is: "fault", code: "function_not_found", message };
  }
  if (outcome.is !== "returned") return outcome;
  const checked = check(name, question, outcome.value);
  if (checked.is === "value") return { is: "returned", value: checked.value };
  return { is: "fault", code: "script_error", message: checked.problem };
}

function check(name: DidFunction, question: Record<string, string>, value: unknown): Checked {
  switch (name) {
    case "search":
    case "list":
      return checkList(value);
    case "allocate":
      return checkAllocated(value, question["did"] ?? "");
    case "release":
      return { is: "value", value: value === true };
  }
}

function checkList(value: unknown): Checked {
  if (value === undefined || value === null) return { is: "value", value: [] };
  if (!Array.isArray(value)) {
    return wrong(`Driver returned ${nameOf(value)} for a list of objects with a did`);
  }
  const numbers = value.map(withDid);
  const bad = numbers.indexOf(undefined);
  if (bad === -1) return { is: "value", value: numbers };
  return wrong(`Driver returned an entry without a did at index ${bad}: each has a string "did"`);
}

/** The number is bought at the provider by now: what can be mended is. */
function checkAllocated(value: unknown, asked: string): Checked {
  const record = CallData.safeParse(value).data;
  if (record === undefined) return wrong("Driver returned no DID");
  const { did } = record;
  if (did === undefined || did === null || did === "") {
    return { is: "value", value: { ...record, did: asked } };
  }
  const allocated = withDid(record);
  if (allocated === undefined) {
    return wrong(`Driver returned ${nameOf(did)} for a DID: did is a string`);
  }
  return { is: "value", value: allocated };
}

/** The object with its `did` as a text, undefined where it has none. */
function withDid(entry: unknown): Record<string, unknown> | undefined {
  const record = CallData.safeParse(entry).data;
  const did = record?.["did"];
  if (typeof did === "string" && did !== "") return record;
  // Beyond that, and below 0, it is not the number that the driver meant.
  const isWhole = typeof did === "number" && Number.isSafeInteger(did) && did >= 0;
  return isWhole ? { ...record, did: String(did) } : undefined;
}

function wrong(problem: string): Checked {
  return { is: "wrong", problem };
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
