// The product under attack, with everything around it that attacks aim at.

import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { RunResult } from "../../schemas/call.ts";
import { Problem } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { Release } from "../../schemas/release.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { startProduct, type Product } from "../harness.ts";
import { OtherAccount } from "../other-account.ts";
import { descendantsOf } from "../processes.ts";
import { PUBLIC_HOST, type HostileCase, type Placeholder } from "./hostile-case.ts";
import type { Got } from "./judge.ts";
import { Neighbour } from "./neighbour.ts";
import { commandOf } from "./processes.ts";
import { startBait, startPublicServer, type HttpServer } from "./servers.ts";

const Created = z.object({ id: z.string() });

/** How many of the latest lines about cells are kept. */
const CELL_LINES = 8;

/** A script to publish. */
export type Source = {
  type: ScriptType;
  code: string;
  limits?: HostileCase["limits"];
};

/** An account, as whoever holds its token uses the control plane. */
export class Tenant {
  readonly #api: string;
  readonly #token: string;
  #scripts = 0;

  constructor(api: string, token: string) {
    this.#api = api;
    this.#token = token;
  }

  /** Creates a script with a live release. Returns its id, or how it was refused. */
  async publish({ type, code, limits }: Source): Promise<string | Got> {
    this.#scripts += 1;
    const body = { name: `hostile ${this.#scripts}`, type, code, ...(limits ? { limits } : {}) };
    const { status, text } = await this.ask("POST", "/scripts", body);
    if (status === 201) return Created.parse(JSON.parse(text)).id;
    const problem = Problem.safeParse(parseOrUndefined(text));
    if (status !== 422 || !problem.success) return { is: "failed", status, text };
    const { code: fault, line, detail } = problem.data;
    return { is: "refused", code: fault, line, detail };
  }

  async run(script: string, data: unknown): Promise<Got> {
    const start = performance.now();
    const { status, text } = await this.ask("POST", `/scripts/${script}/run`, { data });
    const ms = performance.now() - start;
    const result = RunResult.safeParse(parseOrUndefined(text));
    if (status !== 200 || !result.success) return { is: "failed", status, text };
    return { is: "ran", result: result.data, ms };
  }

  async remove(script: string): Promise<void> {
    await this.ask("DELETE", `/scripts/${script}`);
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#api}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }
}

/** Everything that a case runs against. */
export class Arena implements AsyncDisposable {
  readonly product: Product;
  readonly attacker: Tenant;
  readonly other: Tenant;
  readonly bait: HttpServer;
  readonly internet: HttpServer;
  readonly neighbour: Neighbour;
  /** The edge node's run folder, which its cells have in their command lines. */
  readonly folder: string;
  /** Lines that the product wrote and that begin as only a script's would. */
  readonly forgedLines: string[] = [];
  /** What the product last said of its cells, to tell why an attack went otherwise than it should. */
  readonly cellLines: string[] = [];
  readonly #values: Record<Placeholder, string>;
  readonly #stack: AsyncDisposableStack;

  constructor(parts: {
    product: Product;
    other: Tenant;
    bait: HttpServer;
    internet: HttpServer;
    neighbour: Neighbour;
    folder: string;
    release: string;
    stack: AsyncDisposableStack;
  }) {
    this.product = parts.product;
    this.attacker = new Tenant(parts.product.api, parts.product.token);
    this.other = parts.other;
    this.bait = parts.bait;
    this.internet = parts.internet;
    this.neighbour = parts.neighbour;
    this.folder = parts.folder;
    this.#stack = parts.stack;
    this.#values = {
      BAIT_PORT: String(parts.bait.port),
      PUBLIC_PORT: String(parts.internet.port),
      API_PORT: new URL(parts.product.api).port,
      EDGE_PORT: new URL(parts.product.edge).port,
      HOST_SOCKET: join(parts.folder, "host.sock"),
      NEIGHBOUR_RELEASE: parts.release,
    };
    for (const stream of [this.product.process.stdout, this.product.process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        const lines = chunk.toString().split("\n");
        this.forgedLines.push(...lines.filter((line) => line.startsWith("FORGED")));
        this.cellLines.push(...lines.filter((line) => line.includes('"cell":')));
        this.cellLines.splice(0, this.cellLines.length - CELL_LINES);
      });
    }
  }

  /** `text` with the placeholders replaced. */
  fill(text: string): string {
    return Object.entries(this.#values).reduce(
      (filled, [name, value]) => filled.replaceAll(name, value),
      text,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Starts the product, the servers and the neighbour. */
export async function openArena(): Promise<Arena> {
  await using stack = new AsyncDisposableStack();
  const bait = stack.use(await startBait());
  const internet = stack.use(await startPublicServer());
  const product = stack.use(
    await startProduct({
      SCRIPTFORGE_EGRESS_ALLOW: `${PUBLIC_HOST}/32`,
      SCRIPTFORGE_CELLS: "2",
      SCRIPTFORGE_LOG_LEVEL: "info",
    }),
  );
  const neighbour = stack.use(new Neighbour(product));
  const release = await releaseOf(product, await neighbour.move());
  const { token } = await OtherAccount.open(product);
  const other = new Tenant(product.api, token);
  const folder = runFolderOf(product);
  const parts = { product, other, bait, internet, neighbour, folder, release };
  return new Arena({ ...parts, stack: stack.move() });
}

async function releaseOf({ api, token }: Product, script: string): Promise<string> {
  const { text } = await new Tenant(api, token).ask("GET", `/scripts/${script}/releases`);
  const [newest] = z.array(Release).parse(JSON.parse(text));
  if (newest === undefined) throw new Error("The neighbour has no release");
  return newest.id;
}

function runFolderOf({ process: { pid } }: Product): string {
  const commands = descendantsOf(pid).map(commandOf);
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith("scriptforge-edge-"));
  const folder = names.map((name) => join(tmpdir(), name)).find(isNamed);
  if (folder === undefined) throw new Error("The edge node has no run folder");
  return folder;

  function isNamed(path: string): boolean {
    return commands.some((command) => command.includes(`${path}/`));
  }
}
