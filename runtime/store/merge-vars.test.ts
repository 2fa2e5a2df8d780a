import { describe, it } from "vitest";
import { mergeVars } from "./store.ts";

describe("the variables of a route over its customer's", () => {
  it("win, and leave the rest", ({ expect }) => {
    expect(mergeVars({ a: 1, b: 2 }, { b: 3, c: 4 })).toEqual({ a: 1, b: 3, c: 4 });
    expect(mergeVars({}, { a: 1 })).toEqual({ a: 1 });
    expect(mergeVars({ a: 1 }, {})).toEqual({ a: 1 });
    expect(mergeVars({}, {})).toEqual({});
  });

  it("merge tables key by key, at any depth", ({ expect }) => {
    const under = { t: { x: 1, y: 1, deep: { on: true, by: "customer" } } };
    const over = { t: { y: 2, z: 2, deep: { by: "route" } } };
    expect(mergeVars(under, over)).toEqual({
      t: { x: 1, y: 2, z: 2, deep: { on: true, by: "route" } },
    });
  });

  it("replace arrays and scalars whole", ({ expect }) => {
    expect(mergeVars({ list: [1, 2, 3] }, { list: [4] })).toEqual({ list: [4] });
    expect(mergeVars({ rows: [{ a: 1 }] }, { rows: [{ b: 2 }] })).toEqual({ rows: [{ b: 2 }] });
    expect(mergeVars({ v: { a: 1 } }, { v: 5 })).toEqual({ v: 5 });
    expect(mergeVars({ v: 5 }, { v: { a: 1 } })).toEqual({ v: { a: 1 } });
    expect(mergeVars({ v: { a: 1 } }, { v: [1] })).toEqual({ v: [1] });
    expect(mergeVars({ v: [1] }, { v: { a: 1 } })).toEqual({ v: { a: 1 } });
    expect(mergeVars({ v: { a: 1 } }, { v: false })).toEqual({ v: false });
  });

  it("change neither", ({ expect }) => {
    const under = { t: { x: 1 } };
    const over = { t: { y: 2 } };
    const merged = mergeVars(under, over);
    merged["t"] = "changed";
    expect([under, over]).toEqual([{ t: { x: 1 } }, { t: { y: 2 } }]);
  });

  it("reach no prototype", ({ expect }) => {
    const evil = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    mergeVars({}, evil);
    mergeVars(evil, evil);
    expect({}).not.toHaveProperty("polluted");
    expect(mergeVars({}, { toString: { a: 1 } })).toEqual({ toString: { a: 1 } });
  });
});
