// Measures the running product beside its peers: `node test/bench/run.ts [--json FILE] [--short]`.
// --short measures only what the ratios need, in less than a minute, and fails only where noise is no excuse.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openContest, runRounds, type Plan } from "./contest.ts";
import { measureExtras } from "./extras.ts";
import { describeMachine } from "./machine.ts";
import { resultText } from "./print.ts";
import { LOADS_OF_RATIOS, type Load } from "./ratios.ts";
import { judge, type Form, type Result } from "./result.ts";
import { SUBJECT_IDS } from "./subject.ts";
import { isWrkInstalled } from "./wrk.ts";

const CONNECTIONS = [1, 16, 64];
const EVERYTHING = CONNECTIONS.flatMap((connections) =>
  SUBJECT_IDS.map((subject) => ({ subject, connections })),
).filter((load) => !isTooMuch(load));

const PLANS: Record<Form, Plan> = {
  full: { loads: EVERYTHING, rounds: 3, warmUpSeconds: 3, seconds: 3, pacedCalls: 60 },
  short: { loads: LOADS_OF_RATIOS, rounds: 2, warmUpSeconds: 2, seconds: 1, pacedCalls: 60 },
};

/** Exit code of a program that somebody stopped, as shells have it. */
const EXIT_STOPPED = 130;

/** One cell makes no isolates as fast as so many callers ask: it tells those `overloaded` who would wait too long. */
function isTooMuch({ subject, connections }: Load): boolean {
  return subject === "app-one-cell" && connections > 16;
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: "string" }, short: { type: "boolean", default: false } },
  });
  if (!(await isWrkInstalled())) {
    process.stderr.write(
      "bench: wrk is missing, which puts the load on. Install Debian's package wrk\n",
    );
    process.exitCode = 1;
    return;
  }
  const result = await runBench(values.short ? "short" : "full", signal);
  console.log(resultText(result));
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(result, undefined, 2)}\n`);
  }
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}

async function runBench(form: Form, signal: AbortSignal): Promise<Result> {
  const machine = describeMachine();
  const plan = PLANS[form];
  progress("starting the product and its peers");
  await using contest = await openContest(plan.loads, signal);
  const run = { plan, signal, progress };
  const figures = await runRounds(contest, run);
  const extras = form === "full" ? { extras: await measureExtras(contest, figures, run) } : {};
  const { faults, log } = contest;
  return judge({ form, plan, machine, contest: figures, faults, log, ...extras });
}

function progress(text: string): void {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)}  ${text}\n`);
}

/** Aborts when a person or the system asks to stop. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => controller.abort());
  }
  return controller.signal;
}

const signal = stopSignal();
try {
  await main(signal);
} catch (error) {
  if (!signal.aborted) throw error;
  progress("stopped");
  process.exitCode = EXIT_STOPPED;
}
