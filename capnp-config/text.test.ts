import { array, assert, constantFrom, integer, oneof, property, string } from "fast-check";
import { describe, it } from "vitest";
import { quote, quoteAll } from "./text.ts";

/** Any text, with halves of characters in it. */
const anyText = array(integer({ min: 0, max: 0x10_ff_ff })).map((points) =>
  String.fromCodePoint(...points),
);

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

/** Reads a literal as Cap'n Proto does: bytes, of which `\xNN` is one. */
function decode(literal: string): number[] {
  const [, content = ""] = /^"(.*)"$/s.exec(literal) ?? [];
  const parts = content.match(/\\x[0-9a-f]{2}|[^"\\]/gs) ?? [];
  if (`"${parts.join("")}"` !== literal) throw new Error(`This is no one literal: ${literal}`);
  return parts.flatMap((part) =>
    part.startsWith("\\x") ? [Number.parseInt(part.slice(2), 16)] : utf8(part),
  );
}

describe("quote", () => {
  it("leaves printable ASCII as it is", ({ expect }) => {
    const plain = "unix:/tmp/cell-1.sock [a](b) {c} 'd' #e $f ~ ";
    expect(quote(plain)).toBe(`"${plain}"`);
    expect(quote("")).toBe('""');
  });

  it("escapes what could end the literal or its line", ({ expect }) => {
    const cases: [text: string, literal: string][] = [
      ['"', String.raw`"\x22"`],
      ["\\", String.raw`"\x5c"`],
      ['\\"', String.raw`"\x5c\x22"`],
      ["\\x22", String.raw`"\x5cx22"`],
      ["a\nb\r\tc", String.raw`"a\x0ab\x0d\x09c"`],
      ["a\0b", String.raw`"a\x00b"`],
      ["\x1f\x7f", String.raw`"\x1f\x7f"`],
      ["é✓", String.raw`"\xc3\xa9\xe2\x9c\x93"`],
      ["\u2028\u{1f600}", String.raw`"\xe2\x80\xa8\xf0\x9f\x98\x80"`],
    ];
    for (const [text, literal] of cases) expect(quote(text)).toBe(literal);
  });

  it("gives an attempt to add configuration back as text", ({ expect }) => {
    const attempts = [
      '", http = ()), (name = "evil", address = "*:80',
      '\\", evil = "',
      '" # the rest is a comment',
      "\"\n), evil :Text = embed '/etc/passwd",
    ];
    for (const attempt of attempts) {
      const literal = quote(attempt);
      expect(literal.slice(1, -1)).not.toMatch(/["\n]/);
      expect(decode(literal)).toEqual(utf8(attempt));
    }
  });

  it("makes one literal of any text, which holds its UTF-8", ({ expect }) => {
    const text = oneof(
      anyText,
      string({ unit: constantFrom('"', "\\", "x", "2", "\n", "\0", "é", ")", ",") }),
    );
    assert(
      property(text, (any) => {
        const literal = quote(any);
        expect(literal).toMatch(/^[\x20-\x7e]*$/);
        expect(decode(literal)).toEqual(utf8(any));
      }),
    );
  });
});

describe("quoteAll", () => {
  it("makes a list with every text a literal of its own", ({ expect }) => {
    expect(quoteAll([])).toBe("[]");
    expect(quoteAll(["a"])).toBe('["a"]');
    expect(quoteAll(['a", "b', "c"])).toBe(String.raw`["a\x22, \x22b", "c"]`);
  });
});
