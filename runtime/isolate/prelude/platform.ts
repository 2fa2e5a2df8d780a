// What scripts ask of the platform by functions of their global scope. Not for type Script, which waits for nothing.

import type { Platform } from "../platform.ts";
import { envOfRun } from "./env.ts";
import { replaceGlobal } from "./globals.ts";

/** The platform, as it is lent to the run that is on. */
let platform: Pick<Platform, "ask"> | undefined;

/** Lends the platform to the run that begins. */
export function startPlatform(lent: Pick<Platform, "ask"> | undefined): void {
  platform = lent;
}

/** Puts in `setEnvVar` and `getEnvVars`. */
export function installPlatform(): void {
  replaceGlobal("setEnvVar", setEnvVar);
  replaceGlobal("getEnvVars", getEnvVars);
}

/** Sets a variable of the environment, for the runs to come and in this one. */
async function setEnvVar(name: unknown, value: unknown): Promise<void> {
  if (typeof value !== "string") {
    throw new TypeError(
      `Cannot set the variable "${String(name)}": its value is a ${typeof value}, not a string; JSON.stringify makes one of an object`,
    );
  }
  await ask("env", "set", { name, value });
  envOfRun()[String(name)] = value;
}

/** Every variable as it is now, also those that other runs have set since this one began. */
async function getEnvVars(): Promise<Record<string, string>> {
  const stored = await ask("env", "getAll", {});
  return { ...envOfRun(), ...(typeof stored === "object" ? stored : {}) };
}

async function ask(library: string, method: string, input: unknown): Promise<unknown> {
  if (platform === undefined) throw new Error("The platform answers only while a script runs");
  return await platform.ask(library, method, input);
}
