// Texts as HTTP requests. Our own few lines of HTTP/1.1, because a client library costs the call path as much as the rest of the
// way: both ends are ours, and what comes back has a length.

import { Fault } from "../../schemas/fault.ts";
import {
  MAX_ANSWER_BYTES,
  PARTIAL,
  Pending,
  tooLarge,
  wrong,
  type Progress,
  type Wire,
} from "./wire.ts";

const MAX_HEAD_BYTES = 16_384;
const HEAD_END = "\r\n\r\n";

export const REQUESTS: Wire = {
  hello: "",
  // Less than the 5 s after which workerd closes an idle connection, so that no call meets a closing one.
  idleMs: 3_000,
  mostTexts: Infinity,
  // As one text, so that it is one write.
  frame: (path, text) =>
    `POST ${path} HTTP/1.1\r\nhost: cell\r\ncontent-length: ${Buffer.byteLength(text)}${HEAD_END}${text}`,
  makeReader: () => {
    const pending = new Pending();
    let head: Head | undefined;
    return (chunk) => {
      pending.add(chunk);
      head ??= readHead(pending.bytes);
      if (head === undefined) {
        return pending.length > MAX_HEAD_BYTES ? wrong("The cell's answer has no head") : PARTIAL;
      }
      const { status, bodyAt, length } = head;
      if (!(length <= MAX_ANSWER_BYTES)) return length > 0 ? tooLarge() : NO_LENGTH;
      if (pending.length < bodyAt + length) return PARTIAL;
      const text = pending.bytes.toString("utf8", bodyAt, bodyAt + length);
      pending.drop(bodyAt + length);
      head = undefined;
      return status === 200 ? { is: "whole", text } : failed(text);
    };
  },
};

type Head = { status: number; length: number; bodyAt: number };

const NO_LENGTH = wrong("The cell's answer has no status or length");

/** Undefined where there is not all of it. What it does not say is NaN. */
function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end === -1) return undefined;
  const text = bytes.toString("latin1", 0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1]);
  return { status, length, bodyAt: end + HEAD_END.length };
}

/** workerd closes a connection on which it had to answer for a worker that failed: nothing more may travel on it. */
function failed(text: string): Progress {
  return { is: "wrong", error: new Fault("internal", `The dispatcher failed: ${text}`) };
}
