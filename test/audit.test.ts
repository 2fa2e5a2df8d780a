// The audit log, drafts, tokens and what editors ask for, through the running product.

import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { clearAudit, MAX_AUDIT_ENTRIES } from "../api/store/audit.ts";
import { AuditPage, type AuditEntry } from "../schemas/audit.ts";
import { Problem } from "../schemas/fault.ts";
import { DEFAULT_LIMITS, MAX_CPU_MS } from "../schemas/limits.ts";
import { Release } from "../schemas/release.ts";
import { parseSettings } from "../schemas/settings.ts";
import { openDatabase } from "../schemas/tables/open.ts";
import { CreatedToken, Token } from "../schemas/token.ts";
import { startProduct, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";

const CODE = "function main(data) { return data; }";
const SECRET = "s3cret-that-nobody-is-shown";

let product: Product;
let other: OtherAccount;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  other = await OtherAccount.open(product);
  await other.manage("POST", "/scripts", { name: "theirs", type: "app" });
  await product.manage("POST", "/scripts", { name: "one", type: "script", code: CODE });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

/** The newest entries, oldest first. */
async function newest(count: number): Promise<AuditEntry[]> {
  const { body } = await product.manage("GET", `/audit?limit=${count}`);
  return AuditPage.parse(body).entries.toReversed();
}

async function statusOf(method: string, path: string, body?: unknown): Promise<number> {
  return (await product.manage(method, path, body)).status;
}

describe("the audit log", () => {
  it("tells who changed what, in its order, and nothing that failed or changed nothing", async ({
    expect,
  }) => {
    const made = await product.manage("POST", "/tokens", {
      name: "release bot",
      scopes: ["admin"],
    });
    const { id, token } = CreatedToken.parse(made.body);
    const publish = await fetch(`${product.api}/v1/scripts/one/releases`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ code: `${CODE}\n`, note: "faster" }),
    });
    expect(publish.status).toBe(201);
    await product.manage("PUT", "/assignments/termination/acme/a%20b", {
      script: "one",
      timeout: 1,
    });
    expect(await statusOf("POST", "/scripts", { name: "one", type: "script" })).toBe(409);
    expect(await statusOf("POST", "/scripts/one/run", { data: {} })).toBe(200);
    expect(await statusOf("POST", "/scripts/one/check", { code: CODE })).toBe(200);
    expect(await statusOf("GET", "/scripts")).toBe(200);
    await product.manage("DELETE", "/assignments/termination/acme/a%20b");
    await product.manage("DELETE", `/tokens/${id}`);
    const told = (await newest(5)).map(({ who, action, what, detail }) => ({
      who,
      action,
      what,
      detail,
    }));
    const route = "assignments/termination/acme/a b";
    expect(told).toEqual([
      {
        who: "bootstrap",
        action: "POST",
        what: "tokens",
        detail: { id, name: "release bot", scopes: ["admin"] },
      },
      {
        who: "release bot",
        action: "POST",
        what: "scripts/one/releases",
        detail: { id: expect.any(String), version: 2, note: "faster", set: ["code"] },
      },
      { who: "bootstrap", action: "PUT", what: route, detail: { script: "one", timeout: 1 } },
      { who: "bootstrap", action: "DELETE", what: route, detail: null },
      { who: "bootstrap", action: "DELETE", what: `tokens/${id}`, detail: null },
    ]);
  });

  it("shows no secret, whatever is set", async ({ expect }) => {
    const requests: [string, string, unknown][] = [
      ["PUT", "/env/API_KEY", { value: SECRET, protected: true }],
      ["PUT", "/scripts/one/env/API_KEY", { value: SECRET }],
      ["PUT", "/kv/key", { value: SECRET, ttl: 60 }],
      ["PUT", "/customers/acme", { vars: `key = "${SECRET}"` }],
      ["PUT", "/assignments/origination/44", { script: "one", vars: `key = "${SECRET}"` }],
      ["PUT", "/scripts/one/samples/mine", { data: { secret: SECRET } }],
      ["PUT", "/scripts/one/draft", { code: `// ${SECRET}` }],
      ["POST", "/scripts", { name: "two", type: "script", code: `${CODE} // ${SECRET}` }],
      ["PUT", "/connectors/llm", { url: "https://llm.test", headers: { authorization: SECRET } }],
      ["PUT", "/rest-users/api@carrier.example", { token: SECRET }],
    ];
    for (const [method, path, body] of requests) {
      expect([path, await statusOf(method, path, body)]).toEqual([
        path,
        method === "PUT" ? 200 : 201,
      ]);
    }
    const entries = await newest(requests.length);
    expect(entries.map(({ what }) => `/${what}`)).toEqual(requests.map(([, path]) => path));
    expect(JSON.stringify(entries)).not.toContain(SECRET);
    const { rows } = await product.db.execute("SELECT detail FROM audit");
    expect(JSON.stringify(rows)).not.toContain(SECRET);
    expect(entries[0]?.detail).toEqual({ protected: true, set: ["value"] });
    expect(entries[4]?.detail).toEqual({ script: "one", set: ["vars"] });
    await product.manage("DELETE", "/assignments/origination/44");
  });

  it("comes page by page, to its account alone", async ({ expect }) => {
    const whole = await newest(200);
    const paged: AuditEntry[] = [];
    for (let after: string | null = ""; after !== null;) {
      const query = after === "" ? "" : `&after=${after}`;
      const { body } = await product.manage("GET", `/audit?limit=4${query}`);
      const page: AuditPage = AuditPage.parse(body);
      paged.push(...page.entries);
      after = page.next;
    }
    expect(paged.toReversed()).toEqual(whole);
    const theirs = AuditPage.parse((await other.manage("GET", "/audit")).body);
    expect(theirs.entries.map(({ who, what }) => [who, what])).toEqual([["other", "scripts"]]);
  });

  it("is changed by nobody, and cleared of what is old or too much", async ({ expect }) => {
    await expect(product.db.execute("UPDATE audit SET who = 'nobody'")).rejects.toThrow(
      "never changed",
    );
    expect(MAX_AUDIT_ENTRIES).toBeGreaterThan(1_000);
    const drizzled = await openDatabase(parseSettings({ SCRIPTFORGE_DATA: product.data }));
    await clearAudit(drizzled, "default", Date.now() + 1_000);
    drizzled.$client.close();
    expect(await newest(10)).toEqual([]);
  });
});

describe("a draft", () => {
  it("is kept until the same text is published", async ({ expect }) => {
    const path = "/scripts/one/draft";
    await product.manage("DELETE", path);
    expect(await statusOf("GET", path)).toBe(404);
    expect(await statusOf("DELETE", path)).toBe(404);
    const code = "function main() { return 2; }";
    const put = await product.manage("PUT", path, { code });
    expect(put.body).toMatchObject({ code, by: "bootstrap" });
    expect((await product.manage("GET", path)).body).toEqual(put.body);
    await product.manage("POST", "/scripts/one/releases", { code: `${code}\n` });
    expect(await statusOf("GET", path)).toBe(200);
    await product.manage("POST", "/scripts/one/releases", { code });
    expect(await statusOf("GET", path)).toBe(404);
  });

  it("need not compile, and goes with its script", async ({ expect }) => {
    await product.manage("POST", "/scripts", { name: "three", type: "script" });
    expect(await statusOf("PUT", "/scripts/three/draft", { code: "function (" })).toBe(200);
    expect((await other.manage("GET", "/scripts/three/draft")).body).toMatchObject({
      code: "script_not_found",
    });
    expect(await statusOf("DELETE", "/scripts/three")).toBe(204);
    const { rows } = await product.db.execute("SELECT * FROM drafts");
    expect(JSON.stringify(rows)).not.toContain("function (");
  });
});

describe("a release", () => {
  it("tells who published it and why", async ({ expect }) => {
    const { body } = await product.manage("GET", "/scripts/one/releases");
    const releases = z.array(Release).parse(body);
    const told = releases.map(({ version, note, by }) => [version, note, by]);
    expect(told).toContainEqual([1, null, "bootstrap"]);
    expect(told).toContainEqual([2, "faster", "release bot"]);
  });
});

describe("the last token with the scope admin", () => {
  it("is not revoked", async ({ expect }) => {
    const tokens = z.array(Token).parse((await product.manage("GET", "/tokens")).body);
    const admins = tokens.filter(({ scopes }) => scopes.includes("admin"));
    expect(admins.map(({ name }) => name)).toEqual(["bootstrap"]);
    const refused = await product.manage("DELETE", "/tokens/tok_bootstrap");
    expect(refused.status).toBe(409);
    expect(Problem.parse(refused.body).detail).toContain("create another one first");
    const engine = await product.manage("POST", "/tokens", { name: "engine", scopes: ["run"] });
    const { id } = CreatedToken.parse(engine.body);
    expect(await statusOf("DELETE", `/tokens/${id}`)).toBe(204);
    expect((await other.manage("DELETE", "/tokens/tok_bootstrap")).body).toMatchObject({
      code: "not_found",
    });
  });
});

describe("an editor", () => {
  it("is told the types of what scripts find, the modules and the limits", async ({ expect }) => {
    const { body } = await product.manage("GET", "/script-api");
    expect(body).toMatchObject({
      declarations: expect.stringContaining("setEnvVar"),
      modules: expect.arrayContaining([expect.objectContaining({ name: "axios" })]),
    });
    const limits = await product.manage("GET", "/settings/limits");
    expect(limits.body).toMatchObject({
      script: { default: DEFAULT_LIMITS.script, most: { cpuMs: MAX_CPU_MS.script } },
      app: { default: DEFAULT_LIMITS.app, most: { cpuMs: MAX_CPU_MS.app } },
      driver: { default: DEFAULT_LIMITS.driver, most: { cpuMs: MAX_CPU_MS.driver } },
    });
  });
});
