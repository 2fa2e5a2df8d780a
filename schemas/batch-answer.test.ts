import { describe, it } from "vitest";
import { readBatchAnswer } from "./batch-answer.ts";
import { answerHead, answersText, answerTexts, ENDED_TEXT, type RunAnswer } from "./batch.ts";

const CONTINUED: RunAnswer = {
  is: "continue",
  cpuMs: 1.5,
  text: '{"routing":{}}',
  warnings: '["☎"]',
  logs: "[]",
};
const THREW: RunAnswer = {
  is: "outcome",
  cpuMs: 0,
  text: '{"is":"threw","thrown":{"message":"404"}}',
  warnings: "",
  logs: "[]",
};

describe("what a cell answers to a batch", () => {
  it("is read as the prelude wrote it", ({ expect }) => {
    const answers = [CONTINUED, THREW];
    const text = answersText(answers.map(answerHead).join(","), {
      texts: answers.map(answerTexts).join(""),
      isSpoilt: true,
    });
    expect(readBatchAnswer(text)).toEqual({ is: "ran", isSpoilt: true, answers });
    expect(readBatchAnswer(ENDED_TEXT)).toEqual({ is: "ended" });
  });

  it.for([
    "",
    "\n",
    "null\n",
    "[]\n",
    '{"is":"ran"}\n',
    '{"is":"ran","isSpoilt":"no","answers":[]}\n',
    '{"is":"ran","isSpoilt":false,"answers":{}}\n',
    '{"is":"ran","isSpoilt":false,"answers":[null]}\n',
    '{"is":"ran","isSpoilt":false,"answers":[{"is":"continue"}]}\n',
    '{"is":"ran","isSpoilt":false,"answers":[{"is":"done","cpuMs":0,"text":0,"warnings":0,"logs":0}]}\n',
    '{"is":"ran","isSpoilt":false,"answers":[{"is":"continue","cpuMs":"0","text":0,"warnings":0,"logs":0}]}\n',
    '{"is":"ran","isSpoilt":false,"answers":[{"is":"continue","cpuMs":0,"text":-1,"warnings":0,"logs":0}]}\n',
    '{"is":"ran","isSpoilt":false,"answers":[{"is":"continue","cpuMs":0,"text":1.5,"warnings":0,"logs":0}]}\n',
  ])("is refused where it is something else: %j", (text, { expect }) => {
    expect(readBatchAnswer(text)).toBeUndefined();
  });
});
