import { array, assert, constantFrom, integer, oneof, property, string } from "fast-check";
import { describe, it } from "vitest";
import { cleanReason, SipAnswer, standardReason } from "./sip.ts";

/** Any text, with halves of characters in it. */
const anyText = array(integer({ min: 0, max: 0x10_ff_ff })).map((points) =>
  String.fromCodePoint(...points),
);

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

describe("cleanReason", () => {
  it("keeps a reason of any language", ({ expect }) => {
    for (const text of ["Try Later", "Zurück ✓", "😀", "a  b", "'\"<>\\;", "x".repeat(128)]) {
      expect(cleanReason(text)).toBe(text);
    }
  });

  it("leaves no way to end the line", ({ expect }) => {
    const cases: [text: string, clean: string][] = [
      ["a\r\nX-Evil: 1", "a X-Evil: 1"],
      ["a\r\n\r\nbody", "a body"],
      ["a\nb\rc\0d\te\u0085f\u2028g\u2029h\u007fi", "a b c d e f g h i"],
      ["\r\n a \r\n", "a"],
      ["\r\n\0", ""],
      ["", ""],
      ["   ", ""],
    ];
    for (const [text, clean] of cases) expect(cleanReason(text)).toBe(clean);
  });

  it("ends at 128 bytes, between characters", ({ expect }) => {
    const cases: [text: string, clean: string][] = [
      ["x".repeat(129), "x".repeat(128)],
      ["é".repeat(100), "é".repeat(64)],
      [`x${"é".repeat(100)}`, `x${"é".repeat(63)}`],
      ["✓".repeat(100), "✓".repeat(42)],
      ["😀".repeat(100), "😀".repeat(32)],
      [`xx${"😀".repeat(100)}`, `xx${"😀".repeat(31)}`],
      ["x".repeat(5_000_000), "x".repeat(128)],
    ];
    for (const [text, clean] of cases) expect(cleanReason(text)).toBe(clean);
  });

  it("replaces half a character", ({ expect }) => {
    expect(cleanReason("a\ud800b")).toBe("a\ufffdb");
    expect(cleanReason("\udfff")).toBe("\ufffd");
    expect(cleanReason("\ud83d")).toBe("\ufffd");
  });

  it("halves no character behind many that go", ({ expect }) => {
    const clean = cleanReason(`${"\n".repeat(511)}😀`);
    expect(clean).not.toContain("\ufffd");
  });

  it("makes any text safe for a status line and a header", ({ expect }) => {
    const hostile = string({
      unit: constantFrom("\r", "\n", "\0", "\u2028", "é", "😀", "\ud800", "\udc00", "x", " "),
      maxLength: 700,
    });
    assert(
      property(oneof(anyText, hostile), (text) => {
        const clean = cleanReason(text);
        expect(clean).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(clean.isWellFormed()).toBe(true);
        expect(bytesOf(clean)).toBeLessThanOrEqual(128);
      }),
    );
  });
});

describe("standardReason", () => {
  it("is the phrase of the standard", ({ expect }) => {
    const phrases: [code: number, phrase: string][] = [
      [302, "Moved Temporarily"],
      [404, "Not Found"],
      [480, "Temporarily Unavailable"],
      [486, "Busy Here"],
      [500, "Server Internal Error"],
      [503, "Service Unavailable"],
      [603, "Decline"],
      [604, "Does Not Exist Anywhere"],
    ];
    for (const [code, phrase] of phrases) expect(standardReason(code)).toBe(phrase);
  });

  it("is a phrase of its class where the code has none, and never empty", ({ expect }) => {
    expect([399, 499, 599, 699].map(standardReason)).toEqual([
      "Redirected",
      "Request Failure",
      "Server Failure",
      "Global Failure",
    ]);
    for (let code = 300; code <= 699; code += 1) {
      expect(standardReason(code)).toBe(cleanReason(standardReason(code)));
      expect(standardReason(code)).toMatch(/^[A-Z]/);
    }
  });
});

describe("a SIP answer", () => {
  it("is final and no success", ({ expect }) => {
    for (const code of [300, 404, 699]) {
      expect(SipAnswer.safeParse({ code, reason: "x" }).success).toBe(true);
    }
    for (const code of [100, 200, 299, 700, 404.5, "404"]) {
      expect([code, SipAnswer.safeParse({ code, reason: "x" }).success]).toEqual([code, false]);
    }
  });
});
