import { afterEach, beforeEach, describe, it } from "vitest";
import { templates } from "../schemas/tables/template.ts";
import { MAX_TEMPLATES } from "../schemas/template-limits.ts";
import { OTHER, TestApp } from "./test-app.ts";

let app: TestApp;

beforeEach(async () => {
  app = await TestApp.open();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

describe("a template", () => {
  it("is put, read, listed, replaced and deleted", async ({ expect }) => {
    const parts = { subject: "{{a}}", html: "<b>{{a}}</b>" };
    const updatedAt = expect.stringMatching(/^\d{4}-/);
    const stored = { name: "alert", text: "", sms: "", ...parts, updatedAt };
    expect(await app.ask("PUT", "/v1/templates/alert", parts)).toEqual({
      status: 200,
      body: stored,
    });
    expect((await app.ask("GET", "/v1/templates/alert")).body).toEqual(stored);
    await app.ask("PUT", "/v1/templates/a-1.b_c", { text: "x" });
    await app.ask("PUT", "/v1/templates/alert", { sms: "short" });
    expect((await app.ask("GET", "/v1/templates/alert")).body).toMatchObject({
      sms: "short",
      html: "",
    });
    expect((await app.ask("GET", "/v1/templates")).body).toEqual([
      { name: "a-1.b_c", updatedAt },
      { name: "alert", updatedAt },
    ]);
    expect((await app.ask("DELETE", "/v1/templates/alert")).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect(await app.problem(method, "/v1/templates/alert")).toMatchObject({
        code: "not_found",
        detail: 'There is no template "alert": GET /v1/templates lists them',
      });
    }
  });

  it("that does not compile is refused with its line", async ({ expect }) => {
    expect(await app.problem("PUT", "/v1/templates/a", { html: "a\n{{> b}}" })).toMatchObject({
      code: "compile_error",
      detail: "Cannot compile the template: html, line 2: Partials ({{> name}}) are not available",
      line: 2,
      column: 1,
    });
    expect((await app.ask("GET", "/v1/templates")).body).toEqual([]);
  });

  it("is refused where it is none", async ({ expect }) => {
    for (const [name, body] of [
      ["a", {}],
      ["a", { text: "" }],
      ["a", { text: 5 }],
      ["a", { text: "a\0" }],
      ["a", { text: "x".repeat(100_001) }],
      ["a", { title: "a" }],
      ["-a", { text: "a" }],
      ["a%2Fb", { text: "a" }],
      ["a".repeat(101), { text: "a" }],
    ] as const) {
      const { code } = await app.problem("PUT", `/v1/templates/${name}`, body);
      expect([name, body, code]).toEqual([name, body, "invalid"]);
    }
  });

  it("is its account's alone, and one of so many", async ({ expect }) => {
    await app.ask("PUT", "/v1/templates/a", { text: "mine" });
    expect((await app.problem("GET", "/v1/templates/a", undefined, OTHER)).code).toBe("not_found");
    expect((await app.ask("GET", "/v1/templates", undefined, OTHER)).body).toEqual([]);
    await app.ask("PUT", "/v1/templates/a", { text: "theirs" }, OTHER);
    expect((await app.ask("GET", "/v1/templates/a")).body).toMatchObject({ text: "mine" });
    expect((await app.ask("DELETE", "/v1/templates/a", undefined, OTHER)).status).toBe(204);
    const row = { account: "default", subject: "", text: "x", html: "", sms: "", updatedAt: 1 };
    const rows = Array.from({ length: MAX_TEMPLATES - 1 }, (_, n) => ({ ...row, name: `t${n}` }));
    await app.db.insert(templates).values(rows);
    expect(await app.problem("PUT", "/v1/templates/b", { text: "more" })).toMatchObject({
      code: "conflict",
      detail: 'Cannot put the template "b": an account has at most 1000. Delete one first',
    });
    await app.ask("PUT", "/v1/templates/a", { text: "again" });
    expect((await app.ask("GET", "/v1/templates/a")).body).toMatchObject({ text: "again" });
  });
});
