// What a run ended with, as the JSON text of a `RunOutcome`.

import type { Thrown } from "../../../schemas/call.ts";
import type { FaultCode } from "../../../schemas/fault.ts";
import { describeValue } from "./describe.ts";
import { unserialisablePath } from "./unserialisable.ts";

const { stringify } = JSON;

/** Most characters of JSON that a run may return. */
const MAX_RESULT_CHARACTERS = 1_000_000;
const MAX_MESSAGE_CHARACTERS = 8_192;
const MAX_STACK_CHARACTERS = 16_384;

/** The script returned `value`. `data` is its argument as it left it, which counts when it returned nothing. */
export function returnedOutcome(value: unknown, data: unknown): string {
  const isNothing = value === undefined || value === null;
  const result = isNothing ? data : value;
  let json: string | undefined;
  try {
    json = stringify(result);
  } catch (error) {
    const path = unserialisablePath(result);
    const where = path === undefined ? "" : ` at "${path}"`;
    return faultOutcome("not_serialisable", `The result is not JSON${where}: ${messageOf(error)}`);
  }
  if (json === undefined)
    return faultOutcome("not_serialisable", `The result is not JSON: it is a ${typeof result}`);
  if (json.length > MAX_RESULT_CHARACTERS) {
    return faultOutcome(
      "output_too_large",
      `The result has ${json.length} characters, more than ${MAX_RESULT_CHARACTERS}`,
    );
  }
  return isNothing
    ? `{"is":"returned","value":null,"data":${json}}`
    : `{"is":"returned","value":${json}}`;
}

export function faultOutcome(code: FaultCode, message: string): string {
  return stringify({ is: "fault", code, message: cut(message, MAX_MESSAGE_CHARACTERS) });
}

/** The script threw or rejected with `reason`. Its text is taken here, where an Error still is one. */
export function thrownOutcome(reason: unknown): string {
  const thrown: Thrown = { message: cut(messageOf(reason), MAX_MESSAGE_CHARACTERS) };
  const stack = stackOf(reason);
  if (stack !== undefined) thrown.stack = cut(stack, MAX_STACK_CHARACTERS);
  if (Array.isArray(reason)) thrown.pair = [plain(reason[0]), plain(reason[1])];
  else if (typeof reason === "object" && reason !== null && !(reason instanceof Error)) {
    thrown.fields = sipFields(reason);
  }
  return stringify({ is: "threw", thrown });
}

/** The members by which a thrown object may name a SIP answer. */
function sipFields(reason: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of ["code", "message", "sip_code", "sip_reason", "status", "statusText"]) {
    fields[name] = plain(read(reason, name));
  }
  return fields;
}

function plain(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  return cut(messageOf(value), MAX_MESSAGE_CHARACTERS);
}

function messageOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return describeValue(value);
  const message = read(value, "message") ?? read(value, "error");
  return typeof message === "string" ? message : describeValue(value);
}

function stackOf(value: unknown): string | undefined {
  if (!(value instanceof Error)) return undefined;
  const stack = read(value, "stack");
  return typeof stack === "string" ? stack : undefined;
}

/** A member of an object that may be a trap. */
function read(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name);
  } catch {
    return undefined;
  }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}
