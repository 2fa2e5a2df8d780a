// What scripts ask of the platform by functions of their global scope. Not for type Script, which waits for nothing.

import { MAX_ENV_NAME, MAX_ENV_VALUE } from "../../../schemas/env-limits.ts";
import type { Platform } from "../platform.ts";
import { envOfRun } from "./env.ts";
import { replaceGlobal } from "./globals.ts";

// Taken before the script can change it.
const NativeTypeError = TypeError;

/** What of the platform a run is lent. */
type Lent = Pick<Platform, "ask" | "follow">;

/** The platform, as it is lent to the run that is on, and the key of its account for cxHelper. */
let platform: Lent | undefined;
let pbxKey = "";

/** Lends the platform to the run that begins. */
export function startPlatform(lent: Lent | undefined, key: string): void {
  platform = lent;
  pbxKey = key;
}

/** Puts in `setEnvVar` and `getEnvVars`. */
export function installPlatform(): void {
  replaceGlobal("setEnvVar", setEnvVar);
  replaceGlobal("getEnvVars", getEnvVars);
}

/** Sets a variable of the environment, for the runs to come and in this one. */
async function setEnvVar(name: unknown, value: unknown): Promise<void> {
  if (typeof name !== "string" || name.length > MAX_ENV_NAME) {
    throw new NativeTypeError(
      `Cannot set a variable: its name is no string of at most ${MAX_ENV_NAME} characters`,
    );
  }
  if (typeof value !== "string") {
    throw new NativeTypeError(
      `Cannot set the variable "${name}": its value is a ${typeof value}, not a string; JSON.stringify makes one of an object`,
    );
  }
  if (value.length > MAX_ENV_VALUE) {
    throw new NativeTypeError(
      `Cannot set the variable "${name}": its value has more than ${MAX_ENV_VALUE} characters`,
    );
  }
  await ask("env", "set", { name, value });
  envOfRun()[name] = value;
}

/** Every variable as it is now, also those that other runs have set since this one began. */
async function getEnvVars(): Promise<Record<string, string>> {
  const stored = await ask("env", "getAll", {});
  return { ...envOfRun(), ...(typeof stored === "object" ? stored : {}) };
}

/** Asks `method` of a library of the platform, for the run that is on. Rejects with the reason where that is refused. */
export async function ask(library: string, method: string, input: unknown): Promise<unknown> {
  if (platform === undefined) throw new Error("The platform answers only while a script runs");
  return await platform.ask(library, method, input);
}

/** Asks a connector of the operator's, as `ask` does. */
export async function askConnector(connector: string, input: object): Promise<unknown> {
  return await ask("connector", connector, input);
}

/** The platform as the run that is on has it, also when another one is on. */
export function platformOfRun(): Lent {
  if (platform === undefined) throw new Error("The platform answers only while a script runs");
  return platform;
}

/** The key for cxHelper of the account whose run is on, "" where there is none. */
export function pbxKeyOfRun(): string {
  return pbxKey;
}
