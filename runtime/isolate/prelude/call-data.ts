// The data of a run on its way to the script: what was sent, with the variables beside it.

import type { BatchedRun } from "../../../schemas/batch.ts";
import { parseExactly, type ExactNumbers } from "../../../schemas/exact-json.ts";
import { isRecord } from "../../../schemas/json-values.ts";
import type { CallInput } from "./continuation.ts";
import { sentHeadersIn } from "./put-right.ts";

const { parse } = JSON;
const { defineProperty, hasOwn, keys } = Object;

/** A script's argument. `call` is undefined where no call asks, `exact` where no number was rounded. */
export type Argument = {
  data: unknown;
  call: CallInput | undefined;
  exact: ExactNumbers | undefined;
};

/** Names by which scripts reach a part of their argument that has another place, where their code mentions them. */
export type Aliases = { egressRouting: boolean; body: boolean };

/** What a script's code asks for. */
export function aliasesIn(code: string): Aliases {
  return { egressRouting: code.includes("egress_routing"), body: code.includes("body") };
}

type Sent = Pick<BatchedRun, "payload" | "vars" | "isCall" | "hasLongNumber">;

/** Reads the argument of a run. Throws where its payload is not JSON, or that of a call no object. */
export function readArgument(
  { payload, vars, isCall, hasLongNumber }: Sent,
  aliases: Aliases,
): Argument {
  const { value: sent, exact } = parseExactly(payload, hasLongNumber);
  if (!isCall) return otherArgument(sent, exact, aliases);
  if (!isRecord(sent)) throw new TypeError("The body of a call is a JSON object");
  const headers = sentHeadersIn(sent);
  const { data, added } = vars === "" ? { data: sent, added: [] } : withVars(sent, vars);
  const call = { payload, headers, data, sent: keys(sent), added };
  if (aliases.egressRouting && !hasOwn(data, "egress_routing")) {
    defineProperty(data, "egress_routing", ROUTES_ALIAS);
  }
  return { data, call, exact };
}

/** The argument of a run that is no call. */
function otherArgument(sent: unknown, exact: Argument["exact"], aliases: Aliases): Argument {
  if (aliases.body && isRecord(sent)) alias(sent, "body", sent);
  return { data: sent, call: undefined, exact };
}

/** What the engine sent wins over a variable of the same name. */
function withVars(
  sent: Record<string, unknown>,
  vars: string,
): { data: Record<string, unknown>; added: string[] } {
  const all: object = parse(vars);
  return { data: { ...all, ...sent }, added: keys(all).filter((name) => !hasOwn(sent, name)) };
}

/**
 * `data.egress_routing` is that of `data.routing`, whichever it is at the time. The same two functions for all data: V8 keeps
 * a shape for objects whose accessors are the same.
 */
const ROUTES_ALIAS = {
  configurable: true,
  get(this: Record<string, unknown>): unknown {
    const { routing } = this;
    return isRecord(routing) ? routing["egress_routing"] : undefined;
  },
  set(this: Record<string, unknown>, list: unknown): void {
    const { routing } = this;
    if (isRecord(routing)) routing["egress_routing"] = list;
  },
};

/** Where nobody lists it, so that it is no member that goes on. What was sent under that name wins. */
function alias(holder: Record<string, unknown>, name: string, value: unknown): void {
  if (hasOwn(holder, name)) return;
  defineProperty(holder, name, { value, writable: true, configurable: true });
}
