// From what a call's script returned to the data with which the call goes on. Here, because here a list still has the members
// that somebody put on it, and the routing object that came back may be the very one that went in.
// What most calls come to stands in functions of its own: an isolate that serves one run compiles those it calls, and no more.

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
  const isLeft = result === input.data && isRecord(input.data["routing"]);
  const whole = isLeft ? input.data : wholeOf(result, input, warnings);
  if (whole === undefined) return undefined;
  const data = isAsSent(whole, input) ? whole : restore(whole, input);
  try {
    const routes = routesOf(data, input);
    if (hasListHeaders(routes)) takeListHeaders(data, routes, warnings);
    return putRight(data, input, warnings);
  } catch {
    return putRight(plainOf(data), input, warnings);
  }
}

/** Something in it is frozen, or a getter: its JSON is neither. */
function plainOf(data: Fields): Fields {
  const plain: unknown = parse(stringify(data));
  return isRecord(plain) ? plain : {};
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

/** Has all that the engine sent, and no variables. */
function isAsSent(whole: Fields, { sent, added }: CallInput): boolean {
  for (let at = 0; at < sent.length; at += 1) if (!hasOwn(whole, sent[at] ?? "")) return false;
  for (let at = 0; at < added.length; at += 1) if (hasOwn(whole, added[at] ?? "")) return false;
  return true;
}

/** Without the variables, which the engine did not send and does not get, and with what it sent and the script left out. */
function restore(whole: Fields, { payload, added }: CallInput): Fields {
  const rest: Fields = { ...parse(payload), ...whole };
  for (const name of added) delete rest[name];
  return rest;
}

/** The list of routes as the script left it, beside `routing` or in it. */
function routesOf(data: Fields, { sent }: CallInput): unknown {
  const isBeside = hasOwn(data, "egress_routing") && !sent.includes("egress_routing");
  const holder = isBeside ? data : data["routing"];
  return isRecord(holder) ? holder["egress_routing"] : undefined;
}

function hasListHeaders(routes: unknown): routes is unknown[] {
  if (!isArray(routes) || routes.length === 0) return false;
  return hasOwn(routes, "headers") || hasOwn(routes, "remove_headers");
}

/** Headers that a script set on the list of routes itself are meant for all of its routes. */
function takeListHeaders(data: Fields, routes: unknown[], warnings: string[]): void {
  const { routing } = data;
  if (!isRecord(routing)) return;
  for (let at = 0; at < LIST_NAMES.length; at += 1) {
    const name = LIST_NAMES[at] ?? "headers";
    if (!hasOwn(routes, name)) continue;
    const list: unknown = Reflect.get(routes, name);
    routing[name] = [...listOf(routing[name]), ...listOf(list)];
    warnings.push(`main set ${name} on the list egress_routing: they count for all destinations`);
  }
}
