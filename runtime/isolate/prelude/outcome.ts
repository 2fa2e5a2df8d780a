// What a run ended with, as the JSON text of a `RunOutcome`.

import type { RunAnswer } from "../../../schemas/batch.ts";
import { stringifyExactly } from "../../../schemas/exact-json.ts";
import type { FaultCode } from "../../../schemas/fault.ts";
import { NO_ROUTES, type Continued } from "../../../schemas/continued.ts";
import type { Argument } from "./call-data.ts";
import { continueCall } from "./continuation.ts";
import { cut } from "./cut.ts";
import { describeValue } from "./describe.ts";
import { unserialisablePath } from "./unserialisable.ts";

// Taken before the script can change them.
const { stringify } = JSON;
const { get } = Reflect;
const { isArray } = Array;
const { isFinite } = Number;
const NativeError = Error;

const SIP_FIELDS = ["code", "message", "sip_code", "sip_reason", "status", "statusText"] as const;

/** Most characters of JSON that a run may return. */
const MAX_RESULT_CHARACTERS = 1_000_000;
const MAX_MESSAGE_CHARACTERS = 8_192;
const MAX_STACK_CHARACTERS = 16_384;

/** What a run came to, without its log. */
export type Result = Pick<RunAnswer, "is" | "text" | "warnings">;

/** The script returned `value`. Where a call's returned nothing, its argument counts as it left it. */
export function returnedResult(value: unknown, argument: Argument): Result {
  const { call } = argument;
  try {
    const continued = call === undefined ? undefined : continueCall(value, call);
    if (continued === undefined) return otherResult(value, argument);
    return continued.is === "continue" ? continuedResult(continued, argument) : outcome(NO_ROUTES);
  } catch (error) {
    return outcome(unserialisable(value ?? argument.data, error));
  }
}

function continuedResult(
  { data, warnings }: Extract<Continued, { is: "continue" }>,
  { exact }: Argument,
): Result {
  const text = exact === undefined ? stringify(data) : stringifyExactly(data, exact);
  if (text === undefined || text.length > MAX_RESULT_CHARACTERS) return noJson(text, data);
  return { is: "continue", text, warnings: warnings.length === 0 ? "" : listText(warnings) };
}

/** Of what is not a call's, or no data of one. */
function otherResult(value: unknown, { call, exact }: Argument): Result {
  if (value === undefined || value === null) return outcome('{"is":"returned","value":null}');
  // An Error in it still is one here.
  if (call !== undefined && isPair(value)) return outcome(thrownOutcome(value));
  const json = stringifyExactly(value, exact);
  if (json === undefined || json.length > MAX_RESULT_CHARACTERS) return noJson(json, value);
  return outcome(`{"is":"returned","value":${json}}`);
}

/** `value` has no JSON, or too much. */
function noJson(json: string | undefined, value: unknown): Result {
  if (json === undefined) {
    const message = `The result is not JSON: it is a ${typeof value}`;
    return outcome(faultOutcome("not_serialisable", message));
  }
  const message = `The result has ${json.length} characters, more than ${MAX_RESULT_CHARACTERS}`;
  return outcome(faultOutcome("output_too_large", message));
}

function unserialisable(result: unknown, error: unknown): string {
  const path = unserialisablePath(result);
  const where = path ? ` at "${path}"` : "";
  const message = `The result is not JSON${where}: ${messageOf(error)}`;
  return faultOutcome("not_serialisable", message);
}

/** `[code, reason]`: a rejection, whether it is returned or thrown. */
function isPair(value: unknown): boolean {
  if (!isArray(value)) return false;
  const code: unknown = value[0];
  return typeof code === "number" || typeof code === "string";
}

function listText(lines: readonly string[]): string {
  let list = "";
  for (let at = 0; at < lines.length; at += 1) {
    list += `${at === 0 ? "" : ","}${text(lines[at] ?? "", MAX_MESSAGE_CHARACTERS)}`;
  }
  return `[${list}]`;
}

/** `text` is a `RunOutcome`. */
export function outcome(text: string): Result {
  return { is: "outcome", text, warnings: "" };
}

export function faultOutcome(code: FaultCode, message: string): string {
  return `{"is":"fault","code":"${code}","message":${text(message, MAX_MESSAGE_CHARACTERS)}}`;
}

/** The script threw or rejected with `reason`. Its text is taken here, where an Error still is one. */
export function thrownOutcome(reason: unknown): string {
  try {
    return `{"is":"threw","thrown":{${thrownMembers(reason)}}}`;
  } catch {
    // A proxy whose traps throw, say.
    return UNSHOWABLE;
  }
}

/** What is said of a thing whose very look fails. */
export const UNSHOWABLE = '{"is":"threw","thrown":{"message":"[a value that cannot be shown]"}}';

// Written from strings and numbers alone: a `toJSON` of the script's, on Object.prototype say, sees objects only.

function thrownMembers(reason: unknown): string {
  const message = `"message":${text(messageOf(reason), MAX_MESSAGE_CHARACTERS)}`;
  if (isArray(reason)) {
    return `${message},"pair":[${plain(read(reason, "0"))},${plain(read(reason, "1"))}]`;
  }
  if (typeof reason !== "object" || reason === null) return message;
  if (!(reason instanceof NativeError)) return `${message},"fields":{${sipFields(reason)}}`;
  const stack = read(reason, "stack");
  return typeof stack === "string"
    ? `${message},"stack":${text(stack, MAX_STACK_CHARACTERS)}`
    : message;
}

/** The members by which a thrown object may name a SIP answer. */
function sipFields(reason: object): string {
  let fields = "";
  for (let at = 0; at < SIP_FIELDS.length; at += 1) {
    const name = SIP_FIELDS[at] ?? "";
    fields += `${at === 0 ? "" : ","}"${name}":${plain(read(reason, name))}`;
  }
  return fields;
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "number") return isFinite(value) ? `${value}` : "null";
  if (typeof value === "boolean") return `${value}`;
  return text(messageOf(value), MAX_MESSAGE_CHARACTERS);
}

function messageOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return describeValue(value);
  const message = read(value, "message") ?? read(value, "error");
  return typeof message === "string" ? message : describeValue(value);
}

/** A member of an object that may be a trap. */
function read(value: object, name: string): unknown {
  try {
    return get(value, name);
  } catch {
    return undefined;
  }
}

/** A string literal of at most `most` characters. */
function text(value: string, most: number): string {
  return stringify(value.length > most ? `${cut(value, most)}...` : value);
}
