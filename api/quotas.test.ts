import { afterEach, beforeEach, describe, it } from "vitest";
import { DEFAULT_QUOTAS, putQuotas, QuotaUse, readQuotas } from "../schemas/quotas.ts";
import { ADMIN, OTHER, TestApp } from "./test-app.ts";

let app: TestApp;

beforeEach(async () => {
  app = await TestApp.open({
    settings: {
      SCRIPTFORGE_KV_KEYS: "2",
      SCRIPTFORGE_KV_BYTES: "100",
      SCRIPTFORGE_JOBS_PER_HOUR: "2",
      SCRIPTFORGE_USERSPACE_DATABASES: "2",
      SCRIPTFORGE_USERSPACE_BYTES: "200000",
    },
  });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

describe("the quotas", () => {
  it("are the defaults until a control plane says otherwise, and then what it says", async ({
    expect,
  }) => {
    expect((await readQuotas(app.db)).kvKeys).toBe(2);
    await putQuotas(app.db, DEFAULT_QUOTAS);
    expect(await readQuotas(app.db)).toEqual(DEFAULT_QUOTAS);
    expect(DEFAULT_QUOTAS).toEqual({
      kvKeys: 100_000,
      kvBytes: 100_000_000,
      jobsPerHour: 10_000,
      userspaceDatabases: 100,
      userspaceBytes: 100_000_000,
    });
  });

  it("are told with what is used of them, account by account", async ({ expect }) => {
    await app.ask("PUT", "/v1/kv/abc", { value: "12345" });
    await app.ask("PUT", "/v1/userspace/dnc", { kind: "kv" });
    await addScript();
    await app.ask("POST", "/v1/jobs", { script: "one" });
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
    await app.ask("PUT", "/v1/kv/a", { value: "1" });
    await app.ask("PUT", "/v1/kv/b", { value: "1" });
    expect(await app.problem("PUT", "/v1/kv/c", { value: "1" })).toMatchObject({
      code: "conflict",
      detail:
        'Cannot set "c": the account has 2 of the 2 keys and 4 of the 100 bytes that it may have in cxKV. Delete what is not needed, or set it with a time to live',
    });
    expect((await app.ask("PUT", "/v1/kv/a", { value: "x".repeat(90) })).status).toBe(200);
    expect((await app.problem("PUT", "/v1/kv/b", { value: "x".repeat(10) })).detail).toContain(
      "93 of the 100 bytes",
    );
    expect((await app.ask("PUT", "/v1/kv/c", { value: "1" }, OTHER)).status).toBe(200);
    await app.ask("DELETE", "/v1/kv/a");
    expect((await app.ask("PUT", "/v1/kv/c", { value: "1" })).status).toBe(200);
  });

  it("of jobs in an hour are refused with when the next one begins", async ({ expect }) => {
    await addScript();
    await app.ask("POST", "/v1/jobs", { script: "one" });
    await app.ask("POST", "/v1/jobs", { script: "one", opts: { jobId: "mine" } });
    const refused = await app.problem("POST", "/v1/jobs", { script: "one" });
    expect(refused).toMatchObject({
      code: "conflict",
      detail: expect.stringMatching(
        /^Cannot add the job: the account has added 2 of the 2 jobs that it may add in an hour, and the next hour begins at \d{4}-/,
      ),
    });
    const known = await app.ask("POST", "/v1/jobs", { script: "one", opts: { jobId: "mine" } });
    expect(known.status).toBe(201);
  });

  it("of databases are refused, and one that is there can change", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/a", { kind: "kv" });
    await app.ask("PUT", "/v1/userspace/b", { kind: "leads", columns: ["x"] });
    expect(await app.problem("PUT", "/v1/userspace/c", { kind: "kv" })).toMatchObject({
      code: "conflict",
      detail:
        'Cannot make the database "c": an account has at most 2 databases, and this one has 2. Delete one that is not needed',
    });
    const more = { kind: "leads", columns: ["x", "y"] };
    expect((await app.ask("PUT", "/v1/userspace/b", more)).status).toBe(200);
    expect((await app.ask("PUT", "/v1/userspace/c", { kind: "kv" }, OTHER)).status).toBe(200);
    await app.ask("DELETE", "/v1/userspace/a");
    expect((await app.ask("PUT", "/v1/userspace/c", { kind: "kv" })).status).toBe(200);
  });

  it("of the databases' bytes are refused, and nothing is lost", async ({ expect }) => {
    await app.ask("PUT", "/v1/userspace/a", { kind: "kv" });
    const value = "x".repeat(50_000);
    const statuses: number[] = [];
    for (let key = 0; key < 6; key += 1) {
      statuses.push((await app.ask("PUT", `/v1/userspace/a/rows/${key}`, { value })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 409, 409, 409]);
    const refused = await app.problem("PUT", "/v1/userspace/a/rows/9", { value });
    expect(refused.detail).toMatch(
      /^Cannot write to the account's databases: 1\d\d,\d{3} of the 200,000 bytes that an account may have are in use, and this takes more than is left\. Delete rows/,
    );
    for (const key of ["0", "1", "2"]) {
      expect((await app.ask("GET", `/v1/userspace/a/rows/${key}`)).body).toEqual({ key, value });
    }
    expect((await app.ask("PUT", "/v1/userspace/b", { kind: "kv" }, OTHER)).status).toBe(200);
    expect((await app.ask("PUT", "/v1/userspace/b/rows/1", { value }, OTHER)).status).toBe(200);
    expect((await app.ask("DELETE", "/v1/userspace/a/rows/0")).status).toBe(204);
    expect((await app.ask("PUT", "/v1/userspace/a/rows/9", { value })).status).toBe(200);
  });
});

async function addScript(): Promise<void> {
  const code = "exports.main = () => 1;";
  await app.ask("POST", "/v1/scripts", { name: "one", type: "app", code });
}

async function quotas(token = ADMIN): Promise<QuotaUse> {
  return QuotaUse.parse((await app.ask("GET", "/v1/quotas", undefined, token)).body);
}
