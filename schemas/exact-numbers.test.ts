import { assert, json, property } from "fast-check";
import { describe, it } from "vitest";
import { isExactNumber, parseWithExactNumbers } from "./exact-numbers.ts";

describe("JSON with exact numbers", () => {
  it("is written again with every number as it was", ({ expect }) => {
    for (const text of [
      "9007199254740993",
      "-9007199254740993",
      "123456789012345678901234567890",
      "0.12345678901234567890",
      "1e400",
      "-1E+400",
      "12345678901.1234567",
      "1.0000000000000000",
      '{"id":9007199254740993,"list":[1,{"id":9007199254740992}]}',
      '{"__proto__":{"id":9007199254740993}}',
    ]) {
      expect(JSON.stringify(parseWithExactNumbers(text))).toBe(text);
    }
  });

  it("has plain numbers wherever these say the same", ({ expect }) => {
    const text =
      '[1,-2.5,1731773041.1234567,9007199254740992,1e3,1e100,1e-400,"9007199254740993",null,true]';
    const parsed = parseWithExactNumbers(text);
    expect(parsed).toEqual(JSON.parse(text));
    expect(Array.isArray(parsed) && parsed.some(isExactNumber)).toBe(false);
  });

  it("is what JSON.parse makes of text that JavaScript wrote", ({ expect }) => {
    assert(
      property(json(), (text) => {
        expect(parseWithExactNumbers(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("is told from an object that looks like one", ({ expect }) => {
    expect(isExactNumber(parseWithExactNumbers("9007199254740993"))).toBe(true);
    for (const value of [{ rawJSON: "1" }, Object.freeze({ rawJSON: "1" }), 1, "1", null]) {
      expect(isExactNumber(value)).toBe(false);
    }
  });

  it("refuses what is no JSON", ({ expect }) => {
    for (const text of ["", "{", "9007199254740993,", "[9007199254740993"]) {
      expect(() => parseWithExactNumbers(text)).toThrow(SyntaxError);
    }
  });
});
