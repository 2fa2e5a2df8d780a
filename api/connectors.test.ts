// What people set for libraries that ask other systems: connectors, and users of cxRest.

import { afterEach, beforeEach, describe, it } from "vitest";
import { CONNECTORS, Connector } from "../schemas/connector.ts";
import { findConnector } from "../schemas/connector-store.ts";
import { RestUser } from "../schemas/rest-user.ts";
import { findRestUser, MAX_REST_USERS } from "../schemas/rest-user-store.ts";
import { makeSealingKey } from "../schemas/sealed-text.ts";
import { connectors, restUsers } from "../schemas/tables/connector.ts";
import { OTHER, TestApp } from "./test-app.ts";

const SECRET = "the-secret-of-the-service";
const sealingKey = makeSealingKey("the secret key of this test");

let app: TestApp;

beforeEach(async () => {
  app = await TestApp.open({ sealingKey });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

describe("a connector", () => {
  it("is set, read, listed, replaced and deleted", async ({ expect }) => {
    const url = "http://10.1.0.5:9000/originate?line=2";
    const headers = { Authorization: `Bearer ${SECRET}`, "X-Tenant": "7" };
    const set = await app.ask("PUT", "/v1/connectors/originate", {
      url,
      headers,
      timeoutMs: 2_000,
    });
    const told = {
      name: "originate",
      url,
      headers: ["Authorization", "X-Tenant"],
      timeoutMs: 2_000,
      updatedAt: expect.stringMatching(/^\d{4}-/),
    };
    expect(set).toMatchObject({ status: 200, body: told });
    expect((await app.ask("GET", "/v1/connectors/originate")).body).toEqual(told);
    expect((await app.ask("GET", "/v1/connectors")).body).toEqual([told]);
    expect(await stored("originate")).toEqual({ url, headers, timeoutMs: 2_000 });

    await app.ask("PUT", "/v1/connectors/originate", { url: "https://calls.example/" });
    const replaced = { url: "https://calls.example/", headers: {}, timeoutMs: 10_000 };
    expect(await stored("originate")).toEqual(replaced);
    expect((await app.ask("DELETE", "/v1/connectors/originate")).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect(await app.problem(method, "/v1/connectors/originate")).toMatchObject({
        code: "not_found",
        detail:
          'The connector "originate" is not configured: PUT /v1/connectors/originate does that',
      });
    }
  });

  it("keeps the values of its headers from every answer and from the database's file", async ({
    expect,
  }) => {
    const content = { url: "http://x.test/", headers: { "X-Key": SECRET } };
    const answers = [
      await app.send("PUT", "/v1/connectors/llm", content),
      await app.send("GET", "/v1/connectors/llm"),
      await app.send("GET", "/v1/connectors"),
    ];
    for (const { status, text } of answers) {
      expect([status, text.includes(SECRET)]).toEqual([200, false]);
    }
    expect(JSON.stringify(await app.db.select().from(connectors))).not.toContain(SECRET);
  });

  it("has one of the names that libraries ask", async ({ expect }) => {
    for (const name of Object.keys(CONNECTORS)) {
      const { body } = await app.ask("PUT", `/v1/connectors/${name}`, { url: "http://x.test/" });
      expect(Connector.parse(body).name).toBe(name);
    }
    for (const name of ["sms", "Originate", "__proto__", "toString"]) {
      const told = await app.problem("PUT", `/v1/connectors/${name}`, { url: "http://x.test/" });
      expect(told).toMatchObject({
        code: "invalid",
        detail: "name: A connector is one of call-control, llm, lookup, originate",
      });
    }
  });

  it("is refused where its address, headers or time make no sense", async ({ expect }) => {
    const url = "http://x.test/";
    for (const content of [
      {},
      { url: "x.test" },
      { url: "ftp://x.test/" },
      { url: "file:///etc/passwd" },
      { url: "http://user@x.test/" },
      { url: "http://user:pass@x.test/" },
      { url: "http://x.test/#a" },
      { url: `http://x.test/${"a".repeat(2_000)}` },
      { url, headers: { "a b": "1" } },
      { url, headers: { a: "1\r\nb: 2" } },
      { url, headers: { a: "☎" } },
      { url, headers: { Host: "y.test" } },
      { url, headers: { "Content-Length": "1" } },
      { url, headers: { "X-ScriptForge-Account": "other" } },
      { url, headers: { a: 1 } },
      { url, headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`h${n}`, "1"])) },
      { url, timeoutMs: 0 },
      { url, timeoutMs: 60_001 },
      { url, more: 1 },
    ]) {
      const { code } = await app.problem("PUT", "/v1/connectors/lookup", content);
      expect([content, code]).toEqual([content, "invalid"]);
    }
    expect(await app.db.$count(connectors)).toBe(0);
  });

  it("that another key sealed says so", async ({ expect }) => {
    await app.ask("PUT", "/v1/connectors/llm", { url: "http://x.test/" });
    await app.db.update(connectors).set({ name: "lookup" });
    expect(await app.problem("GET", "/v1/connectors/lookup")).toMatchObject({
      code: "internal",
      detail: expect.stringContaining('Cannot open connector "lookup": its row was changed'),
    });
  });
});

describe("a user of cxRest", () => {
  it("is set, read, listed, replaced and deleted", async ({ expect }) => {
    const name = "api+1@carrier.example";
    const path = `/v1/rest-users/${encodeURIComponent(name)}`;
    const set = await app.send("PUT", path, { token: SECRET });
    const told = { name, hasToken: true, updatedAt: expect.stringMatching(/^\d{4}-/) };
    expect(set).toMatchObject({ status: 200, body: told });
    expect((await app.send("GET", path)).body).toEqual(told);
    expect((await app.send("GET", "/v1/rest-users")).body).toEqual([told]);
    expect(await tokenOf(name)).toEqual({ token: SECRET });
    for (const { text } of [
      set,
      await app.send("GET", path),
      await app.send("GET", "/v1/rest-users"),
    ]) {
      expect(text).not.toContain(SECRET);
    }
    expect(JSON.stringify(await app.db.select().from(restUsers))).not.toContain(SECRET);

    expect(RestUser.parse((await app.ask("PUT", path, {})).body).hasToken).toBe(false);
    expect(await tokenOf(name)).toEqual({ token: null });
    expect((await app.ask("DELETE", path)).status).toBe(204);
    expect(await tokenOf(name)).toBeUndefined();
    for (const method of ["GET", "DELETE"]) {
      expect(await app.problem(method, path)).toMatchObject({
        code: "not_found",
        detail: `There is no user "${name}" of cxRest: GET /v1/rest-users lists them`,
      });
    }
  });

  it("is refused where its name or token makes no sense", async ({ expect }) => {
    for (const [name, content] of [
      ["a b", {}],
      ["é", {}],
      ["a\nb", {}],
      ["a".repeat(255), {}],
      ["a", { token: "short" }],
      ["a", { token: "line\r\nbreak: 1" }],
      ["a", { token: "☎☎☎☎☎☎☎☎" }],
      ["a", { token: "x".repeat(8_193) }],
      ["a", { token: null }],
      ["a", { token: SECRET, more: 1 }],
    ] as const) {
      const { code } = await app.problem(
        "PUT",
        `/v1/rest-users/${encodeURIComponent(name)}`,
        content,
      );
      expect([name, content, code]).toEqual([name, content, "invalid"]);
    }
    expect(await app.db.$count(restUsers)).toBe(0);
  });

  it("is one of a thousand at most", async ({ expect }) => {
    const updatedAt = new Date().toISOString();
    const rows = Array.from({ length: MAX_REST_USERS }, (_, index) => ({
      account: "default",
      name: `user-${index}`,
      updatedAt,
    }));
    for (let at = 0; at < rows.length; at += 100) {
      await app.db.insert(restUsers).values(rows.slice(at, at + 100));
    }
    expect((await app.problem("PUT", "/v1/rest-users/more", {})).code).toBe("conflict");
    expect((await app.ask("PUT", "/v1/rest-users/user-5", { token: SECRET })).status).toBe(200);
    expect((await app.ask("PUT", "/v1/rest-users/more", {}, OTHER)).status).toBe(200);
  });
});

describe("another account", () => {
  it("neither sees nor changes them", async ({ expect }) => {
    await app.ask("PUT", "/v1/connectors/llm", { url: "http://mine.test/" });
    await app.ask("PUT", "/v1/rest-users/ada", { token: SECRET });
    for (const path of ["/v1/connectors", "/v1/rest-users"]) {
      expect((await app.ask("GET", path, undefined, OTHER)).body).toEqual([]);
    }
    for (const path of ["/v1/connectors/llm", "/v1/rest-users/ada"]) {
      for (const method of ["GET", "DELETE"]) {
        expect((await app.problem(method, path, undefined, OTHER)).code).toBe("not_found");
      }
    }
    await app.ask("PUT", "/v1/connectors/llm", { url: "http://theirs.test/" }, OTHER);
    await app.ask("PUT", "/v1/rest-users/ada", {}, OTHER);
    expect(await stored("llm")).toMatchObject({ url: "http://mine.test/" });
    expect(await tokenOf("ada")).toEqual({ token: SECRET });
  });
});

describe("a token with the scope run", () => {
  it("opens none of them", async ({ expect }) => {
    const token = await app.makeToken("engine", ["run"]);
    for (const [method, path, body] of [
      ["GET", "/v1/connectors", undefined],
      ["GET", "/v1/connectors/llm", undefined],
      ["PUT", "/v1/connectors/llm", { url: "http://x.test/" }],
      ["DELETE", "/v1/connectors/llm", undefined],
      ["GET", "/v1/rest-users", undefined],
      ["GET", "/v1/rest-users/ada", undefined],
      ["PUT", "/v1/rest-users/ada", {}],
      ["DELETE", "/v1/rest-users/ada", undefined],
    ] as const) {
      expect((await app.problem(method, path, body, token)).code).toBe("forbidden");
    }
  });
});

describe("the reference", () => {
  it("has all of it", async ({ expect }) => {
    const names = [
      "/v1/connectors",
      "/v1/connectors/{name}",
      "/v1/rest-users",
      "/v1/rest-users/{user}",
      "PutConnector",
      "PutRestUser",
    ];
    expect(await app.missingInReference(names)).toEqual([]);
  });
});

/** As an edge node finds it. */
async function stored(name: keyof typeof CONNECTORS): Promise<unknown> {
  return await findConnector({ db: app.db, sealingKey }, { account: "default", name });
}

/** As an edge node finds it. */
async function tokenOf(name: string): Promise<unknown> {
  return await findRestUser({ db: app.db, sealingKey }, { account: "default", name });
}
