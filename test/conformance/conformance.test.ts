// What a script prints is the same with and without the budget. The cases are in cases/*.txt:
// `=== name [kind]`, then the program, in text files so that no formatter mends what they are about.

import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { compileBudget } from "../../schemas/budget.ts";
import { findUnchecked, shapeOf } from "./erase.ts";
import { NAMES, parseProgram, runBudgeted, runPlain, type Kind } from "./run.ts";

type Case = { name: string; kind: Kind; source: string };

const CASES = new URL("cases/", import.meta.url);

for (const file of readdirSync(CASES)) {
  describe(`cases/${file}`, () => {
    for (const { name, kind, source } of readCases(file)) {
      it(`leaves alone: ${name}`, async ({ expect }) => {
        const plain = await runPlain(source, kind);
        const budgeted = await runBudgeted(source, kind);
        expect(plain.trace).not.toEqual([]);
        expect(budgeted.trace).toEqual(plain.trace);
        expect(plain.trace.join()).not.toContain("SyntaxError");
      });

      it(`checks all of: ${name}`, ({ expect }) => {
        const program = parseProgram(source, kind);
        const budgeted = parseProgram(compileBudget(source, program, NAMES).code, kind);
        expect(shapeOf(budgeted)).toEqual(shapeOf(program));
        expect(findUnchecked(budgeted)).toEqual([]);
      });
    }
  });
}

function readCases(file: string): Case[] {
  const text = readFileSync(new URL(file, CASES), "utf8");
  const [, ...parts] = text.split(/^=== /m);
  return parts.map(readCase);
}

function readCase(part: string): Case {
  const [head = "", ...lines] = part.split("\n");
  const [, name = "", kind = "sloppy"] = /^(.*?)(?: \[(strict|async)\])?$/.exec(head) ?? [];
  if (kind !== "sloppy" && kind !== "strict" && kind !== "async")
    throw new Error(`Cannot read the case "${head}"`);
  return { name, kind, source: lines.join("\n") };
}
