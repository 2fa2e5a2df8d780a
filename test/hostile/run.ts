// Runs every attack against a product of its own and tells how it stood: `node test/hostile/run.ts`.
// Options: --group NAME runs one group, --case TEXT the cases whose name contains it. Ends with exit code 1 when any failed.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { cellsOf, descendantsOf, isAlive } from "../processes.ts";
import { ALL_CASES } from "./all-cases.ts";
import { openArena, type Arena, type Tenant } from "./arena.ts";
import type { HostileCase, Victim } from "./hostile-case.ts";
import { describeExpected, describeGot, judge, type Got } from "./judge.ts";
import { cpuTicksOf, processesNaming } from "./processes.ts";

/** How long after its answer a run may still be on its way out. */
const SETTLE_MS = 500;
const WATCH_MS = 300;
/** Most ticks of 10 ms that cells at rest use while they are watched. */
const REST_TICKS = 6;
/** How often an attack is run again because the machine had too little time for it. */
const MOST_STARVED = 3;
/** How many victims run at once beside an attack. */
const VICTIMS = 4;

type Report = {
  case: HostileCase;
  got: string;
  ms: number;
  neighbourMs: number;
  wrong: string[];
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { group: { type: "string" }, case: { type: "string" } },
  });
  const chosen = ALL_CASES.filter(
    ({ group, name }) => (values.group ?? group) === group && name.includes(values.case ?? ""),
  );
  const arena = await openArena();
  const failed: Report[] = [];
  for (const one of chosen) {
    const report = await runCase(arena, one);
    printRow(report);
    if (report.wrong.length === 0) continue;
    failed.push(report);
    for (const line of arena.cellLines) console.log(line);
  }
  const aftermath = await close(arena);
  for (const { case: one, wrong } of failed)
    console.log(`FAILED ${one.group}: ${one.name}: ${wrong.join("; ")}`);
  for (const text of aftermath) console.log(`FAILED afterwards: ${text}`);
  const failures = failed.length + aftermath.length;
  console.log(`${chosen.length - failed.length} passed, ${failures} failed`);
  process.exitCode = failures > 0 ? 1 : 0;
}

async function runCase(arena: Arena, one: HostileCase): Promise<Report> {
  arena.bait.forget();
  arena.internet.forget();
  arena.forgedLines.length = 0;
  arena.neighbour.begin();
  const got = await attack(arena, one);
  const served = await arena.neighbour.end();
  const wrong = judge(one, got);
  if (served.failures.length > 0)
    wrong.push(`the neighbour got ${served.failures.join(", ").slice(0, 300)}`);
  if (one.expect.isQuietAfter) wrong.push(...(await judgeQuiet(arena)));
  const requests = arena.internet.requests.length;
  const most = one.expect.mostRequests ?? Infinity;
  if (requests > most) wrong.push(`made ${requests} requests, of ${most} allowed`);
  if (arena.bait.requests.length > 0)
    wrong.push(`reached the bait: ${arena.bait.requests.join(", ")}`);
  if (arena.forgedLines.length > 0) wrong.push(`wrote to the log: ${arena.forgedLines.join(", ")}`);
  const ms = got.is === "ran" ? got.ms : 0;
  return { case: one, got: describeGot(got), ms, neighbourMs: served.worstMs, wrong };
}

/** Publishes the attack and runs it, with its victim, and returns the answer that counts. */
async function attack(arena: Arena, one: HostileCase): Promise<Got> {
  const script = await arena.attacker.publish({
    type: one.type,
    code: arena.fill(one.code),
    ...(one.limits ? { limits: one.limits } : {}),
  });
  if (typeof script !== "string") return script;
  try {
    const { victim } = one;
    if (victim?.runs === "beside") return await attackBeside(arena, { one, victim, script });
    const got = await attackAgainAndAgain(arena, one, script);
    return victim === undefined ? got : await runVictim(arena, { victim, script });
  } finally {
    await arena.attacker.remove(script);
  }
}

async function attackAgainAndAgain(arena: Arena, one: HostileCase, script: string): Promise<Got> {
  for (let left = one.runs ?? 1; ; left -= 1) {
    const got = await attackUnstarved(arena, one, script);
    if (left <= 1 || got.is === "failed") return got;
  }
}

/** A run that got too little of the machine's time says so, and has shown nothing. */
async function attackUnstarved(arena: Arena, one: HostileCase, script: string): Promise<Got> {
  for (let left = MOST_STARVED; ; left -= 1) {
    const got = await arena.attacker.run(script, one.data ?? {});
    if (left <= 0 || got.is !== "ran" || got.result.outcome !== "overloaded") return got;
  }
}

type Pair = { one: HostileCase; victim: Victim; script: string };

/** Of several victims the one that fared worst. */
async function attackBeside(arena: Arena, { one, victim, script }: Pair): Promise<Got> {
  const attacked = arena.attacker.run(script, one.data ?? {});
  const victims = Array.from({ length: VICTIMS }, () => runVictim(arena, { victim, script }));
  const all = await Promise.all(victims);
  await attacked;
  const [first] = all.toSorted((a, b) => judge(one, b).length - judge(one, a).length);
  return first ?? { is: "failed", status: 0, text: "there was no victim" };
}

async function runVictim(
  arena: Arena,
  { victim, script }: { victim: Victim; script: string },
): Promise<Got> {
  if (victim.of === "itself") return await arena.attacker.run(script, victim.data ?? {});
  const tenant: Tenant = victim.of === "same account" ? arena.attacker : arena.other;
  const code = arena.fill(victim.code ?? "");
  const own = await tenant.publish({ type: victim.type ?? "script", code });
  if (typeof own !== "string") return own;
  try {
    return await tenant.run(own, victim.data ?? {});
  } finally {
    await tenant.remove(own);
  }
}

/** Whether the cells are at rest a while after an answer. */
async function judgeQuiet({ product }: Arena): Promise<string[]> {
  await sleep(SETTLE_MS);
  const cells = cellsOf(product);
  const before = cells.map(cpuTicksOf);
  await sleep(WATCH_MS);
  const ticks = cells.map((pid, index) => cpuTicksOf(pid) - (before[index] ?? 0));
  return ticks.some((used) => used > REST_TICKS)
    ? [
        `cells go on working: ${ticks.map((used) => `${used * 10} ms`).join(", ")} in ${WATCH_MS} ms`,
      ]
    : [];
}

/** Looks whether the product still stands, ends it, and looks for what it leaves behind. */
async function close(arena: Arena): Promise<string[]> {
  const { product } = arena;
  const wrong: string[] = [];
  for (const path of ["/healthz", "/readyz"]) {
    const { status } = await fetch(product.edge + path);
    if (status !== 200) wrong.push(`${path} answers ${status}`);
  }
  if (product.process.exitCode !== null) wrong.push("the product has ended");
  const started = descendantsOf(product.process.pid);
  await arena[Symbol.asyncDispose]();
  const left = [...started.filter(isAlive), ...processesNaming(`${arena.folder}/`)];
  if (left.length > 0) wrong.push(`processes are left: ${left.join(", ")}`);
  return wrong;
}

function printRow({ case: one, got, ms, neighbourMs, wrong }: Report): void {
  const cells = [
    one.group.padEnd(8),
    one.name.slice(0, 70).padEnd(70),
    got.slice(0, 60).padEnd(60),
    describeExpected(one.expect).slice(0, 40).padEnd(40),
    `${Math.round(ms)} ms`.padStart(8),
    `${Math.round(neighbourMs)} ms`.padStart(8),
    wrong.length === 0 ? "ok" : "FAILED",
  ];
  console.log(cells.join("  "));
}

await main();
