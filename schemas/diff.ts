// What differs between two JSON values, place by place. Pure.

import { z } from "zod";
import { isExactNumber } from "./exact-numbers.ts";

/** Most changes that are told. */
export const MAX_CHANGES = 500;
/** Most characters of a path, the dots that stand for the rest aside. Names are the script's, and as long as it likes. */
const MAX_PATH_CHARACTERS = 1_000;
/** A name that stands in a path as it is. */
const PLAIN_NAME = /^[^\s."\p{Cc}]+$/u;

export const Change = z
  .strictObject({
    path: z.string().meta({
      description:
        "Names and indexes with dots between them; a name that is not plain is in quotes, as in TOML",
      example: "routing.egress_routing.0.gw.301.cli",
    }),
    before: z.unknown().optional().meta({ description: "Any JSON; absent for an addition" }),
    after: z.unknown().optional().meta({ description: "Any JSON; absent for a removal" }),
  })
  .meta({ id: "Change" });
export type Change = z.infer<typeof Change>;

/** `truncated` where there are more than `MAX_CHANGES`: then the first of them. */
export type Difference = { changes: Change[]; truncated: boolean };

/**
 * Compares two JSON values, numbers in which may be exact. Lists are compared index by index; the order of an object's members is
 * no difference. Needs stack for each level of the nesting that both share.
 */
export function diffJson(before: unknown, after: unknown): Difference {
  const changes = changesBetween(before, after, "")
    .take(MAX_CHANGES + 1)
    .toArray();
  return { changes: changes.slice(0, MAX_CHANGES), truncated: changes.length > MAX_CHANGES };
}

function* changesBetween(before: unknown, after: unknown, path: string): Generator<Change> {
  if (isSameLeaf(before, after)) return;
  if (!isHolder(before) || !isHolder(after) || Array.isArray(before) !== Array.isArray(after)) {
    yield { path, before, after };
    return;
  }
  for (const name of Object.keys(before)) {
    const at = pathTo(path, name);
    if (Object.hasOwn(after, name))
      yield* changesBetween(member(before, name), member(after, name), at);
    else yield { path: at, before: member(before, name) };
  }
  for (const name of Object.keys(after)) {
    if (!Object.hasOwn(before, name))
      yield { path: pathTo(path, name), after: member(after, name) };
  }
}

function isSameLeaf(before: unknown, after: unknown): boolean {
  if (isExactNumber(before) && isExactNumber(after)) return before.rawJSON === after.rawJSON;
  return before === after;
}

/** An object or a list. */
function isHolder(value: unknown): value is object {
  return typeof value === "object" && value !== null && !isExactNumber(value);
}

/** A member of the holder's own, whatever its name. */
function member(holder: object, name: string): unknown {
  return Reflect.get(holder, name);
}

function pathTo(path: string, name: string): string {
  const short = name.slice(0, MAX_PATH_CHARACTERS);
  const part = PLAIN_NAME.test(short) ? short : JSON.stringify(short);
  const whole = path === "" ? part : `${path}.${part}`;
  return whole.length <= MAX_PATH_CHARACTERS ? whole : `${whole.slice(0, MAX_PATH_CHARACTERS)}...`;
}
