// What scripts get by `require('cxUserspace')`: the databases of their account. Every isolate carries this file.
// Trust: all arguments are the script's. Whose databases they are, the platform knows.

import { MAX_ROW_KEY, MAX_SQL, MAX_SQL_PARAMS } from "../../../schemas/userspace-limits.ts";
import type { Ask } from "./ask.ts";
import { asModule } from "./as-module.ts";
import { makeKnex } from "./query-recorder.ts";
import { cellOf } from "./row-cells.ts";
import { told } from "./told.ts";

/** A row by its columns. */
type Columns = Record<string, unknown>;

// Taken before the script can change them.
const { isFinite } = Number;
const { isArray } = Array;
const { entries } = Object;
const { defineProperty } = Reflect;
const NativeDate = Date;
const NativeString = String;
const NativeTypeError = TypeError;

/**
 * The library, for one run. `create`, `read`, `update`, `delete` and `random` work on the row at a key, `sql` and `knex` on all.
 * `read` resolves to null where there is nothing.
 */
export function makeCxUserspace(ask: Ask): object {
  async function write(method: string, [area, key, data]: unknown[]): Promise<unknown> {
    const at = placeOf(method, area, key);
    return await ask(method, { ...at, columns: columnsOf(data, `${method} "${at.key}"`) });
  }

  async function read(area: unknown, key: unknown): Promise<unknown> {
    return await ask("read", placeOf("read", area, key));
  }

  async function random(area: unknown): Promise<unknown> {
    return await ask("random", { database: nameOf("random", area) });
  }

  async function sql(query: unknown, params?: unknown): Promise<unknown> {
    if (typeof query !== "string" || query.length > MAX_SQL) {
      throw new NativeTypeError(
        `Cannot run the SQL: it has to be a text of at most ${MAX_SQL} characters, not ${told(query)}`,
      );
    }
    return await ask("sql", { sql: query, params: paramsOf(params) });
  }

  return asModule({
    create: (...given: unknown[]) => write("create", given),
    read,
    get: read,
    update: (...given: unknown[]) => write("update", given),
    async delete(area: unknown, key: unknown): Promise<unknown> {
      return await ask("delete", placeOf("delete", area, key));
    },
    random,
    sql,
    knex: makeKnex((recording) => ask("builder", { recording })),
  });
}

function placeOf(method: string, area: unknown, key: unknown): { database: string; key: string } {
  const database = nameOf(method, area);
  if (key === undefined) {
    const usage = `${method}("default", key)`;
    throw new NativeTypeError(
      `Cannot ${method} in "${database}": give the database and the key, as in ${usage}`,
    );
  }
  return { database, key: keyText(method, key) };
}

function nameOf(method: string, area: unknown): string {
  if (typeof area === "string" && area !== "") return area;
  throw new NativeTypeError(
    `Cannot ${method}: the first argument has to be the name of a database, not ${area === "" ? "empty" : told(area)}`,
  );
}

function keyText(method: string, key: unknown): string {
  const text = typeof key === "number" && isFinite(key) ? NativeString(key) : key;
  if (typeof text !== "string") {
    throw new NativeTypeError(
      `Cannot ${method}: the key has to be a string or a number, not ${told(key)}`,
    );
  }
  if (text.length > 0 && text.length <= MAX_ROW_KEY) return text;
  throw new NativeTypeError(
    `Cannot ${method}: the key has ${text.length} characters, and has to have 1 to ${MAX_ROW_KEY}`,
  );
}

/** A scalar or a list is the row's `value`. */
function columnsOf(data: unknown, what: string): Columns {
  if (data === undefined) throw new NativeTypeError(`Cannot ${what}: its data is undefined`);
  const isRow =
    typeof data === "object" && data !== null && !isArray(data) && !(data instanceof NativeDate);
  if (!isRow) return { value: cellOf(data, `${what}: its data`) };
  const columns: Columns = {};
  for (const [name, value] of entries(data)) {
    if (value === undefined) continue;
    defineProperty(columns, name, {
      value: cellOf(value, `${what}: the column ${name}`),
      enumerable: true,
    });
  }
  return columns;
}

/** By place as a list, by name as an object. */
function paramsOf(params: unknown): unknown {
  if (params === undefined || params === null) return [];
  if (typeof params !== "object") {
    throw new NativeTypeError(
      `Cannot run the SQL: its parameters have to be a list or an object, not ${told(params)}`,
    );
  }
  if (!isArray(params)) return columnsOf(params, "run the SQL");
  if (params.length > MAX_SQL_PARAMS) {
    throw new NativeTypeError(`Cannot run the SQL: it has more than ${MAX_SQL_PARAMS} parameters`);
  }
  const cells: unknown[] = [];
  for (let index = 0; index < params.length; index += 1) {
    cells[index] = cellOf(params[index], `run the SQL: parameter ${index + 1}`);
  }
  return cells;
}
