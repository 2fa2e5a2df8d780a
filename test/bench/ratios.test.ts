import { describe, it } from "vitest";
import { median } from "./median.ts";
import { computeRatios, type Load, type Ratio, type Round } from "./ratios.ts";

const round: Round = { requestsPerSecond: () => 100, p50Ms: () => 1, pacedP50Ms: () => 2 };
const NAME = "scriptVsQuickjsFresh64";

function ratioOf(name: string, rounds: Round[]): Ratio | undefined {
  return computeRatios(rounds).find((ratio) => ratio.name === name);
}

function quickjsRound(factor: number): Round {
  const requestsPerSecond: Round["requestsPerSecond"] = ({ subject }) =>
    subject === "script" ? 100 * factor : 100;
  return { ...round, requestsPerSecond };
}

function fasterWhenSync({ subject }: Load): number {
  return subject === "isolated-vm-warm-sync" ? 200 : 100;
}

describe("a ratio", () => {
  it("is the median of the rounds, told with the least and the most", ({ expect }) => {
    const rounds = [9, 4, 6].map(quickjsRound);
    expect(ratioOf(NAME, rounds)).toMatchObject({ value: 6, min: 4, max: 9, isMet: true });
  });

  it("that misses its bar by little is not far off", ({ expect }) => {
    const [little, much] = [[quickjsRound(4)], [quickjsRound(2)]];
    expect(ratioOf(NAME, little)).toMatchObject({ isMet: false, isFarOff: false });
    expect(ratioOf(NAME, much)).toMatchObject({ isMet: false, isFarOff: true });
  });

  it("that cannot be told misses its bar by far", ({ expect }) => {
    const nothing = { ...round, pacedP50Ms: () => NaN, requestsPerSecond: () => 0 };
    for (const name of [NAME, "appPrewarmedExtraMs"]) {
      expect(ratioOf(name, [nothing])).toMatchObject({ isMet: false, isFarOff: true });
    }
  });

  it("to isolated-vm is to the faster way to call it", ({ expect }) => {
    const rounds = [{ ...round, requestsPerSecond: fasterWhenSync }];
    expect(ratioOf("scriptVsIsolatedVmWarm64", rounds)).toMatchObject({ value: 0.5 });
  });
});

describe("the median", () => {
  it("is in the middle, or between the middle two", ({ expect }) => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
