// Opens and closes the port of a server.

import { once } from "node:events";
import type { Server } from "node:net";

/** A server at its address, until it is disposed. */
export type Listening = AsyncDisposable & { url: string };

/** Where to listen, and the setting that says so. `isShared`: other processes may listen there as well. */
export type ListenAddress = { host: string; port: number; setting: string; isShared?: boolean };

/**
 * Listens on `host:port`, any free port for 0.
 * Throws an Error whose message says what keeps it from listening and which setting to change.
 */
export async function listen(
  server: Server & { closeAllConnections?: () => void },
  { host, port, setting, isShared = false }: ListenAddress,
): Promise<Listening> {
  try {
    server.listen({ port, host, reusePort: isShared });
    await once(server, "listening");
  } catch (error) {
    throw new Error(
      `Cannot listen on ${host}:${port}: ${reasonOf(error)}. Set ${setting} to another port`,
      {
        cause: error,
      },
    );
  }
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${portOf(server)}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections?.();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("Cannot tell the port: not listening");
  return address.port;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "the port is taken";
  if (code === "EACCES") return "this user may not open the port";
  return error instanceof Error ? error.message : String(error);
}
