import { runInThisContext } from "node:vm";
import { describe, it } from "vitest";
import { z } from "zod";
import { isRight, makePayload, PAYLOAD, SCRIPT } from "./payload.ts";

const Main = z.custom<(data: unknown) => unknown>((value) => typeof value === "function");
const main = Main.parse(runInThisContext(`(${SCRIPT})`));

function answerTo(payload: string): string {
  return JSON.stringify({ action: "continue", data: main(JSON.parse(payload)) });
}

describe("an answer", () => {
  it("is right with the CLI set in every gateway", ({ expect }) => {
    for (const payload of [PAYLOAD, makePayload(10_000)]) {
      expect(isRight(answerTo(payload), payload)).toBe(true);
    }
  });

  it("is wrong when nothing was changed, something else was, or the call is refused", ({
    expect,
  }) => {
    const wrong = [
      `{"action":"continue","data":${PAYLOAD}}`,
      answerTo(PAYLOAD).replace("am1fs1", "am1fs2"),
      '{"action":"reject","sip":{"code":500,"reason":"ScriptForge Error"}}',
      "Bad Gateway",
    ];
    for (const answer of wrong) expect(isRight(answer)).toBe(false);
  });
});

describe("a payload", () => {
  it("has the size that is asked for", ({ expect }) => {
    for (const bytes of [10_000, 100_000]) {
      const { length } = makePayload(bytes);
      expect(length).toBeGreaterThanOrEqual(bytes);
      expect(length).toBeLessThan(bytes + 1_000);
    }
  });
});
