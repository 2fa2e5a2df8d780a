// Errors of the network as Node has them.

/** What Node calls a failure of the isolate's network, and its number on Linux. */
const NODE_CODES = new Map<unknown, { code: string; errno: number }>([
  ["unreachable", { code: "ECONNREFUSED", errno: -111 }],
  ["not_allowed", { code: "EACCES", errno: -13 }],
  ["tls_failed", { code: "EPROTO", errno: -71 }],
]);

type Target = { readonly host: string; readonly port: string };

/** The error of a request as Node would put it, or itself where it is none of the network's. */
export function requestError(error: Error, { host, port }: Target): Error {
  const meaning = "code" in error ? NODE_CODES.get(error.code) : undefined;
  if (meaning === undefined) return error;
  const message = `connect ${meaning.code} ${host}:${port}`;
  // Of a lost connection there is no more to tell.
  const text = meaning.code === "ECONNREFUSED" ? message : `${message}: ${error.message}`;
  const facts = { ...meaning, syscall: "connect", address: host, port: Number(port) };
  return Object.assign(new Error(text, { cause: error }), facts);
}

/** The error of a response's body as Node would put it, or itself where the connection was not lost. */
export function responseError(error: Error): Error {
  const isLost = "retryable" in error && error.retryable === true;
  if (!isLost) return error;
  return Object.assign(new Error("aborted", { cause: error }), { code: "ECONNRESET" });
}
