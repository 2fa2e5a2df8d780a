import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { array, assert, integer, property } from "fast-check";
import { describe, it } from "vitest";
import { headerValue } from "../../schemas/run-reply.ts";
import { parseJson, readBody } from "./http.ts";

/** Any text, with halves of characters in it. */
const anyText = array(integer({ min: 0, max: 0x10_ff_ff })).map((points) =>
  String.fromCodePoint(...points),
);

function requestOf(...chunks: (string | Uint8Array)[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  for (const chunk of chunks) request.push(chunk);
  request.push(null);
  return request;
}

describe("readBody", () => {
  it("returns the text of all chunks, with characters that they split", async ({ expect }) => {
    const bytes = new TextEncoder().encode('{"a":"größe ✓ 😀"}');
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await readBody(requestOf(...chunks))).toBe('{"a":"größe ✓ 😀"}');
    expect(await readBody(requestOf())).toBe("");
  });

  it("takes a million bytes and no more, whatever the chunks", async ({ expect }) => {
    expect(await readBody(requestOf("x".repeat(1_000_000)))).toHaveLength(1_000_000);
    for (const chunks of [
      ["x".repeat(1_000_001)],
      ["x".repeat(999_999), "xx"],
      ["é".repeat(500_001)],
    ]) {
      await expect(readBody(requestOf(...chunks))).rejects.toMatchObject({
        code: "body_too_large",
      });
    }
  });

  it("takes what a trusted caller may send", async ({ expect }) => {
    expect(await readBody(requestOf("x".repeat(1_000_001)), 1_000_001)).toHaveLength(1_000_001);
    await expect(readBody(requestOf("abc"), 2)).rejects.toMatchObject({
      code: "body_too_large",
      message: expect.stringContaining("2 bytes"),
    });
  });
});

describe("parseJson", () => {
  it("reads any JSON", ({ expect }) => {
    const cases: [text: string, value: unknown][] = [
      ['{"a":[1,null]}', { a: [1, null] }],
      [" [] ", []],
      ["null", null],
      ["0", 0],
      ['"x"', "x"],
    ];
    for (const [text, value] of cases) expect(parseJson(text, "empty")).toEqual(value);
  });

  it("takes nothing for what its caller says", ({ expect }) => {
    for (const text of ["", " ", "\r\n\t"])
      expect(parseJson(text, { mine: 1 })).toEqual({ mine: 1 });
  });

  it("refuses the rest as the caller's mistake", ({ expect }) => {
    for (const text of ["{", "{'a':1}", "undefined", "NaN", '{"a":1}}', "\uFEFF{}", "a=1"]) {
      expect(() => parseJson(text, {})).toThrow(
        expect.objectContaining({ name: "Fault", code: "bad_request" }),
      );
    }
  });

  it("makes no prototype of a member __proto__", ({ expect }) => {
    const value = parseJson('{"__proto__":{"admin":true}}', {});
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value).not.toHaveProperty("admin");
  });
});

describe("headerValue", () => {
  it("carries the UTF-8 bytes of the text", ({ expect }) => {
    expect(headerValue("Try Later")).toBe("Try Later");
    expect(Buffer.from(headerValue("Zürich ✓ 😀"), "latin1").toString("utf8")).toBe("Zürich ✓ 😀");
  });

  it("cannot end the header", ({ expect }) => {
    expect(headerValue("x\r\nX-Evil: 1\0\u007f")).toBe("x  X-Evil: 1  ");
  });

  it("is what Node takes for a header, whatever the text", ({ expect }) => {
    assert(
      property(anyText, (text) => {
        expect(() => new Headers({ "x-sip-reason": headerValue(text) })).not.toThrow();
        expect(headerValue(text)).not.toMatch(/[\r\n\0]|[^\p{ASCII}\u0080-\u00ff]/u);
      }),
    );
  });
});
