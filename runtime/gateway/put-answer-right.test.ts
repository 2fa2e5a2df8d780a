import { describe, it } from "vitest";
import type { RunAnswer } from "../../schemas/batch.ts";
import { NO_ROUTES } from "../../schemas/continued.ts";
import { putAnswerRight } from "./put-answer-right.ts";

const SENT = {
  routing: {
    cli: "44",
    egress_routing: [{ headers: [{ key: "X-Customer-ID", value: 1234 }] }],
    headers: [],
  },
  id: "LONG",
};

/** With a number of 64 bits, which JavaScript would round. */
function json(value: unknown): string {
  return JSON.stringify(value).replace('"LONG"', "12345678901234567890");
}

/** What becomes of `text`, which an isolate answers to a call. */
function after(text: string, payload = json(SENT), warnings = ""): RunAnswer | undefined {
  const answer = { is: "continue", cpuMs: 1, text, warnings, logs: "[]" } as const;
  return putAnswerRight(answer, payload);
}

describe("the data of a call, as an isolate that serves one run left them", () => {
  it("go on as they are where nothing is wrong with them", ({ expect }) => {
    expect(after(json(SENT))).toEqual({
      is: "continue",
      cpuMs: 1,
      text: json(SENT),
      warnings: "[]",
      logs: "[]",
    });
  });

  it("are put right, and what was is told behind what the isolate told", ({ expect }) => {
    const routing = { ...SENT.routing, cli: 45, headers: [{ key: "A", value: "b\r\nC: d" }] };
    const answer = after(json({ ...SENT, routing }), json(SENT), '["from inside"]');
    expect(answer?.text).toBe(json({ ...SENT, routing: { ...routing, cli: "45", headers: [] } }));
    expect(JSON.parse(answer?.warnings ?? "")).toEqual([
      "from inside",
      'headers: "A" is left out: its value has control characters',
    ]);
  });

  it("tell of a header of the engine's that is gone", ({ expect }) => {
    const routing = { ...SENT.routing, egress_routing: [{ headers: [] }] };
    expect(after(json({ ...SENT, routing }))?.warnings).toContain("X-Customer-ID");
  });

  it("are a rejection where they have no route left", ({ expect }) => {
    const routing = { ...SENT.routing, egress_routing: [] };
    const answer = after(json({ ...SENT, routing }));
    expect(answer).toMatchObject({ is: "outcome", text: NO_ROUTES });
  });

  it("are none where they are no object, no JSON, or the call had none", ({ expect }) => {
    for (const text of ["[]", "null", "1", "", "{", '{"a":1} ']) {
      expect(after(text) === undefined, text).toBe(text !== '{"a":1} ');
    }
    expect(after("{}", "no JSON")).toBeUndefined();
    expect(after("{}", "[]")).toBeUndefined();
  });

  it("are put right in a time that grows with their length alone", ({ expect }) => {
    const headers = Array.from({ length: 30_000 }, () => ({ key: "A", value: 1 }));
    const padding = "x".repeat(500_000);
    const routing = { ...SENT.routing, headers };
    const answer = after(json({ routing }), json({ padding, ...SENT }));
    expect(JSON.parse(answer?.text ?? "").routing.headers[29_999]).toEqual({
      key: "A",
      value: "1",
    });
  });
});
