// What an edge node knows: reads of the local database, kept until the revision moves.

import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { and, eq, or, sql, type SQL } from "drizzle-orm";
import type { Logger } from "pino";
import { z } from "zod";
import { CallData } from "../../schemas/call.ts";
import {
  OnError,
  type Place,
  PlaceSettings,
  parseTimeoutAction,
  type TimeoutAction,
} from "../../schemas/assignment.ts";
import { Isolation, isolationOf } from "../../schemas/isolation.ts";
import { Limits, MAX_WALL_MS } from "../../schemas/limits.ts";
import type { LinkedRelease, Program } from "../../schemas/program.ts";
import { readEnv } from "../../schemas/env-store.ts";
import { readProgram, StoredRequires } from "../../schemas/read-program.ts";
import { Egress } from "../../schemas/script.ts";
import type { SealingKey } from "../../schemas/sealed-text.ts";
import { ScriptType } from "../../schemas/script-type.ts";
import { StoredJson } from "../../schemas/stored-json.ts";
import { assignments, customers } from "../../schemas/tables/assignment.ts";
import { tokens } from "../../schemas/tables/account.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { MIGRATIONS } from "../../schemas/migrations.ts";
import { revision } from "../../schemas/tables/revision.ts";
import { releases, scripts } from "../../schemas/tables/script.ts";
import { hashToken, isSameSecret } from "../../schemas/token-hash.ts";
import { Scope, type Principal } from "../../schemas/token.ts";
import { Cache } from "./cache.ts";
import { Programs } from "./programs.ts";
import { EdgeRelease } from "./release.ts";

/** A script with the release that calls run. */
export type Target = {
  account: string;
  script: string;
  name: string;
  type: ScriptType;
  limits: Limits;
  egressHosts: string[] | null;
  version: number;
  /** The id of the program: of its release, or of that and what it requires. */
  release: string;
  isolation: Isolation;
  /** How often a person ended the script's quarantine. */
  pardons: number;
  /** Top-level functions that callers may name although the script does not export them. */
  expose: string[];
  /** JSON of the environment's variables. */
  env: string;
};

/** A script with the place it is assigned to, and what its callers get when it fails. `vars`: JSON of what goes beside their own data, "" for nothing. */
export type CallTarget = Target &
  CallKey & {
    settings: PlaceSettings;
    timeoutMs: number;
    timeoutAction: TimeoutAction;
    onError: OnError;
    vars: string;
  };

/** A place with its keys. `detail` is "" where the place has one key. */
export type CallKey = { place: Place; subject: string; detail: string };

const POLL_MS = 100;
/** How long a primary may take to answer before it counts as away, in milliseconds. */
const PRIMARY_MS = 1_000;
const CACHE_ENTRIES = 20_000;
const CACHED_RELEASES = 500;

const StoredLimits = StoredJson.pipe(Limits);
const StoredEgress = StoredJson.pipe(Egress);
const StoredScopes = StoredJson.pipe(z.array(Scope));
const StoredVars = StoredJson.pipe(CallData);
const StoredSettings = StoredJson.pipe(PlaceSettings);
const StoredNames = StoredJson.pipe(z.array(z.string()));

type Maybe<Found> = { found: Found | undefined };

/** Reads of the database that is local to this node. Disposing stops the watch of the revision. */
export class EdgeStore implements AsyncDisposable {
  readonly #db: Database;
  /** URL of the server that the database is a replica of. */
  readonly #primary: string | undefined;
  readonly #sealingKey: SealingKey;
  readonly #log: Logger;
  readonly #principals = new Cache<Maybe<Principal>>(CACHE_ENTRIES);
  readonly #calls = new Cache<Maybe<CallTarget>>(CACHE_ENTRIES);
  readonly #chains = new Cache<CallTarget[]>(CACHE_ENTRIES);
  readonly #scripts = new Cache<Maybe<Target>>(CACHE_ENTRIES);
  // Releases never change, so these outlive a revision.
  readonly #releases = new Cache<Maybe<EdgeRelease>>(CACHED_RELEASES);
  readonly #programs = new Programs();
  /** It has been said that the primary does not answer. */
  #isPrimaryAway = false;
  #revision = -1;
  #watching: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(options: {
    db: Database;
    primary: string | undefined;
    sealingKey: SealingKey;
    log: Logger;
  }) {
    this.#db = options.db;
    this.#sealingKey = options.sealingKey;
    this.#primary = options.primary?.replace(/^libsql:/, "https:");
    this.#log = options.log;
  }

  /** Waits for the tables, which a control plane makes, reads the revision and goes on watching it. */
  async open(): Promise<void> {
    while (!(await this.#hasTables())) {
      this.#log.info("waiting for a control plane to make the tables");
      await sleep(POLL_MS);
    }
    await this.#followRevision();
    this.#watching = this.#watchRevision();
  }

  /** The number of the last change that this node has seen. */
  get revision(): number {
    return this.#revision;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async findPrincipal(token: string): Promise<Principal | undefined> {
    const { found } = await this.#principals.get(token, async () => {
      const hash = hashToken(token);
      const row = await this.#db.select().from(tokens).where(eq(tokens.hash, hash)).get();
      if (row === undefined || !isSameSecret(row.hash, hash)) return { found: undefined };
      const { id, account, name } = row;
      return { found: { account, token: id, name, scopes: StoredScopes.parse(row.scopes) } };
    });
    return found;
  }

  /** What is assigned at `key`, undefined where nothing is, or nothing is released. */
  async findCallTarget(account: string, key: CallKey): Promise<CallTarget | undefined> {
    const { place, subject, detail } = key;
    // The length tells where the subject ends, whatever is in it.
    const cacheKey = `${account}/${place}/${subject.length}/${subject}/${detail}`;
    return (
      await this.#calls.get(cacheKey, async () => ({ found: await this.#loadCall(account, key) }))
    ).found;
  }

  /**
   * The scripts that decide a call of `account` at `key`, in their order: the one that runs first for every call, the
   * place's own or else its tag's, the one that runs last.
   */
  async findCallTargets(account: string, key: CallKey, tag: string | null): Promise<CallTarget[]> {
    const { place, subject, detail } = key;
    const tagged = tag === null ? "" : `${tag.length}/${tag}`;
    const cacheKey = `${account}/${place}/${subject.length}/${subject}/${detail.length}/${detail}/${tagged}`;
    return await this.#chains.get(cacheKey, async () => {
      const customer = place === "termination" ? subject : null;
      const own =
        (await this.findCallTarget(account, key)) ??
        (await this.#findTagged(account, tag, customer));
      const first = await this.#findGlobal(account, "first", customer);
      const last = await this.#findGlobal(account, "last", customer);
      return [first, own, last].filter((target) => target !== undefined);
    });
  }

  async #findTagged(
    account: string,
    tag: string | null,
    customer: string | null,
  ): Promise<CallTarget | undefined> {
    if (tag === null) return undefined;
    const target = await this.findCallTarget(account, { place: "tag", subject: tag, detail: "" });
    return await this.#withCustomer(target, customer);
  }

  async #findGlobal(
    account: string,
    order: "first" | "last",
    customer: string | null,
  ): Promise<CallTarget | undefined> {
    const key = { place: "global", subject: order, detail: "" } as const;
    return await this.#withCustomer(await this.findCallTarget(account, key), customer);
  }

  /** It sees the customer's variables, as every other script of the call does. */
  async #withCustomer(
    target: CallTarget | undefined,
    customer: string | null,
  ): Promise<CallTarget | undefined> {
    if (target === undefined || customer === null) return target;
    const ofCustomer = await this.#customerVars(target.account, customer);
    const own: unknown = target.vars === "" ? {} : JSON.parse(target.vars);
    return { ...target, vars: varsText(mergeVars(ofCustomer, CallData.parse(own))) };
  }

  /** The script of `account` with this id or name, undefined when it has none with a live release. */
  async findScript(account: string, idOrName: string): Promise<Target | undefined> {
    const isIt = and(
      eq(scripts.account, account),
      or(eq(scripts.id, idOrName), eq(scripts.name, idOrName)),
    );
    const cacheKey = JSON.stringify([account, idOrName]);
    return (
      await this.#scripts.get(cacheKey, async () => ({ found: await this.#loadTarget(isIt) }))
    ).found;
  }

  /** A release by its id, undefined when the database has none. */
  async findRelease(id: string): Promise<EdgeRelease | undefined> {
    const { found } = await this.#releases.get(id, async () => {
      const { code, sourceMap, requires } = releases;
      const row = await this.#db
        .select({ id: releases.id, code, sourceMap, requires })
        .from(releases)
        .where(eq(releases.id, id))
        .get();
      if (row === undefined) return { found: undefined };
      return {
        found: new EdgeRelease({ ...row, requires: StoredRequires.parse(row.requires) }),
      };
    });
    return found;
  }

  /** Links a release of `account` with what it requires as that is now, and keeps the program. */
  async link(account: string, release: LinkedRelease): Promise<Program> {
    const program = await readProgram(this.#db, account, release);
    this.#programs.add(program);
    return program;
  }

  /** The tables, for what scripts ask of them. */
  get forLibraries(): { db: Database; sealingKey: SealingKey } {
    return { db: this.#db, sealingKey: this.#sealingKey };
  }

  /** A program that was linked here. */
  findProgram(id: string): Program | undefined {
    return this.#programs.find(id);
  }

  /** The JSON of what the script reads as `process.env`, without what differs from run to run. */
  async readEnv({
    account,
    script,
    name,
  }: Pick<Target, "account" | "script" | "name">): Promise<string> {
    const own = await readEnv(this.#db, { account, script }, this.#sealingKey);
    return JSON.stringify({ ...own, ...builtInEnv({ account, script, name }) });
  }

  async #loadCall(account: string, key: CallKey): Promise<CallTarget | undefined> {
    const isIt = and(
      eq(assignments.account, account),
      eq(assignments.place, key.place),
      eq(assignments.subject, key.subject),
      eq(assignments.detail, key.detail),
    );
    const row = await this.#db.select().from(assignments).where(isIt).get();
    const target = row && (await this.#loadTarget(eq(scripts.id, row.script)));
    if (row === undefined || target === undefined) return undefined;
    const timeoutAction = parseTimeoutAction(row.timeoutAction);
    if (timeoutAction === undefined)
      throw new Error(`Cannot read the Timeout Action "${row.timeoutAction}"`);
    const ofCustomer =
      key.place === "termination" ? await this.#customerVars(account, key.subject) : {};
    const vars = mergeVars(ofCustomer, StoredVars.parse(row.varsJson));
    return {
      ...target,
      ...key,
      timeoutMs: row.timeoutMs ?? defaultTimeoutMs(key.place, target),
      timeoutAction,
      onError: OnError.parse(row.onError),
      settings: StoredSettings.parse(row.settings),
      vars: varsText(vars),
    };
  }

  async #loadTarget(isIt: SQL | undefined): Promise<Target | undefined> {
    const row = await this.#db
      .select()
      .from(scripts)
      .innerJoin(releases, and(eq(releases.script, scripts.id), eq(releases.version, scripts.live)))
      .where(isIt)
      .get();
    if (row === undefined) return undefined;
    const { account, id, name, limits, egress } = row.scripts;
    const type = ScriptType.parse(row.scripts.type);
    const chosen = Isolation.nullable().parse(row.scripts.isolation);
    const requires = StoredRequires.parse(row.releases.requires);
    const program = await this.link(account, { id: row.releases.id, requires });
    return {
      account,
      script: id,
      name,
      type,
      isolation: isolationOf({ type, chosen, altersBuiltIns: row.releases.altersBuiltIns }),
      limits: StoredLimits.parse(limits),
      egressHosts: egress === null ? null : StoredEgress.parse(egress).hosts,
      version: row.releases.version,
      release: program.id,
      pardons: row.scripts.pardons,
      expose: StoredNames.parse(row.scripts.expose),
      env: await this.readEnv({ account, script: id, name }),
    };
  }

  async #customerVars(account: string, id: string): Promise<CallData> {
    const isIt = and(eq(customers.account, account), eq(customers.id, id));
    const row = await this.#db.select().from(customers).where(isIt).get();
    return row === undefined ? {} : StoredVars.parse(row.varsJson);
  }

  async #hasTables(): Promise<boolean> {
    await this.#sync();
    const known = sql`SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'`;
    if ((await this.#db.all(known)).length === 0) return false;
    const applied = sql`SELECT id FROM __drizzle_migrations LIMIT ${MIGRATIONS}`;
    return (await this.#db.all(applied)).length >= MIGRATIONS;
  }

  async #watchRevision(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await sleep(POLL_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      // The disk may be busy for a while: serve what is known, and try again.
      await this.#followRevision().catch((error: unknown) =>
        this.#log.warn({ err: error }, "cannot read the revision"),
      );
    }
  }

  async #followRevision(): Promise<void> {
    await this.#sync();
    const row = await this.#db.select().from(revision).get();
    if (row === undefined || row.value === this.#revision) return;
    this.#revision = row.value;
    for (const cache of [this.#principals, this.#calls, this.#chains, this.#scripts]) cache.clear();
  }

  /** Brings a replica up to its primary. Without the primary it stays as it is, and serves. */
  async #sync(): Promise<void> {
    if (this.#primary === undefined) return;
    try {
      // Synchronising holds up this whole process while it waits, for seconds where nobody answers: so ask first.
      await fetch(this.#primary, { method: "HEAD", signal: AbortSignal.timeout(PRIMARY_MS) });
      await this.#db.$client.sync();
      this.#isPrimaryAway = false;
    } catch (error) {
      if (!this.#isPrimaryAway) this.#log.warn({ err: error }, "the primary does not answer");
      this.#isPrimaryAway = true;
    }
  }
}

/** The variables that nobody sets. */
function builtInEnv({
  account,
  script,
  name,
}: Pick<Target, "account" | "script" | "name">): Record<string, string> {
  return {
    SCRIPTFORGE_ID: script,
    SCRIPTFORGE_UUID: script,
    SCRIPTFORGE_NAME: name,
    APP_ID: account,
    EXEC_HOST: hostname(),
  };
}

/** The script's own limit. That of an App is for calls, and where it serves as a driver no call waits. */
function defaultTimeoutMs(place: Place, { type, limits }: Target): number {
  const isDriver = place === "did-driver" || place === "alert-driver";
  return isDriver && type === "app" ? MAX_WALL_MS : limits.wallMs;
}

function varsText(vars: CallData): string {
  return Object.keys(vars).length === 0 ? "" : JSON.stringify(vars);
}

/** `over` wins, tables merge key by key. */
export function mergeVars(under: CallData, over: CallData): CallData {
  const merged: CallData = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = CallData.safeParse(merged[key]);
    const above = CallData.safeParse(value);
    merged[key] = below.success && above.success ? mergeVars(below.data, above.data) : value;
  }
  return merged;
}
