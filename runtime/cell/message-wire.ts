// Texts as messages of a WebSocket, of which the cell answers each by one. A message costs a cell half of what a request does,
// but all of a WebSocket's messages are one request to workerd, which frees some things only at its end.

import { FAILED_MARK } from "../../schemas/batch.ts";
import {
  failed,
  MAX_ANSWER_BYTES,
  PARTIAL,
  Pending,
  readHead,
  tooLarge,
  wrong,
  type Wire,
} from "./wire.ts";

/** Longest text that surely is no longer than workerd takes, whatever its characters. */
export const MOST_OF_MESSAGE = 300_000;

const HELLO =
  "GET /batches HTTP/1.1\r\nhost: cell\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n";

/** A whole text message. */
const TEXT = 0x81;
const MASKED = 0x80;
/** In the place of a length: it follows, in two or in eight bytes. */
const SHORT = 126;
const LONG = 127;

export const MESSAGES: Wire = {
  hello: HELLO,
  idleMs: 60_000,
  mostTexts: 1_000,
  frame: (_path, text) => {
    const length = Buffer.byteLength(text);
    const isShort = length < 0x10000;
    const textAt = isShort ? 8 : 14;
    const frame = Buffer.allocUnsafe(textAt + length);
    frame[0] = TEXT;
    frame[1] = MASKED | (isShort ? SHORT : LONG);
    if (isShort) frame.writeUInt16BE(length, 2);
    else frame.writeBigUInt64BE(BigInt(length), 2);
    // The mask that a client must have: one that changes nothing, for there is nobody between to be misled.
    frame.fill(0, textAt - 4, textAt);
    frame.write(text, textAt, "utf8");
    return frame;
  },
  makeReader: () => {
    const pending = new Pending();
    let isOpen = false;
    /** Fewer bytes need not be looked at. */
    let needed = 0;
    return (chunk) => {
      pending.add(chunk);
      if (pending.length < needed) return PARTIAL;
      if (!isOpen) {
        const head = readHead(pending.bytes);
        if (head === undefined) return PARTIAL;
        if (head.status !== 101) return REFUSED;
        pending.drop(head.bodyAt);
        isOpen = true;
      }
      const { bytes } = pending;
      const { textAt, end } = measure(bytes);
      needed = end;
      if (bytes.length < textAt) return PARTIAL;
      if (bytes[0] !== TEXT) return NO_TEXT;
      if (end - textAt > MAX_ANSWER_BYTES) return tooLarge();
      if (bytes.length < end) return PARTIAL;
      const text = bytes.toString("utf8", textAt, end);
      pending.drop(end);
      needed = 0;
      if (text.startsWith(FAILED_MARK)) return failed(text.slice(FAILED_MARK.length));
      return { is: "whole", text };
    };
  },
};

const REFUSED = wrong("The cell opened no WebSocket");
const NO_TEXT = wrong("The cell sent another frame than a text");

/** Where the text of the message begins and ends, as far as can be told by what is there of it. */
function measure(bytes: Buffer): { textAt: number; end: number } {
  const length = bytes[1] ?? 0;
  const textAt = length === LONG ? 10 : length === SHORT ? 4 : 2;
  if (bytes.length < textAt) return { textAt, end: textAt };
  if (length === LONG) return { textAt, end: textAt + Number(bytes.readBigUInt64BE(2)) };
  return { textAt, end: textAt + (length === SHORT ? bytes.readUInt16BE(2) : length) };
}
