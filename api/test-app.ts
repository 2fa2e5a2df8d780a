// The control plane's API as its tests ask it: with a database of its own, two accounts, and no edge node behind it.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino, type Logger } from "pino";
import type { RunResult } from "../schemas/call.ts";
import { FAULTS, Problem } from "../schemas/fault.ts";
import { ModuleShelf, MODULES_FOLDER } from "../schemas/module-shelf.ts";
import { putQuotas, quotasOf } from "../schemas/quotas.ts";
import { makeSealingKey, type SealingKey } from "../schemas/sealed-text.ts";
import { parseSettings } from "../schemas/settings.ts";
import { accounts, tokens } from "../schemas/tables/account.ts";
import { openDatabase, type Database } from "../schemas/tables/open.ts";
import { revision } from "../schemas/tables/revision.ts";
import { TemplateRenderer } from "../schemas/template-renderer.ts";
import { hashToken } from "../schemas/token-hash.ts";
import { CreatedToken } from "../schemas/token.ts";
import { openUserspace } from "../schemas/userspace/userspace.ts";
import { buildApp } from "./app.ts";
import type { Services } from "./routes/context.ts";
import { applyMigrations } from "./store/database.ts";
import { putBootstrapToken } from "./store/tokens.ts";

/** The admin token of the account `default`. */
export const ADMIN = "the-admin-token-of-this-test";
/** The admin token of the account `other`. */
export const OTHER = "the-admin-token-of-another-account";

/** What a runner of a test may answer. */
export const RUN_RESULT: RunResult = {
  outcome: "ok",
  value: 1,
  logs: [],
  usage: { cpuMs: 1, wallMs: 2 },
  version: null,
  invocation: "inv_1",
};

/** `text` is the body as it came; `body` its JSON, undefined where it is empty. */
export type Answer = JsonAnswer & { headers: Headers; text: string };
export type JsonAnswer = { status: number; body: unknown };

/** `token` null sends none. `headers` go before the others of their names. */
export type Sending = { token?: string | null; headers?: Record<string, string> };

/** What a test asks, by the admin token of `default` where it gives none. */
export type Asking = [method: string, path: string, body?: unknown, token?: string];

/** `settings` are environment variables. A runner and a simulator that are not given fail each run. */
export type TestAppOptions = Partial<Pick<Services, "runner" | "simulator" | "sealingKey">> & {
  settings?: Record<string, string>;
};

/** Whoever opens it disposes of it, which ends what it started and removes its folder. */
export class TestApp implements AsyncDisposable {
  readonly folder: string;
  readonly services: Services;
  /** The bodies of all answers so far, as they went. */
  readonly answered: string[] = [];
  /** What the application logged, a line of JSON each. */
  readonly logged: string[] = [];
  readonly #log: Logger;
  #app: ReturnType<typeof buildApp>;

  private constructor(folder: string, services: Services) {
    this.folder = folder;
    this.services = services;
    this.#log = pino({ level: "trace" }, { write: (line: string) => this.logged.push(line) });
    this.#app = buildApp(services, this.#log);
  }

  static async open({ settings = {}, ...stands }: TestAppOptions = {}): Promise<TestApp> {
    const folder = mkdtempSync(join(tmpdir(), "scriptforge-api-"));
    const parsed = parseSettings({ ...settings, SCRIPTFORGE_DATA: folder });
    const db = await openDatabase(parsed);
    await applyMigrations(db);
    await putBootstrapToken(db, ADMIN);
    await putQuotas(db, quotasOf(parsed));
    await addOther(db);
    return new TestApp(folder, {
      db,
      runner: runNothing,
      simulator: runNothing,
      sealingKey: makeSealingKey("the secret key of this test"),
      signForm: () => "",
      modules: new ModuleShelf(MODULES_FOLDER),
      renderer: new TemplateRenderer(),
      userspace: openUserspace(parsed, db),
      ...stands,
    });
  }

  get db(): Database {
    return this.services.db;
  }

  /** Goes on as a control plane does that is started with another secret key. */
  changeSealingKey(sealingKey: SealingKey): void {
    this.#app = buildApp({ ...this.services, sealingKey }, this.#log);
  }

  /** The answer as it comes. Sends what it is told and no token. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    return await this.#app.request(path, init);
  }

  /** Sends `body` as JSON, a string as it is. The answer is JSON too. */
  async send(
    method: string,
    path: string,
    ...[body, { token = ADMIN, headers = {} } = {}]: [body?: unknown, sending?: Sending]
  ): Promise<Answer> {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await this.request(path, {
      method,
      headers: { "content-type": "application/json", ...authorization, ...headers },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    this.answered.push(text);
    const { status } = response;
    const read: unknown = text === "" ? undefined : JSON.parse(text);
    return { status, headers: response.headers, text, body: read };
  }

  /** Sends `body` as JSON, a string too. The answer's status and JSON, and nothing else of it. */
  async ask(...request: Asking): Promise<JsonAnswer> {
    const { status, body } = await this.#sendJson(...request);
    return { status, body };
  }

  /** Sends as `ask` does. The problem that is answered, as `problemOf` reads it. */
  async problem(...request: Asking): Promise<Problem> {
    return problemOf(await this.#sendJson(...request));
  }

  /** A new token of the account `default`. */
  async makeToken(name: string, scopes: string[]): Promise<string> {
    const { body } = await this.ask("POST", "/v1/tokens", { name, scopes });
    return CreatedToken.parse(body).token;
  }

  /** Those of these paths and schemas that the OpenAPI document does not have. */
  async missingInReference(names: readonly string[]): Promise<string[]> {
    const { status, text } = await this.send("GET", "/openapi.json");
    if (status !== 200) throw new Error(`There is no OpenAPI document: ${status}`);
    return names.filter((name) => !text.includes(`"${name}"`));
  }

  /** What edge nodes follow. */
  async revision(): Promise<number> {
    const [row] = await this.db.select().from(revision);
    if (row === undefined) throw new Error("There is no revision");
    return row.value;
  }

  /** The bytes of the files in its folder, a character each. */
  bytesOnDisk(): string {
    return readdirSync(this.folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => readFileSync(join(this.folder, name), "latin1"))
      .join("");
  }

  #sendJson(...[method, path, body, token = ADMIN]: Asking): Promise<Answer> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    return this.send(method, path, content, { token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.services.userspace[Symbol.asyncDispose]();
    await this.services.renderer[Symbol.asyncDispose]();
    this.db.$client.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The problem of an answer. Throws where it is none through and through. */
export function problemOf({ status, body, headers }: Answer): Problem {
  if (headers.get("content-type") !== "application/problem+json") {
    throw new Error(`The answer is no problem: ${status} ${JSON.stringify(body)}`);
  }
  const problem = Problem.parse(body);
  const fault = Object.entries(FAULTS).find(([code]) => code === problem.code)?.[1];
  if (fault?.status !== status || problem.status !== status) {
    throw new Error(`The problem has another status than its code: ${JSON.stringify(body)}`);
  }
  return problem;
}

async function addOther(db: Database): Promise<void> {
  const createdAt = new Date().toISOString();
  await db.insert(accounts).values({ id: "other", createdAt });
  const token = { id: "tok_other", name: "other", scopes: '["admin"]', account: "other" };
  await db.insert(tokens).values({ ...token, hash: hashToken(OTHER), createdAt });
}

function runNothing(): Promise<never> {
  return Promise.reject(new Error("Nothing runs here"));
}
