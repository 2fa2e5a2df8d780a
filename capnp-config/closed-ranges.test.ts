import { describe, it } from "vitest";
import { closedRanges } from "./closed-ranges.ts";

describe("the closed ranges", () => {
  it("are all closed where the operator opens none of them", ({ expect }) => {
    const all = closedRanges([]);
    expect(all).toContain("::/3");
    expect(closedRanges(["10.0.0.0/8", "127.0.0.0/8", "fd00::/8"])).toEqual(all);
    // Narrower than a closed range: workerd lets the narrower one win.
    expect(closedRanges(["198.18.1.0/24", "64:ff9b::/96"])).toEqual(all);
  });

  it("are open where they lie within a range that the operator opens", ({ expect }) => {
    const all = closedRanges([]);
    const left = (opened: string): string[] =>
      all.filter((range) => !closedRanges([opened]).includes(range));
    expect(left("192.0.2.0/24")).toEqual(["192.0.2.0/24"]);
    expect(left("192.0.0.0/8")).toEqual(["192.0.2.0/24", "192.88.99.0/24"]);
    expect(left("2002::/16")).toEqual(["2002::/16"]);
    expect(left("0.0.0.0/0")).toEqual(all.filter((range) => !range.includes(":")));
    expect(left("::/0")).toEqual(all.filter((range) => range.includes(":")));
  });

  it("stay closed by what is no range", ({ expect }) => {
    for (const text of ["", "public", "192.0.2.0", "192.0.2.0/", "192.0.2.0/x", '"/24', "::/"]) {
      expect([text, closedRanges([text])]).toEqual([text, closedRanges([])]);
    }
  });
});
