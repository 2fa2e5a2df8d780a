// Makes the calls of a recorded query builder again, on a builder of knex without a connection, and compiles them to SQL.
// Trust: the recording is hostile. Only methods by the lists are called, with what JSON can say and builders made here.

import knexOf, { type Knex } from "knex";
import {
  BUILDER_METHODS,
  RAW_METHODS,
  REF_METHODS,
  type Recorded,
  type RecordedCall,
  type Recording,
} from "../query-recording.ts";
import { MAX_BUILDER_DEPTH, MAX_BUILDER_PARTS } from "../userspace-limits.ts";
import type { Cell, Row } from "./question.ts";
import type { SqlResult } from "./sql-guard.ts";
import { refused } from "./statements.ts";

/** The SQL of a builder, and what its result becomes. */
export type Compiled = { sql: string; params: Cell[]; result: (result: SqlResult) => unknown };

type Callable = Record<string, unknown>;

const knex = knexOf({ client: "better-sqlite3", useNullAsDefault: true });

const METHODS: Record<Recording["root"], ReadonlySet<string>> = {
  query: new Set(BUILDER_METHODS),
  raw: new Set(RAW_METHODS),
  ref: new Set(REF_METHODS),
};

/** What gives the number of rows that it has changed. */
const CHANGES: ReadonlySet<string> = new Set(["update", "del", "counter"]);
/** Names by which a library may reach a prototype. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Throws `invalid`, or what knex throws. */
export function compileRecording(recording: Recording): Compiled {
  const builder = new Replay().build(recording);
  const compiled: unknown = call(builder, "toSQL", []);
  if (!isCompiled(compiled)) throw refused("this builder makes no statement");
  const { sql, bindings = [], method, pluck, returning } = compiled;
  const result = (of: SqlResult): unknown => resultOf(of, { method, pluck, returning });
  return { sql, params: bindings.map(cellOf), result };
}

/** Builds what one recording says, within what it may have. */
class Replay {
  #parts = 0;
  #depth = 0;

  build({ root, args, calls }: Recording): Callable {
    const given = this.#all(args);
    return this.#replay(begin(root, given), calls, METHODS[root]);
  }

  #replay(target: Callable, calls: RecordedCall[], methods: ReadonlySet<string>): Callable {
    let builder = target;
    for (const [method, args] of calls) {
      if (!methods.has(method)) throw refused(`a query builder has no ${method}`);
      builder = objectOf(call(builder, method, this.#all(args)), method);
    }
    return builder;
  }

  #all(args: Recorded[]): unknown[] {
    return args.map((one) => this.#value(one));
  }

  #value(recorded: Recorded): unknown {
    this.#parts += 1;
    this.#depth += 1;
    if (this.#parts > MAX_BUILDER_PARTS || this.#depth > MAX_BUILDER_DEPTH) {
      throw refused("the query builder has too many parts, or too deep ones");
    }
    const value = this.#plain(recorded);
    this.#depth -= 1;
    return value;
  }

  #plain(recorded: Recorded): unknown {
    if ("value" in recorded) return recorded.value;
    if ("list" in recorded) return this.#all(recorded.list);
    if ("builder" in recorded) return this.build(recorded.builder);
    if ("entries" in recorded) {
      const entries = recorded.entries.map(([name, value]): [string, unknown] => {
        if (FORBIDDEN_NAMES.has(name)) throw refused(`a column cannot have the name ${name}`);
        return [name, this.#value(value)];
      });
      return Object.fromEntries(entries);
    }
    const replay = (target: unknown): void => {
      this.#replay(objectOf(target, "callback"), recorded.callback, METHODS.query);
    };
    // knex hands the builder as `this`, and not everywhere as an argument.
    return function callback(this: unknown) {
      replay(this);
    };
  }
}

function begin(root: Recording["root"], given: unknown[]): Callable {
  const [first] = given;
  switch (root) {
    case "query": {
      const query = objectOf(knex.queryBuilder(), "query");
      return first === undefined ? query : objectOf(call(query, "from", [first]), "from");
    }
    case "raw":
    case "ref":
      if (typeof first !== "string") throw refused(`${root} needs a text`);
      return objectOf(call(objectOf(knex, root), root, given), root);
  }
}

/** Calls a method by its name, where there is one. */
function call(target: Callable, method: string, args: unknown[]): unknown {
  const found = target[method];
  if (typeof found !== "function") throw refused(`${method} cannot be called here`);
  return Reflect.apply(found, target, args);
}

function objectOf(value: unknown, what: string): Callable {
  if (isCallable(value)) return value;
  throw refused(`${what} gives no query builder`);
}

function isCallable(value: unknown): value is Callable {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

type KnexSql = Pick<Knex.Sql, "sql"> & {
  bindings?: unknown[];
  method?: string | undefined;
  pluck?: string | undefined;
  returning?: unknown;
};

function isCompiled(value: unknown): value is KnexSql {
  return isCallable(value) && typeof value["sql"] === "string" && value["sql"] !== "";
}

function cellOf(binding: unknown): Cell {
  if (binding === null || typeof binding === "string" || typeof binding === "number")
    return binding;
  if (typeof binding === "boolean") return binding;
  // A column that other rows of the same insert have.
  if (binding === undefined) return null;
  return JSON.stringify(binding);
}

/** As knex gives it. */
function resultOf(
  { rows, affectedRows, insertId }: SqlResult,
  { method = "select", pluck = "", returning }: Omit<KnexSql, "sql">,
): unknown {
  if (rows === undefined) {
    if (returning !== undefined) return [];
    if (method === "insert") return [insertId];
    return CHANGES.has(method) ? affectedRows : { affectedRows, insertId };
  }
  if (method === "first") return rows[0];
  return method === "pluck" ? rows.map((row: Row) => row[pluck] ?? null) : rows;
}
