// What of ours and of Node's an isolate has to load for its code, by what the code names: loading takes longer than most
// scripts run.

import { RELEASE_HEAD_END } from "../../schemas/release-head.ts";
import type { ProgramCode } from "../../schemas/program-code.ts";

/**
 * `require`: the way to anything that is required. `node`: Node's modules, and its globals as Node has them, but for the
 * `env` of `process`. `libraries`: those of the platform. `platform`: to be lent what they, and functions of the global
 * scope, ask. `legacy`: what the oldest scripts find in place of a parameter. `listeners`: to listen to events.
 */
export type Needs = Record<
  "require" | "node" | "libraries" | "platform" | "legacy" | "listeners",
  boolean
>;

export const NO_NEEDS: Needs = {
  require: false,
  node: false,
  libraries: false,
  platform: false,
  legacy: false,
  listeners: false,
};

const REQUIRE_BY_NAME = /\brequire\s*\(\s*(["'])([^"'\\\n]*)\1\s*\)/g;
const OF_PLATFORM = /\bcx[A-Z]|\bapi\b/;
const OF_PROCESS = /\bprocess\b(?!\s*\??\.\s*env\b)/;
/** Timers of Node's are objects, and its clock has more than the web's. */
const OF_NODE =
  /\b(?:Buffer|global|set(?:Timeout|Interval|Immediate)|clearImmediate|Performance\w*)\b|\bperformance\b(?!\s*\.\s*now\b)/;
const OF_ENVIRONMENT = /EnvVars?\b/;
const OF_EVENTS = /EventListener\b/;
/** How a wrapper asks for legacy globals. */
const OF_WRAPPER = "Legacy();";
/** The library that signs by Node's crypto. */
const SIGNING = /\bcxHelper\b/;
/** A library of the platform, or another script. */
const NOT_OF_NODE = /^(?:cx|\.)/;

const known = new WeakMap<ProgramCode, Needs>();

/** Code that requires what it does not name may need anything. */
export function needsOf(program: ProgramCode): Needs {
  const needs = known.get(program) ?? findNeeds(program);
  known.set(program, needs);
  return needs;
}

function findNeeds({ code, scripts, modules }: ProgramCode): Needs {
  const node = Object.keys(modules).length > 0;
  const needs = { ...NO_NEEDS, require: node, node };
  for (const whole of [code, ...Object.values(scripts)]) {
    // The wrapper names `require` itself.
    const ownAt = whole.indexOf(RELEASE_HEAD_END) + RELEASE_HEAD_END.length;
    needs.legacy ||= whole.slice(0, ownAt).includes(OF_WRAPPER);
    addNeeds(needs, whole.slice(ownAt));
  }
  return needs;
}

function addNeeds(needs: Needs, text: string): void {
  const rest = text.replaceAll(REQUIRE_BY_NAME, (_call, _quote, name: string) => {
    needs.node ||= !NOT_OF_NODE.test(name);
    return "";
  });
  const isOpen = rest.includes("require");
  needs.require ||= text !== rest || isOpen;
  needs.node ||= isOpen || [OF_NODE, OF_PROCESS, SIGNING].some((names) => names.test(text));
  needs.libraries ||= isOpen || OF_PLATFORM.test(text);
  needs.platform ||= needs.libraries || OF_ENVIRONMENT.test(text);
  needs.listeners ||= isOpen || OF_EVENTS.test(text);
}
