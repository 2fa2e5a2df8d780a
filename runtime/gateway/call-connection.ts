// A connection of a routing engine. Requests for a call's decision that come in whole are read and answered here, in a
// fraction of the time that node:http takes. With the first other one the connection goes to node:http, for good.

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Reply } from "../../schemas/run-reply.ts";
import { readCallHead, type CallRequest } from "./call-request.ts";

/** How long a connection may be without a request. */
const IDLE_MS = 60_000;
/** Most characters of a head that is kept, and how many heads: a routing engine's are mostly the same. */
const MOST_KEPT = 1_024;
const MOST_HEADS = 2_048;
const HEAD_END = "\r\n\r\n";

/** `answer` never rejects. `handOver` gets the connection with what has been read of it and not answered. */
export type CallAnswerer = {
  answer: (request: CallRequest, body: string) => Promise<Reply>;
  handOver: (socket: Socket, unread: Buffer) => void;
};

export class CallConnection {
  readonly #socket: Socket;
  readonly #answerer: CallAnswerer;
  #isAnswering = false;
  /** What came in meanwhile. */
  #ahead: Buffer | undefined;
  #isEnded = false;

  constructor(socket: Socket, answerer: CallAnswerer) {
    this.#socket = socket;
    this.#answerer = answerer;
    socket.setTimeout(IDLE_MS);
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("timeout", this.#onTimeout);
    socket.on("error", this.#onError);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isAnswering) {
      // One request at a time: the next one waits, and what comes behind it waits in the kernel.
      this.#ahead = this.#ahead === undefined ? chunk : Buffer.concat([this.#ahead, chunk]);
      this.#socket.pause();
      return;
    }
    const headEnd = chunk.indexOf(HEAD_END);
    const bodyAt = headEnd + HEAD_END.length;
    const request = headEnd < 0 ? undefined : findCallHead(chunk.toString("latin1", 0, headEnd));
    if (request === undefined || chunk.length !== bodyAt + request.bodyBytes) {
      this.#handOver(chunk);
    } else void this.#answer(request, chunk.toString("utf8", bodyAt));
  };

  async #answer(request: CallRequest, body: string): Promise<void> {
    this.#isAnswering = true;
    const reply = await this.#answerer.answer(request, body);
    this.#isAnswering = false;
    writeReply(this.#socket, reply);
    if (this.#ahead === undefined) {
      if (this.#isEnded) this.#socket.end();
      return;
    }
    const ahead = this.#ahead;
    this.#ahead = undefined;
    this.#socket.resume();
    this.#onData(ahead);
  }

  #handOver(unread: Buffer): void {
    const socket = this.#socket;
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("timeout", this.#onTimeout);
    socket.off("error", this.#onError);
    socket.setTimeout(0);
    this.#answerer.handOver(socket, unread);
  }

  readonly #onEnd = (): void => {
    this.#isEnded = true;
    if (!this.#isAnswering) this.#socket.end();
  };

  readonly #onTimeout = (): void => {
    if (!this.#isAnswering) this.#socket.destroy();
  };

  /** The caller has gone: there is nobody to tell. */
  readonly #onError = (): void => {
    this.#socket.destroy();
  };
}

const heads = new Map<string, CallRequest>();

function findCallHead(head: string): CallRequest | undefined {
  const known = heads.get(head);
  if (known !== undefined) return known;
  const request = readCallHead(head);
  if (request === undefined || head.length > MOST_KEPT) return request;
  if (heads.size >= MOST_HEADS) heads.clear();
  heads.set(head, request);
  return request;
}

function writeReply(socket: Socket, { status, headers, body }: Reply): void {
  if (socket.destroyed) return;
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ndate: ${dateNow()}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  head += `content-length: ${Buffer.byteLength(body)}${HEAD_END}`;
  // As one text, so that it is one write. The bytes of a reason are those of its UTF-8 already.
  if ("x-sip-reason" in headers)
    socket.write(Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(body)]));
  else socket.write(head + body);
}

let date = "";
let dateOf = 0;

function dateNow(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dateOf) {
    dateOf = second;
    date = new Date(second * 1_000).toUTCString();
  }
  return date;
}
