// The global `api` of the oldest scripts: libraries, by other names.

import type { ScriptType } from "../../../schemas/script-type.ts";
import { makeLookup } from "libraries.js";
import { askConnector } from "./platform.ts";
import type { Require } from "./unit.ts";

/** What `api.send` has. */
const SENDERS = ["email", "sms", "notify", "sip"];

// Taken before the script can change them.
const { apply, defineProperty, get } = Reflect;
const NativeError = Error;

/** For one run, whose `require` is `load`. Its members are made when they are first looked at: most scripts that name it look at one. */
export function makeApi(type: ScriptType, load: Require): object {
  const api = {};
  member(api, "lookup", () => {
    // A Script's require refuses, and says which type has libraries.
    if (type === "script") load("api.lookup");
    return makeLookup(askConnector, (database, number) =>
      functionOf(load, "cxUserspace", "read")(database, number),
    );
  });
  member(api, "rest", () => load("cxRest"));
  member(api, "send", () => {
    const send = {};
    for (const name of SENDERS) member(send, name, () => functionOf(load, "cxSend", name));
    return send;
  });
  return api;
}

/** Writable as well: the script may put something else there. */
function member(object: object, name: string, make: () => unknown): void {
  const set = (value: unknown): void => {
    defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  };
  const getIt = (): unknown => {
    const value = make();
    set(value);
    return value;
  };
  defineProperty(object, name, { get: getIt, set, enumerable: true, configurable: true });
}

/** Throws where there is no such library, or it has no such function. */
function functionOf(
  load: Require,
  library: string,
  name: string,
): (...given: unknown[]) => Promise<unknown> {
  const found: unknown = load(library);
  const value: unknown = typeof found === "object" && found !== null ? get(found, name) : undefined;
  if (typeof value === "function") return (...given) => apply(value, found, given);
  throw new NativeError(`${library} of this edge has no function "${name}"`);
}
