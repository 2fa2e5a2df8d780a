// A second account beside that of a running product, as its people and its scripts use it.

import { RunResult } from "../schemas/call.ts";
import { hashToken } from "../schemas/token-hash.ts";
import type { Answer, Product } from "./harness.ts";

/** The account `other`. */
export class OtherAccount {
  readonly token = "the-admin-token-of-another-account";
  readonly #product: Product;
  #hasScript = false;

  private constructor(product: Product) {
    this.#product = product;
  }

  static async open(product: Product): Promise<OtherAccount> {
    const other = new OtherAccount(product);
    const createdAt = new Date().toISOString();
    await product.db.execute("INSERT INTO accounts (id, created_at) VALUES (?, ?)", [
      "other",
      createdAt,
    ]);
    await product.db.execute(
      "INSERT INTO tokens (id, account, name, hash, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      ["tok_other", "other", "other", hashToken(other.token), '["admin"]', createdAt],
    );
    return other;
  }

  /** Asks the control plane. `path` begins behind `/v1`. */
  manage(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#product.manageAs(this.token, { method, path, body });
  }

  /** What `main` of an App of this account returns, the code of its script `spy`. */
  async valueOf(code: string): Promise<unknown> {
    if (!this.#hasScript) await this.manage("POST", "/scripts", { name: "spy", type: "app" });
    this.#hasScript = true;
    const { body } = await this.manage("POST", "/scripts/spy/run", { code });
    const result = RunResult.parse(body);
    if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
    return result.value;
  }
}
