import { afterEach, beforeEach, describe, it, vi } from "vitest";
import type { Isolation } from "../../schemas/isolation.ts";
import { DEFAULT_LIMITS } from "../../schemas/limits.ts";
import type { Tending } from "../../schemas/tending.ts";
import { IsolateStock, type StockCell } from "./isolate-stock.ts";
import type { Run } from "./run.ts";

/** A cell that writes down what it is asked, and does it at once unless the test has it wait or fail. */
class StandIn implements StockCell {
  isReady = true;
  isBusy = false;
  failure: Error | undefined;
  /** It cannot make any isolate. */
  isUnable = false;
  /** It is done when this is. */
  hold: Promise<void> | undefined;
  readonly tendings: Tending[] = [];

  get made(): string[] {
    return this.tendings.flatMap(({ make }) => make.map(({ name }) => name));
  }

  get ended(): string[] {
    return this.tendings.flatMap(({ end }) => end);
  }

  async tend(tending: Tending): Promise<string[]> {
    this.tendings.push(tending);
    await this.hold;
    if (this.failure !== undefined) throw this.failure;
    return this.isUnable ? [] : tending.make.map(({ name }) => name);
  }
}

type Scene = {
  cells: StandIn[];
  cell: StandIn;
  stock: IsolateStock;
  errors: unknown[];
  /** Somebody waits for a cell. */
  crowd: (isCrowded: boolean) => void;
};

/** A stock over `count` cells, of which `cell` is the first. */
function setUp({ count = 1 } = {}): Scene {
  const cell = new StandIn();
  const cells = [cell, ...Array.from({ length: count - 1 }, () => new StandIn())];
  const errors: unknown[] = [];
  let isCrowded = false;
  const stock = new IsolateStock({
    cells: () => cells,
    isCrowded: () => isCrowded,
    onError: (error) => errors.push(error),
  });
  const crowd = (value: boolean): void => {
    isCrowded = value;
  };
  return { cells, cell, stock, errors, crowd };
}

function runOf(release = "a", isolation: Isolation = "call"): Run {
  const kind = { release, isolation, type: "app", isCall: true } as const;
  const owner = { account: "a", script: "s" };
  const input = { owner, function: null, anyFunction: false, env: "", vars: "" };
  const rest = { ...input, limits: DEFAULT_LIMITS.app, egressHosts: null };
  return { key: `${release}/0`, invocation: { id: release, payload: "{}", ...kind, ...rest } };
}

/** Time for the cells to be tended. */
const tended = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(1);
};

/** `count` runs at once, from their beginning to the tending after their end. Returns the isolates that they had. */
async function serve(
  { stock, cell }: Scene,
  run: Run,
  { count = 1, isFit = true } = {},
): Promise<(string | undefined)[]> {
  const isolates = Array.from({ length: count }, () => stock.take(cell, run));
  for (const isolate of isolates) stock.giveBack(cell, run, { isolate, isFit });
  await tended();
  return isolates;
}

/** Takes what is ready for `run`, to the last one. */
function takeReady({ stock, cell }: Scene, run: Run): (string | undefined)[] {
  const taken: (string | undefined)[] = [];
  while (stock.hasReady(cell, run)) taken.push(stock.take(cell, run));
  return taken;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a ready isolate", () => {
  it("is made after a run's end", async ({ expect }) => {
    const { cell, stock } = setUp();
    const run = runOf();
    expect(stock.take(cell, run)).toBeUndefined();
    await tended();
    expect(cell.tendings).toEqual([]);
    stock.giveBack(cell, run, { isolate: undefined, isFit: true });
    expect(cell.tendings).toEqual([]);
    expect(stock.hasReady(cell, run)).toBe(false);
    await tended();
    const isolate = { name: "a-1", release: "a", type: "app", isolation: "call" };
    expect(cell.tendings).toEqual([{ end: [], make: [isolate] }]);
    expect(stock.hasReady(cell, run)).toBe(true);
  });

  it("is taken once, by the name under which it was made", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock } = scene;
    const run = runOf();
    await serve(scene, run);
    expect([stock.take(cell, run)]).toEqual(cell.made);
    expect(stock.hasReady(cell, run)).toBe(false);
    expect(stock.take(cell, run)).toBeUndefined();
  });

  it("is not there before the cell has made it", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock } = scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    cell.hold = promise;
    await serve(scene, runOf());
    expect(cell.made).toEqual(["a-1"]);
    expect(stock.hasReady(cell, runOf())).toBe(false);
    resolve();
    await tended();
    expect(stock.hasReady(cell, runOf())).toBe(true);
  });

  it("is for its own cell, release and isolation", async ({ expect }) => {
    const scene = setUp({ count: 2 });
    const { cells, stock } = scene;
    await serve(scene, runOf("a", "call"));
    expect(cells.map((cell) => stock.hasReady(cell, runOf("a", "call")))).toEqual([true, false]);
    expect(stock.hasReady(scene.cell, runOf("b", "call"))).toBe(false);
    expect(stock.hasReady(scene.cell, runOf("a", "scope"))).toBe(false);
    expect(stock.take(scene.cell, runOf("b", "call"))).toBeUndefined();
  });

  it("is not made while somebody waits for a cell", async ({ expect }) => {
    const scene = setUp();
    scene.crowd(true);
    await serve(scene, runOf());
    expect(scene.cell.tendings).toEqual([]);
    scene.crowd(false);
    await serve(scene, runOf());
    expect(scene.cell.made).toHaveLength(1);
  });

  it("is not made in a busy cell", async ({ expect }) => {
    const scene = setUp();
    const { cell } = scene;
    cell.isBusy = true;
    await serve(scene, runOf());
    expect(cell.tendings).toEqual([]);
    cell.isBusy = false;
    await serve(scene, runOf());
    expect(cell.made).toHaveLength(1);
  });

  it("is not made in a cell that takes no more runs", async ({ expect }) => {
    const scene = setUp();
    scene.cell.isReady = false;
    await serve(scene, runOf());
    expect(scene.cell.tendings).toEqual([]);
    expect(scene.errors).toEqual([]);
  });
});

describe("an isolate that has served", () => {
  it("is ended with isolation call, and another one made", async ({ expect }) => {
    const scene = setUp();
    const { cell } = scene;
    const run = runOf();
    const served: (string | undefined)[] = [];
    for (let times = 0; times < 4; times += 1) served.push(...(await serve(scene, run)));
    expect(served).toEqual([undefined, "a-1", "a-2", "a-3"]);
    expect(cell.ended).toEqual(["a-1", "a-2", "a-3"]);
    expect(cell.made).toEqual(["a-1", "a-2", "a-3", "a-4"]);
  });

  it("is ended while somebody waits for a cell, too", async ({ expect }) => {
    const scene = setUp();
    await serve(scene, runOf());
    scene.crowd(true);
    await serve(scene, runOf());
    expect(scene.cell.tendings.slice(1)).toEqual([{ end: ["a-1"], make: [] }]);
  });

  it("is handed out again with isolation scope", async ({ expect }) => {
    const scene = setUp();
    const run = runOf("a", "scope");
    const served: (string | undefined)[] = [];
    for (let times = 0; times < 3; times += 1) served.push(...(await serve(scene, run)));
    expect(served).toEqual(["a-1", "a-1", "a-1"]);
    expect(scene.cell.tendings).toEqual([]);
  });

  it("is handed out to one run at a time", ({ expect }) => {
    const { cell, stock } = setUp();
    const run = runOf("a", "scope");
    const first = stock.take(cell, run);
    const second = stock.take(cell, run);
    expect([first, second]).toEqual(["a-1", "a-2"]);
    stock.giveBack(cell, run, { isolate: first, isFit: true });
    expect(stock.take(cell, run)).toBe(first);
    expect(stock.take(cell, run)).toBe("a-3");
  });

  it("is ended where it is not fit, and another one made", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock } = scene;
    const run = runOf("a", "scope");
    const [spoilt] = await serve(scene, run, { isFit: false });
    expect(spoilt).toBe("a-1");
    expect(cell.ended).toEqual(["a-1"]);
    expect(cell.made).toEqual(["a-2"]);
    expect(stock.take(cell, run)).toBe("a-2");
    expect(stock.take(cell, run)).toBe("a-3");
  });
});

describe("a name", () => {
  it("is never used twice", async ({ expect }) => {
    const scene = setUp({ count: 2 });
    const { cells, cell, stock } = scene;
    const names: (string | undefined)[] = [];
    for (const release of ["a", "b", "a"]) {
      for (const isolation of ["call", "scope"] as const) {
        for (const each of cells) {
          const run = runOf(release, isolation);
          await serve({ ...scene, cell: each }, run, { count: 3, isFit: false });
          names.push(...Array.from({ length: 3 }, () => stock.take(cell, run)));
        }
      }
    }
    const made = cells.flatMap((each) => each.made);
    expect(new Set(made).size).toBe(made.length);
    const taken = names.filter((name) => name !== undefined);
    expect(new Set(taken).size).toBe(taken.length);
    const ended = cells.flatMap((each) => each.ended);
    expect(new Set(ended).size).toBe(ended.length);
    expect(ended.filter((name) => taken.includes(name))).toEqual([]);
  });
});

describe("demand", () => {
  it("of several runs at once makes several ready", async ({ expect }) => {
    const scene = setUp();
    await serve(scene, runOf(), { count: 3 });
    expect(scene.cell.made).toEqual(["a-1", "a-2", "a-3"]);
    expect(new Set(takeReady(scene, runOf()))).toEqual(new Set(["a-1", "a-2", "a-3"]));
  });

  it("is shared by the cells", async ({ expect }) => {
    const scene = setUp({ count: 2 });
    await serve(scene, runOf(), { count: 5 });
    expect(scene.cell.made).toHaveLength(3);
    expect(scene.cells[1]?.made).toEqual([]);
  });

  it("makes one isolate at a time", async ({ expect }) => {
    const scene = setUp();
    const { cell } = scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    cell.hold = promise;
    await serve(scene, runOf(), { count: 3 });
    await serve(scene, runOf("b"));
    expect(cell.made).toHaveLength(1);
    resolve();
    await tended();
    expect(cell.tendings.map(({ make }) => make.length)).toEqual([1, 1, 1, 1]);
  });

  it("stops being met when somebody comes to wait for a cell", async ({ expect }) => {
    const scene = setUp();
    const { cell } = scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    cell.hold = promise;
    await serve(scene, runOf(), { count: 3 });
    scene.crowd(true);
    resolve();
    await tended();
    expect(cell.made).toHaveLength(1);
    expect(takeReady(scene, runOf())).toEqual(cell.made);
  });

  it("makes at most 8 of a release ready", async ({ expect }) => {
    const scene = setUp();
    await serve(scene, runOf(), { count: 20 });
    expect(scene.cell.made).toHaveLength(8);
  });

  it("makes at most 32 of a cell ready", async ({ expect }) => {
    const scene = setUp();
    for (const release of ["a", "b", "c", "d", "e"]) {
      await serve(scene, runOf(release), { count: 8 });
    }
    expect(scene.cell.made).toHaveLength(32);
    expect(scene.cell.ended).toEqual([]);
  });

  it("takes the place of a release that was not used for a while", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock } = scene;
    for (let at = 0; at < 32; at += 1) await serve(scene, runOf(`old${at}`));
    await serve(scene, runOf("soon"));
    expect(stock.hasReady(cell, runOf("soon"))).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    await serve(scene, runOf("old0"));
    await serve(scene, runOf("new"));
    expect(stock.hasReady(cell, runOf("new"))).toBe(true);
    expect(stock.hasReady(cell, runOf("old0"))).toBe(true);
    expect(stock.hasReady(cell, runOf("old1"))).toBe(false);
    expect(cell.ended.filter((name) => name.startsWith("old1-"))).toHaveLength(1);
  });

  it("takes no place from those that are used as it is", async ({ expect }) => {
    const scene = setUp();
    const { cell } = scene;
    for (let round = 0; round < 3; round += 1) {
      for (let at = 0; at < 40; at += 1) await serve(scene, runOf(`in turn ${at}`));
      await vi.advanceTimersByTimeAsync(5_000);
    }
    // As many as are ready, and those that took the place of what was used.
    expect(cell.made.length).toBeLessThanOrEqual(3 * 32);
  });

  it("keeps at most 32 of a cell that have served", async ({ expect }) => {
    const scene = setUp();
    const run = runOf("a", "scope");
    const served = await serve(scene, run, { count: 40 });
    expect(scene.cell.ended).toEqual(served.slice(32));
    expect(takeReady(scene, run)).toHaveLength(32);
  });
});

describe("an isolate that cannot be made", () => {
  it("is not tried again before its release runs again", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock } = scene;
    cell.isUnable = true;
    await serve(scene, runOf("deleted"), { count: 3 });
    expect(cell.made).toHaveLength(1);
    expect(stock.hasReady(cell, runOf("deleted"))).toBe(false);
    cell.isUnable = false;
    await vi.advanceTimersByTimeAsync(20_000);
    await serve(scene, runOf("other"));
    expect(cell.made.filter((name) => name.startsWith("deleted"))).toHaveLength(1);
    await serve(scene, runOf("deleted"));
    expect(stock.hasReady(cell, runOf("deleted"))).toBe(true);
  });

  it("keeps no other from being made", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock } = scene;
    cell.isUnable = true;
    await serve(scene, runOf("deleted"));
    cell.isUnable = false;
    await serve(scene, runOf("other"));
    expect(stock.hasReady(cell, runOf("other"))).toBe(true);
    expect(scene.errors).toEqual([]);
  });
});

describe("a tending that fails", () => {
  it("is reported, and throws nothing", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock, errors } = scene;
    cell.failure = new Error("does not answer");
    await serve(scene, runOf());
    expect(errors).toEqual([cell.failure]);
    expect(stock.hasReady(cell, runOf())).toBe(false);
  });

  it("leaves it to the next run to try again", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock, errors } = scene;
    cell.failure = new Error("does not answer");
    await serve(scene, runOf());
    cell.failure = undefined;
    await serve(scene, runOf());
    expect(errors).toHaveLength(1);
    expect([stock.take(cell, runOf())]).toEqual(cell.made.slice(1));
  });

  it("is not reported where the cell has ended", async ({ expect }) => {
    const scene = setUp();
    const { cell, errors } = scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    cell.hold = promise;
    cell.failure = new Error("connection lost");
    await serve(scene, runOf());
    cell.isReady = false;
    resolve();
    await tended();
    expect(cell.tendings).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});

const FORGOTTEN_MS = 70_000;

describe("demand that is forgotten", () => {
  it("takes what was ready along, in every cell", async ({ expect }) => {
    const scene = setUp({ count: 2 });
    const { cells, stock } = scene;
    for (const cell of cells) await serve({ ...scene, cell }, runOf(), { count: 4 });
    await vi.advanceTimersByTimeAsync(FORGOTTEN_MS);
    for (const cell of cells) {
      expect(cell.made).toHaveLength(2);
      expect(cell.ended).toHaveLength(2);
      expect(new Set(cell.ended)).toEqual(new Set(cell.made));
      expect(stock.hasReady(cell, runOf())).toBe(false);
    }
  });

  it("takes along what has served", async ({ expect }) => {
    const scene = setUp();
    const run = runOf("a", "scope");
    await serve(scene, run, { count: 2 });
    await vi.advanceTimersByTimeAsync(FORGOTTEN_MS);
    expect(scene.cell.ended).toHaveLength(2);
    expect(new Set(scene.cell.ended)).toEqual(new Set(["a-1", "a-2"]));
    expect(scene.stock.take(scene.cell, run)).toBe("a-3");
  });

  it("is not that of a minute ago, nor that of a run that goes on", async ({ expect }) => {
    const scene = setUp();
    const { cell, stock } = scene;
    await serve(scene, runOf("a"));
    await vi.advanceTimersByTimeAsync(50_000);
    expect(cell.ended).toEqual([]);
    await serve(scene, runOf("b"), { count: 2 });
    stock.take(cell, runOf("b"));
    await vi.advanceTimersByTimeAsync(FORGOTTEN_MS);
    expect(cell.ended).toEqual(["a-1"]);
    expect(stock.hasReady(cell, runOf("b"))).toBe(true);
  });

  it("begins anew with the next run", async ({ expect }) => {
    const scene = setUp();
    await serve(scene, runOf(), { count: 8 });
    await vi.advanceTimersByTimeAsync(FORGOTTEN_MS);
    const before = scene.cell.made.length;
    await serve(scene, runOf());
    expect(scene.cell.made).toHaveLength(before + 1);
  });
});

describe("a stock", () => {
  it("that is disposed has no timers", ({ expect }) => {
    const { stock } = setUp();
    expect(vi.getTimerCount()).toBe(1);
    stock[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
  });
});
