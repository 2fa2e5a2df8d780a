import { array, assert, constantFrom, integer, oneof, property, string, tuple } from "fast-check";
import { describe, it } from "vitest";
import {
  DEFAULT_TIMEOUT_ACTION,
  parseTimeoutAction,
  PutAssignment,
  TimeoutActionText,
} from "./assignment.ts";
import { cleanReason, SipAnswer } from "./sip.ts";

/** Any text, with halves of characters in it. */
const anyText = array(integer({ min: 0, max: 0x10_ff_ff })).map((points) =>
  String.fromCodePoint(...points),
);

const BAD = [
  "",
  " ",
  "503",
  "503 ",
  "Try Later",
  "100 Trying",
  "199 x",
  "700 Never",
  "999 no",
  "9999 no",
  "50 no",
  "5033 no",
  "-503 no",
  "503.5 no",
  "503\tno",
  "503-no",
  "503 a\r\nX-Evil: 1",
  "503 a\nb",
  "503 a\0b",
  "503 \u0085b",
  "503 a\r",
  "503 Try Later\n",
  "５０３ wide",
  `503 ${"x".repeat(129)}`,
];

describe("a Timeout Action", () => {
  it("of 300 and more rejects the call", ({ expect }) => {
    const cases: [text: string, code: number, reason: string][] = [
      ["503 Try Later", 503, "Try Later"],
      ["300 Multiple", 300, "Multiple"],
      ["699 x", 699, "x"],
      ["503  two  spaces", 503, "two  spaces"],
      ["603 Zurück ✓", 603, "Zurück ✓"],
      ["404 404 Not Found", 404, "404 Not Found"],
      [`500 ${"x".repeat(128)}`, 500, "x".repeat(128)],
      [DEFAULT_TIMEOUT_ACTION, 500, "ScriptForge Timeout"],
    ];
    for (const [text, code, reason] of cases) {
      expect(parseTimeoutAction(text)).toEqual({ is: "reject", code, reason });
    }
  });

  it("of 2xx lets the call go on", ({ expect }) => {
    for (const text of ["200 OK", "202 Accepted", "299 x"]) {
      expect(parseTimeoutAction(text)).toEqual({ is: "continue" });
    }
  });

  it("is nothing else", ({ expect }) => {
    for (const text of BAD) expect([text, parseTimeoutAction(text)]).toEqual([text, undefined]);
  });

  it("names an answer that a SIP status line can carry as it is", ({ expect }) => {
    const words = oneof(
      anyText,
      string({ unit: constantFrom("é", "✓", "\u2028", "x", " "), minLength: 60, maxLength: 128 }),
    );
    assert(
      property(tuple(constantFrom("404 ", "503 ", "200 "), words), ([code, reason]) => {
        const action = parseTimeoutAction(code + reason);
        if (action?.is !== "reject") return;
        expect(SipAnswer.safeParse({ code: action.code, reason: action.reason }).success).toBe(
          true,
        );
        expect(action.reason).toBe(cleanReason(action.reason));
      }),
    );
  });
});

describe("the text of a Timeout Action", () => {
  it("is trimmed and otherwise kept", ({ expect }) => {
    expect(TimeoutActionText.parse(" 503 Try Later \n")).toBe("503 Try Later");
    expect(TimeoutActionText.parse("200 OK")).toBe("200 OK");
  });

  it("is refused with an example of a good one", ({ expect }) => {
    for (const text of BAD.filter((bad) => parseTimeoutAction(bad.trim()) === undefined)) {
      const { success, error } = TimeoutActionText.safeParse(text);
      expect([text, success]).toEqual([text, false]);
      expect(error?.issues[0]?.message).toContain("503 Try Later");
    }
    expect(TimeoutActionText.safeParse(503).success).toBe(false);
  });
});

describe("an assignment", () => {
  it("has a timeout from 10 ms to 30 s", ({ expect }) => {
    for (const timeout of [0.01, 0.5, 2, 10]) {
      expect(PutAssignment.parse({ script: "x", timeout }).timeout).toBe(timeout);
    }
    for (const timeout of [0, 0.009, -1, 30.001, Number.NaN, Infinity, "2"]) {
      expect([timeout, PutAssignment.safeParse({ script: "x", timeout }).success]).toEqual([
        timeout,
        false,
      ]);
    }
  });

  it("takes no member that it does not know", ({ expect }) => {
    expect(PutAssignment.safeParse({ script: "x", timeOut: 1 }).success).toBe(false);
    expect(PutAssignment.safeParse({ script: "x", onError: "ignore" }).success).toBe(false);
    expect(PutAssignment.safeParse({ script: "" }).success).toBe(false);
    expect(PutAssignment.safeParse({}).success).toBe(false);
  });
});
