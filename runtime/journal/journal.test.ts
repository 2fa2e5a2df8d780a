import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { migrate } from "drizzle-orm/libsql/migrator";
import { pino } from "pino";
import { afterEach, beforeEach, describe, it } from "vitest";
import { MAX_KEPT_BODY } from "../../schemas/invocation.ts";
import { parseSettings } from "../../schemas/settings.ts";
import { accounts } from "../../schemas/tables/account.ts";
import { edgeNodes, invocations, runStats } from "../../schemas/tables/invocation.ts";
import { openDatabase, openPrimary, type Database } from "../../schemas/tables/open.ts";
import type { Conclusion } from "../gateway/conclusion.ts";
import type { Execution, Job } from "../gateway/execute.ts";
import { clearAway } from "../store/journal-tables.ts";
import { Journal } from "./journal.ts";
import { JournalWriter } from "./writer.ts";

const OK: Conclusion = { outcome: "ok", decision: "continue", sip: null };
const FAULT: Conclusion = { outcome: "script_error", decision: "reject", sip: null, message: "no" };
const ACCOUNTS = ["acme", "bolt"];

let folder: string;
let db: Database;
let now: number;
let journal: Journal;
let made: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-journal-"));
  db = await openDatabase(parseSettings({ SCRIPTFORGE_DATA: folder }));
  await migrate(db, {
    migrationsFolder: new URL("../../api/store/migrations", import.meta.url).pathname,
  });
  const createdAt = new Date().toISOString();
  await db.insert(accounts).values(ACCOUNTS.map((id) => ({ id, createdAt })));
  now = 1_700_000_000_000;
  made = 0;
  journal = new Journal({ perSecond: 20, bodies: 1, now: () => now });
});
afterEach(() => {
  db.$client.close();
  rmSync(folder, { recursive: true, force: true });
});

function add(conclusion: Conclusion, text = "", account = "acme"): void {
  made += 1;
  const payload = `{"text":"${text}"}`;
  const limits = { cpuMs: 50, wallMs: 2_000, subrequests: 0 };
  const target = {
    account,
    script: `scr_${account}`,
    name: "rules",
    release: "r",
    pardons: 0,
    limits,
  };
  const kind = { type: "script", isolation: "scope", egressHosts: null, env: "{}" } as const;
  const job: Job = {
    target: { ...target, ...kind },
    version: 3,
    function: null,
    anyFunction: false,
    payload,
    vars: "",
    isCall: true,
    deadlineMs: 1_000,
    place: "termination acme/main",
    conclude: () => conclusion,
  };
  const execution: Execution = {
    invocation: `inv-${made}`,
    outcome: { is: "continue", data: payload, warnings: [] },
    output: payload,
    logs: "[]",
    usage: { cpuMs: 1, wallMs: 2 },
  };
  journal.add(job, execution, conclusion);
}

function startWriter(to: Database): JournalWriter {
  const writer = new JournalWriter({
    db: to,
    journal,
    node: "here/1",
    retention: { most: 1_000, invocationsMs: 3_600_000, statsMs: 3_600_000 },
    findFiles: () => Promise.resolve(new Map()),
    state: () => Promise.resolve({ cells: [], quarantined: [] }),
    log: pino({ level: "silent" }),
    now: () => now,
  });
  writer.start();
  return writer;
}

async function idsIn(): Promise<string[]> {
  const rows = await db.select({ id: invocations.id }).from(invocations).orderBy(invocations.seq);
  return rows.map(({ id }) => id);
}

/** Megabytes of the heap that are held, and not only waiting to be collected. */
function heldMb(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Looks once in each turn: the client of a file has no turns of its own. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await nextTurn();
}

describe("a flood", () => {
  it("leaves a sample of what went well and many faults, of each account its own", ({ expect }) => {
    for (let n = 0; n < 10_000; n += 1) add(OK);
    for (let n = 0; n < 10_000; n += 1) add(FAULT);
    for (let n = 0; n < 5; n += 1) add(OK, "", "bolt");
    const kept = journal.take(10_000);
    const count = (account: string, outcome: string): number =>
      kept.filter((one) => one.account === account && one.outcome === outcome).length;
    expect([count("acme", "ok"), count("acme", "script_error"), count("bolt", "ok")]).toEqual([
      20, 100, 5,
    ]);
    now += 1_000;
    add(OK);
    expect(journal.waiting).toBe(1);
    expect(journal.stats.total.calls).toBe(20_006);
    expect(journal.stats.total.kept).toBe(126);
  });

  it("takes no more room than there is, in number and size", ({ expect }) => {
    const text = "x".repeat(1_000_000);
    const before = heldMb();
    for (let second = 0; second < 60; second += 1) {
      for (let n = 0; n < 40; n += 1) add(FAULT, `${second}/${n} ${text}`);
      now += 1_000;
    }
    expect(heldMb() - before).toBeLessThan(100);
    expect(journal.waiting).toBeLessThan(1_000);
    for (let second = 0; second < 100; second += 1) {
      for (let n = 0; n < 100; n += 1) add(FAULT);
      now += 1_000;
    }
    expect(journal.waiting).toBeLessThanOrEqual(5_000);
    expect(journal.waiting + journal.dropped).toBe(12_400);
    const newest = journal.take(5_000).at(-1);
    expect(newest?.id).toBe(`inv-${made}`);
  });

  it("keeps of a long text its beginning", ({ expect }) => {
    add(OK, "y".repeat(20_000));
    const [{ bodies } = {}] = journal.take(1);
    expect(bodies?.cut).toEqual(["input", "output"]);
    expect(bodies?.input).toBe(`{"text":"${"y".repeat(20_000)}`.slice(0, MAX_KEPT_BODY));
  });

  it("keeps no bodies of what went well where none are wanted", ({ expect }) => {
    journal = new Journal({ perSecond: 20, bodies: 0, now: () => now });
    add(OK);
    add(FAULT);
    expect(journal.take(2).map(({ bodies }) => bodies !== undefined)).toEqual([false, true]);
  });
});

describe("the writer", () => {
  it("writes what ran, in its order, with statistics and what the node is", async ({ expect }) => {
    const writer = startWriter(db);
    for (let n = 0; n < 60; n += 1) add(FAULT);
    await until(async () => (await idsIn()).length === 60);
    expect(await idsIn()).toEqual(Array.from({ length: 60 }, (_none, at) => `inv-${at + 1}`));
    await until(async () => (await db.select().from(edgeNodes)).length === 1);
    await writer[Symbol.asyncDispose]();
    // In the end all is told, and the node is no more.
    const rows = await db.select().from(runStats);
    expect(rows.map(({ script, calls, stepSeconds }) => [script, calls, stepSeconds])).toEqual(
      expect.arrayContaining([
        ["scr_acme", 60, 10],
        ["", 60, 10],
      ]),
    );
    expect(await db.select().from(edgeNodes)).toEqual([]);
  });

  it("counts a step once, however often it is written", async ({ expect }) => {
    for (let n = 0; n < 3; n += 1) add(OK);
    const rows = journal.stats.take();
    journal.stats.giveBack(rows);
    add(OK);
    expect(journal.stats.take().map(({ tally }) => tally.calls)).toEqual([4, 4]);
    now += 10_000;
    add(OK);
    const told = journal.stats.take();
    const calls = told.map(({ script, stepSeconds, tally }) => [script, stepSeconds, tally.calls]);
    expect(calls).toContainEqual(["scr_acme", 60, 4]);
  });

  it("keeps the newest while the primary is away, and writes it when it is back", async ({
    expect,
  }) => {
    // A primary that takes connections and never answers.
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const url = `http://127.0.0.1:${address.port}`;
    const away = await openPrimary(
      parseSettings({ SCRIPTFORGE_DATA: folder, SCRIPTFORGE_SYNC_URL: url }),
    );
    const writer = startWriter(away);
    for (let second = 0; second < 100; second += 1) {
      for (let n = 0; n < 100; n += 1) add(FAULT);
      now += 1_000;
    }
    expect(journal.waiting).toBeLessThanOrEqual(5_000);
    await writer[Symbol.asyncDispose]();
    away.$client.close();
    silent.close();
    const back = startWriter(db);
    await until(() => journal.waiting === 0);
    await back[Symbol.asyncDispose]();
    expect((await idsIn()).at(-1)).toBe(`inv-${made}`);
  });
});

describe("what is kept", () => {
  it("is so many invocations of each account, and none that are older than may be", async ({
    expect,
  }) => {
    for (const account of ACCOUNTS) {
      for (let n = 0; n < 50; n += 1) {
        add(FAULT, "", account);
        now += 1_000;
      }
    }
    const writer = startWriter(db);
    await until(() => journal.waiting === 0);
    await writer[Symbol.asyncDispose]();
    expect(await idsIn()).toHaveLength(100);
    const retention = { most: 10, invocationsMs: 3_600_000, statsMs: 3_600_000 };
    await clearAway(db, retention, { accounts: ["acme"], now });
    const left = await idsIn();
    expect(left).toHaveLength(60);
    expect(left[0]).toBe("inv-41");
    await clearAway(db, { ...retention, invocationsMs: 5_500 }, { accounts: [], now });
    expect(await idsIn()).toEqual(["inv-96", "inv-97", "inv-98", "inv-99", "inv-100"]);
    await clearAway(db, { ...retention, statsMs: 0 }, { accounts: [], now: now + 20_000 });
    expect(await db.select().from(runStats)).toEqual([]);
  });
});
