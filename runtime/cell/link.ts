// The connections into one cell, over its unix socket.

import { connect, type Socket } from "node:net";
import type { Wire } from "./wire.ts";

/** A text on its way. */
export type Posted = {
  readonly answered: Promise<string>;
  /** Ends it, and it then fails with `reason`. */
  hangUp: (reason: unknown) => void;
};

/** Posts texts to the cell that listens on `socket`, as `wire` has it. Whoever makes it closes it. */
export class CellLink {
  readonly #path: string;
  readonly #wire: Wire;
  readonly #all = new Set<Connection>();
  /** Connections with nothing under way, the one used last at the end. */
  readonly #idle: Connection[] = [];

  constructor(socket: string, wire: Wire) {
    this.#path = socket;
    this.#wire = wire;
  }

  /**
   * The text that the dispatcher answers. Fails with the Fault `output_too_large` for an endless answer, `internal` when
   * the dispatcher fails, what it is hung up with or the reason of `signal`, and any other Error when the connection breaks.
   */
  post(path: string, body: string, signal?: AbortSignal): Posted {
    const connection = this.#idle.pop() ?? this.#open();
    const posted = connection.post(path, body);
    if (signal === undefined) return posted;
    const abort = (): void => posted.hangUp(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    const answered = posted.answered.finally(() => signal.removeEventListener("abort", abort));
    return { ...posted, answered };
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  #open(): Connection {
    const connection = new Connection(this.#path, this.#wire, {
      onIdle: () => this.#idle.push(connection),
      onClose: () => this.#forget(connection),
    });
    this.#all.add(connection);
    return connection;
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
  }
}

type Listeners = { onIdle: () => void; onClose: () => void };

/** One connection, with one text under way at most. */
class Connection {
  readonly #socket: Socket;
  readonly #wire: Wire;
  readonly #listeners: Listeners;
  readonly #reader: ReturnType<Wire["makeReader"]>;
  #settle: PromiseWithResolvers<string> | undefined;
  #texts = 0;

  constructor(path: string, wire: Wire, listeners: Listeners) {
    this.#wire = wire;
    this.#listeners = listeners;
    this.#reader = wire.makeReader();
    this.#socket = connect({ path });
    if (wire.hello !== "") this.#socket.write(wire.hello);
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("timeout", () => this.#retire());
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => {
      this.#fail(new Error("The cell closed the connection"));
      listeners.onClose();
    });
  }

  post(path: string, text: string): Posted {
    const settle = Promise.withResolvers<string>();
    this.#settle = settle;
    this.#texts += 1;
    this.#socket.setTimeout(0);
    this.#socket.write(this.#wire.frame(path, text));
    return {
      answered: settle.promise,
      hangUp: (reason) => {
        if (this.#settle === settle) this.#end(reason);
      },
    };
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const progress = this.#reader(chunk);
    if (progress.is === "partial") return;
    if (progress.is === "wrong") return this.#end(progress.error);
    const settle = this.#settle;
    this.#settle = undefined;
    if (this.#texts >= this.#wire.mostTexts) this.#retire();
    else {
      this.#socket.setTimeout(this.#wire.idleMs);
      this.#listeners.onIdle();
    }
    settle?.resolve(progress.text);
  }

  /** At once, so that no text meets it before it has closed. */
  #retire(): void {
    this.#listeners.onClose();
    this.#socket.destroy();
  }

  #end(reason: unknown): void {
    this.#fail(reason);
    this.#socket.destroy();
  }

  #fail(reason: unknown): void {
    this.#settle?.reject(reason);
    this.#settle = undefined;
  }
}
