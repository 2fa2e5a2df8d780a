// Programs nobody thought of print the same with and without the budget.

import { assert, asyncProperty, pre, property } from "fast-check";
import { it } from "vitest";
import { compileBudget } from "../../schemas/budget.ts";
import { findUnchecked, shapeOf } from "./erase.ts";
import { programs } from "./random-program.ts";
import { NAMES, parseProgram, runBudgeted, runPlain } from "./run.ts";

const RUNS = { seed: 20261123, numRuns: 400 };

it("leaves 400 random programs alone", async ({ expect }) => {
  let lines = 0;
  const isLeftAlone = asyncProperty(programs, async (source) => {
    pre(doesParse(source));
    const plain = await runPlain(source, "async");
    expect((await runBudgeted(source, "async")).trace).toEqual(plain.trace);
    lines += plain.trace.length;
  });
  await assert(isLeftAlone, RUNS);
  expect(lines).toBeGreaterThan(4_000);
}, 60_000);

it("checks all of 400 random programs", ({ expect }) => {
  const isChecked = property(programs, (source) => {
    pre(doesParse(source));
    const program = parseProgram(source, "async");
    const { code } = compileBudget(source, program, NAMES);
    const budgeted = parseProgram(code, "async");
    expect(shapeOf(budgeted)).toEqual(shapeOf(program));
    expect(findUnchecked(budgeted)).toEqual([]);
    expect(code.split("\n").length).toBe(source.split("\n").length);
  });
  assert(isChecked, RUNS);
}, 60_000);

/** Lines may run together into what is no program. */
function doesParse(source: string): boolean {
  try {
    return parseProgram(source, "async").body.length > 0;
  } catch {
    return false;
  }
}
