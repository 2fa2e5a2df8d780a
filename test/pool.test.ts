// The pool with real cells: what grows is replaced while runs go on.

import { randomUUID } from "node:crypto";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { pino } from "pino";
import { compile } from "../api/publish/publish.ts";
import { bundleDispatcher } from "../runtime/cell/bundle.ts";
import type { Cell } from "../runtime/cell/cell.ts";
import { findConfinement } from "../runtime/cell/confinement.ts";
import { CellPool } from "../runtime/cell/pool.ts";
import type { Run } from "../runtime/cell/run.ts";
import { makeRunFolder } from "../runtime/cell/run-folder.ts";
import type { SizeLimits } from "../runtime/cell/watchdog.ts";
import { serveHost } from "../runtime/host/host-server.ts";
import { DEFAULT_LIMITS } from "../schemas/limits.ts";

const CODE =
  "async function main(data) { await new Promise((r) => setTimeout(r, 50)); return data.n; }";

function fail(error: unknown): never {
  throw error;
}

async function startPool(
  sizes: SizeLimits,
): Promise<AsyncDisposable & { pool: CellPool; release: string }> {
  await using stack = new AsyncDisposableStack();
  const { id: release, code } = await compile(CODE, { account: "a", script: "s", type: "app" });
  const confinement = await findConfinement();
  const folder = stack.use(makeRunFolder(confinement.uid)).path;
  const hostSocket = join(folder, "host.sock");
  const program = { code, scripts: {}, modules: [], preload: [], allowed: [] };
  const host = {
    findProgram: async (id: string) => (id === release ? program : undefined),
    findModule: async () => undefined,
    libraries: {},
    pbxKey: () => "",
  };
  stack.use(await serveHost(hostSocket, { host, onError: fail }));
  if (confinement.uid !== undefined) chownSync(hostSocket, confinement.uid, confinement.uid);
  const dispatcher = "dispatcher.js";
  writeFileSync(join(folder, dispatcher), await bundleDispatcher());
  const log = pino({ level: "silent" });
  const shared = { folder, dispatcher, hostSocket, maxHeapMb: 128, egressAllow: [], confinement };
  const pool = stack.use(new CellPool(1, { ...shared, sizes: { warm: sizes, fresh: sizes }, log }));
  await pool.open();
  const owned = stack.move();
  return { pool, release, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe("a cell that has grown", () => {
  it("is replaced after its runs, and none is lost", async ({ expect }) => {
    // Every workerd is larger than 1 MB, so each is replaced as soon as it has work.
    await using started = await startPool({ fatMb: 1, mostMb: 10_000 });
    const { pool, release } = started;
    const cells = new Set<Cell>();
    const { signal } = new AbortController();
    const runOnce = async (n: number): Promise<unknown> => {
      const run = runOf(release, n);
      const place = await pool.takeForApp(run, signal);
      cells.add(place.cell);
      const [end] = await place.cell.run([run]);
      place.leave(true);
      return end?.is === "answered" ? JSON.parse(end.answer.text).value : end;
    };
    for (let round = 0; round < 5; round += 1) {
      const numbers = Array.from({ length: 6 }, (_, index) => 10 * round + index);
      expect(await Promise.all(numbers.map(runOnce))).toEqual(numbers);
    }
    expect(cells.size).toBeGreaterThan(2);
    const [first] = cells;
    expect(await first?.gone).toMatchObject({ cause: "stopped", runs: [] });
    expect(pool.quarantine.isSuspect(`${release}/0`)).toBe(false);
  });
});

describe("a run whose release nobody has", () => {
  it("fails as the platform's fault, and not as the script's", async ({ expect }) => {
    await using started = await startPool({ fatMb: 1_000, mostMb: 10_000 });
    const { signal } = new AbortController();
    const run = runOf("0".repeat(64), 1);
    const { cell } = await started.pool.takeForApp(run, signal);
    const lost = cell.run([run]);
    await expect(lost).rejects.toMatchObject({ name: "Fault", code: "internal" });
  });

  it("takes no other along", async ({ expect }) => {
    await using started = await startPool({ fatMb: 1_000, mostMb: 10_000 });
    const { signal } = new AbortController();
    const { cell } = await started.pool.takeForApp(runOf(started.release, 1), signal);
    const kind = { type: "app", isolation: "call" } as const;
    for (let n = 0; n < 10; n += 1) {
      await cell.run([runOf("0".repeat(64), n)]).catch(() => undefined);
      expect(await cell.run([runOf(started.release, n)])).toMatchObject([{ is: "answered" }]);
      const isolates = [
        { ...kind, name: `missing ${n}`, release: "0".repeat(64) },
        { ...kind, name: `ready ${n}`, release: started.release },
      ];
      expect(await cell.tend({ end: [], make: isolates })).toEqual([`ready ${n}`]);
      const [end] = await cell.run([runOf(started.release, n)], { isolate: `ready ${n}` });
      expect(end).toMatchObject({ is: "answered" });
    }
  });
});

function runOf(release: string, n: number): Run {
  const limits = DEFAULT_LIMITS.app;
  const payload = JSON.stringify({ n });
  const id = randomUUID();
  const invocation = {
    id,
    owner: { account: "default", script: "scr_1" },
    release,
    type: "app",
    isolation: "call",
    function: null,
    anyFunction: false,
    env: "",
    payload,
    vars: "",
    isCall: false,
    limits,
    egressHosts: null,
  } as const;
  return { key: `${release}/0`, invocation };
}
