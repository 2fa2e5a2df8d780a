// Finds what must not reach a SIP message, in data whose script may have answered in place of our own code. Pure.

import { CallData } from "../../schemas/call.ts";

/** Control characters of ASCII but the tab: those that isolates take out as well. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
/** How JSON writes them; another thing may look like it. The last of them it writes as it is. */
// oxlint-disable-next-line no-control-regex -- a control character is what it looks for
const WRITTEN = /\\(?:[bfnr]|u00[01])|\u007f/i;

/** Whether JSON may have such characters in it, so that its data have to be looked at. */
export function mayBeUnsafe(json: string): boolean {
  return WRITTEN.test(json);
}

/**
 * Where in the data of a call a telephone number or a header has a line's end or another control character in it, however deep
 * and in whatever stands in its place; undefined where none has.
 */
export function findUnsafeText(data: CallData): string | undefined {
  const beside = unsafeListIn(data);
  if (beside !== undefined) return beside;
  const routing = fieldsOf(data["routing"]);
  const found = unsafeIn(routing);
  if (found !== undefined) return `routing.${found}`;
  const routes = Object.values(fieldsOrList(routing["egress_routing"]));
  const inRoutes = routes.map((route) => unsafeIn(fieldsOf(route)));
  const first = inRoutes.find((name) => name !== undefined);
  return first === undefined ? undefined : `egress_routing.${first}`;
}

function unsafeIn(holder: CallData): string | undefined {
  for (const name of ["cli", "dest_number"]) if (isUnsafe(holder[name])) return name;
  const list = unsafeListIn(holder);
  if (list !== undefined) return list;
  const gateways = Object.values(fieldsOrList(holder["gw"]));
  return gateways.some((gateway) => isUnsafe(fieldsOf(gateway)["cli"])) ? "gw" : undefined;
}

function unsafeListIn(holder: CallData): string | undefined {
  for (const name of ["headers", "remove_headers"]) {
    const list = holder[name];
    if (typeof list === "string" && isUnsafe(list)) return name;
    for (const header of Object.values(fieldsOrList(list))) {
      const { key, value } = fieldsOf(header);
      if (isUnsafe(key) || isUnsafe(value)) return name;
    }
  }
  return undefined;
}

/** A list or an object in the place of a text as well, as careless receivers write it. */
function isUnsafe(value: unknown): boolean {
  if (typeof value === "string") return CONTROL.test(value);
  return typeof value === "object" && value !== null && Object.values(value).some(isUnsafe);
}

function fieldsOf(value: unknown): CallData {
  return CallData.safeParse(value).data ?? {};
}

function fieldsOrList(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
