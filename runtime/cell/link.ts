// The HTTP connections into one cell, over its unix socket. Our own few lines of HTTP/1.1, because a client library costs the
// call path as much as the rest of the way: both ends are ours, and what comes back has a length.

import { connect, type Socket } from "node:net";
import { Fault } from "../../schemas/fault.ts";

/** Less than the 5 s after which workerd closes an idle connection, so that no call meets a closing one. */
const IDLE_CONNECTION_MS = 3_000;
/** Most of an answer that is read. A script that took the prelude apart might send anything. */
const MAX_ANSWER_BYTES = 8_000_000;
const MAX_HEAD_BYTES = 16_384;
const HEAD_END = "\r\n\r\n";

/** A request on its way. */
export type Posted = {
  readonly answered: Promise<string>;
  /** Ends the request, which then fails with `reason`. */
  hangUp: (reason: unknown) => void;
};

/** Posts texts to the cell that listens on `socket`. Whoever makes it closes it. */
export class CellLink {
  readonly #path: string;
  readonly #all = new Set<Connection>();
  /** Connections with nothing under way, the one used last at the end. */
  readonly #idle: Connection[] = [];

  constructor(socket: string) {
    this.#path = socket;
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
    const connection = new Connection(this.#path, {
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

/** One connection, with one request under way at most. */
class Connection {
  readonly #socket: Socket;
  readonly #listeners: Listeners;
  #settle: PromiseWithResolvers<string> | undefined;
  #reply = new Reply();

  constructor(path: string, listeners: Listeners) {
    this.#listeners = listeners;
    this.#socket = connect({ path });
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("timeout", () => {
      // At once, so that no request meets it before it has closed.
      listeners.onClose();
      this.#socket.destroy();
    });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => {
      this.#fail(new Error("The cell closed the connection"));
      listeners.onClose();
    });
  }

  post(path: string, body: string): Posted {
    const settle = Promise.withResolvers<string>();
    this.#settle = settle;
    this.#reply = new Reply();
    this.#socket.setTimeout(0);
    const length = Buffer.byteLength(body);
    // As one text, so that it is one write.
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nhost: cell\r\ncontent-length: ${length}${HEAD_END}${body}`,
    );
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
    const state = this.#reply.add(chunk);
    if (state === "partial") return;
    if (state !== "whole") return this.#end(state);
    const { status, body } = this.#reply;
    // workerd closes a connection on which it had to answer for a worker that failed: nothing more may travel on it.
    if (status !== 200) return this.#end(new Fault("internal", `The dispatcher failed: ${body}`));
    const settle = this.#settle;
    this.#settle = undefined;
    this.#socket.setTimeout(IDLE_CONNECTION_MS);
    this.#listeners.onIdle();
    settle?.resolve(body);
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

/** One answer, as it comes in. */
class Reply {
  status = 0;
  body = "";
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  /** Where the answer ends, once its head is there. */
  #end: number | undefined;
  #bodyAt = 0;

  /** Whether all is there now, or why it never will be. */
  add(chunk: Buffer): "partial" | "whole" | Error {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#end === undefined) {
      const problem = this.#readHead();
      if (problem !== undefined) return problem;
    }
    if (this.#end === undefined || this.#bytes < this.#end) return "partial";
    this.body = this.#joined().toString("utf8", this.#bodyAt, this.#end);
    return "whole";
  }

  #readHead(): Error | undefined {
    const bytes = this.#joined();
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd === -1) {
      return bytes.length > MAX_HEAD_BYTES ? new Error("The cell's answer has no head") : undefined;
    }
    const head = bytes.toString("latin1", 0, headEnd);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (status === undefined || length === undefined) {
      return new Error("The cell's answer has no status or length");
    }
    if (Number(length) > MAX_ANSWER_BYTES) return tooLarge();
    this.status = Number(status);
    this.#bodyAt = headEnd + HEAD_END.length;
    this.#end = this.#bodyAt + Number(length);
    return undefined;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks.splice(0, Infinity, joined);
    return joined;
  }
}

function tooLarge(): Fault {
  return new Fault("output_too_large", `The answer has more than ${MAX_ANSWER_BYTES} bytes`);
}
