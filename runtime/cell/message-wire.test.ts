import { describe, it } from "vitest";
import { MESSAGES } from "./message-wire.ts";
import type { Progress } from "./wire.ts";

const OPENED = Buffer.from(
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
);

/** A message as a cell sends it. */
function message(text: string, first = 0x81): Buffer {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), bytes]);
  const isShort = length < 0x10000;
  const head = Buffer.alloc(isShort ? 4 : 10);
  head[0] = first;
  head[1] = isShort ? 126 : 127;
  if (isShort) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, bytes]);
}

/** What comes of `bytes`, in chunks of `size`. */
function read(bytes: Buffer, size = bytes.length): Progress[] {
  const reader = MESSAGES.makeReader();
  const seen: Progress[] = [];
  for (let at = 0; at < bytes.length; at += size) seen.push(reader(bytes.subarray(at, at + size)));
  return seen.filter(({ is }) => is !== "partial");
}

function wholes(texts: readonly string[]): Progress[] {
  return texts.map((text) => ({ is: "whole", text }));
}

describe("an answer by message", () => {
  it("is read however it is cut, of every length", ({ expect }) => {
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]) {
      const text = "é".repeat(length / 2) + "x".repeat(length % 2);
      const bytes = Buffer.concat([OPENED, message(text)]);
      for (const size of [1, 7, 80, 4_096, bytes.length]) {
        expect(read(bytes, size)).toEqual(wholes([text]));
      }
    }
  });

  it("is read behind others", ({ expect }) => {
    const reader = MESSAGES.makeReader();
    expect(reader(OPENED)).toEqual({ is: "partial" });
    for (const text of ["one", "two".repeat(100), "{}"]) {
      expect([reader(message(text))]).toEqual(wholes([text]));
    }
  });

  it("is none where the dispatcher says that it failed", ({ expect }) => {
    expect(read(Buffer.concat([OPENED, message("!no such program")]))).toMatchObject([
      {
        is: "wrong",
        error: { code: "internal", message: "The dispatcher failed: no such program" },
      },
    ]);
  });

  it("is none where there is no WebSocket, no text or no end", ({ expect }) => {
    expect(read(Buffer.from("HTTP/1.1 500 Oh\r\n\r\n"))).toMatchObject([{ is: "wrong" }]);
    const endless = message("x").fill(0x7f, 1, 2);
    const long = Buffer.concat([endless, Buffer.alloc(8, 1)]);
    expect(read(Buffer.concat([OPENED, long]))).toMatchObject([
      { is: "wrong", error: { code: "output_too_large" } },
    ]);
    // Closing, a part of a text, bytes.
    for (const first of [0x88, 0x01, 0x82]) {
      expect(read(Buffer.concat([OPENED, message("xx", first)]))).toMatchObject([{ is: "wrong" }]);
    }
  });
});

describe("a text by message", () => {
  it("is one whole masked frame, of every length", ({ expect }) => {
    for (const length of [200, 65_535, 65_536, 250_000]) {
      const text = `é${"x".repeat(length - 2)}`;
      const frame = Buffer.from(MESSAGES.frame("/run", text));
      const isShort = length < 0x10000;
      expect([...frame.subarray(0, 2)]).toEqual([0x81, 0x80 | (isShort ? 126 : 127)]);
      const told = isShort ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
      expect(told).toBe(length);
      const textAt = isShort ? 8 : 14;
      expect(frame.readUInt32BE(textAt - 4)).toBe(0);
      expect(frame.toString("utf8", textAt)).toBe(text);
    }
  });
});
