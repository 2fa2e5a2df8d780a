// The program: starts the roles that its settings name and ends them again.
// One role runs in this process. Several get a process each, so that publishing never holds up a call.

import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants, mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { endAll, KeptProcess } from "./schemas/kept-process.ts";
import type { Listening } from "./schemas/listen.ts";
import { MODULES_FOLDER } from "./schemas/module-shelf.ts";
import { readOrMakeFile, tokenFile } from "./schemas/secret-file.ts";
import { parseSettings, type Role, type Settings } from "./schemas/settings.ts";

/** Where roles listen: what a process tells the one that started it, once it serves. */
type Urls = Partial<Record<Role, string>>;

async function main(): Promise<void> {
  // The second start is twice as fast.
  enableCompileCache();
  const settings = parseSettings(process.env);
  prepareDataFolder(settings);
  const secretKey = settings.SCRIPTFORGE_SECRET_KEY ?? readOrMakeSecretKey(settings);
  const { prepareModules } = await import("./runtime/modules/build.ts");
  await prepareModules(MODULES_FOLDER);
  if (settings.SCRIPTFORGE_ROLES.includes("control")) {
    const { CONSOLE_FOLDER, prepareConsole } = await import("./api/console/build.ts");
    await prepareConsole(CONSOLE_FOLDER);
  }
  const roles = [...new Set(settings.SCRIPTFORGE_ROLES)].toSorted();
  const [role] = roles;
  if (roles.length === 1 && role !== undefined) await runRole(role, settings, secretKey);
  else await runProcesses(roles, settings, secretKey);
}

/** Runs a role in this process, until it is asked to stop or whoever started it is gone. */
async function runRole(role: Role, settings: Settings, secretKey: string): Promise<void> {
  const stop = stopSignal();
  await using running = await startRole(role, settings, secretKey);
  announce(settings, { [role]: running.url });
  await aborted(stop);
}

/** Each process loads the code of its own role alone. */
async function startRole(role: Role, settings: Settings, secretKey: string): Promise<Listening> {
  const { pino } = await import("pino");
  const log = pino({ name: role, level: settings.SCRIPTFORGE_LOG_LEVEL }, process.stderr);
  switch (role) {
    case "control": {
      const { startControlPlane } = await import("./api/main.ts");
      return await startControlPlane({
        settings,
        secretKey,
        edgeUrl: followEdgeUrl(settings),
        log,
      });
    }
    case "edge": {
      const { GATEWAY, startGateways } = await import("./runtime/gateways.ts");
      const count = gatewayCount(settings);
      const isOneOfSeveral = process.argv[2] === GATEWAY;
      if (count > 1 && !isOneOfSeveral) {
        const port = settings.SCRIPTFORGE_EDGE_PORT;
        return await startGateways({ count, program: import.meta.filename, port, log });
      }
      const { startEdgeNode } = await import("./runtime/main.ts");
      const cells = Math.ceil((settings.SCRIPTFORGE_CELLS ?? availableParallelism()) / count);
      return await startEdgeNode({ settings, secretKey, log, cells, isOneOfSeveral });
    }
  }
}

/** A gateway and its cells keep two cores busy. */
function gatewayCount({ SCRIPTFORGE_GATEWAYS: count }: Settings): number {
  return count ?? Math.max(1, Math.floor(availableParallelism() / 2));
}

/** Where the edge node is: as the settings say, or the process that started us, or at its default port. */
function followEdgeUrl(settings: Settings): () => string {
  const { SCRIPTFORGE_HOST: host, SCRIPTFORGE_EDGE_PORT: port } = settings;
  let url = settings.SCRIPTFORGE_EDGE_URL ?? `http://${host}:${port}`;
  process.on("message", (message: Urls) => {
    url = settings.SCRIPTFORGE_EDGE_URL ?? message.edge ?? url;
  });
  return () => url;
}

/** Runs each role in a process of its own, again when it ends, until it is asked to stop. */
async function runProcesses(roles: Role[], settings: Settings, secretKey: string): Promise<void> {
  const stop = stopSignal();
  await using stack = new AsyncDisposableStack();
  const urls: Urls = {};
  const kept = new Map<Role, KeptProcess>();
  stack.defer(() => endAll(kept.values()));
  for (const role of roles) {
    const process = new KeptProcess({
      fork: () => fork(import.meta.filename, { env: roleEnv(role, secretKey) }),
      onReady(message) {
        Object.assign(urls, message);
        if (urls.control !== undefined && urls.edge !== undefined) kept.get("control")?.send(urls);
      },
      onEnd: () => report(new Error(`the ${role} process ended: starting it again`)),
    });
    kept.set(role, process);
  }
  const starts = [...kept].map(([role, process]) =>
    process.start().catch(() => {
      throw new SilentError(`the ${role} process did not start`);
    }),
  );
  await Promise.race([Promise.all(starts), aborted(stop)]);
  if (stop.aborted) throw new SilentError("asked to stop before it served");
  announce(settings, urls);
  await aborted(stop);
}

function roleEnv(role: Role, secretKey: string): NodeJS.ProcessEnv {
  return { ...process.env, SCRIPTFORGE_ROLES: role, SCRIPTFORGE_SECRET_KEY: secretKey };
}

/** Aborts when a person or the system asks to stop, or when the process that started us is gone. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort());
  }
  process.on("disconnect", () => controller.abort());
  return controller.signal;
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, "abort");
}

/** Tells whoever started this process where its roles listen: another process, or a person. */
function announce(settings: Settings, urls: Urls): void {
  if (process.send) process.send(urls);
  else process.stdout.write(banner(settings, urls));
}

function banner(settings: Settings, { control, edge }: Urls): string {
  const token =
    settings.SCRIPTFORGE_TOKEN === undefined ? tokenFile(settings) : "in SCRIPTFORGE_TOKEN";
  const lines = ["ScriptForge Edge is running. Ctrl-C stops it.", ""];
  if (control !== undefined) {
    lines.push(`  Console  ${control}/`, `  API      ${control}   reference: ${control}/docs`);
  }
  if (edge !== undefined) lines.push(`  Edge     ${edge}`);
  lines.push(`  Token    ${token}`, "", "Try:");
  const bearer = `-H "Authorization: Bearer ${settings.SCRIPTFORGE_TOKEN === undefined ? `$(cat ${token})` : "$SCRIPTFORGE_TOKEN"}"`;
  const json = '-H "Content-Type: application/json"';
  if (control !== undefined) lines.push(`  curl ${control}/v1/scripts ${bearer}`);
  if (edge !== undefined) {
    lines.push(`  curl ${edge}/call/termination/acme/main ${bearer} ${json} -d '{"routing":{}}'`);
  }
  return `${lines.join("\n")}\n`;
}

/** Throws an Error that says in one line why the folder cannot be used. */
function prepareDataFolder(settings: Settings): void {
  const folder = resolve(settings.SCRIPTFORGE_DATA);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot write the data folder "${folder}": ${reason}. Set SCRIPTFORGE_DATA to another folder`,
      { cause: error },
    );
  }
}

/** The key that control plane and edge node of one machine share, made at the first start. */
function readOrMakeSecretKey(settings: Settings): string {
  const file = join(resolve(settings.SCRIPTFORGE_DATA), "secret-key");
  return readOrMakeFile(file, () => randomBytes(32).toString("base64url"));
}

/** It has been said already why the program ends. */
class SilentError extends Error {}

function report(error: unknown): void {
  if (error instanceof SilentError) return;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`scriptforge-edge: ${message}\n`);
}

try {
  await main();
} catch (error) {
  report(error);
  process.exitCode = 1;
} finally {
  // The channel to the process that started us would keep this one alive.
  if (process.connected) process.disconnect();
}
