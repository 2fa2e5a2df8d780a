// A bare workerd as a peer: it listens itself, and this process only starts and ends it.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import workerd from "workerd";
import { z } from "zod";
import { quote } from "../../../capnp-config/text.ts";
import { COMPATIBILITY_DATE } from "../../../schemas/compatibility.ts";
import { announceUntilStopped } from "./announce.ts";
import type { WorkerFiles } from "./worker-files.ts";

const START_MS = 10_000;

/** workerd's message that a socket listens. */
const Listening = z.looseObject({ event: z.literal("listen"), port: z.int() });

/** Serves the worker on a free port of the loopback until the bench has enough. */
export async function serveWorkerd(files: WorkerFiles): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "scriptforge-bench-"));
  const config = join(folder, "workerd.capnp");
  for (const [name, code] of files.modules) writeFileSync(join(folder, name), code);
  writeFileSync(config, configOf(files));
  // --experimental: the worker loader needs it.
  const child = spawn(workerd.default, ["serve", "--experimental", "--control-fd=3", config], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  const exited = once(child, "exit");
  try {
    const port = await readPort(child);
    await Promise.race([announceUntilStopped(`http://127.0.0.1:${port}`), exited]);
  } finally {
    child.kill("SIGKILL");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }
}

function configOf({ modules, texts }: WorkerFiles): string {
  const moduleLines = [...modules.keys()].map(
    (name) => `(name = ${quote(name)}, esModule = embed ${quote(name)}),`,
  );
  const textLines = Object.entries(texts).map(
    ([name, text]) => `(name = ${quote(name)}, text = ${quote(text)}),`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${moduleLines.join(" ")}],
    compatibilityDate = ${quote(COMPATIBILITY_DATE)},
    bindings = [(name = "LOADER", workerLoader = ()), ${textLines.join(" ")}],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

async function readPort(child: ChildProcess): Promise<number> {
  const control = child.stdio[3];
  if (!(control instanceof Readable)) throw new Error("workerd has no control pipe");
  const signal = AbortSignal.timeout(START_MS);
  for await (const line of createInterface({ input: control, signal })) {
    const message = Listening.safeParse(JSON.parse(line));
    if (message.success) return message.data.port;
  }
  throw new Error(`workerd does not listen: exit code ${child.exitCode}`);
}
