import { MagicString } from "magic-string";
import { describe, it } from "vitest";
import { RELEASE_HEAD_END } from "../../schemas/release-head.ts";
import { NO_REQUIRES } from "../../schemas/requires.ts";
import { EdgeRelease } from "../store/release.ts";
import { runErrorOf, type Files } from "./run-error.ts";

const SOURCE = "function main(data) {\n  return data.x.y;\n}";
const HEAD = `(function ($a, $b) { let $c = 0; return function ${RELEASE_HEAD_END}`;

/** A release whose compiled lines begin with `inserted`, and whose code has `above` lines over the author's first. */
function filesOf({ inserted = "", above = 0 } = {}): Files {
  const text = new MagicString(SOURCE);
  for (const start of [0, SOURCE.indexOf("  return"), SOURCE.lastIndexOf("}")]) {
    text.appendLeft(start, inserted);
  }
  text.prepend("\n".repeat(above));
  const sourceMap = text.generateMap({ hires: true }).toString();
  const code = `${HEAD}${text.toString()}\n})`;
  const release = new EdgeRelease({ id: "id", code, sourceMap, requires: NO_REQUIRES });
  return new Map([
    ["script.js", release],
    ["scripts/my%20rules.js", release],
  ]);
}

const stackOf = (...frames: string[]): string =>
  ["TypeError: Cannot read", ...frames.map((frame) => `    at ${frame}`)].join("\n");

describe("the error of a run", () => {
  it("has the author's line and column, and a stack with them", ({ expect }) => {
    const stack = stackOf("main (script.js:2:15)", "script.js:1:1");
    expect(runErrorOf({ message: "Cannot read", stack }, filesOf())).toEqual({
      message: "Cannot read",
      line: 2,
      column: 15,
      stack: stackOf("main (script.js:2:15)", "script.js:1:1"),
    });
  });

  it("tells where another script is at fault", ({ expect }) => {
    const stack = stackOf("check (scripts/my%20rules.js:2:15)", "main (script.js:2:10)");
    expect(runErrorOf({ message: "x", stack }, filesOf())).toEqual({
      message: "x",
      line: 2,
      column: 15,
      file: "scripts/my%20rules.js",
      stack,
    });
  });

  it("looks through what publishing put in", ({ expect }) => {
    const release = filesOf({ inserted: "check();" });
    const stack = stackOf("main (script.js:2:23)");
    expect(runErrorOf({ message: "x", stack }, release)).toMatchObject({ line: 2, column: 15 });
    const moved = filesOf({ above: 3 });
    const lower = stackOf("main (script.js:5:15)");
    expect(runErrorOf({ message: "x", stack: lower }, moved)).toMatchObject({
      line: 2,
      column: 15,
    });
  });

  it("does not count the wrapper in the first line", ({ expect }) => {
    const stack = stackOf(`main (script.js:1:${HEAD.length + 10})`);
    expect(runErrorOf({ message: "x", stack }, filesOf())).toMatchObject({ line: 1, column: 10 });
  });

  it("shows no frame of ours or the engine's", ({ expect }) => {
    const stack = stackOf(
      "JSON.parse (<anonymous>)",
      "main (script.js:2:15)",
      "Prelude.run (prelude.js:40:2)",
      "async node:internal/x:1:1",
    );
    const error = runErrorOf({ message: "x", stack }, filesOf());
    expect(error.stack).toBe(stackOf("main (script.js:2:15)"));
  });

  it("keeps every line of the message", ({ expect }) => {
    const stack = "Error: first\nsecond\n\n    at main (script.js:2:15)";
    expect(runErrorOf({ message: "first\nsecond", stack }, filesOf())).toMatchObject({
      line: 2,
      stack,
    });
  });

  it("has no place where the stack has none", ({ expect }) => {
    expect(runErrorOf({ message: "text" }, filesOf())).toEqual({ message: "text" });
    for (const stack of ["", "nonsense", stackOf("run (prelude.js:1:1)")]) {
      const error = runErrorOf({ message: "x", stack }, filesOf());
      expect(error).not.toHaveProperty("line");
      expect(error).not.toHaveProperty("column");
    }
  });

  it("survives a stack that the script wrote itself", ({ expect }) => {
    for (const stack of [
      "at script.js:0:0",
      "at script.js:999999:999999",
      "at script.js:99999999999999999999:1",
      `at ${"script.js:1:1 ".repeat(1_000)}`,
      "$& script.js:2:15 $1",
    ]) {
      const error = runErrorOf({ message: "x", stack }, filesOf());
      expect(error.message).toBe("x");
      expect(error.stack).toContain("script.js:");
    }
  });
});
