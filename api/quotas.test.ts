import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, it } from "vitest";
import { Problem } from "../schemas/fault.ts";
import { ModuleShelf, MODULES_FOLDER } from "../schemas/module-shelf.ts";
import { DEFAULT_QUOTAS, putQuotas, QuotaUse, quotasOf, readQuotas } from "../schemas/quotas.ts";
import { makeSealingKey } from "../schemas/sealed-text.ts";
import { parseSettings } from "../schemas/settings.ts";
import { accounts, tokens } from "../schemas/tables/account.ts";
import { openDatabase, type Database } from "../schemas/tables/open.ts";
import { hashToken } from "../schemas/token-hash.ts";
import { TemplateRenderer } from "../schemas/template-renderer.ts";
import { openUserspace, type Userspace } from "../schemas/userspace/userspace.ts";
import { buildApp } from "./app.ts";
import { applyMigrations } from "./store/database.ts";
import { putBootstrapToken } from "./store/tokens.ts";

const ADMIN = "the-admin-token-of-this-test";
const OTHER = "the-admin-token-of-another-account";

type Answer = { status: number; body: unknown };

let folder: string;
let db: Database;
let userspace: Userspace;
let app: ReturnType<typeof buildApp>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-quotas-"));
  const settings = parseSettings({
    SCRIPTFORGE_DATA: folder,
    SCRIPTFORGE_KV_KEYS: "2",
    SCRIPTFORGE_KV_BYTES: "100",
    SCRIPTFORGE_JOBS_PER_HOUR: "2",
    SCRIPTFORGE_USERSPACE_DATABASES: "2",
    SCRIPTFORGE_USERSPACE_BYTES: "200000",
  });
  db = await openDatabase(settings);
  await applyMigrations(db);
  await putBootstrapToken(db, ADMIN);
  await putQuotas(db, quotasOf(settings));
  const createdAt = new Date().toISOString();
  await db.insert(accounts).values({ id: "other", createdAt });
  const other = { id: "tok_other", name: "other", scopes: '["admin"]', account: "other" };
  await db.insert(tokens).values({ ...other, hash: hashToken(OTHER), createdAt });
  userspace = openUserspace(settings, db);
  const sealingKey = makeSealingKey("the secret key of this test");
  const modules = new ModuleShelf(MODULES_FOLDER);
  const runners = { runner: runNothing, simulator: runNothing };
  app = buildApp(
    {
      db,
      ...runners,
      sealingKey,
      signForm: () => "",
      modules,
      renderer: new TemplateRenderer(),
      userspace,
    },
    pino({ level: "silent" }),
  );
});
afterEach(async () => {
  await userspace[Symbol.asyncDispose]();
  db.$client.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the quotas", () => {
  it("are the defaults until a control plane says otherwise, and then what it says", async ({
    expect,
  }) => {
    expect((await readQuotas(db)).kvKeys).toBe(2);
    await putQuotas(db, DEFAULT_QUOTAS);
    expect(await readQuotas(db)).toEqual(DEFAULT_QUOTAS);
    expect(DEFAULT_QUOTAS).toEqual({
      kvKeys: 100_000,
      kvBytes: 100_000_000,
      jobsPerHour: 10_000,
      userspaceDatabases: 100,
      userspaceBytes: 100_000_000,
    });
  });

  it("are told with what is used of them, account by account", async ({ expect }) => {
    await ask("PUT", "/v1/kv/abc", { value: "12345" });
    await ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    await addScript();
    await ask("POST", "/v1/jobs", { script: "one" });
    const nextHourAt = expect.any(String);
    const used = await quotas();
    expect(used).toEqual({
      kv: { keys: { used: 1, most: 2 }, bytes: { used: 8, most: 100 } },
      jobs: { thisHour: { used: 1, most: 2 }, nextHourAt },
      userspace: {
        databases: { used: 1, most: 2 },
        bytes: { used: expect.any(Number), most: 200_000 },
      },
    });
    expect(used.userspace.bytes.used).toBeGreaterThan(0);
    expect(new Date(used.jobs.nextHourAt).getTime()).toBeGreaterThan(Date.now());
    const none = await quotas(OTHER);
    const all = [none.kv.keys, none.kv.bytes, none.jobs.thisHour, none.userspace.databases];
    expect(all.map((one) => one.used)).toEqual([0, 0, 0, 0]);
    expect(none.userspace.bytes.used).toBe(0);
  });

  it("of keys and their bytes are refused by name, and what is there can change", async ({
    expect,
  }) => {
    await ask("PUT", "/v1/kv/a", { value: "1" });
    await ask("PUT", "/v1/kv/b", { value: "1" });
    expect(await problem("PUT", "/v1/kv/c", { value: "1" })).toMatchObject({
      code: "conflict",
      detail:
        'Cannot set "c": the account has 2 of the 2 keys and 4 of the 100 bytes that it may have in cxKV. Delete what is not needed, or set it with a time to live',
    });
    expect((await ask("PUT", "/v1/kv/a", { value: "x".repeat(90) })).status).toBe(200);
    expect((await problem("PUT", "/v1/kv/b", { value: "x".repeat(10) })).detail).toContain(
      "93 of the 100 bytes",
    );
    expect((await ask("PUT", "/v1/kv/c", { value: "1" }, OTHER)).status).toBe(200);
    await ask("DELETE", "/v1/kv/a");
    expect((await ask("PUT", "/v1/kv/c", { value: "1" })).status).toBe(200);
  });

  it("of jobs in an hour are refused with when the next one begins", async ({ expect }) => {
    await addScript();
    await ask("POST", "/v1/jobs", { script: "one" });
    await ask("POST", "/v1/jobs", { script: "one", opts: { jobId: "mine" } });
    const refused = await problem("POST", "/v1/jobs", { script: "one" });
    expect(refused).toMatchObject({
      code: "conflict",
      detail: expect.stringMatching(
        /^Cannot add the job: the account has added 2 of the 2 jobs that it may add in an hour, and the next hour begins at \d{4}-/,
      ),
    });
    const known = await ask("POST", "/v1/jobs", { script: "one", opts: { jobId: "mine" } });
    expect(known.status).toBe(201);
  });

  it("of databases are refused, and one that is there can change", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/a", { kind: "kv" });
    await ask("PUT", "/v1/userspace/b", { kind: "leads", columns: ["x"] });
    expect(await problem("PUT", "/v1/userspace/c", { kind: "kv" })).toMatchObject({
      code: "conflict",
      detail:
        'Cannot make the database "c": an account has at most 2 databases, and this one has 2. Delete one that is not needed',
    });
    const more = { kind: "leads", columns: ["x", "y"] };
    expect((await ask("PUT", "/v1/userspace/b", more)).status).toBe(200);
    expect((await ask("PUT", "/v1/userspace/c", { kind: "kv" }, OTHER)).status).toBe(200);
    await ask("DELETE", "/v1/userspace/a");
    expect((await ask("PUT", "/v1/userspace/c", { kind: "kv" })).status).toBe(200);
  });

  it("of the databases' bytes are refused, and nothing is lost", async ({ expect }) => {
    await ask("PUT", "/v1/userspace/a", { kind: "kv" });
    const value = "x".repeat(50_000);
    const statuses: number[] = [];
    for (let key = 0; key < 6; key += 1) {
      statuses.push((await ask("PUT", `/v1/userspace/a/rows/${key}`, { value })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 409, 409, 409]);
    const refused = await problem("PUT", "/v1/userspace/a/rows/9", { value });
    expect(refused.detail).toMatch(
      /^Cannot write to the account's databases: 1\d\d,\d{3} of the 200,000 bytes that an account may have are in use, and this takes more than is left\. Delete rows/,
    );
    for (const key of ["0", "1", "2"]) {
      expect((await ask("GET", `/v1/userspace/a/rows/${key}`)).body).toEqual({ key, value });
    }
    expect((await ask("PUT", "/v1/userspace/b", { kind: "kv" }, OTHER)).status).toBe(200);
    expect((await ask("PUT", "/v1/userspace/b/rows/1", { value }, OTHER)).status).toBe(200);
    expect((await ask("DELETE", "/v1/userspace/a/rows/0")).status).toBe(204);
    expect((await ask("PUT", "/v1/userspace/a/rows/9", { value })).status).toBe(200);
  });
});

function runNothing(): Promise<never> {
  return Promise.reject(new Error("Nothing runs here"));
}

async function addScript(): Promise<void> {
  const code = "exports.main = () => 1;";
  await ask("POST", "/v1/scripts", { name: "one", type: "app", code });
}

async function quotas(token = ADMIN): Promise<QuotaUse> {
  return QuotaUse.parse((await ask("GET", "/v1/quotas", undefined, token)).body);
}

async function ask(
  method: string,
  path: string,
  ...[body, token = ADMIN]: [body?: unknown, token?: string]
): Promise<Answer> {
  const response = await app.request(path, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function problem(...request: Parameters<typeof ask>): Promise<Problem> {
  return Problem.parse((await ask(...request)).body);
}
