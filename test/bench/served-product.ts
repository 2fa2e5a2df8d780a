// The product as the bench uses it: a running one, its scripts, and the calls that failed in it.

import { createInterface } from "node:readline";
import { z } from "zod";
import { startProduct, type Product } from "../harness.ts";
import { PAYLOAD } from "./payload.ts";
import type { ProductId, Subject } from "./subject.ts";
import type { Target } from "./wrk.ts";

/** A script to publish, for calls of `customer`. */
export type Source = {
  customer: string;
  type: "script" | "app";
  code: string;
  isolation?: "call" | "scope";
};

/** A line of the product's log: warnings and worse. */
const LogLine = z.looseObject({
  msg: z.string(),
  fault: z.looseObject({ code: z.string() }).optional(),
  cause: z.string().optional(),
});

/** Logged of a call whose caller got the assignment's answer to a failed script, with status 200. */
const CALL_FAILED = "a call's script failed";

export class ServedProduct {
  readonly product: Product;
  readonly #log = new Map<string, number>();
  #faults = 0;

  constructor(product: Product) {
    this.product = product;
    const { stderr } = product.process;
    if (stderr === null) throw new Error("The product's log is not to be had");
    createInterface(stderr).on("line", (line) => this.#readLogLine(line));
  }

  /** How often the product has logged what so far, with the fault or cause. */
  get log(): ReadonlyMap<string, number> {
    return this.#log;
  }

  /** How many calls have failed so far. */
  get faults(): number {
    return this.#faults;
  }

  /** Where calls of `customers` go, each in turn. */
  target(customers: readonly string[], body = PAYLOAD): Target {
    const { edge: url, token } = this.product;
    return { url, token, body, paths: customers.map((name) => `/call/termination/${name}/main`) };
  }

  /** Publishes a script and returns it as a subject, once calls get there. */
  async offer(id: ProductId, source: Source): Promise<Subject> {
    await this.publish(source);
    await this.product.untilRevision();
    return { id, target: this.target([source.customer]), countFaults: () => this.faults };
  }

  /** Creates a script with a live release, under the name of the customer whose calls get it. */
  async publish({ customer, ...settings }: Source): Promise<void> {
    await this.#expect("POST", "/scripts", { name: customer, ...settings });
    const assignment = `/assignments/termination/${customer}/main`;
    await this.#expect("PUT", assignment, { script: customer });
  }

  async #expect(method: string, path: string, body: unknown): Promise<void> {
    const answer = await this.product.manage(method, path, body);
    if (answer.status >= 400) {
      throw new Error(`Cannot ${method} ${path}: ${JSON.stringify(answer.body)}`);
    }
  }

  #readLogLine(line: string): void {
    if (!line.startsWith("{")) return;
    const { msg, fault, cause } = LogLine.parse(JSON.parse(line));
    if (msg === CALL_FAILED) this.#faults += 1;
    const reason = fault?.code ?? cause;
    const what = reason === undefined ? msg : `${msg}: ${reason}`;
    this.#log.set(what, (this.#log.get(what) ?? 0) + 1);
  }
}

/** Starts a product, owned by `stack`, with as many cells for each kind as it wants, or `cells`. */
export async function serveProduct(
  stack: AsyncDisposableStack,
  cells?: number,
): Promise<ServedProduct> {
  const env = cells === undefined ? {} : { SCRIPTFORGE_CELLS: String(cells) };
  const product = stack.use(await startProduct({ SCRIPTFORGE_LOG_LEVEL: "warn", ...env }));
  return new ServedProduct(product);
}
