// How texts travel on a connection to a cell, and back.

import { Fault } from "../../schemas/fault.ts";

/** Most of an answer that is read, in bytes. A script that took the prelude apart might send anything. */
export const MAX_ANSWER_BYTES = 8_000_000;

/** What has come in of an answer. Whatever is no answer ends the connection. */
export type Progress =
  | { is: "partial" }
  | { is: "whole"; text: string }
  | { is: "wrong"; error: Error };

export const PARTIAL: Progress = { is: "partial" };

export type Wire = {
  /** What is written first on a new connection, "" for nothing. */
  readonly hello: string;
  /** How long a connection with nothing under way is kept, in milliseconds. */
  readonly idleMs: number;
  /** Texts after which a connection is closed. */
  readonly mostTexts: number;
  /** What is written to send `text` to `path`. */
  frame: (path: string, text: string) => string | Buffer;
  /** Reads the answers of one connection, one after the other. */
  makeReader: () => (chunk: Buffer) => Progress;
};

/** Where the head of an HTTP answer ends. */
export const HEAD_END = "\r\n\r\n";

/** What a head says, NaN where it does not, and where what follows begins. */
export type Head = { status: number; length: number; bodyAt: number };

/** The head at the beginning of `bytes`, undefined where there is not all of it. */
export function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end === -1) return undefined;
  const text = bytes.toString("latin1", 0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1]);
  return { status, length, bodyAt: end + HEAD_END.length };
}

/** The dispatcher could not do what it was asked. */
export function failed(reason: string): Progress {
  return { is: "wrong", error: new Fault("internal", `The dispatcher failed: ${reason}`) };
}

export function wrong(message: string): Progress {
  return { is: "wrong", error: new Error(message) };
}

export function tooLarge(): Progress {
  const message = `The answer has more than ${MAX_ANSWER_BYTES} bytes`;
  return { is: "wrong", error: new Fault("output_too_large", message) };
}

/** What came in and was not read yet. */
export class Pending {
  #bytes: Buffer | undefined;
  readonly #later: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    if (this.#bytes === undefined) this.#bytes = chunk;
    else this.#later.push(chunk);
    this.#length += chunk.length;
  }

  /** All of it. */
  get bytes(): Buffer {
    if (this.#bytes === undefined) return EMPTY;
    if (this.#later.length > 0)
      this.#bytes = Buffer.concat([this.#bytes, ...this.#later.splice(0)]);
    return this.#bytes;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    const { bytes } = this;
    this.#bytes = count >= bytes.length ? undefined : bytes.subarray(count);
    this.#length -= count;
  }
}

const EMPTY = Buffer.alloc(0);
