// Where a script's path leads. The script chooses what stands below the operator's address, and never the address.

import { Fault } from "../../schemas/fault.ts";

/** A path as scripts write it, split into its decoded parts, and how it goes on behind the address and a slash. */
export type RestPath = { segments: string[]; below: string; query: URLSearchParams };

/** Percent signs may hide percent signs, and a server may decode what a proxy before it has decoded. */
const MAX_DECODINGS = 5;

/** Throws `invalid` for what might lead elsewhere than below an address. `action` is told in the error. */
export function readRestPath(path: string, action: string): RestPath {
  const refuse = (state: string): Fault =>
    new Fault("invalid", `Cannot ${action}: the path ${state}`);
  if (/[\p{Cc}\p{Cs}\\]/u.test(path)) throw refuse("has control characters or a backslash in it");
  if (/^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(path)) {
    throw refuse("names a host: give what stands behind the address of the API");
  }
  const relative = path.replace(/^\//, "").replaceAll("#", "%23");
  const [, pathname = "", search = ""] = /^([^?]*)(?:\?([^]*))?$/.exec(relative) ?? [];
  if (pathname === "") throw refuse("is empty");
  const segments = pathname.split("/");
  if (segments.some((segment) => leadsUp(segment))) throw refuse('has "." or ".." in it');
  try {
    return {
      segments: segments.map(decodeURIComponent).filter((segment) => segment !== ""),
      below: search === "" ? pathname : `${pathname}?${search}`,
      query: new URLSearchParams(search),
    };
  } catch {
    throw refuse("has a percent sign that encodes nothing");
  }
}

/** The address of a path below `base`. Throws an Error where it is not below: then `readRestPath` is wrong. */
export function urlBelow(base: string, { below }: RestPath): URL {
  const root = new URL(base.endsWith("/") ? base : `${base}/`);
  const url = new URL(`${root.href}${below}`);
  const isBelow = url.origin === root.origin && url.pathname.startsWith(root.pathname);
  if (isBelow && url.username === "" && url.password === "") return url;
  throw new Error("Cannot ask the upstream: the path leads out of its address");
}

/** Whether any reading of the segment is `.` or `..`. What is behind a semicolon some servers leave out. */
function leadsUp(segment: string): boolean {
  let text = segment;
  for (let times = 0; times < MAX_DECODINGS; times += 1) {
    if (text.split(/[/\\]/).some((part) => /^\.\.?(?:;|$)/.test(part))) return true;
    const decoded = text.replaceAll(/%(2e|2f|5c|25|3b)/gi, (_whole, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
    if (decoded === text) return false;
    text = decoded;
  }
  return true;
}
