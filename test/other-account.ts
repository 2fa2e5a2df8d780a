// A second account beside that of a running product, as its people and its scripts use it.

import { join } from "node:path";
import { createClient, type Client } from "@libsql/client";
import { RunResult } from "../schemas/call.ts";
import { hashToken } from "../schemas/token-hash.ts";
import type { Product } from "./harness.ts";

const TOKEN = "the-admin-token-of-another-account";

/** The account `other`. Whoever opens it closes it. */
export class OtherAccount {
  readonly #product: Product;
  readonly #db: Client;

  private constructor(product: Product, db: Client) {
    this.#product = product;
    this.#db = db;
  }

  static async open(product: Product): Promise<OtherAccount> {
    const db = createClient({
      url: `file:${join(product.data, "scriptforge.db")}`,
      timeout: 5_000,
    });
    const createdAt = new Date().toISOString();
    await db.execute({
      sql: "INSERT INTO accounts (id, created_at) VALUES (?, ?)",
      args: ["other", createdAt],
    });
    await db.execute({
      sql: "INSERT INTO tokens (id, account, name, hash, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      args: ["tok_other", "other", "other", hashToken(TOKEN), '["admin"]', createdAt],
    });
    const other = new OtherAccount(product, db);
    await other.manage("POST", "/scripts", { name: "spy", type: "app" });
    return other;
  }

  /** Asks the control plane. `path` begins behind `/v1`. Returns the answer's JSON. */
  async manage(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#product.api}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  /** What `main` of an App of this account returns. */
  async valueOf(code: string): Promise<unknown> {
    const result = RunResult.parse(await this.manage("POST", "/scripts/spy/run", { code }));
    if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
    return result.value;
  }

  close(): void {
    this.#db.close();
  }
}
