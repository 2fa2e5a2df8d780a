import {
  assert,
  anything,
  constantFrom,
  property,
  record,
  option,
  string,
  tuple,
} from "fast-check";
import { describe, it } from "vitest";
import type { Thrown } from "../../schemas/call.ts";
import { cleanReason, SipAnswer, standardReason } from "../../schemas/sip.ts";
import { answer, sipAnswerOf } from "./sip-answer.ts";

function pair(code: unknown, reason?: unknown): Thrown {
  return { message: JSON.stringify([code, reason]), pair: [code, reason] };
}

function fields(given: Record<string, unknown>, message = "{}"): Thrown {
  return { message, fields: given };
}

describe("rule 1: a pair", () => {
  it("names its code and text", ({ expect }) => {
    const cases: [thrown: Thrown, code: number, reason: string][] = [
      [pair(604, "On the list"), 604, "On the list"],
      [pair("604", "On the list"), 604, "On the list"],
      [pair(300, "x"), 300, "x"],
      [pair(699, "x"), 699, "x"],
      [pair(500, "  db down  "), 500, "db down"],
      [pair(500, 17), 500, "17"],
      [pair(500, true), 500, "true"],
      [pair(500, "404 Not Found"), 500, "404 Not Found"],
    ];
    for (const [thrown, code, reason] of cases)
      expect(sipAnswerOf(thrown)).toEqual({ code, reason });
  });

  it("has the standard's text where it has none", ({ expect }) => {
    for (const reason of [undefined, null, "", "  ", "\r\n", "\0"]) {
      expect(sipAnswerOf(pair(486, reason))).toEqual({ code: 486, reason: "Busy Here" });
    }
    expect(sipAnswerOf(pair(499))).toEqual({ code: 499, reason: "Request Failure" });
  });

  it("is no answer with any other code", ({ expect }) => {
    const numbers = [299, 700, 200, 100, 0, -404, 404.5, Number.NaN, Infinity];
    const texts = ["299", "700", "40", "4040", "404.0", " 404", "4e2", "x", ""];
    for (const code of [...numbers, ...texts, null, undefined, true, [404], {}]) {
      expect([code, sipAnswerOf(pair(code, "404 Not Found"))]).toEqual([code, undefined]);
    }
  });

  it("comes before message and fields", ({ expect }) => {
    const thrown: Thrown = { message: "404 Not Found", pair: [604, "x"], fields: { code: 486 } };
    expect(sipAnswerOf(thrown)).toEqual({ code: 604, reason: "x" });
  });
});

describe("rule 2: a message", () => {
  it("names code and text", ({ expect }) => {
    const cases: [message: string, code: number, reason: string][] = [
      ["404 Not Found", 404, "Not Found"],
      ["401 CLI Not Authorized", 401, "CLI Not Authorized"],
      ["603 Destination Blocked", 603, "Destination Blocked"],
      ["  480   Busy  ", 480, "Busy"],
      ["404", 404, "Not Found"],
      [" 404 \n", 404, "Not Found"],
      ["404 - Gone", 404, "Gone"],
      ["404-Gone", 404, "Gone"],
      ["404: Gone", 404, "Gone"],
      ["404 : Gone", 404, "Gone"],
      ["404\tGone", 404, "Gone"],
      ["503 a\nb", 503, "a b"],
      ["300 x", 300, "x"],
      ["699 x", 699, "x"],
    ];
    for (const [message, code, reason] of cases) {
      expect([message, sipAnswerOf({ message })]).toEqual([message, { code, reason }]);
    }
  });

  it("names nothing where the code is not in front, or is another number", ({ expect }) => {
    for (const message of [
      "",
      "Missing Destination",
      "Error 404 Not Found",
      "Request failed with status code 404",
      "200 OK",
      "299 x",
      "700 x",
      "100 Trying",
      "4040 x",
      "404x",
      "404.5 x",
      "404,5",
      "404/5",
      "40 x",
      "-404 x",
      "４０４ wide",
      "Cannot read properties of undefined (reading '404')",
    ]) {
      expect([message, sipAnswerOf({ message })]).toEqual([message, undefined]);
    }
  });

  it("comes behind the fields of an object", ({ expect }) => {
    const thrown = fields({ code: 486, message: "Busy" }, "404 Gone");
    expect(sipAnswerOf(thrown)).toEqual({ code: 486, reason: "Busy" });
  });
});

describe("rule 3: an object", () => {
  it("names code and text in three ways", ({ expect }) => {
    const cases: [given: Record<string, unknown>, code: number, reason: string][] = [
      [{ code: 486, message: "Busy" }, 486, "Busy"],
      [{ code: "486", message: "Busy" }, 486, "Busy"],
      [{ sip_code: 486, sip_reason: "Busy" }, 486, "Busy"],
      [{ status: 503, statusText: "Later" }, 503, "Later"],
      [{ code: 486 }, 486, "Busy Here"],
      [{ code: 486, message: null }, 486, "Busy Here"],
      [{ code: "ENOENT", sip_code: 404, sip_reason: "x" }, 404, "x"],
      [{ code: 200, status: 404, statusText: "x" }, 404, "x"],
    ];
    for (const [given, code, reason] of cases) {
      expect(sipAnswerOf(fields(given))).toEqual({ code, reason });
    }
  });

  it("names nothing without a code of its own", ({ expect }) => {
    for (const given of [
      {},
      { message: "Busy" },
      { code: "ENOENT", message: "x" },
      { code: 200, message: "OK" },
      { status: 200, statusText: "OK" },
      { sip_code: 700 },
      { code: { code: 404 } },
    ]) {
      expect([given, sipAnswerOf(fields(given))]).toEqual([given, undefined]);
    }
  });
});

describe("an answer", () => {
  it("has a reason that cannot leave its line", ({ expect }) => {
    const cases: [reason: string, clean: string][] = [
      ["x\r\nX-Evil: 1", "x X-Evil: 1"],
      ["x\r\n\r\nbody", "x body"],
      ["x\0\u0085\u2028y", "x y"],
      ["x".repeat(5_000_000), "x".repeat(128)],
      ["é".repeat(200), "é".repeat(64)],
      ["\ud800", "\ufffd"],
    ];
    for (const [reason, clean] of cases) {
      expect(sipAnswerOf(pair(604, reason))).toEqual({ code: 604, reason: clean });
      expect(sipAnswerOf(fields({ code: 604, message: reason }))).toEqual({
        code: 604,
        reason: clean,
      });
      expect(sipAnswerOf({ message: `604 ${reason}` })).toEqual({ code: 604, reason: clean });
    }
  });

  it("is a clean SIP answer or nothing, whatever was thrown", ({ expect }) => {
    const code = constantFrom<unknown>(
      299,
      300,
      404,
      699,
      700,
      "404",
      "503",
      404.5,
      null,
      {},
      [404],
    );
    const text = string({
      unit: constantFrom("4", "0", " ", "-", ":", "\r", "\n", "\0", "é", "😀"),
    });
    const member = option(anything({ withBigInt: false }), { nil: undefined });
    const thrown = record(
      {
        message: text,
        pair: tuple(code, member),
        fields: record({ code, message: member, sip_code: code, status: code, statusText: text }),
      },
      { requiredKeys: ["message"] },
    );
    assert(
      property(thrown, (any) => {
        const found = sipAnswerOf(any);
        if (found === undefined) return;
        expect(SipAnswer.parse(found)).toEqual(found);
        expect(found.reason).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(new TextEncoder().encode(found.reason).length).toBeLessThanOrEqual(128);
        expect(found.reason).not.toBe("");
      }),
    );
  });

  it("takes the standard's reason where cleaning leaves none", ({ expect }) => {
    expect(answer(404, "\r\n")).toEqual({ code: 404, reason: standardReason(404) });
    expect(answer(404, cleanReason("\0"))).toEqual({ code: 404, reason: "Not Found" });
    expect(answer(200, "OK")).toBeUndefined();
  });
});
