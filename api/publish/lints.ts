// Which probable mistakes does a script make that do not keep it from running?

import type { CallExpression, Node } from "acorn";
import { simple } from "acorn-walk";
import type { Lint } from "../../schemas/release.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { findFloatingPromises } from "./floating-promises.ts";
import { lintMain } from "./main-lints.ts";
import { isMember, nameOf } from "./nodes.ts";
import type { ParsedScript } from "./parse.ts";
import { placeOf, shortened } from "./refusal.ts";
import { resolveNames, type Scopes } from "./scopes.ts";

/** Finds probable mistakes, by their places, at most the first fifty. Recurses as deep as the tree does. */
export function findLints(
  script: ParsedScript,
  type: ScriptType,
  scopes: Scopes = resolveNames(script),
): Lint[] {
  const found = new Findings();
  const checked = { script, type, scopes };
  lintPromises(checked, found);
  lintEgressList(checked, found);
  if (type === "script") lintMissingGlobals(checked, found);
  else lintLibraryGlobal(checked, found);
  // What a driver is called with and returns is up to each of its functions.
  if (type !== "driver") lintMain(script, scopes, (node, message) => found.add(node, message));
  return found.lints();
}

type Checked = { script: ParsedScript; type: ScriptType; scopes: Scopes };

/** Keeps the first, so that a source full of mistakes costs no more than any other. */
class Findings {
  #all: { node: Node; message: string }[] = [];

  add(node: Node, message: string): void {
    this.#all.push({ node, message });
    if (this.#all.length === 2 * MOST_LINTS) this.#all = this.#first();
  }

  lints(): Lint[] {
    return this.#first().map(({ node, message }) => {
      const { line, column } = placeOf(node);
      return { message, line, column };
    });
  }

  #first(): { node: Node; message: string }[] {
    return this.#all.toSorted((a, b) => a.node.start - b.node.start).slice(0, MOST_LINTS);
  }
}

const MOST_LINTS = 50;

function lintPromises({ script, type, scopes }: Checked, found: Findings): void {
  const known = type === "script" ? "own" : "own and libraries";
  findFloatingPromises({ scopes, known }, script.program, (call) => {
    const name = calleeName(call, script.source);
    found.add(call, `${name}(...) returns a promise that nobody waits for: put await before it`);
  });
}

/** As the author writes it, where that is short. */
function calleeName({ callee }: CallExpression, source: string): string {
  if (callee.end - callee.start > LONGEST_CALLEE) return shortened(nameOf(callee) ?? "This call");
  return source.slice(callee.start, callee.end).replaceAll(/\s*[\n\r]\s*/g, "");
}

const LONGEST_CALLEE = 60;

function lintEgressList({ script, scopes }: Checked, found: Findings): void {
  simple(script.program, {
    AssignmentExpression({ left }) {
      const name = nameOf(left);
      if (name === undefined || !isMember(left) || !isEgressList(left.object, scopes)) return;
      if (name === "length" || /^\d+$/.test(name)) return;
      const member = shortened(name);
      const advice = `set it on each route or on routing.${member}`;
      found.add(left, `egress_routing is a list: ${member} belongs to no route, ${advice}`);
    },
  });
}

function isEgressList(node: Node, scopes: Scopes): boolean {
  if (isMember(node)) return nameOf(node) === EGRESS;
  const [definition, ...more] = scopes.variableOf(node)?.definitions ?? [];
  if (definition?.is !== "value" || more.length > 0) return false;
  const { value, path } = definition;
  return path.length > 0 ? path.at(-1) === EGRESS : nameOf(value) === EGRESS;
}

const EGRESS = "egress_routing";

/** A library that a classic script finds without asking for it. */
function lintLibraryGlobal({ scopes }: Checked, found: Findings): void {
  const [first] = scopes.free.get("cxUserspace")?.references ?? [];
  if (first === undefined) return;
  const advice = 'write const cxUserspace = require("cxUserspace")';
  found.add(first, `cxUserspace is used without require: ${advice}`);
}

/** What waits or reaches out. A script that asks by `typeof` whether it is there knows. */
const NOT_IN_SCRIPTS = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "fetch",
  "cxUserspace",
];

function lintMissingGlobals({ script, scopes }: Checked, found: Findings): void {
  const missing = NOT_IN_SCRIPTS.flatMap((name) => scopes.free.get(name) ?? []).filter(
    ({ definitions }) => definitions.length === 0,
  );
  if (missing.length === 0) return;
  const asked = new Set<Node>();
  simple(script.program, {
    UnaryExpression({ operator, argument }) {
      if (operator === "typeof") asked.add(argument);
    },
  });
  for (const { name, references } of missing) {
    const [first] = references;
    if (first === undefined || references.some((node) => asked.has(node))) continue;
    found.add(first, `${name} is not available in type Script: choose type App`);
  }
}
