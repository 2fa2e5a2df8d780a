// cxUserspace on an edge node that is not on the control plane's machine: it has a data folder of its own.

import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { forkProduct, startProduct, type Product } from "./harness.ts";

const USE = `const { create, read, sql } = require('cxUserspace');
  exports.main = async ({ key, query }) => {
    try { return query ? await sql(query) : key ? [await create('dnc', key, key), await read('dnc', key)] : await read('dnc', 'a'); }
    catch (error) { return error.message; }
  };`;

let product: Product;
let folder: string;
let edge: { url: string; stop: () => Promise<void> };

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  await product.manage("PUT", "/userspace/dnc", { kind: "kv" });
  await product.manage("POST", "/scripts", { name: "use", type: "app", code: USE });
  folder = mkdtempSync(join(tmpdir(), "scriptforge-far-"));
  edge = await startEdge({ SCRIPTFORGE_CONTROL_URL: product.api });
});
afterAll(async () => {
  await edge.stop();
  await product[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function startEdge(env: Record<string, string>): Promise<typeof edge> {
  const child = forkProduct({
    SCRIPTFORGE_ROLES: "edge",
    SCRIPTFORGE_GATEWAYS: "1",
    SCRIPTFORGE_CELLS: "1",
    SCRIPTFORGE_DATA: folder,
    SCRIPTFORGE_DATABASE_URL: `file:${join(product.data, "scriptforge.db")}`,
    SCRIPTFORGE_SECRET_KEY: readFileSync(join(product.data, "secret-key"), "utf8").trim(),
    ...env,
  });
  const [message] = await once(child, "message");
  const { edge: url } = z.object({ edge: z.string() }).parse(message);
  const stop = async (): Promise<void> => {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  };
  return { url, stop };
}

async function use(data: object): Promise<unknown> {
  const response = await fetch(`${edge.url}/run/use`, {
    method: "POST",
    headers: { authorization: `Bearer ${product.token}`, "content-type": "application/json" },
    body: JSON.stringify(data),
  });
  return await response.json();
}

describe("an edge node elsewhere", () => {
  it("has the account's databases where the control plane is", async ({ expect }) => {
    expect(await use({ key: "far" })).toEqual([
      { key: "far", value: "far" },
      { key: "far", value: "far" },
    ]);
    expect((await product.manage("GET", "/userspace/dnc/rows/far")).body).toMatchObject({
      value: "far",
    });
    expect(await use({ query: "SELECT count(*) AS n FROM dnc" })).toEqual([{ n: 1 }]);
    expect(await use({ query: "SELECT * FROM none" })).toBe("Userspace database not found: none");
  });

  it("is asked for its secret", async ({ expect }) => {
    for (const token of [product.token, "", "x".repeat(64)]) {
      const response = await fetch(`${product.api}/internal/userspace`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({
          account: "default",
          question: { rows: { is: "read", database: "dnc", key: "far" } },
        }),
      });
      expect(response.status).toBe(401);
    }
  });

  it("says at once that the control plane is away", async ({ expect }) => {
    await edge.stop();
    edge = await startEdge({ SCRIPTFORGE_CONTROL_URL: "http://127.0.0.1:1" });
    expect(await use({})).toBe("The control plane, which has the databases, does not answer");
  });
});
