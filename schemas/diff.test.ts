import { assert, json, property } from "fast-check";
import { describe, it } from "vitest";
import { Change, diffJson, MAX_CHANGES, type Difference } from "./diff.ts";
import { parseWithExactNumbers } from "./exact-numbers.ts";

describe("the difference of two values", () => {
  it("is nothing where they are the same, in whatever order their members are", ({ expect }) => {
    for (const [before, after] of [
      ["{}", "{}"],
      ["null", "null"],
      ['"a"', '"a"'],
      ['{"a":1,"b":[1,{"c":null}]}', '{"b":[1,{"c":null}],"a":1}'],
      ["1.0", "1"],
      ["-0", "0"],
    ] as const) {
      expect(diffText(before, after)).toEqual({ changes: [], truncated: false });
    }
  });

  it("names a changed place by names and indexes with dots", ({ expect }) => {
    const before = { routing: { egress_routing: [{ gw: { 301: { cli: "1", ip: "x" } } }] } };
    const after = { routing: { egress_routing: [{ gw: { 301: { cli: "2", ip: "x" } } }] } };
    expect(changes(before, after)).toEqual([
      { path: "routing.egress_routing.0.gw.301.cli", before: "1", after: "2" },
    ]);
  });

  it("has additions without a before and removals without an after", ({ expect }) => {
    const found = changes({ a: 1, b: null }, { a: 1, c: null });
    expect(found).toStrictEqual([
      { path: "b", before: null },
      { path: "c", after: null },
    ]);
    for (const change of found) expect(Change.parse(change)).toStrictEqual(change);
  });

  it("tells a member that is null from one that is missing", ({ expect }) => {
    expect(changes({ a: null }, {})).toStrictEqual([{ path: "a", before: null }]);
    expect(changes({ a: null }, { a: 0 })).toEqual([{ path: "a", before: null, after: 0 }]);
    expect(changes({ a: 0 }, { a: null })).toEqual([{ path: "a", before: 0, after: null }]);
  });

  it("compares lists index by index", ({ expect }) => {
    expect(changes({ list: [1, 2] }, { list: [1, 3, { a: 1 }] })).toEqual([
      { path: "list.1", before: 2, after: 3 },
      { path: "list.2", after: { a: 1 } },
    ]);
    expect(changes([1, 2], [2])).toEqual([
      { path: "0", before: 1, after: 2 },
      { path: "1", before: 2 },
    ]);
  });

  it("takes a value of another kind as one change", ({ expect }) => {
    for (const [before, after] of [
      [[], {}],
      [{}, []],
      [["x"], { 0: "x" }],
      [{ a: 1 }, "text"],
      [1, "1"],
      [0, false],
      [null, {}],
      ["", null],
    ]) {
      expect(changes({ at: before }, { at: after })).toEqual([{ path: "at", before, after }]);
      expect(changes(before, after)).toEqual([{ path: "", before, after }]);
    }
  });

  it("keeps names apart that have dots, quotes, spaces or nothing in them", ({ expect }) => {
    const before = { "a.b": 1, a: { b: 1 }, "": 1, 'say "x"': 1, "line\nend": 1, "1": 1, ü: 1 };
    expect(changes(before, {}).map(({ path }) => path)).toEqual([
      "1",
      '"a.b"',
      "a",
      '""',
      '"say \\"x\\""',
      '"line\\nend"',
      "ü",
    ]);
    expect(changes({ "": { "": 1 } }, { "": { "": 2 } })).toEqual([
      { path: '"".""', before: 1, after: 2 },
    ]);
  });

  it("sees only members of the values' own, whatever their names", ({ expect }) => {
    const { changes: added } = diffText("{}", '{"__proto__":{"x":1},"constructor":1,"toString":2}');
    expect(added.map(({ path }) => path)).toEqual(["__proto__", "constructor", "toString"]);
    expect(diffText('{"__proto__":{"x":1}}', '{"__proto__":{"x":2}}').changes).toEqual([
      { path: "__proto__.x", before: 1, after: 2 },
    ]);
    expect(diffText('{"__proto__":{"x":1}}', "{}").changes).toHaveLength(1);
    expect(diffText('{"hasOwnProperty":1,"length":0}', "[]").changes).toHaveLength(1);
  });

  it("tells apart numbers that JavaScript would round to the same", ({ expect }) => {
    const { changes: found } = diffText('{"id":9007199254740993}', '{"id":9007199254740992}');
    expect(JSON.stringify(found)).toBe(
      '[{"path":"id","before":9007199254740993,"after":9007199254740992}]',
    );
    for (const text of ['{"id":9007199254740993}', "[1e400]"]) {
      expect(diffText(text, text).changes).toEqual([]);
    }
    expect(diffText('{"id":9007199254740993}', '{"id":{"rawJSON":"1"}}').changes).toHaveLength(1);
  });

  it(`stops after ${MAX_CHANGES} changes and says so`, ({ expect }) => {
    for (const count of [MAX_CHANGES - 1, MAX_CHANGES]) {
      const whole = diffJson([], indexes(count));
      expect(whole.changes).toHaveLength(count);
      expect(whole.truncated).toBe(false);
    }
    const cut = diffJson({ list: indexes(100_000) }, { list: [] });
    expect(cut.changes).toHaveLength(MAX_CHANGES);
    expect(cut.changes.at(-1)).toEqual({
      path: `list.${MAX_CHANGES - 1}`,
      before: MAX_CHANGES - 1,
    });
    expect(cut.truncated).toBe(true);
  });

  it("has short paths whatever is in the values", ({ expect }) => {
    const name = '"'.repeat(400_000);
    const members = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`m${at}`, at]));
    for (const before of [{ [name]: members }, nest(500, "x".repeat(800)), nest(500, ".")]) {
      const found = changes(before, nest(500, "other"));
      expect(found.length).toBeGreaterThan(0);
      for (const { path } of found) expect(path.length).toBeLessThanOrEqual(1_003);
    }
    const { changes: inside } = diffJson({ [name]: members }, { [name]: {} });
    expect(inside).toHaveLength(MAX_CHANGES);
    for (const { path } of inside) expect(path.length).toBeLessThanOrEqual(1_003);
  });

  it("reaches as deep as data may be nested", ({ expect }) => {
    const found = changes(nest(500, "a", 1), nest(500, "a", 2));
    expect(found).toEqual([{ path: Array(500).fill("a").join("."), before: 1, after: 2 }]);
  });

  it("is enough to make the second of the first, for any values", ({ expect }) => {
    const texts = json({ maxDepth: 4 });
    assert(
      property(texts, texts, (one, other) => {
        const before: unknown = JSON.parse(one);
        const after: unknown = JSON.parse(other);
        const { changes: found } = diffJson({ root: before }, { root: after });
        expect(found.length === 0).toBe(isSame(before, after));
        expect(applied({ root: before }, found)).toEqual({ root: after });
        expect(changes({ root: before }, { root: JSON.parse(one) })).toEqual([]);
      }),
    );
  });
});

function changes(before: unknown, after: unknown): Change[] {
  return diffJson(before, after).changes;
}

function diffText(before: string, after: string): Difference {
  return diffJson(parseWithExactNumbers(before), parseWithExactNumbers(after));
}

function indexes(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}

function nest(levels: number, name: string, leaf: unknown = 1): unknown {
  let value = leaf;
  for (let level = 0; level < levels; level += 1) value = { [name]: value };
  return value;
}

function isSame(before: unknown, after: unknown): boolean {
  return canonical(before) === canonical(after);
}

/** JSON with members in the order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const members = Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1));
    // An object is no list, also where both are empty.
    return ["an object", ...members];
  });
}

/** What the changes make of a value. */
function applied(value: unknown, found: readonly Change[]): unknown {
  const result: unknown = JSON.parse(JSON.stringify(value));
  // From the last, so that lists lose their ends first.
  for (const change of found.toReversed()) {
    const names = namesIn(change.path);
    const last = names.pop() ?? "";
    const holder = names.reduce<unknown>((at, name) => Reflect.get(Object(at), name), result);
    set(Object(holder), last, change);
  }
  return result;
}

function set(holder: object, name: string, change: Change): void {
  if (!("after" in change)) {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else Reflect.deleteProperty(holder, name);
    return;
  }
  Object.defineProperty(holder, name, {
    value: change.after,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function namesIn(path: string): string[] {
  const parts = path.match(/"(?:\\.|[^"\\])*"|[^.]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? String(JSON.parse(part)) : part));
}
