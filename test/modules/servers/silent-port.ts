// A port at which connections are refused, for as long as it is held.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** The near end of a connection has this port: nobody else gets it, and nothing listens there. Disposing frees it. */
export class SilentPort implements Disposable {
  readonly port: number;
  readonly #holder: Socket;

  private constructor(port: number, holder: Socket) {
    this.port = port;
    this.#holder = holder;
  }

  static async take(): Promise<SilentPort> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port");
    const holder = connect(address.port, "127.0.0.1");
    await Promise.all([once(holder, "connect"), once(server, "connection")]);
    // The connection outlives the server, which ends with it.
    server.close();
    if (holder.localPort === undefined) throw new Error("The connection has no port");
    return new SilentPort(holder.localPort, holder);
  }

  [Symbol.dispose](): void {
    this.#holder.destroy();
  }
}
