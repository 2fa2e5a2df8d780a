// Runs SIPp with the scenarios of examples/kamailio/sipp, on loopback, as caller and as far end.
// Everything started here ends with its owner (`await using`); logs and statistics stay in the caller's folder.

import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LOOPBACK, PROBE_EVERY_MS, START_LIMIT_MS } from "./kamailio-ports.ts";
import { killGroup, startProcess, type Child } from "./kamailio-processes.ts";

const SCENARIOS = fileURLToPath(new URL("../examples/kamailio/sipp/", import.meta.url));

export interface SippOptions {
  /** A file of examples/kamailio/sipp, or an absolute path. */
  scenario: string;
  localPort: number;
  /** Where a caller calls. A far end has none: it waits. */
  remotePort?: number;
  calls: number;
  /** Calls a second. For a far end: the rate it has to expect, which bounds its time. */
  rate: number;
  /** The number a caller dials. */
  dialled?: string;
  /** How long an answered caller talks. */
  talkMs?: number;
  /** Values of the scenario's keywords. */
  keys?: Record<string, string>;
  /** Exists already and serves no other SIPp; gets log, errors, statistics and what the scenario writes down. */
  folder: string;
}

export interface SippResult {
  /** 0 when every call went as the scenario says, 1 when some did not, 255 when time was over. */
  exitCode: number;
  successful: number;
  failed: number;
  retransmissions: number;
  /** What SIPp wrote about failed calls; empty without any. */
  errors: string;
  /** What a caller of caller-rejected.xml was answered, call by call: "604 Number on DNC List". */
  answers: string[];
  /** Milliseconds from INVITE to final answer, for the same calls. */
  answeredMs: number[];
}

export interface Sipp extends AsyncDisposable {
  /** Rejects when SIPp leaves no statistics, or has to be killed. */
  readonly finished: Promise<SippResult>;
  /** Starts no more calls. It finishes when those under way are over. */
  stop(): void;
}

/** Runs a scenario to its end: 20 s longer than its calls need at most. */
export async function runSipp(options: SippOptions): Promise<SippResult> {
  await using sipp = await startSipp(options);
  return await sipp.finished;
}

/** Resolves once SIPp holds its port, so that a far end can be called. The owner awaits `finished`, or disposes. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const files = sippFiles(options);
  const limitSeconds = Math.ceil(options.calls / options.rate) + 20;
  const child = await startProcess({
    command: "sipp",
    args: sippArguments({ options, files, limitSeconds }),
    folder: options.folder,
    logFile: files.log,
    env: process.env,
  });
  const finished = readResult({ child, files, folder: options.folder, limitSeconds });
  // The owner may dispose without asking for the result.
  finished.catch(() => undefined);
  const sipp: Sipp = {
    finished,
    stop: () => void child.process.kill("SIGUSR1"),
    [Symbol.asyncDispose]: () => killGroup(child),
  };
  try {
    await untilPortIsHeld(options.localPort, child.exited);
    return sipp;
  } catch (cause) {
    await sipp[Symbol.asyncDispose]();
    const log = await readFile(files.log, "utf8");
    throw new Error(`Cannot start SIPp with "${options.scenario}": ${log.slice(-2000)}`, { cause });
  }
}

interface SippFiles {
  log: string;
  errors: string;
  statistics: string;
  messages: string;
}

function sippFiles(options: SippOptions): SippFiles {
  const stem = join(options.folder, `${basename(options.scenario, ".xml")}-${options.localPort}`);
  return {
    log: `${stem}.log`,
    errors: `${stem}.errors`,
    statistics: `${stem}.csv`,
    messages: `${stem}.messages`,
  };
}

function sippArguments(run: {
  options: SippOptions;
  files: SippFiles;
  limitSeconds: number;
}): string[] {
  const { options, files, limitSeconds } = run;
  return [
    options.remotePort === undefined
      ? []
      : [`${LOOPBACK}:${options.remotePort}`, "-r", String(options.rate)],
    ["-sf", resolve(SCENARIOS, options.scenario)],
    ["-i", LOOPBACK, "-p", String(options.localPort), "-m", String(options.calls), "-nostdin"],
    options.dialled === undefined ? [] : ["-s", options.dialled],
    ["-d", String(options.talkMs ?? 0)],
    ...Object.entries(options.keys ?? {}).map(([name, value]) => ["-key", name, value]),
    ["-timeout", String(limitSeconds), "-timeout_error"],
    ["-trace_err", "-error_file", files.errors, "-trace_stat", "-stf", files.statistics],
    ["-trace_logs", "-log_file", files.messages, "-trace_rtt", "-rtt_freq", "1"],
  ].flat();
}

async function readResult(run: {
  child: Child;
  files: SippFiles;
  folder: string;
  limitSeconds: number;
}): Promise<SippResult> {
  // SIPp ends by itself at its own limit; this one is for a SIPp that does not.
  const insist = setTimeout(() => void killGroup(run.child), (run.limitSeconds + 10) * 1000);
  const exitCode = await run.child.exited;
  clearTimeout(insist);
  if (exitCode === null) throw new Error("Cannot read the result of SIPp: killed before its end");
  const statistics = await readFile(run.files.statistics, "utf8").catch(async (cause: unknown) => {
    const log = await readFile(run.files.log, "utf8");
    throw new Error(`Cannot read the result of SIPp: exit code ${exitCode}, ${log.slice(-2000)}`, {
      cause,
    });
  });
  const errors = await readFile(run.files.errors, "utf8").catch(() => "");
  const messages = await readFile(run.files.messages, "utf8").catch(() => "");
  const answers = messages.split("\n").filter((line) => line !== "");
  return {
    exitCode,
    ...parseStatistics(statistics),
    errors,
    answers,
    answeredMs: await readTimes(run.folder),
  };
}

/** SIPp names the file itself; a line is "date;milliseconds;name of the timer", the first one their names. */
async function readTimes(folder: string): Promise<number[]> {
  const file = (await readdir(folder)).find((name) => name.endsWith("_rtt.csv"));
  if (file === undefined) return [];
  const [, ...lines] = (await readFile(join(folder, file), "utf8")).trim().split("\n");
  return lines.map((line) => Number(line.split(";")[1]));
}

/** SIPp writes a line of names and then lines of numbers; the last line has the totals, in the columns "(C)". */
function parseStatistics(
  text: string,
): Pick<SippResult, "successful" | "failed" | "retransmissions"> {
  const lines = text.trim().split("\n");
  const names = (lines[0] ?? "").split(";");
  const values = (lines.at(-1) ?? "").split(";");
  const total = (name: string): number => {
    const value = Number(values[names.indexOf(`${name}(C)`)]);
    if (!Number.isInteger(value)) throw new Error(`Cannot read SIPp's statistics: no "${name}(C)"`);
    return value;
  };
  return {
    successful: total("SuccessfulCall"),
    failed: total("FailedCall"),
    retransmissions: total("Retransmissions"),
  };
}

/** SIPp gives no sign of being ready and counts a probe as a failed call: the kernel's table of sockets tells. */
async function untilPortIsHeld(port: number, exited: Promise<unknown>): Promise<void> {
  let hasExited = false;
  void exited.then(() => (hasExited = true));
  const held = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  for (let waitedMs = 0; waitedMs < START_LIMIT_MS; waitedMs += PROBE_EVERY_MS) {
    const local = (await readFile("/proc/net/udp", "utf8"))
      .split("\n")
      .map((line) => line.slice(0, 22));
    if (local.some((line) => line.includes(held))) return;
    // A short scenario of a caller can be over already; its result tells.
    if (hasExited) return;
    await pause(PROBE_EVERY_MS);
  }
  throw new Error(`port ${port} is not held after ${START_LIMIT_MS} ms`);
}
