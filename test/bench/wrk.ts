// Load from wrk, a process of its own for every run. What it does inside is in wrk.lua.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";

const SCRIPT = fileURLToPath(new URL("wrk.lua", import.meta.url));
/** What the answer of a script that ran begins with; a call whose script failed is answered with status 200 as well. */
const RIGHT = '{"action":"continue"';
/** An answer that takes longer counts as an error. */
const TIMEOUT_SECONDS = 5;

const Count = z.int().min(0);
const Report = z.strictObject({
  requests: Count,
  seconds: z.number().positive(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  p999Ms: z.number(),
  maxMs: z.number(),
  errors: z.strictObject({
    connect: Count,
    read: Count,
    write: Count,
    timeout: Count,
    status: Count,
    wrong: Count,
  }),
});

/** One run's figures. wrk adds to its latencies what a stall kept it from sending. */
export type LoadReport = z.infer<typeof Report>;

/** Whom to call. With several paths, each in turn. */
export type Target = { url: string; paths: readonly string[]; token?: string; body: string };

export type LoadPlan = {
  connections: number;
  seconds: number;
  /** Requests a second over all connections; as fast as the answers come without. */
  rate?: number;
  /** Number of the path to begin with. */
  first?: number;
  /** Looks at each answer, at some cost to the rate. */
  isChecked?: boolean;
  signal: AbortSignal;
};

export async function isWrkInstalled(): Promise<boolean> {
  try {
    await promisify(execFile)("wrk", ["-v"]);
    return true;
  } catch (error) {
    // It shows its version and ends with exit code 1, because it has nobody to call.
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}

/** Puts load on `target`. Throws when wrk itself fails; what goes wrong with the answers is in the report. */
export async function putLoad(target: Target, plan: LoadPlan): Promise<LoadReport> {
  const folder = mkdtempSync(join(tmpdir(), "scriptforge-bench-"));
  try {
    const env = writeJob(folder, target, plan);
    const { connections, seconds, signal } = plan;
    const shape = ["-t1", `-c${connections}`, `-d${seconds}s`, `--timeout=${TIMEOUT_SECONDS}s`];
    const child = spawn("wrk", [...shape, "-s", SCRIPT, target.url], {
      stdio: ["ignore", "ignore", "pipe"],
      env,
      signal,
      killSignal: "SIGKILL",
      // A group of its own: Ctrl-C in a terminal reaches the bench, which then ends it.
      detached: true,
    });
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await once(child, "close");
    return readReport(text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeJob(folder: string, target: Target, plan: LoadPlan): Record<string, string> {
  const paths = join(folder, "paths");
  const body = join(folder, "body");
  writeFileSync(paths, target.paths.join("\n"));
  writeFileSync(body, target.body);
  return {
    PATH: process.env["PATH"] ?? "",
    BENCH_PATHS: paths,
    BENCH_FIRST: String(plan.first ?? 0),
    BENCH_BODY: body,
    BENCH_TOKEN: target.token ?? "",
    BENCH_RATE: plan.rate === undefined ? "" : String(plan.rate),
    BENCH_EXPECT: plan.isChecked ? RIGHT : "",
  };
}

function readReport(text: string): LoadReport {
  const line = text.split("\n").findLast((candidate) => candidate.startsWith("{"));
  if (line === undefined) throw new Error(`wrk gave no figures: ${text.trim()}`);
  return Report.parse(JSON.parse(line));
}

/** How many requests of a run came to nothing. */
export function countErrors({ errors }: LoadReport): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

/** Answers a second. */
export function rateOf({ requests, seconds }: LoadReport): number {
  return requests / seconds;
}
