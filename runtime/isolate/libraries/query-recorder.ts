// The query builder that scripts get by `cxUserspace.knex`: it writes down what is called on it, and asks when it is waited for.
// What the calls mean is knex's, behind the platform.

import {
  BUILDER_METHODS,
  RAW_METHODS,
  REF_METHODS,
  type Recorded,
  type RecordedCall,
  type Recording,
} from "../../../schemas/query-recording.ts";
import { MAX_BUILDER_DEPTH, MAX_BUILDER_PARTS } from "../../../schemas/userspace-limits.ts";
import { cellOf } from "./row-cells.ts";

/** Runs the builder of a recording, as JSON. */
type Run = (recording: string) => Promise<unknown>;

type Method = (...given: unknown[]) => unknown;

// Taken before the script can change them.
const { stringify } = JSON;
const { isArray } = Array;
const { entries } = Object;
const { apply, defineProperty } = Reflect;
const NativeDate = Date;
const NativeTypeError = TypeError;

const METHODS: Record<Recording["root"], readonly string[]> = {
  query: BUILDER_METHODS,
  raw: RAW_METHODS,
  ref: REF_METHODS,
};

/**
 * `knex(database)`, `knex("default", database)` and `knex({}, database)` make a builder for a database, `knex.raw` and
 * `knex.ref` parts of one. A builder runs when it is waited for, as often as it is.
 */
export function makeKnex(run: Run): object {
  const knex = (first?: unknown, second?: unknown): Builder => {
    const table = second ?? first;
    return begin("query", table === undefined || isOptions(table) ? [] : [table]);
  };
  defineMethod(knex, "raw", (...given) => begin("raw", given));
  defineMethod(knex, "ref", (...given) => begin("ref", given));
  const fn = {};
  defineMethod(fn, "now", () => begin("raw", ["CURRENT_TIMESTAMP"]));
  defineProperty(knex, "fn", { value: fn });
  return knex;

  function begin(root: Recording["root"], given: unknown[]): Builder {
    return makeBuilder({ root, args: new Scribe().all(given), calls: [] }, run);
  }
}

/** A builder in a script's hands. Its recording is private, and shows that it is one of ours. */
class Builder {
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  static recordingOf(value: object): Recording | undefined {
    return #recording in value ? value.#recording : undefined;
  }
}

function makeBuilder(recording: Recording, run: Run): Builder {
  const builder = new Builder(recording);
  const { root, args, calls } = recording;
  const names = METHODS[root];
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] ?? "";
    defineMethod(builder, name, (...given) => {
      append(calls, [name, new Scribe().all(given)]);
      return builder;
    });
  }
  if (root === "ref") return builder;
  const begun = async (): Promise<unknown> => await run(stringify(recording));
  defineMethod(builder, "then", (done, failed) => begun().then(asTaker(done), asTaker(failed)));
  defineMethod(builder, "catch", (failed) => begun().catch(asTaker(failed)));
  defineMethod(builder, "finally", (done) => begun().finally(asTaker(done)));
  if (root === "raw") return builder;
  defineMethod(builder, "clone", () => makeBuilder({ root, args, calls: copyOf(calls) }, run));
  defineMethod(builder, "modify", (change, ...given) => {
    if (typeof change !== "function") throw new NativeTypeError("modify needs a function");
    apply(change, builder, [builder, ...given]);
    return builder;
  });
  return builder;
}

/** As promises have it, what is no function counts as nothing. */
function asTaker(given: unknown): ((value?: unknown) => unknown) | undefined {
  return typeof given === "function" ? (value) => apply(given, undefined, [value]) : undefined;
}

/** Writes arguments down, within what a builder may have. */
class Scribe {
  #parts = 0;
  #depth = 0;

  all(given: readonly unknown[]): Recorded[] {
    const written: Recorded[] = [];
    for (let index = 0; index < given.length; index += 1) append(written, this.#one(given[index]));
    return written;
  }

  #one(value: unknown): Recorded {
    this.#parts += 1;
    this.#depth += 1;
    if (this.#parts > MAX_BUILDER_PARTS || this.#depth > MAX_BUILDER_DEPTH) {
      throw new NativeTypeError("The query builder has too many parts, or too deep ones");
    }
    const written = this.#written(value);
    this.#depth -= 1;
    return written;
  }

  #written(value: unknown): Recorded {
    if (isArray(value)) return { list: this.all(value) };
    const part = partOf(value);
    if (part !== undefined) return part;
    if (typeof value !== "object" || value === null || value instanceof NativeDate) {
      return { value: cellOf(value, "use knex: an argument") };
    }
    const columns = entries(value);
    const written: [string, Recorded][] = [];
    for (let index = 0; index < columns.length; index += 1) {
      const [name = "", inner] = columns[index] ?? [];
      const cell = partOf(inner) ?? { value: cellOf(inner, `use knex: the column ${name}`) };
      append(written, [name, cell]);
    }
    return { entries: written };
  }
}

/** A builder or a callback, undefined for anything else. */
function partOf(value: unknown): Recorded | undefined {
  if (typeof value === "function") {
    const calls: RecordedCall[] = [];
    const inner = makeBuilder({ root: "query", args: [], calls }, noRun);
    apply(value, inner, [inner]);
    return { callback: calls };
  }
  if (typeof value !== "object" || value === null) return undefined;
  const recording = Builder.recordingOf(value);
  // As it is now: what is called on it later does not count here.
  return recording && { builder: { ...recording, calls: copyOf(recording.calls) } };
}

function noRun(): Promise<never> {
  throw new NativeTypeError("The builder of a callback does not run by itself: do not wait for it");
}

/** knex's first argument may be options, which have no meaning here. */
function isOptions(value: unknown): boolean {
  const isObject = typeof value === "object" && value !== null;
  return isObject && Builder.recordingOf(value) === undefined && entries(value).length === 0;
}

function copyOf(calls: readonly RecordedCall[]): RecordedCall[] {
  const copy: RecordedCall[] = [];
  for (let index = 0; index < calls.length; index += 1) {
    const call = calls[index];
    if (call !== undefined) append(copy, call);
  }
  return copy;
}

/** Not by `push`, which is the script's to change. */
function append<Item>(list: Item[], item: Item): void {
  defineProperty(list, list.length, { value: item, enumerable: true, writable: true });
}

/** Not enumerable, so that showing a builder shows no list of methods. */
function defineMethod(target: object, name: string, value: Method): void {
  defineProperty(target, name, { value });
}
