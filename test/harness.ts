// Starts the whole product as a user would, on free ports and a data folder of its own, and talks to it.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient, type Client } from "@libsql/client";
import { z } from "zod";

const Urls = z.object({ control: z.string(), edge: z.string() });
const Ready = z.object({ revision: z.int() });
const Created = z.object({ id: z.string() });

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export type Answer = { status: number; headers: Headers; body: unknown };

/** A running product. Disposing ends it and removes its data. */
export class Product implements AsyncDisposable {
  readonly api: string;
  readonly edge: string;
  readonly token: string;
  readonly data: string;
  readonly process: ChildProcess;
  #db: Client | undefined;

  constructor(started: {
    urls: { control: string; edge: string };
    data: string;
    child: ChildProcess;
  }) {
    this.api = started.urls.control;
    this.edge = started.urls.edge;
    this.data = started.data;
    this.process = started.child;
    this.token = readFileSync(join(started.data, "token"), "utf8").trim();
  }

  /** Its database, beside it: the product has no request for some of what tests need. It ends with the product. */
  get db(): Client {
    const url = `file:${join(this.data, "scriptforge.db")}`;
    return (this.#db ??= createClient({ url, timeout: 5_000 }));
  }

  /** Asks the control plane. `path` begins behind `/v1`. */
  manage(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#ask(`${this.api}/v1${path}`, { method, body });
  }

  /** Asks the control plane as the holder of another token. */
  manageAs(
    token: string,
    { method, path, body }: { method: string; path: string; body?: unknown },
  ): Promise<Answer> {
    return this.#ask(`${this.api}/v1${path}`, { method, body, token });
  }

  /** Asks the edge node. A string body travels as it is. */
  ask(path: string, body: unknown = {}): Promise<Answer> {
    return this.#ask(`${this.edge}${path}`, { method: "POST", body });
  }

  /** Creates a script with a live release and assigns it to termination/`customer`/main. Returns the script's id. */
  async assign(script: {
    name: string;
    type?: string;
    code: string;
    customer: string;
    assignment?: Record<string, unknown>;
  }): Promise<string> {
    const { name, type = "script", code, customer, assignment = {} } = script;
    const created = await this.manage("POST", "/scripts", { name, type, code });
    if (created.status !== 201) throw new Error(JSON.stringify(created.body));
    const { id } = Created.parse(created.body);
    const at = `/assignments/termination/${customer}/main`;
    const assigned = await this.manage("PUT", at, { script: name, ...assignment });
    if (assigned.status !== 200) throw new Error(JSON.stringify(assigned.body));
    await this.untilRevision();
    return id;
  }

  /** Waits until the edge node has seen every change made so far. */
  async untilRevision(): Promise<void> {
    const { rows } = await this.db.execute("SELECT value FROM revision");
    const newest = Number(rows[0]?.["value"]);
    for (let seen = -1; seen < newest;) {
      const response = await fetch(`${this.edge}/readyz`);
      seen = Ready.parse(await response.json()).revision;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#db?.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = once(this.process, "exit");
      this.process.kill("SIGTERM");
      await exited;
    }
    rmSync(this.data, { recursive: true, force: true });
  }

  async #ask(
    url: string,
    { method, body, token = this.token }: { method: string; body?: unknown; token?: string },
  ): Promise<Answer> {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }
}

/** Starts the product and waits until it serves. Throws with what it wrote when it does not. */
export async function startProduct(env: Record<string, string> = {}): Promise<Product> {
  const data = env["SCRIPTFORGE_DATA"] ?? mkdtempSync(join(tmpdir(), "scriptforge-test-"));
  const child = forkProduct({ SCRIPTFORGE_DATA: data, ...env });
  const output: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const ready = once(child, "message").then(([urls]) => Urls.parse(urls));
  const urls = await Promise.race([ready, once(child, "exit").then(() => undefined)]);
  if (urls === undefined) throw new Error(`The product did not start: ${output.join("")}`);
  return new Product({ urls, data, child });
}

/** Starts `main.ts` on free ports, unless `env` says otherwise, with its output in pipes. */
export function forkProduct(env: Record<string, string>): ChildProcess {
  return fork(MAIN, {
    env: { ...process.env, SCRIPTFORGE_API_PORT: "0", SCRIPTFORGE_EDGE_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}
