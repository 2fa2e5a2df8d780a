// Texts as HTTP requests. Our own few lines of HTTP/1.1, because a client library costs the call path as much as the rest of the
// way: both ends are ours, and what comes back has a length.

import {
  failed,
  HEAD_END,
  MAX_ANSWER_BYTES,
  PARTIAL,
  Pending,
  readHead,
  tooLarge,
  wrong,
  type Head,
  type Wire,
} from "./wire.ts";

const MAX_HEAD_BYTES = 16_384;

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
      if (Number.isNaN(status + length)) return NO_LENGTH;
      if (length > MAX_ANSWER_BYTES) return tooLarge();
      if (pending.length < bodyAt + length) return PARTIAL;
      const text = pending.bytes.toString("utf8", bodyAt, bodyAt + length);
      pending.drop(bodyAt + length);
      head = undefined;
      // workerd closes a connection on which it had to answer for a worker that failed: nothing more may travel on it.
      return status === 200 ? { is: "whole", text } : failed(text);
    };
  },
};

const NO_LENGTH = wrong("The cell's answer has no status or length");
