// SIP final answers: the pair of code and reason that ends a call set-up.

import { z } from "zod";

export const SipAnswer = z
  .strictObject({ code: z.int().min(300).max(699), reason: z.string() })
  .meta({ id: "SipAnswer" });
export type SipAnswer = z.infer<typeof SipAnswer>;

/** Most bytes of a reason phrase that reach a SIP status line. */
export const MAX_REASON_BYTES = 128;

/** Reason phrases of RFC 3261 section 21 and its extensions, by code. */
const STANDARD_REASONS: Record<number, string> = {
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Moved Temporarily",
  305: "Use Proxy",
  380: "Alternative Service",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  410: "Gone",
  413: "Request Entity Too Large",
  414: "Request-URI Too Long",
  415: "Unsupported Media Type",
  416: "Unsupported URI Scheme",
  420: "Bad Extension",
  421: "Extension Required",
  423: "Interval Too Brief",
  433: "Anonymity Disallowed",
  480: "Temporarily Unavailable",
  481: "Call/Transaction Does Not Exist",
  482: "Loop Detected",
  483: "Too Many Hops",
  484: "Address Incomplete",
  485: "Ambiguous",
  486: "Busy Here",
  487: "Request Terminated",
  488: "Not Acceptable Here",
  491: "Request Pending",
  493: "Undecipherable",
  500: "Server Internal Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Server Time-out",
  505: "Version Not Supported",
  513: "Message Too Large",
  580: "Precondition Failure",
  600: "Busy Everywhere",
  603: "Decline",
  604: "Does Not Exist Anywhere",
  606: "Not Acceptable",
  607: "Unwanted",
  608: "Rejected",
};

const CLASS_REASONS: Record<number, string> = {
  3: "Redirected",
  4: "Request Failure",
  5: "Server Failure",
  6: "Global Failure",
};

/** The reason phrase that belongs to `code`, or its class's where the code has none. */
export function standardReason(code: number): string {
  return STANDARD_REASONS[code] ?? CLASS_REASONS[Math.floor(code / 100)] ?? "Unknown";
}

/**
 * Makes any text safe for a SIP status line and an HTTP header: no control characters, so that no CR or LF
 * adds a header; at most `MAX_REASON_BYTES` of UTF-8, cut between characters.
 */
export function cleanReason(text: string): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
  let reason = "";
  let bytes = 0;
  for (const character of plain) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > MAX_REASON_BYTES) break;
    reason += character;
  }
  return reason;
}
