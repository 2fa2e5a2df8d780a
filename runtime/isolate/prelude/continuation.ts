// From what a call's script returned to the data with which the call goes on. Here, because here a list still has the members
// that somebody put on it, and the routing object that came back may be the very one that went in.

import { LIST_NAMES, type Continued, type SentData } from "../../../schemas/continued.ts";
import { isRecord, listOf } from "../../../schemas/json-values.ts";
import { putRight } from "./put-right.ts";

/** What went in. `added` are the names of variables beside what the engine sent. */
export type CallInput = SentData & {
  data: Record<string, unknown>;
  added: readonly string[];
};

/** Members by which a returned object is a routing object itself. */
const ROUTING_MEMBERS = ["egress_routing", "dest_number", "cli", "callid", "asrPlus"];

// Taken before the script can change them.
const { parse, stringify } = JSON;
const { isArray } = Array;
const { hasOwn } = Object;

type Fields = Record<string, unknown>;

/** Undefined where the result is something else than data, routing or headers: the gateway decides on that. */
export function continueCall(result: unknown, input: CallInput): Continued | undefined {
  const warnings: string[] = [];
  const whole = wholeOf(result, input, warnings);
  if (whole === undefined) return undefined;
  const data = restore(whole, input);
  try {
    takeListHeaders(data, input, warnings);
    return putRight(data, input, warnings);
  } catch {
    // Something in it is frozen, or a getter: its JSON is neither.
    const plainData: unknown = parse(stringify(data));
    return putRight(isRecord(plainData) ? plainData : {}, input, warnings);
  }
}

/** The result as data with a routing object in it, in each of the shapes that scripts return. */
function wholeOf(result: unknown, input: CallInput, warnings: string[]): Fields | undefined {
  const { data } = input;
  if (result === undefined || result === null) {
    warnings.push("main returned nothing: the call goes on with what main left of its data");
    return leftOf(input);
  }
  if (isArray(result)) return isHeaderList(result) ? withHeaders(leftOf(input), result) : undefined;
  if (!isRecord(result)) return undefined;
  if (isRecord(result["routing"])) return result;
  if (result !== data && isRouting(result, data)) return { ...data, routing: result };
  warnings.push("main returned an object without routing: the call goes on with what main left");
  return leftOf(input);
}

/** The data as main left them. What stands in the place of the engine's routing object and is none is no change of it. */
function leftOf({ data, payload }: CallInput): Fields {
  if (isRecord(data["routing"])) return data;
  const { routing } = parse(payload);
  return isRecord(routing) ? { ...data, routing } : data;
}

function isRouting(result: Fields, data: Fields): boolean {
  if (result === data["routing"]) return true;
  for (let at = 0; at < ROUTING_MEMBERS.length; at += 1) {
    if (hasOwn(result, ROUTING_MEMBERS[at] ?? "")) return true;
  }
  return false;
}

function isHeaderList(list: readonly unknown[]): boolean {
  return list.every((header) => isRecord(header) && hasOwn(header, "key"));
}

/** Headers for all destinations, behind those that are there. */
function withHeaders(data: Fields, list: readonly unknown[]): Fields {
  const routing = isRecord(data["routing"]) ? data["routing"] : {};
  return { ...data, routing: { ...routing, headers: [...listOf(routing["headers"]), ...list] } };
}

/**
 * Without the variables, which the engine did not send and does not get, and with what the engine sent and the script left
 * out. The script's own object where nothing is to be put right.
 */
function restore(whole: Fields, { payload, sent, added }: CallInput): Fields {
  const isWhole = sent.every((name) => hasOwn(whole, name));
  if (isWhole && !added.some((name) => hasOwn(whole, name))) return whole;
  const rest: Fields = isWhole ? { ...whole } : { ...parse(payload), ...whole };
  for (const name of added) delete rest[name];
  return rest;
}

/** Headers that a script set on the list of routes itself are meant for all of its routes. */
function takeListHeaders(data: Fields, { sent }: CallInput, warnings: string[]): void {
  const { routing } = data;
  if (!isRecord(routing)) return;
  const isBeside = hasOwn(data, "egress_routing") && !sent.includes("egress_routing");
  const routes = (isBeside ? data : routing)["egress_routing"];
  if (!isArray(routes) || routes.length === 0) return;
  for (let at = 0; at < LIST_NAMES.length; at += 1) {
    const name = LIST_NAMES[at] ?? "headers";
    if (!hasOwn(routes, name)) continue;
    const list: unknown = Reflect.get(routes, name);
    routing[name] = [...listOf(routing[name]), ...listOf(list)];
    warnings.push(`main set ${name} on the list egress_routing: they count for all destinations`);
  }
}
