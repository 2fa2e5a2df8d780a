// What the libraries have in common that ask a connector of the operator's: how they check arguments and ask. Every isolate
// carries this file.
// Trust: all arguments are the script's. Which connector is asked, and whose it is, the platform knows.

import { MAX_CONNECTOR_ARGUMENTS } from "../../../schemas/connector-limits.ts";
import { told } from "./told.ts";

/** Puts a question to the platform: `connector` is the name of one. */
export type AskConnector = (connector: string, input: object) => Promise<unknown>;

/** Longest name or number, in characters. */
const MAX_TEXT = 254;
const MAX_SERVERS = 20;

// Taken before the script can change them.
const { parse, stringify } = JSON;
const { isArray } = Array;
const { isSafeInteger } = Number;
const { assign } = Object;
const NativeError = Error;
const NativeString = String;
const NativeTypeError = TypeError;

/** Asks a connector to do `name`, and resolves to what the JSON of its answer means, null for an empty one. */
export async function askConnector(
  ask: AskConnector,
  { connector, library, name }: { connector: string; library: string; name: string },
  args: object,
): Promise<unknown> {
  const text = stringify(args);
  if (text.length > MAX_CONNECTOR_ARGUMENTS) {
    throw new NativeTypeError(
      `Cannot use ${library}: the arguments have ${text.length} characters of JSON, more than ${MAX_CONNECTOR_ARGUMENTS}`,
    );
  }
  const answer = await ask(connector, { function: name, arguments: text });
  const said = textOf(answer);
  if (said === "") return null;
  try {
    return parse(said);
  } catch {
    // Told below.
  }
  throw assign(
    new NativeError(
      `Cannot use ${library}: the connector "${connector}" answered with what is not JSON`,
    ),
    { status: 502 },
  );
}

function textOf(answer: unknown): string {
  if (typeof answer === "object" && answer !== null && "text" in answer) {
    if (typeof answer.text === "string") return answer.text;
  }
  throw new NativeError("The platform did not answer with a text");
}

/** A name or a telephone number, as text. `what` it is for and which argument it is stand in the error. */
export function textArgument(value: unknown, what: string, argument: string): string {
  const text = isSafeInteger(value) ? NativeString(value) : value;
  if (typeof text !== "string" || text === "") {
    const shown = text === "" ? "empty" : told(value);
    throw new NativeTypeError(
      `Cannot ${what}: ${argument} has to be a text or a whole number, not ${shown}`,
    );
  }
  if (text.length <= MAX_TEXT) return text;
  throw new NativeTypeError(`Cannot ${what}: ${argument} has more than ${MAX_TEXT} characters`);
}

/** An id, as it was given. */
export function idArgument(value: unknown, what: string, argument: string): string | number {
  const text = textArgument(value, what, argument);
  return typeof value === "number" ? value : text;
}

/** Aliases of servers: a list of them, or one. */
export function serversArgument(servers: unknown, what: string): string[] {
  const given: unknown = typeof servers === "string" ? [servers] : servers;
  if (!isArray(given) || given.length === 0 || given.length > MAX_SERVERS) {
    throw new NativeTypeError(
      `Cannot ${what}: the servers have to be a list of 1 to ${MAX_SERVERS} names`,
    );
  }
  const names: string[] = [];
  for (let at = 0; at < given.length; at += 1) {
    names[at] = textArgument(given[at], what, "each server");
  }
  return names;
}
