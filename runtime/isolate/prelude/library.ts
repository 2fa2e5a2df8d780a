// What a script gets by `require`: Node's modules that work within an isolate, npm modules of the allow-list, libraries of
// the platform, and other scripts of its account. Modules stay as long as the isolate does; libraries are made, and scripts
// evaluated, anew in every run.
// Trust: by the time it is asked, a script may have changed every prototype. So what is looked up here stands in objects
// without one, by names that are strings, and lists are read by index.

import { MODULE_BUILT_INS, SCRIPT_BUILT_INS } from "../../../schemas/specifiers.ts";
import { CX_LIBRARIES, isCxName, whyNoLibrary } from "../../../schemas/cx-libraries.ts";
import type { Hmac } from "../libraries/cx-helper.ts";
import type { MessageWay } from "../libraries/cx-pub-sub.ts";
import { libraryMakers } from "libraries.js";
import settings from "settings.json";
import { makeBudget, type Budget } from "./budget.ts";
import type { ScriptModule } from "./entry.ts";
import { guardFiles } from "./files.ts";
import type { LegacyGlobals } from "./legacy.ts";
import { countEmitters } from "./listeners.ts";
import { logUncaught } from "./console.ts";
import { ask, askConnector, pbxKeyOfRun, platformOfRun } from "./platform.ts";
import { compile, evaluate, type Factory, type Require, type Unit } from "./unit.ts";

/** What is used of `node:crypto`. */
type Crypto = {
  createHmac: (
    algorithm: string,
    key: string,
  ) => { update: (text: string) => { digest: (encoding: "hex") => string } };
};

/** By name, and nothing else. */
type Table<Value> = Record<string, Value>;

/** CPU time in which the modules of a script are loaded, in milliseconds. */
const PRELOAD_CPU_MS = 2_000;

/** The run that is on, as what it requires sees it. */
export type RequiringRun = { budget: Budget; legacy: () => LegacyGlobals };

// Taken before the script can change them, and before they are taken away.
const getBuiltinModule = settings.needs.node ? process.getBuiltinModule : noBuiltInModule;
const { create } = Object;
const { apply, defineProperty, deleteProperty } = Reflect;
const NativeError = Error;
const NativeSyntaxError = SyntaxError;
const pause = scheduler.wait.bind(scheduler);
const nativeCloudflare: unknown = Reflect.get(globalThis, "Cloudflare");

/** Each library of the platform that the code names, for one run. */
const makers = tableOf(
  libraryMakers(ask, askConnector, { messages: messageWay, pbxKey: pbxKeyOfRun, hmac }),
);
const modules = compileAll(settings.modules);
const scripts = compileAll(settings.scripts);
/** The name of a script by each way to ask for it. */
const scriptNames = nameScripts(Object.keys(settings.scripts));
/** Modules of Node by each way to ask for them: those that scripts may have, and those that modules may have besides. */
const forScripts = nameBuiltIns(SCRIPT_BUILT_INS);
const forModules = nameBuiltIns([...SCRIPT_BUILT_INS, ...MODULE_BUILT_INS]);
/** Modules that have been evaluated, or are being so. */
const loaded: Table<ScriptModule> = create(null);
let guardedFiles: Table<unknown> | undefined;
let areEmittersCounted = false;
/** Modules outlive a run, and count on the budget of whichever is on. */
let present: Budget | undefined;
let drainModules = (): void => undefined;

/**
 * Loads the modules that the script names, on no run's budget. What fails to load fails again where it is required.
 * Between them it leaves the process to others: all of them take it longer than a process may be silent.
 */
export async function preload(): Promise<void> {
  const budget = makeBudget("", PRELOAD_CPU_MS);
  for (const name of settings.preload) {
    beginLibrary(budget);
    budget.enter();
    try {
      requireModule(name);
    } catch {
      // The script's own require tells.
    }
    budget.leave();
    await pause(0);
  }
}

/** Puts modules on the budget of the run that begins. */
export function beginLibrary(budget: Budget): void {
  present = budget;
  budget.onDrain(() => drainModules());
}

/** Scripts that are being evaluated, the last one first. */
type Path = { name: string; before: Path } | undefined;

/** The `require` of a script's run. */
export function makeRequire(run: RequiringRun): Require {
  const begun: Table<ScriptModule | "loading"> = create(null);
  const libraries: Table<object> = create(null);
  let path: Path;
  const require: Require = (specifier) => {
    if (typeof specifier !== "string") throw notFound(specifier);
    const builtIn = forScripts[specifier];
    const name = builtIn ?? specifier;
    if (modules[name] !== undefined) return requireModule(name);
    if (builtIn !== undefined) return nativeModule(builtIn);
    const maker = makers[specifier];
    if (maker !== undefined) return (libraries[specifier] ??= maker());
    const script = scriptNames[specifier];
    if (script === undefined) throw notFound(specifier);
    return requireScript(script);
  };
  return require;

  function requireScript(name: string): unknown {
    const known = begun[name];
    if (known === "loading") throw new NativeError(circle({ name, before: path }));
    return (known ?? loadScript(name)).exports;
  }

  function loadScript(name: string): ScriptModule {
    const before = path;
    begun[name] = "loading";
    path = { name, before };
    try {
      const { budget, legacy } = run;
      const made = factoryOf(scripts[name], name)(budget.refill, budget.resume, legacy);
      budget.onDrain(made[0]);
      const module: ScriptModule = { exports: {} };
      evaluate(made[1], { require, module, file: `${name}.js` });
      if (module.export !== undefined) module.exports = exportsOf(module);
      begun[name] = module;
      return module;
    } catch (error) {
      deleteProperty(begun, name);
      throw error;
    } finally {
      path = before;
    }
  }
}

function requireModule(name: string): unknown {
  const known = loaded[name];
  if (known !== undefined) return known.exports;
  const made = factoryOf(modules[name], name)(refill, resume, noLegacy);
  const drain = made[0];
  const drainOthers = drainModules;
  drainModules = () => {
    drain();
    drainOthers();
  };
  const module: ScriptModule = { exports: {} };
  loaded[name] = module;
  try {
    const require = (inner: string): unknown => requireWithin(name, inner);
    evaluate(made[1], { require, module, file: `${name}.js` });
  } catch (error) {
    deleteProperty(loaded, name);
    throw error;
  }
  return module.exports;
}

/** What a module requires. A stand-in for a module of Node gets that one by its own name. */
function requireWithin(self: string, name: unknown): unknown {
  if (typeof name !== "string") throw notFound(name);
  if (name !== self && modules[name] !== undefined) return requireModule(name);
  const builtIn = forModules[name];
  if (builtIn === undefined) throw notFound(name);
  return nativeModule(builtIn);
}

function nativeModule(name: string): unknown {
  // workerd's own timers are not counted.
  if (name === "timers") return timers();
  if (name === "fs") return files();
  return name === "fs/promises" ? files()["promises"] : builtInModule(name);
}

/** Loaded when the library is: what the script has done to Node's module by then touches the key of its own account alone. */
function hmac(): Hmac {
  const crypto = builtInModule("crypto");
  if (!isCrypto(crypto)) throw notFound("crypto");
  const { createHmac } = crypto;
  return (key, text) => createHmac("sha256", key).update(text).digest("hex");
}

function isCrypto(module: object): module is Crypto {
  return "createHmac" in module;
}

/** Messages of the run that is on. */
function messageWay(): MessageWay {
  const run = present;
  const lent = platformOfRun();
  return {
    ask: (method, input) => lent.ask("pubsub", method, input),
    follow: (method, input) => lent.follow("pubsub", method, input),
    call(callback, values) {
      if (present !== run) return;
      run?.wake();
      try {
        apply(callback, undefined, values);
      } catch (error) {
        logUncaught("A subscriber's callback threw:", error);
      }
    },
    tell(what, reason) {
      if (present === run) logUncaught(what, reason);
    },
  };
}

/** Always the same, as modules are. */
function files(): Table<unknown> {
  return (guardedFiles ??= guardFiles(builtInModule("fs")));
}

/** Its modules look for this global while they load, and only then. */
function builtInModule(name: string): object {
  defineProperty(globalThis, "Cloudflare", { value: nativeCloudflare, configurable: true });
  try {
    if (!areEmittersCounted) countEmitters(getBuiltinModule("node:events"));
    areEmittersCounted = true;
    return getBuiltinModule(`node:${name}`);
  } finally {
    deleteProperty(globalThis, "Cloudflare");
  }
}

/** Loads Node's modules while nothing is frozen yet: what they look for cannot be put in later. */
export function loadBuiltIns(): void {
  for (const name of [...SCRIPT_BUILT_INS, ...MODULE_BUILT_INS]) nativeModule(name);
}

function timers(): object {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } =
    globalThis;
  return { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
}

/** Where no module of Node was expected: `needs.ts` knows every way to ask for one. */
function noBuiltInModule(name: string): never {
  throw new NativeError(`Cannot load module '${name}'`);
}

function refill(): number {
  return present?.refill() ?? 0;
}

function resume<Value>(value: Value): Value {
  present?.wake();
  return value;
}

function noLegacy(): never {
  throw new NativeError("A module has no legacy globals");
}

function tableOf<Value>(record: Record<string, Value>): Table<Value> {
  return Object.assign(create(null), record);
}

function compileAll(codes: Record<string, string>): Table<Unit> {
  const units: Table<Unit> = create(null);
  for (const [name, code] of Object.entries(codes)) units[name] = compile(code);
  return units;
}

/** `rules` is `./rules`, `rules.js` and `./rules.js` as well, where no other script has just that name. */
function nameScripts(names: readonly string[]): Table<string> {
  const table: Table<string> = create(null);
  for (const name of names) table[name] = table[`./${name}`] = name;
  for (const name of names) {
    table[`${name}.js`] ??= name;
    table[`./${name}.js`] ??= name;
  }
  return table;
}

function nameBuiltIns(names: readonly string[]): Table<string> {
  const table: Table<string> = create(null);
  for (const name of names) table[name] = table[`node:${name}`] = name;
  return table;
}

function factoryOf(unit: Unit | undefined, name: string): Factory {
  if (unit === undefined) throw notFound(name);
  if ("make" in unit) return unit.make;
  throw new NativeSyntaxError(`Cannot load module '${name}': ${unit.refusal}`);
}

/** `module.export` is a misspelling that drivers are full of. Where both are objects, both count. */
function exportsOf({ exports, export: misspelt }: ScriptModule): unknown {
  const areObjects = typeof exports === "object" && typeof misspelt === "object";
  return areObjects ? { ...misspelt, ...exports } : misspelt;
}

function circle(path: Path): string {
  let names = path?.name ?? "";
  for (let at = path?.before; at !== undefined; at = at.before) names = `${at.name} -> ${names}`;
  return `Scripts require each other in a circle: ${names}`;
}

function notFound(name: unknown): Error {
  const shown = typeof name === "string" ? name : typeof name;
  const error = new NativeError(`Cannot find module '${shown}': ${whyNotFound(name)}`);
  defineProperty(error, "code", { value: "MODULE_NOT_FOUND", enumerable: true });
  return error;
}

function whyNotFound(name: unknown): string {
  if (typeof name === "string" && name.startsWith("./")) {
    return `the account has no script "${name.slice(2)}" with a live release`;
  }
  if (isCxName(name)) return whyNoLibrary(name);
  const available = [...settings.allowed, ...SCRIPT_BUILT_INS, ...CX_LIBRARIES];
  return `available are ${available.join(", ")}`;
}
