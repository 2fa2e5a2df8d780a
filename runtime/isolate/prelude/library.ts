// What a script gets by `require`: Node's modules that work within an isolate, npm modules of the allow-list, and other
// scripts of its account. Modules stay as long as the isolate does; scripts are evaluated anew in every run.

import {
  builtInOf,
  MODULE_BUILT_INS,
  SCRIPT_BUILT_INS,
  scriptNamesOf,
} from "../../../schemas/specifiers.ts";
import settings from "settings.json";
import { Budget } from "./budget.ts";
import type { ScriptModule } from "./entry.ts";
import type { LegacyGlobals } from "./legacy.ts";
import { compile, evaluate, type Require, type Unit } from "./unit.ts";

/** CPU time in which the modules of a script are loaded, in milliseconds. */
const PRELOAD_CPU_MS = 2_000;

/** The run that is on, as what it requires sees it. */
export type RequiringRun = { budget: Budget; legacy: () => LegacyGlobals };

// Taken before the script can change them, and before they are taken away.
const { getBuiltinModule } = process;
const { defineProperty, deleteProperty } = Reflect;
const nativeCloudflare: unknown = Reflect.get(globalThis, "Cloudflare");

const modules = compileAll(settings.modules);
const scripts = compileAll(settings.scripts);
/** Modules that have been evaluated, or are being so. */
const loaded = new Map<string, ScriptModule>();
let isPreloaded = false;
/** Modules outlive a run, and count on the budget of whichever is on. */
let present: Budget | undefined;
let drainModules = (): void => undefined;

/** Loads the modules that the script names, on no run's budget. What fails to load fails again where it is required. */
export function preload(): void {
  if (isPreloaded) return;
  isPreloaded = true;
  if (settings.preload.length === 0) return;
  const budget = new Budget("", PRELOAD_CPU_MS);
  beginLibrary(budget);
  budget.enter();
  for (const name of settings.preload) {
    try {
      requireModule(name);
    } catch {
      // The script's own require tells.
    }
  }
  budget.leave();
}

/** Puts modules on the budget of the run that begins. */
export function beginLibrary(budget: Budget): void {
  present = budget;
  budget.onDrain(() => drainModules());
}

/** The `require` of a script's run. */
export function makeRequire(run: RequiringRun): Require {
  const begun = new Map<string, ScriptModule | "loading">();
  const path: string[] = [];
  const require: Require = (specifier) => {
    const found = findModule(specifier) ?? findScript(specifier);
    if (found === undefined) throw notFound(specifier);
    return found.exports;
  };
  return require;

  function findScript(specifier: string): ScriptModule | undefined {
    if (typeof specifier !== "string") return undefined;
    const name = scriptNamesOf(specifier).find((candidate) => scripts.has(candidate));
    const unit = name === undefined ? undefined : scripts.get(name);
    if (name === undefined || unit === undefined) return undefined;
    const known = begun.get(name);
    if (known === "loading") throw new Error(circle([...path, name]));
    return known ?? loadScript(name, unit);
  }

  function loadScript(name: string, unit: Unit): ScriptModule {
    begun.set(name, "loading");
    path.push(name);
    try {
      const [drain, body] = factoryOf(unit, name)(run.budget.refill, run.budget.resume, run.legacy);
      run.budget.onDrain(drain);
      const module: ScriptModule = { exports: {} };
      evaluate(body, { require, module, file: `${name}.js` });
      if (module.export !== undefined) module.exports = exportsOf(module);
      begun.set(name, module);
      return module;
    } catch (error) {
      begun.delete(name);
      throw error;
    } finally {
      path.pop();
    }
  }
}

/** A module of the allow-list or of Node, as a script asks for it. */
function findModule(specifier: string): ScriptModule | undefined {
  if (typeof specifier !== "string") return undefined;
  const builtIn = builtInOf(specifier);
  const name = builtIn ?? specifier;
  if (modules.has(name)) return { exports: requireModule(name) };
  return builtIn === undefined ? undefined : { exports: nativeModule(builtIn) };
}

function requireModule(name: string): unknown {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const unit = modules.get(name);
  if (unit === undefined) throw notFound(name);
  const [drain, body] = factoryOf(unit, name)(refill, resume, noLegacy);
  const drainOthers = drainModules;
  drainModules = () => {
    drain();
    drainOthers();
  };
  const module: ScriptModule = { exports: {} };
  loaded.set(name, module);
  try {
    evaluate(body, { require: (inner) => requireWithin(name, inner), module, file: `${name}.js` });
  } catch (error) {
    loaded.delete(name);
    throw error;
  }
  return module.exports;
}

/** What a module requires. A stand-in for a module of Node gets that one by its own name. */
function requireWithin(self: string, name: string): unknown {
  if (name !== self && modules.has(name)) return requireModule(name);
  if (SCRIPT_BUILT_INS.has(name) || MODULE_BUILT_INS.has(name)) return nativeModule(name);
  throw notFound(name);
}

function nativeModule(name: string): unknown {
  // workerd's own timers are not counted.
  if (name === "timers") return timers();
  // Its modules look for this global while they load, and only then.
  defineProperty(globalThis, "Cloudflare", { value: nativeCloudflare, configurable: true });
  try {
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

function refill(): number {
  return present?.refill() ?? 0;
}

function resume<Value>(value: Value): Value {
  present?.wake();
  return value;
}

function noLegacy(): never {
  throw new Error("A module has no legacy globals");
}

function compileAll(codes: Record<string, string>): Map<string, Unit> {
  return new Map(Object.entries(codes).map(([name, code]) => [name, compile(code)]));
}

function factoryOf(unit: Unit, name: string): Extract<Unit, { make: unknown }>["make"] {
  if ("make" in unit) return unit.make;
  throw new SyntaxError(`Cannot load module '${name}': ${unit.refusal}`);
}

/** `module.export` is a misspelling that drivers are full of. Where both are objects, both count. */
function exportsOf({ exports, export: misspelt }: ScriptModule): unknown {
  const areObjects = typeof exports === "object" && typeof misspelt === "object";
  return areObjects ? { ...misspelt, ...exports } : misspelt;
}

function circle(path: readonly string[]): string {
  return `Scripts require each other in a circle: ${path.join(" -> ")}`;
}

function notFound(name: string): Error {
  const isScript = typeof name === "string" && name.startsWith("./");
  const reason = isScript
    ? `the account has no script "${name.slice(2)}" with a live release`
    : `available are ${settings.allowed.join(", ")}`;
  const error = new Error(`Cannot find module '${name}': ${reason}`);
  return Object.assign(error, { code: "MODULE_NOT_FOUND" });
}
