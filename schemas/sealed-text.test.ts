import { inspect } from "node:util";
import { describe, it } from "vitest";
import { makeSealingKey, open, seal } from "./sealed-text.ts";

const SECRET = "the secret key of this test";
const KEY = makeSealingKey(SECRET);
const AT = { account: "default", script: "scr_1", name: "API_KEY" };

describe("a sealed text", () => {
  it("opens to what was sealed, whatever it is", ({ expect }) => {
    for (const text of ["", "a", "höchst geheim ☎ 🔒", "\0\n\r\u2028", "x".repeat(32_000)]) {
      expect(open(seal(text, KEY, AT), KEY, AT)).toBe(text);
    }
  });

  it("opens with a key made from the same secret at another time", ({ expect }) => {
    expect(open(seal("value", KEY, AT), makeSealingKey(SECRET), AT)).toBe("value");
  });

  it("shows nothing of the text and is never twice the same", ({ expect }) => {
    const sealed = Array.from({ length: 50 }, () => seal("plain-plain-plain", KEY, AT));
    expect(new Set(sealed).size).toBe(50);
    for (const text of sealed) {
      expect(text).toMatch(/^v1\.[\w-]+$/);
      expect(Buffer.from(text.slice(3), "base64url").toString("latin1")).not.toContain("plain");
    }
  });

  it("opens for no other account, script or name", ({ expect }) => {
    const sealed = seal("value", KEY, AT);
    for (const other of [
      { ...AT, account: "other" },
      { ...AT, script: "" },
      { ...AT, script: "scr_2" },
      { ...AT, name: "API_KEY2" },
      { account: AT.script, script: AT.account, name: AT.name },
      { account: 'default","scr_1', script: "", name: AT.name },
      { account: "defaul", script: "tscr_1", name: AT.name },
    ]) {
      expect(() => open(sealed, KEY, other)).toThrow(
        `Cannot open variable "${other.name}": its row was changed or copied`,
      );
    }
  });

  it("opens for nothing of another kind", ({ expect }) => {
    const sealed = seal("value", KEY, { ...AT, kind: "connector" });
    expect(open(sealed, KEY, { ...AT, kind: "connector" })).toBe("value");
    for (const [kind, told] of [
      [{ kind: "API user" }, 'Cannot open API user "API_KEY": its row was changed or copied'],
      [{}, 'Cannot open variable "API_KEY": its row was changed or copied'],
    ] as const) {
      expect(() => open(sealed, KEY, { ...AT, ...kind })).toThrow(told);
    }
  });

  it("says that another key sealed it and what to do", ({ expect }) => {
    const sealed = seal("value", makeSealingKey("another secret key"), AT);
    expect(() => open(sealed, KEY, AT)).toThrow(
      'Cannot open variable "API_KEY": it was sealed with another SCRIPTFORGE_SECRET_KEY. Start with that key, or set the variable anew',
    );
  });

  it("does not open once any bit of it has changed", ({ expect }) => {
    const bytes = Buffer.from(seal("value", KEY, AT).slice(3), "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => open(`v1.${changed.toString("base64url")}`, KEY, AT)).toThrow(
        'Cannot open variable "API_KEY": ',
      );
    }
  });

  it("does not open when it was cut short", ({ expect }) => {
    const sealed = seal("value", KEY, AT);
    for (let length = 0; length < sealed.length - 1; length += 1) {
      expect(() => open(sealed.slice(0, length), KEY, AT)).toThrow(
        'Cannot open variable "API_KEY": ',
      );
    }
  });

  it("of an unknown format is told from one that is damaged", ({ expect }) => {
    for (const sealed of ["", "v1.", "v2.AAAA", "value", "v1.a b", " v1.AAAA", "v1.AAAA\n"]) {
      expect(() => open(sealed, KEY, AT)).toThrow("its format is not known here");
    }
  });
});

describe("a sealing key", () => {
  it("is not made from an empty secret", ({ expect }) => {
    expect(() => makeSealingKey("")).toThrow("SCRIPTFORGE_SECRET_KEY");
  });

  it("shows neither itself nor its secret when it is printed", ({ expect }) => {
    const bytes = KEY.key.export();
    for (const printed of [inspect(KEY, { depth: null }), JSON.stringify(KEY)]) {
      for (const encoding of ["hex", "base64"] as const) {
        expect(printed).not.toContain(bytes.toString(encoding));
      }
      expect(printed).not.toContain(SECRET);
    }
  });
});
