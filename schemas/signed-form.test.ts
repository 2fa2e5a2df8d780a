import { assert, property, string, option, tuple } from "fast-check";
import { describe, it } from "vitest";
import { readSignedForm, signForm } from "./signed-form.ts";

const SECRET = "the secret key of this test";
const FORM = { account: "default", form: "order", company: "acme" };

describe("a form's token", () => {
  it("opens the form that was signed, whatever its names are", ({ expect }) => {
    assert(
      property(tuple(string(), string(), option(string())), ([account, form, company]) => {
        const signed = { account, form, company };
        const token = signForm(SECRET, signed);
        expect(token).toMatch(/^[\w-]+$/);
        expect(readSignedForm(SECRET, token)).toEqual(signed);
      }),
    );
  });

  it("is the same each time, and another one for each form", ({ expect }) => {
    const others = [
      FORM,
      { ...FORM, account: "other" },
      { ...FORM, form: "orders" },
      { ...FORM, company: null },
      { ...FORM, company: "" },
      { account: "defaultorder", form: "", company: "acme" },
    ];
    expect(signForm(SECRET, FORM)).toBe(signForm(SECRET, { ...FORM }));
    expect(new Set(others.map((form) => signForm(SECRET, form))).size).toBe(others.length);
  });

  it("opens nothing under another key", ({ expect }) => {
    const token = signForm(SECRET, FORM);
    for (const key of ["", `${SECRET} `, SECRET.toUpperCase()]) {
      expect(readSignedForm(key, token)).toBeUndefined();
    }
  });

  it("opens nothing once a character of it is changed, added or taken away", ({ expect }) => {
    const token = signForm(SECRET, FORM);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === "A" ? "B" : "A";
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      expect([at, readSignedForm(SECRET, changed)]).toEqual([at, undefined]);
      expect(readSignedForm(SECRET, token.slice(0, at))).toBeUndefined();
    }
    for (const more of ["A", "=", "==", " ", "\n", "!", "%", "AAAA"]) {
      expect([more, readSignedForm(SECRET, token + more)]).toEqual([more, undefined]);
      expect([more, readSignedForm(SECRET, more + token)]).toEqual([more, undefined]);
    }
  });

  it("has one spelling, although base64 has several", ({ expect }) => {
    const tokens = ["a", "ab", "abc"].map((form) => signForm(SECRET, { ...FORM, form }));
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/";
    for (const token of tokens) {
      const spellings = Array.from(alphabet, (last) => token.slice(0, -1) + last);
      const opening = spellings.filter((spelling) => readSignedForm(SECRET, spelling));
      expect(opening).toEqual([token]);
    }
  });

  it("is not anything else", ({ expect }) => {
    for (const text of ["", "x", "A".repeat(43), "A".repeat(200), "../../run/x", "null"]) {
      expect(readSignedForm(SECRET, text)).toBeUndefined();
    }
  });
});
