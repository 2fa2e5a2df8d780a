// Starts Kamailio with examples/kamailio/kamailio.cfg and SIPp beside it, on loopback, for tests.
// Everything started here ends with its owner (`await using`); logs and statistics stay in the caller's folder.
import { spawn, type ChildProcess } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../examples/kamailio/kamailio.cfg", import.meta.url));
const SCENARIOS = fileURLToPath(new URL("../examples/kamailio/sipp/", import.meta.url));
const LOOPBACK = "127.0.0.1";
const START_LIMIT_MS = 10_000;
const STOP_GRACE_MS = 3_000;
const PROBE_EVERY_MS = 25;

/** A UDP port of 127.0.0.1 that nobody holds now. It is not reserved: take it soon. */
export async function findFreeUdpPort(): Promise<number> {
  const socket = await bindLoopback();
  const { port } = socket.address();
  await closeSocket(socket);
  return port;
}

export interface KamailioOptions {
  /** Without a path: "http://127.0.0.1:8081". */
  edgeUrl: string;
  token: string;
  customer: string;
  route: string;
  sipPort: number;
  nextHopPort: number;
  /** Exists already; gets kamailio.log. */
  folder: string;
  /** EDGE_DEADLINE_MS of the configuration, when its own default does not suit. */
  deadlineMs?: number;
}

export interface Kamailio extends AsyncDisposable {
  readonly pid: number;
  readLog(): Promise<string>;
}

/** Resolves once Kamailio answers SIP. Throws, with the end of its log, when it does not within 10 s. */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const logFile = join(options.folder, "kamailio.log");
  const child = await startProcess({
    command: "kamailio",
    args: kamailioArguments(options),
    folder: options.folder,
    logFile,
    env: { ...process.env, SCRIPTFORGE_TOKEN: options.token },
  });
  const kamailio: Kamailio = {
    pid: child.pid,
    readLog: () => readFile(logFile, "utf8"),
    [Symbol.asyncDispose]: () => stopGroup(child),
  };
  try {
    await untilSipAnswers(options.sipPort, child.exited);
    return kamailio;
  } catch (cause) {
    await kamailio[Symbol.asyncDispose]();
    const log = await kamailio.readLog();
    throw new Error(`Cannot start Kamailio on port ${options.sipPort}: ${log.slice(-2000)}`, {
      cause,
    });
  }
}

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
  /** Exists already; gets log, errors and statistics. */
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
}

export interface Sipp extends AsyncDisposable {
  /** Rejects when SIPp leaves no statistics, or has to be killed. */
  readonly finished: Promise<SippResult>;
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
  const finished = readResult({ child, files, limitSeconds });
  // The owner may dispose without asking for the result.
  finished.catch(() => undefined);
  const sipp: Sipp = {
    finished,
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

function kamailioArguments(options: KamailioOptions): string[] {
  const defines = {
    SIP_LISTEN: `udp:${LOOPBACK}:${options.sipPort}`,
    NEXT_HOP: JSON.stringify(`sip:${LOOPBACK}:${options.nextHopPort}`),
    EDGE_URL: JSON.stringify(options.edgeUrl),
    EDGE_CUSTOMER: JSON.stringify(options.customer),
    EDGE_ROUTE: JSON.stringify(options.route),
    ...(options.deadlineMs === undefined ? {} : deadlineDefines(options.deadlineMs)),
  };
  return [
    ["-f", CONFIG, "-DD", "-E", "-w", options.folder, "-Y", options.folder],
    ...Object.entries(defines).map(([name, value]) => ["-A", `${name}=${value}`]),
  ].flat();
}

/** The HTTP timeout is in whole seconds and must not end before the deadline. */
function deadlineDefines(deadlineMs: number): Record<string, string> {
  return {
    EDGE_DEADLINE_MS: String(deadlineMs),
    EDGE_TIMEOUT_S: String(Math.ceil(deadlineMs / 1000)),
  };
}

interface SippFiles {
  log: string;
  errors: string;
  statistics: string;
}

function sippFiles(options: SippOptions): SippFiles {
  const stem = join(options.folder, `${basename(options.scenario, ".xml")}-${options.localPort}`);
  return { log: `${stem}.log`, errors: `${stem}.errors`, statistics: `${stem}.csv` };
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
  ].flat();
}

async function readResult(run: {
  child: Child;
  files: SippFiles;
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
  return { exitCode, ...parseStatistics(statistics), errors };
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

interface Child {
  pid: number;
  process: ChildProcess;
  /** The exit code; null after a signal. */
  exited: Promise<number | null>;
}

interface ProcessPlan {
  command: string;
  args: string[];
  folder: string;
  logFile: string;
  env: NodeJS.ProcessEnv;
}

/** Starts the process as the leader of a group of its own: Kamailio forks, and signals its whole group. */
async function startProcess(plan: ProcessPlan): Promise<Child> {
  await using log = await open(plan.logFile, "w");
  const child = spawn(plan.command, plan.args, {
    cwd: plan.folder,
    env: plan.env,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  const exited = new Promise<number | null>((settle) => child.once("exit", settle));
  await once(child, "spawn");
  if (child.pid === undefined) throw new Error(`Cannot start "${plan.command}": no process id`);
  return { pid: child.pid, process: child, exited };
}

async function stopGroup(child: Child): Promise<void> {
  child.process.kill("SIGTERM");
  const insist = setTimeout(() => void killGroup(child), STOP_GRACE_MS);
  await child.exited;
  clearTimeout(insist);
  await killGroup(child);
}

/** Ends the leader and whatever it forked. A group without members is no error. */
async function killGroup(child: Child): Promise<void> {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
  await child.exited;
}

/** Sends OPTIONS until an answer comes. Throws when the process ends first, or after START_LIMIT_MS. */
async function untilSipAnswers(port: number, exited: Promise<unknown>): Promise<void> {
  const socket = await bindLoopback();
  const ask = (): void => {
    socket.send(optionsRequest(port, socket.address().port), port, LOOPBACK);
  };
  const probe = setInterval(ask, PROBE_EVERY_MS);
  const limit = new AbortController();
  try {
    ask();
    await Promise.race([
      once(socket, "message"),
      exited.then(() => Promise.reject(new Error("the process ended"))),
      pause(START_LIMIT_MS, undefined, { signal: limit.signal }).then(() =>
        Promise.reject(new Error(`no answer within ${START_LIMIT_MS} ms`)),
      ),
    ]);
  } finally {
    limit.abort();
    clearInterval(probe);
    await closeSocket(socket);
  }
}

function optionsRequest(port: number, ownPort: number): string {
  return [
    `OPTIONS sip:${LOOPBACK}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${LOOPBACK}:${ownPort};branch=z9hG4bK-probe-${ownPort}`,
    "Max-Forwards: 10",
    `From: <sip:probe@${LOOPBACK}:${ownPort}>;tag=probe`,
    `To: <sip:${LOOPBACK}:${port}>`,
    `Call-ID: probe-${ownPort}@${LOOPBACK}`,
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
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

async function bindLoopback(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  return socket;
}

async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, "close");
  socket.close();
  await closed;
}
