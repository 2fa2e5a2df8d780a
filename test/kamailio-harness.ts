// Starts Kamailio with examples/kamailio/kamailio.cfg on loopback, for tests.
// It ends with its owner (`await using`); its log stays in the caller's folder.

import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  bindLoopback,
  closeSocket,
  LOOPBACK,
  PROBE_EVERY_MS,
  START_LIMIT_MS,
} from "./kamailio-ports.ts";
import { startProcess, stopGroup } from "./kamailio-processes.ts";

const CONFIG = fileURLToPath(new URL("../examples/kamailio/kamailio.cfg", import.meta.url));

export interface KamailioOptions {
  /** Without a path: "http://127.0.0.1:8081". */
  edgeUrl: string;
  /** Empty when not given. */
  token?: string;
  sipPort: number;
  /** UDP ports of 127.0.0.1 by gateway number, in the order in which calls take them. */
  gateways: ReadonlyMap<number, number>;
  /** Exists already; gets gateways.list and kamailio.log. */
  folder: string;
  /** EDGE_DEADLINE_MS of the configuration, when its own default does not suit. */
  deadlineMs?: number;
  /** More definitions, as they stand behind -A: "FAIL_OPEN", 'EDGE_CUSTOMER="demo"'. */
  defines?: readonly string[];
}

export interface Kamailio extends AsyncDisposable {
  readonly pid: number;
  readLog(): Promise<string>;
}

/** Resolves once Kamailio answers SIP. Throws, with the end of its log, when it does not within 10 s. */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const logFile = join(options.folder, "kamailio.log");
  const gateways = [...options.gateways].map(([id, port]) => `${id} sip:${LOOPBACK}:${port}\n`);
  await writeFile(join(options.folder, "gateways.list"), gateways.join(""));
  const child = await startProcess({
    command: "kamailio",
    args: kamailioArguments(options),
    folder: options.folder,
    logFile,
    env: { ...process.env, SCRIPTFORGE_TOKEN: options.token ?? "" },
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

function kamailioArguments(options: KamailioOptions): string[] {
  const { edgeUrl, sipPort, gateways, folder, deadlineMs, defines = [] } = options;
  const all = [
    `SIP_LISTEN=udp:${LOOPBACK}:${sipPort}`,
    `EDGE_URL=${JSON.stringify(edgeUrl)}`,
    `EGRESS=${JSON.stringify([...gateways.keys()].join(","))}`,
    ...(deadlineMs === undefined ? [] : deadlineDefines(deadlineMs)),
    ...defines,
  ];
  return [
    ["-f", CONFIG, "-DD", "-E", "-w", folder, "-Y", folder],
    ...all.map((define) => ["-A", define]),
  ].flat();
}

/** The HTTP timeout is in whole seconds and must not end before the deadline. */
function deadlineDefines(deadlineMs: number): string[] {
  return [`EDGE_DEADLINE_MS=${deadlineMs}`, `EDGE_TIMEOUT_S=${Math.ceil(deadlineMs / 1000)}`];
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
