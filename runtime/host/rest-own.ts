// What cxRest is answered from the account's own data, in place of the upstream.

import { and, eq, or } from "drizzle-orm";
import { z } from "zod";
import { PutCustomer, RoutingKey } from "../../schemas/customer.ts";
import {
  deleteCustomer,
  findCustomer,
  listCustomers,
  putCustomer,
} from "../../schemas/customer-store.ts";
import { KvKey, MAX_KV_PAGE, PutKv } from "../../schemas/kv.ts";
import { deleteKv, listKv, putKv, readKv } from "../../schemas/kv-store.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { releases, scripts } from "../../schemas/tables/script.ts";
import { MAX_ROW_PAGE, PutRow, RowKey, RowPageQuery } from "../../schemas/userspace.ts";
import type { Userspace } from "../../schemas/userspace/userspace.ts";
import { parseVars } from "../../schemas/vars.ts";
import { LibraryError } from "./library-error.ts";
import { MinuteCounts } from "./minute-counts.ts";
import { readInput } from "./read-input.ts";
import type { RestPath } from "./rest-path.ts";

export type RestMethod = "GET" | "POST" | "PUT" | "DELETE";

/** `action` is what the script wants, in the words of an error. `body` is undefined for none. */
export type OwnRequest = Pick<RestPath, "segments" | "query"> & {
  account: string;
  method: RestMethod;
  body: unknown;
  action: string;
};

/** Something of the account's that a path below the resource's own names: `key` is "" for all of it. */
type At = OwnRequest & { key: string };
type Resource = Partial<Record<RestMethod, (at: At) => Promise<unknown>>>;

/** Customers that scripts of an account may change within a minute, on one node: each has every node read everything anew. */
const MOST_CUSTOMERS_A_MINUTE = 60;

const DONE = { status: "OK" };
const CreateCustomer = PutCustomer.extend({ id: RoutingKey });
const ChangedCustomer = PutCustomer.prefault({});
const CreateRow = z.looseObject({ key: z.union([RowKey, z.int().transform(String)]) });
const Wrapped = z.strictObject({ value: z.unknown() });

/** The resources that are the account's own, by their paths. */
export class OwnResources {
  readonly #resources: { path: readonly string[]; resource: Resource }[];

  /** `hasUpstream`: customers are the upstream's, which knows what they are called and what they owe. */
  constructor({
    db,
    userspace,
    hasUpstream,
  }: {
    db: Database;
    userspace: Userspace;
    hasUpstream: boolean;
  }) {
    this.#resources = [
      { path: ["dev", "kv"], resource: kvResource(db) },
      { path: ["scriptforge"], resource: scriptResource(db) },
      { path: ["setup", "userspace"], resource: userspaceResource(userspace) },
    ];
    if (!hasUpstream) {
      this.#resources.push({ path: ["customer"], resource: customerResource(db) });
    }
  }

  /** What answers the request; undefined where that is not ours. It throws a Fault or a LibraryError. */
  find(request: OwnRequest): (() => Promise<unknown>) | undefined {
    const { segments, method, action } = request;
    const found = this.#resources.find(({ path }) =>
      path.every((part, index) => segments[index] === part),
    );
    if (found === undefined) return undefined;
    const { path, resource } = found;
    const key = segments.slice(path.length).join("/");
    const answer = resource[method];
    return async () => {
      if (answer !== undefined) return await answer({ ...request, key });
      throw new LibraryError(
        `Cannot ${action}: of "${path.join("/")}" there are ${Object.keys(resource).join(", ")} only`,
        405,
      );
    };
  }
}

function customerResource(db: Database): Resource {
  const changes = new MinuteCounts(
    MOST_CUSTOMERS_A_MINUTE,
    `Scripts may change ${MOST_CUSTOMERS_A_MINUTE} customers a minute: keep what changes often in cxKV`,
  );
  const put = async (at: { account: string; id: string }, vars = ""): Promise<unknown> => {
    const parsed = parseVars(vars);
    changes.add(at.account);
    await putCustomer(db, at, parsed);
    return { ...DONE, id: at.id };
  };
  return {
    async GET({ account, key, action }) {
      if (key === "") return await listCustomers(db, account);
      return (
        (await findCustomer(db, account, key)) ?? missing(action, `there is no customer "${key}"`)
      );
    },
    async POST({ account, key, body, action }) {
      const given = key === "" ? body : { ...ChangedCustomer.parse(body), id: key };
      const { id, vars } = readInput(CreateCustomer, given, action);
      if ((await findCustomer(db, account, id)) === undefined)
        return await put({ account, id }, vars);
      throw new LibraryError(`Cannot ${action}: there is a customer "${id}" already`, 409);
    },
    async PUT({ account, key, body, action }) {
      const { vars } = readInput(ChangedCustomer, body, action);
      const id = readInput(RoutingKey, key, action);
      if ((await findCustomer(db, account, id)) !== undefined)
        return await put({ account, id }, vars);
      return missing(action, `there is no customer "${id}"`);
    },
    async DELETE({ account, key, action }) {
      changes.add(account);
      if (await deleteCustomer(db, account, key)) return DONE;
      return missing(action, `there is no customer "${key}"`);
    },
  };
}

function kvResource(db: Database): Resource {
  return {
    async GET({ account, key, query, action }) {
      if (key !== "") {
        const found = await readKv(db, { account, key }, Date.now());
        return found === undefined
          ? missing(action, "Key not found")
          : { id: key, value: found.value };
      }
      const after = query.get("after") ?? "";
      const page = { account, prefix: query.get("prefix") ?? "", after, limit: MAX_KV_PAGE };
      return (await listKv(db, page, Date.now())).keys.map((id) => ({ id }));
    },
    async PUT({ account, key, body, action }) {
      const value = Wrapped.safeParse(body).data ?? { value: body };
      const content = readInput(PutKv, value, action);
      const at = { account, key: readInput(KvKey, key, action) };
      await putKv(db, at, { ...content, now: Date.now() });
      return DONE;
    },
    async DELETE({ account, key, action }) {
      return (await deleteKv(db, { account, key }, Date.now()))
        ? DONE
        : missing(action, "Key not found");
    },
  };
}

function scriptResource(db: Database): Resource {
  const { id, name, type, live, updatedAt } = scripts;
  return {
    async GET({ account, key, action }) {
      const isOfAccount = eq(scripts.account, account);
      const columns = { id, name, type, live, updatedAt };
      if (key === "")
        return await db.select(columns).from(scripts).where(isOfAccount).orderBy(name);
      const isLive = and(eq(releases.script, id), eq(releases.version, live));
      const found = await db
        .select({ ...columns, code: releases.source })
        .from(scripts)
        .leftJoin(releases, isLive)
        .where(and(isOfAccount, or(eq(id, key), eq(name, key))))
        .get();
      return found ?? missing(action, `there is no script "${key}"`);
    },
  };
}

/** The databases, the rows of one, and one row. */
function userspaceResource(userspace: Userspace): Resource {
  return {
    async GET({ account, key: path, query, action }) {
      if (path === "") return await userspace.list(account);
      const { database, key } = rowPath(path);
      if (key !== "") {
        const row = await userspace.readRow({ account, database, key });
        return row ?? missing(action, `there is no "${key}" in "${database}"`);
      }
      const asked = { limit: MAX_ROW_PAGE, ...Object.fromEntries(query) };
      const page = readInput(RowPageQuery, asked, action);
      return (await userspace.listRows({ account, database }, page)).rows;
    },
    async POST({ account, key: path, body, action }) {
      const { database, key: below } = rowPath(path);
      const given = below === "" ? body : { ...PutRow.safeParse(body).data, key: below };
      const { key, ...columns } = readInput(CreateRow, given, action);
      const row = { database, key, columns: readInput(PutRow, columns, action) };
      return await userspace.askRows(account, { is: "create", ...row });
    },
    async PUT({ account, key: path, body, action }) {
      const row = { ...rowPath(path), columns: readInput(PutRow, body, action) };
      return await userspace.askRows(account, { is: "update", ...row });
    },
    async DELETE({ account, key: path, action }) {
      const { database, key } = rowPath(path);
      if (key !== "" && (await userspace.deleteRow({ account, database, key }))) return DONE;
      return missing(action, `there is no "${key}" in "${database}"`);
    },
  };
}

/** A key may have slashes in it, a database's name none. */
function rowPath(path: string): { database: string; key: string } {
  const [, database = "", key = ""] = /^([^/]*)\/?([^]*)$/.exec(path) ?? [];
  return { database, key };
}

function missing(action: string, state: string): never {
  throw new LibraryError(`Cannot ${action}: ${state}`, 404);
}
