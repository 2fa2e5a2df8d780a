import { describe, it } from "vitest";
import { refuseDepth, refusal, shortened } from "./refusal.ts";

describe("a refusal", () => {
  it("says its place in the message and in the facts", ({ expect }) => {
    const fault = refusal("Cannot use it", { line: 2, column: 3 }, "module_not_allowed");
    expect(fault).toMatchObject({
      code: "module_not_allowed",
      message: "Cannot use it (line 2, column 3)",
      facts: { line: 2, column: 3 },
    });
    expect(refusal("Cannot use it", { line: 1, column: 1 })).toHaveProperty(
      "code",
      "compile_error",
    );
  });

  it("meets what exhausts the stack, and no other failure", ({ expect }) => {
    const endless = (): number => 1 + endless();
    expect(() => refuseDepth(endless)).toThrow(
      "The script is nested too deeply (line 1, column 1)",
    );
    const failure = new TypeError("x");
    expect(() =>
      refuseDepth(() => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(refuseDepth(() => 5)).toBe(5);
  });

  it("quotes no more than the beginning of what is long", ({ expect }) => {
    expect(shortened("axios")).toBe("axios");
    expect(shortened("x".repeat(1_000))).toBe(`${"x".repeat(100)}...`);
  });
});
