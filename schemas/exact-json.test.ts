// oxlint-disable no-explicit-any -- scripts know no types

import { describe, it } from "vitest";
import { parseExactly, stringifyExactly } from "./exact-json.ts";

type Fields = Record<string, unknown>;

/** What becomes of `text` after `change`. */
function through(
  text: string,
  change: (value: any) => unknown = (value) => value,
): string | undefined {
  const { value, exact } = parseExactly(text);
  return stringifyExactly(change(value), exact);
}

describe("a number that JavaScript rounds", () => {
  const text =
    '{"id":12345678901234567890,"list":[9007199254740993,1],"deep":{"id":18446744073709551615}}';

  it("goes out as it came in", ({ expect }) => {
    expect(through(text)).toBe(text);
    for (const number of ["-9223372036854775808", "0.1234567890123456789", "1234567890123456.5"]) {
      expect(through(`{"a":${number}}`)).toBe(`{"a":${number}}`);
    }
  });

  it("does so in a copy as well", ({ expect }) => {
    expect(through(text, (data: Fields) => ({ ...data, deep: { ...Object(data["deep"]) } }))).toBe(
      text,
    );
  });

  it("is the script's where it changes it", ({ expect }) => {
    expect(through('{"id":12345678901234567890}', (data: Fields) => ({ ...data, id: 5 }))).toBe(
      '{"id":5}',
    );
  });

  it("is told from one that is rounded to the same by where it stands", ({ expect }) => {
    const both = '[{"id":9007199254740993},{"id":9007199254740992}]';
    expect(through(both)).toBe(both);
    expect(through(both, (list: Fields[]) => list.map((one) => ({ ...one })))).toBe(
      '[{"id":9007199254740992},{"id":9007199254740992}]',
    );
  });

  it("goes out as it came in where it has moved", ({ expect }) => {
    const list = '{"ids":[12345678901234567890,9223372036854775807]}';
    const shifted = through(list, (data: { ids: number[] }) => {
      data.ids.shift();
      return data;
    });
    expect(shifted).toBe('{"ids":[9223372036854775807]}');
  });

  it("is rounded in data that are nested too deep to look through", ({ expect }) => {
    const deep = `${"[".repeat(5_000)}12345678901234567890${"]".repeat(5_000)}`;
    expect(parseExactly(deep).exact).toBeUndefined();
  });

  it("is no other number, and no text", ({ expect }) => {
    const plain = '{"a":1.50,"b":"12345678901234567890","c":1e3,"d":12345678901234567890}';
    expect(through(plain)).toBe(
      '{"a":1.5,"b":"12345678901234567890","c":1000,"d":12345678901234567890}',
    );
  });
});

describe("JSON without such numbers", () => {
  it("is parsed and written as ever", ({ expect }) => {
    const { value, exact } = parseExactly('{"a":[1,"x",null]}');
    expect(exact).toBeUndefined();
    expect(stringifyExactly(value, exact)).toBe('{"a":[1,"x",null]}');
    expect(() => parseExactly("{")).toThrow(SyntaxError);
  });
});
