import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, it, vi } from "vitest";
import { DEFAULT_LIMITS } from "../../schemas/limits.ts";
import { CellLost, type Run, type RunEnd } from "../cell/run.ts";
import { Waiters } from "../cell/waiters.ts";
import { Batcher, type BatchCells, type BatchPlace } from "./batch.ts";
import { deadlineIn } from "./deadline.ts";

/** A batch that is inside, until the test ends it. */
type Inside = { release: string; runs: readonly Run[]; ended: PromiseWithResolvers<RunEnd[]> };

/** Cells with room for `room` batches, which write down what comes in. */
class StandIn implements BatchCells {
  room: number;
  taken = 0;
  left = 0;
  /** Releases whose own cell has no room. */
  readonly held = new Set<string>();
  readonly batches: Inside[] = [];
  readonly #forRoom = new Waiters();

  constructor(room: number) {
    this.room = room;
  }

  /** How many wait until there is room. */
  get waiting(): number {
    return this.#forRoom.size;
  }

  /** The ids of the runs of each batch, as they came in. */
  get travelled(): string[][] {
    return this.batches.map(({ runs }) => idsOf(runs));
  }

  get hasRoomForScripts(): boolean {
    return this.taken - this.left < this.room;
  }

  tryTakeForScripts(release: string, isUrgent: boolean): BatchPlace | undefined {
    if (!this.hasRoomForScripts || (this.held.has(release) && !isUrgent)) return undefined;
    this.taken += 1;
    const run = (runs: readonly Run[]): Promise<RunEnd[]> => {
      const ended = Promise.withResolvers<RunEnd[]>();
      this.batches.push({ release, runs, ended });
      return ended.promise;
    };
    return { cell: { run }, leave: () => this.#leave() };
  }

  untilRoomForScripts(): Promise<void> {
    return this.#forRoom.wait();
  }

  makeRoom(): void {
    this.room += 1;
    this.#forRoom.wakeAll();
  }

  /** Ends the batch that came in as number `at`, each run as `end` says, and lets what follows from it happen. */
  async end(at: number, end: (run: Run) => RunEnd = answered): Promise<void> {
    const { runs, ended } = this.#get(at);
    ended.resolve(runs.map(end));
    await turn();
    await turn();
  }

  fail(at: number, error: Error): void {
    this.#get(at).ended.reject(error);
  }

  #get(at: number): Inside {
    const inside = this.batches[at];
    if (inside === undefined) throw new Error(`Cannot end batch ${at}: it has not come in`);
    return inside;
  }

  #leave(): void {
    this.left += 1;
    this.#forRoom.wakeAll();
  }
}

function runOf(id: string, { release = "a", payload = "{}" } = {}): Run {
  const kind = { release, type: "script", isolation: "scope", isCall: true } as const;
  const owner = { account: "a", script: "s" };
  const input = { owner, function: null, anyFunction: false, env: "", vars: "" };
  const rest = { ...input, limits: DEFAULT_LIMITS.script, egressHosts: null };
  return { key: `${release}/0`, invocation: { id, payload, ...kind, ...rest } };
}

function idsOf(runs: readonly Run[]): string[] {
  return runs.map(({ invocation }) => invocation.id);
}

/** As many ids as `count`, which begin with `name`. */
function idsFrom(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${name}${at}`);
}

function answered({ invocation }: Run): RunEnd {
  return {
    is: "answered",
    answer: { is: "continue", cpuMs: 1, text: invocation.id, warnings: "", logs: "[]" },
  };
}

const handBack = (): RunEnd => ({ is: "handedBack", isSuspect: false });
const suspect = (): RunEnd => ({ is: "handedBack", isSuspect: true });

type Kind = { release?: string; payload?: string };

/** A batcher with room for `room` batches. `run` gives it runs, which have a minute; `come` those that nobody looks at. */
function setUp({ room = 1 } = {}): {
  cells: StandIn;
  batcher: Batcher;
  run: (ids: string[], kind?: Kind) => Promise<RunEnd>[];
  come: (ids: string[], kind?: Kind) => void;
} {
  const cells = new StandIn(room);
  const batcher = new Batcher(cells);
  const run = (ids: string[], kind: Kind = {}): Promise<RunEnd>[] =>
    ids.map((id) => batcher.run(runOf(id, kind), deadlineIn(60_000)));
  const come = (ids: string[], kind: Kind = {}): void => void run(ids, kind);
  return { cells, batcher, run, come };
}

/** The time of deadlines stands still until the test moves it. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a run", () => {
  it("that is alone goes by the end of the turn, without company", async ({ expect }) => {
    const { cells, run } = setUp();
    const [ended] = run(["1"]);
    await turn();
    expect(cells.travelled).toEqual([["1"]]);
    await cells.end(0);
    expect(await ended).toEqual(answered(runOf("1")));
  });

  it("travels in one batch with those of its release that come in together", async ({ expect }) => {
    const { cells, run } = setUp({ room: 9 });
    const ended = run(["1", "2", "3"]);
    await turn();
    expect(cells.travelled).toEqual([["1", "2", "3"]]);
    expect(cells.taken).toBe(1);
    await cells.end(0);
    expect(await Promise.all(ended)).toEqual(["1", "2", "3"].map((id) => answered(runOf(id))));
  });

  it("does not travel with those of another release", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    come(["a1", "a2"]);
    come(["b1"], { release: "b" });
    come(["a3"]);
    await turn();
    expect(cells.travelled).toEqual([["a1", "a2", "a3"], ["b1"]]);
    expect(cells.batches.map(({ release }) => release)).toEqual(["a", "b"]);
  });

  it("does not wait for the end of an earlier one where there is room", async ({ expect }) => {
    const { cells, come } = setUp({ room: 2 });
    come(["1"]);
    await turn();
    come(["2"]);
    await turn();
    expect(cells.travelled).toEqual([["1"], ["2"]]);
  });

  it("that comes in while nothing has room travels with the next batch", async ({ expect }) => {
    const { cells, come } = setUp();
    come(["1"]);
    await turn();
    come(["2"]);
    await turn();
    come(["3"]);
    await turn();
    expect(cells.travelled).toEqual([["1"]]);
    await cells.end(0);
    expect(cells.travelled).toEqual([["1"], ["2", "3"]]);
  });
});

describe("runs that come in while others of their release are inside", () => {
  it("wait until they are half as many", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    come(["1", "2", "3", "4"]);
    await turn();
    come(["5"]);
    await turn();
    expect(cells.travelled).toEqual([["1", "2", "3", "4"]]);
    come(["6"]);
    await turn();
    expect(cells.travelled).toEqual([
      ["1", "2", "3", "4"],
      ["5", "6"],
    ]);
  });

  it("wait until those are through", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    come(["1", "2", "3", "4"]);
    await turn();
    come(["5"]);
    await turn();
    await cells.end(0);
    expect(cells.travelled).toEqual([["1", "2", "3", "4"], ["5"]]);
  });

  it("wait a little at most", async ({ expect }) => {
    stopTheClock();
    const { cells, come } = setUp({ room: 9 });
    come(["1", "2", "3", "4"]);
    await turn();
    come(["5"]);
    await turn();
    vi.advanceTimersByTime(9);
    expect(cells.travelled).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(cells.travelled).toEqual([["1", "2", "3", "4"], ["5"]]);
  });

  it("hold up no other release", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    come(["1", "2", "3", "4"]);
    await turn();
    come(["5"]);
    come(["6"], { release: "b" });
    await turn();
    expect(cells.travelled).toEqual([["1", "2", "3", "4"], ["6"]]);
  });
});

describe("a batch", () => {
  it("has at most 32 runs", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    const ids = idsFrom("", 96);
    come(ids);
    await turn();
    expect(cells.travelled).toEqual([ids.slice(0, 32), ids.slice(32, 64), ids.slice(64)]);
  });

  it("takes no more runs when its arguments are long", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    come(["1", "2", "3"], { payload: "x".repeat(300_000) });
    await turn();
    expect(cells.travelled).toEqual([["1", "2"], ["3"]]);
  });

  it("leaves the next one to another release, where there is room for one only", async ({
    expect,
  }) => {
    const { cells, come } = setUp();
    const ids = idsFrom("a", 70);
    come(ids);
    come(["b1"], { release: "b" });
    come(["c1"], { release: "c" });
    await turn();
    for (const at of [0, 1, 2, 3]) await cells.end(at);
    const [first, second, third] = [ids.slice(0, 32), ids.slice(32, 64), ids.slice(64)];
    expect(cells.travelled).toEqual([first, ["b1"], ["c1"], second, third]);
  });

  it("that hands back runs has them run again", async ({ expect }) => {
    const { cells, run } = setUp();
    const ended = run(["1", "2", "3"]);
    await turn();
    await cells.end(0, (one) => (one.invocation.id === "1" ? answered(one) : handBack()));
    expect(cells.travelled).toHaveLength(2);
    expect(new Set(cells.travelled[1])).toEqual(new Set(["2", "3"]));
    await cells.end(1);
    expect(await Promise.all(ended)).toEqual(["1", "2", "3"].map((id) => answered(runOf(id))));
  });

  it("has those that were handed back before those that came later", async ({ expect }) => {
    const { cells, come } = setUp();
    come(["1"]);
    await turn();
    come(["2"]);
    await cells.end(0, handBack);
    expect(cells.travelled).toEqual([["1"], ["1", "2"]]);
  });

  it("that says nothing of a run has it run again", async ({ expect }) => {
    const { cells, run } = setUp();
    const [, ended] = run(["1", "2"]);
    await turn();
    cells.batches[0]?.ended.resolve([answered(runOf("1"))]);
    await turn();
    await turn();
    expect(cells.travelled).toEqual([["1", "2"], ["2"]]);
    await cells.end(1);
    expect(await ended).toEqual(answered(runOf("2")));
  });

  it("brings every other end to who waits for it", async ({ expect }) => {
    const { cells, run } = setUp();
    const ended = run(["1", "2"]);
    await turn();
    const ends: RunEnd[] = [{ is: "exhausted", cellMs: 7, usedMs: 50 }, { is: "unreadable" }];
    cells.batches[0]?.ended.resolve(ends);
    expect(await Promise.all(ended)).toEqual(ends);
  });
});

describe("a run whose batch an unknown one has cut off", () => {
  it("goes alone", async ({ expect }) => {
    const { cells, run } = setUp({ room: 9 });
    const ended = run(["1", "2", "3"]);
    await turn();
    await cells.end(0, suspect);
    const [, ...again] = cells.travelled;
    expect(new Set(again)).toEqual(new Set([["1"], ["2"], ["3"]]));
    for (const at of [1, 2, 3]) await cells.end(at);
    expect(await Promise.all(ended)).toEqual(["1", "2", "3"].map((id) => answered(runOf(id))));
  });

  it("has no company of those that came later", async ({ expect }) => {
    const { cells, come } = setUp();
    come(["1"]);
    await turn();
    come(["2", "3"]);
    await cells.end(0, suspect);
    expect(cells.travelled).toEqual([["1"], ["1"]]);
    await cells.end(1);
    expect(cells.travelled).toEqual([["1"], ["1"], ["2", "3"]]);
  });

  it("has no company of one that was handed back for another reason", async ({ expect }) => {
    const { cells, run } = setUp();
    const ended = run(["1", "2"]);
    await turn();
    await cells.end(0, suspect);
    await cells.end(1, handBack);
    await cells.end(2);
    await cells.end(3);
    expect(cells.travelled.map((ids) => ids.length)).toEqual([2, 1, 1, 1]);
    expect(await Promise.all(ended)).toEqual(["1", "2"].map((id) => answered(runOf(id))));
  });
});

describe("a run whose own cell has no room", () => {
  it("waits for it a little, and then takes any", async ({ expect }) => {
    stopTheClock();
    const { cells, come } = setUp({ room: 9 });
    cells.held.add("a");
    come(["1", "2"]);
    await turn();
    vi.advanceTimersByTime(9);
    expect(cells.travelled).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(cells.travelled).toEqual([["1", "2"]]);
  });

  it("holds up no other release", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    cells.held.add("a");
    come(["1"]);
    come(["2"], { release: "b" });
    await turn();
    expect(cells.travelled).toEqual([["2"]]);
  });

  it("travels with those that came in meanwhile when its cell has room", async ({ expect }) => {
    const { cells, come } = setUp({ room: 9 });
    cells.held.add("a");
    come(["1"]);
    await turn();
    come(["2"]);
    cells.held.clear();
    cells.makeRoom();
    await turn();
    expect(cells.travelled).toEqual([["1", "2"]]);
  });
});

describe("a run that is late", () => {
  it("fails at its deadline while nothing has room, and does not travel then", async ({
    expect,
  }) => {
    stopTheClock();
    const { cells, batcher, come } = setUp({ room: 0 });
    const late = batcher.run(runOf("late"), deadlineIn(100));
    const failed = expect(late).rejects.toMatchObject({ name: "Fault", code: "wall_exceeded" });
    come(["patient"]);
    await turn();
    vi.advanceTimersByTime(100);
    await failed;
    cells.makeRoom();
    await turn();
    expect(cells.travelled).toEqual([["patient"]]);
  });

  it("does not fail before its deadline", async ({ expect }) => {
    stopTheClock();
    const { cells, batcher } = setUp({ room: 0 });
    const ended = batcher.run(runOf("1"), deadlineIn(100));
    await turn();
    vi.advanceTimersByTime(99);
    cells.makeRoom();
    await turn();
    await cells.end(0);
    expect(await ended).toEqual(answered(runOf("1")));
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keeps no place where nobody else waits", async ({ expect }) => {
    stopTheClock();
    const { cells, batcher } = setUp({ room: 0 });
    const late = batcher.run(runOf("late"), deadlineIn(100));
    const failed = expect(late).rejects.toMatchObject({ code: "wall_exceeded" });
    await turn();
    vi.advanceTimersByTime(100);
    await failed;
    cells.makeRoom();
    await turn();
    expect(cells.travelled).toEqual([]);
    expect(cells.left).toBe(cells.taken);
  });

  it("fails inside as well, and is not run again", async ({ expect }) => {
    stopTheClock();
    const { cells, batcher, come } = setUp();
    const late = batcher.run(runOf("late"), deadlineIn(100));
    const failed = expect(late).rejects.toMatchObject({ code: "wall_exceeded" });
    come(["patient"]);
    await turn();
    vi.advanceTimersByTime(100);
    await failed;
    expect(cells.left).toBe(0);
    await cells.end(0, handBack);
    expect(cells.travelled).toEqual([["late", "patient"], ["patient"]]);
  });
});

describe("a cell that is lost", () => {
  it("rejects every run of its batch, and no other", async ({ expect }) => {
    const { cells, run } = setUp({ room: 2 });
    const lost = run(["1", "2"]);
    const [safe] = run(["b1"], { release: "b" });
    await turn();
    const error = new CellLost(1, { cause: "crashed", runs: [] });
    const failed = Promise.all(lost.map((ended) => expect(ended).rejects.toBe(error)));
    cells.fail(0, error);
    await failed;
    await cells.end(1);
    expect(await safe).toEqual(answered(runOf("b1")));
    expect(cells.travelled).toEqual([["1", "2"], ["b1"]]);
  });
});

describe("a place", () => {
  it("is left after every batch, once", async ({ expect }) => {
    const { cells, come } = setUp();
    come(["1"]);
    await turn();
    expect(cells.left).toBe(0);
    await cells.end(0, handBack);
    expect(cells.left).toBe(1);
    await cells.end(1);
    expect(cells.left).toBe(2);
    expect(cells.taken).toBe(2);
  });

  it("is left after a failed batch", async ({ expect }) => {
    const { cells, run, come } = setUp();
    const [ended] = run(["1"]);
    await turn();
    const failed = expect(ended).rejects.toThrow("broken");
    cells.fail(0, new Error("broken"));
    await failed;
    await turn();
    expect(cells.left).toBe(1);
    come(["2"]);
    await turn();
    expect(cells.travelled).toEqual([["1"], ["2"]]);
  });

  it("is waited for once, whoever needs it, and then taken", async ({ expect }) => {
    const { cells, come } = setUp({ room: 0 });
    come(["a1"]);
    await turn();
    come(["b1"], { release: "b" });
    await turn();
    expect(cells.waiting).toBe(1);
    expect(cells.travelled).toEqual([]);
    cells.makeRoom();
    await turn();
    expect(cells.travelled).toEqual([["a1"]]);
    expect(cells.waiting).toBe(1);
    cells.makeRoom();
    await turn();
    expect(cells.travelled).toEqual([["a1"], ["b1"]]);
    expect(cells.waiting).toBe(0);
  });

  it("that others have taken meanwhile is waited for again", async ({ expect }) => {
    const { cells, come } = setUp({ room: 0 });
    come(["1"]);
    await turn();
    cells.makeRoom();
    cells.room = 0;
    await turn();
    expect(cells.travelled).toEqual([]);
    cells.makeRoom();
    await turn();
    expect(cells.travelled).toEqual([["1"]]);
  });
});
