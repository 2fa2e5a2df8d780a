// Finds what must not reach a SIP message, in data whose script may have answered in place of our own code. Pure.

import { CallData } from "../../schemas/call.ts";

/** Control characters of ASCII but the tab: those that isolates take out as well. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
/** How JSON writes them; another thing may look like it. */
const ESCAPED = /\\(?:[bfnr]|u00[01])/i;

/** Whether JSON may have such characters in it, so that its data have to be looked at. */
export function mayBeUnsafe(json: string): boolean {
  return ESCAPED.test(json);
}

/** Where in the data of a call a telephone number or a header has a line's end or another control character in it; undefined where none has. */
export function findUnsafeText(data: CallData): string | undefined {
  const routing = CallData.safeParse(data["routing"]).data ?? {};
  const routes = listOf(routing["egress_routing"]).map((route) => ({
    at: "egress_routing",
    route,
  }));
  for (const { at, route } of [{ at: "routing", route: routing }, ...routes]) {
    const found = unsafeIn(CallData.safeParse(route).data ?? {});
    if (found !== undefined) return `${at}.${found}`;
  }
  return undefined;
}

function unsafeIn(holder: CallData): string | undefined {
  for (const name of ["cli", "dest_number"]) if (isUnsafe(holder[name])) return name;
  for (const name of ["headers", "remove_headers"]) {
    for (const header of listOf(holder[name])) {
      const { key, value } = CallData.safeParse(header).data ?? {};
      if (isUnsafe(key) || isUnsafe(value)) return name;
    }
  }
  const gateways = Object.values(CallData.safeParse(holder["gw"]).data ?? {});
  const isBad = gateways.some((gateway) => isUnsafe(CallData.safeParse(gateway).data?.["cli"]));
  return isBad ? "gw" : undefined;
}

function isUnsafe(value: unknown): boolean {
  if (typeof value === "string") return CONTROL.test(value);
  return typeof value === "object" && value !== null && CONTROL.test(textOf(value));
}

/** A list or an object in the place of a text, as careless receivers write it. */
function textOf(value: object): string {
  return Object.values(value).join("");
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
