import { describe, it } from "vitest";
import { classOf, Counts, upperMs } from "./histogram.ts";

describe("a percentile", () => {
  it("is right to 13 percent", ({ expect }) => {
    for (const ms of [0.07, 0.3, 1, 2.5, 13, 99, 1_000, 29_999]) {
      const counts = new Counts();
      for (let n = 0; n < 100; n += 1) counts.add(n < 90 ? ms : ms * 50);
      expect(Math.abs(counts.percentile(0.5) - ms) / ms).toBeLessThan(0.13);
      expect(counts.percentile(0.9)).toBe(counts.percentile(0.5));
      expect(counts.percentile(0.99)).toBeGreaterThan(counts.percentile(0.9));
    }
  });

  it("of nothing is 0, and of what is too short or too long is at the ends", ({ expect }) => {
    expect(new Counts().percentile(0.99)).toBe(0);
    for (const ms of [0, -1, Number.NaN]) expect(classOf(ms)).toBe(0);
    expect(classOf(Infinity)).toBe(classOf(1e9));
  });

  it("is the same over parts that are put together", ({ expect }) => {
    const [whole, one, other] = [new Counts(), new Counts(), new Counts()];
    for (let n = 1; n <= 1_000; n += 1) {
      whole.add(n / 7);
      (n % 3 === 0 ? one : other).add(n / 7);
    }
    one.addAll(other.toHistogram());
    expect(one.toHistogram()).toEqual(whole.toHistogram());
  });
});

describe("a class", () => {
  it("holds the times up to its end", ({ expect }) => {
    for (let at = 1; at < 60; at += 1) {
      expect(classOf(upperMs(at) * 0.999)).toBe(at);
      expect(classOf(upperMs(at) * 1.001)).toBe(at + 1);
    }
  });
});
