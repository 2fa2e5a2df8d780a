import { afterAll, beforeAll, describe, it } from "vitest";
import { CreatedToken } from "../schemas/token.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

describe("a call", () => {
  it("goes on with the data as the script changed it", async ({ expect }) => {
    const code = "function main(data) { data.routing.cli = '442071111111'; return data; }";
    await product.assign({ name: "change", code, customer: "change" });
    const { status, body, headers } = await product.ask("/call/termination/change/main", {
      routing: { cli: "1", dest_number: "2", unknown: [1, { a: null }] },
      other: true,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      action: "continue",
      data: {
        routing: { cli: "442071111111", dest_number: "2", unknown: [1, { a: null }] },
        other: true,
      },
    });
    expect(headers.get("x-invocation")).toBeTruthy();
    expect(headers.get("server-timing")).toContain("script;dur=");
  });

  it("is rejected with a pair that has an Error in it, returned or thrown", async ({ expect }) => {
    const pair = "[500, new Error('db down')]";
    for (const [name, code] of [
      ["pair-returned", `function main() { return ${pair}; }`],
      ["pair-thrown", `function main() { throw ${pair}; }`],
    ] as const) {
      await product.assign({ name, code, customer: name });
      const { body } = await product.ask(`/call/termination/${name}/main`);
      expect(body).toEqual({ action: "reject", sip: { code: 500, reason: "db down" } });
    }
  });

  it("of a blank body has no data", async ({ expect }) => {
    await product.assign({
      name: "blank",
      code: "function main(data) { return { routing: { saw: Object.keys(data) } }; }",
      customer: "blank",
    });
    for (const body of ["", " \n"]) {
      const answer = await product.ask("/call/termination/blank/main", body);
      expect(answer.body).toEqual({ action: "continue", data: { routing: { saw: [] } } });
    }
  });

  it("goes on unchanged where nothing is assigned", async ({ expect }) => {
    const { body } = await product.ask("/call/termination/nobody/main", { routing: { cli: "1" } });
    expect(body).toEqual({ action: "continue", data: { routing: { cli: "1" } } });
  });

  it("is rejected with what the script throws, in the body and in headers", async ({ expect }) => {
    const code = "function main() { throw new Error('404 Numéro inconnu\\r\\nX-Evil: 1'); }";
    await product.assign({ name: "throw", code, customer: "throw" });
    const { status, body, headers } = await product.ask("/call/termination/throw/main");
    expect(status).toBe(200);
    const sip = { code: 404, reason: "Numéro inconnu X-Evil: 1" };
    expect(body).toEqual({ action: "reject", sip });
    expect(headers.get("x-sip-code")).toBe("404");
    const bytes = Buffer.from(headers.get("x-sip-reason") ?? "", "latin1");
    expect(bytes.toString("utf8")).toBe(sip.reason);
    expect(headers.get("x-evil")).toBeNull();
  });

  it("is rejected with the pair a Script or an App rejects with", async ({ expect }) => {
    const sync = "function main() { return Promise.reject([604, 'On the list']); }";
    await product.assign({ name: "pair", code: sync, customer: "pair" });
    const async =
      "async function main() { await 1; return Promise.reject([604, new Error('db')]); }";
    await product.assign({ name: "app pair", type: "app", code: async, customer: "app-pair" });
    expect((await product.ask("/call/termination/pair/main")).body).toEqual({
      action: "reject",
      sip: { code: 604, reason: "On the list" },
    });
    expect((await product.ask("/call/termination/app-pair/main")).body).toEqual({
      action: "reject",
      sip: { code: 604, reason: "db" },
    });
  });

  it("to a DID is decided by the DID's script, with its variables", async ({ expect }) => {
    const code = "function main(data) { data.routing.list = data.dnc.db; return data; }";
    await product.manage("POST", "/scripts", { name: "did", type: "script", code });
    const assignment = { script: "did", vars: '[dnc]\ndb = "mine"' };
    await product.manage("PUT", "/assignments/origination/442070000000", assignment);
    await product.untilRevision();
    const { body } = await product.ask("/call/origination/442070000000", { routing: {} });
    expect(body).toEqual({ action: "continue", data: { routing: { list: "mine" } } });
  });

  it("sees its customer's variables below its route's", async ({ expect }) => {
    const code = "function main(data) { data.routing.seen = [data.a, data.t]; return data; }";
    const assignment = { vars: "a = 2\n[t]\ny = 2" };
    await product.manage("PUT", "/customers/vars", { vars: "a = 1\n[t]\nx = 1\ny = 1" });
    await product.assign({ name: "vars", code, customer: "vars", assignment });
    const { body } = await product.ask("/call/termination/vars/main", { routing: {} });
    const seen = [2, { x: 1, y: 2 }];
    expect(body).toEqual({ action: "continue", data: { routing: { seen } } });
  });
});

describe("a call whose script is not back in time", () => {
  const assignment = { timeout: 0.3, timeoutAction: "503 Try Later" };
  const tooLate = { action: "reject", sip: { code: 503, reason: "Try Later" } };

  it("gets the Timeout Action while an App waits", async ({ expect }) => {
    const code = "async function main() { await new Promise(() => {}); }";
    await product.assign({ name: "wait", type: "app", code, customer: "wait", assignment });
    const { body } = await product.ask("/call/termination/wait/main");
    expect(body).toMatchObject({ ...tooLate, fault: { code: "wall_exceeded" } });
  });

  it("gets the Timeout Action while a Script spins, and the node goes on", async ({ expect }) => {
    await product.assign({
      name: "spin",
      code: "function main() { for (;;); }",
      customer: "spin",
      assignment,
    });
    await product.assign({
      name: "next",
      code: "function main(d) { return d; }",
      customer: "next",
    });
    const next = (): Promise<Answer> => product.ask("/call/termination/next/main", { routing: {} });
    const { body } = await product.ask("/call/termination/spin/main");
    expect(body).toMatchObject(tooLate);
    const calls = Array.from({ length: 10 }, () => next());
    for (const answer of await Promise.all(calls)) {
      expect(answer.body).toEqual({ action: "continue", data: { routing: {} } });
    }
  });

  it("goes on unchanged where the Timeout Action is a 2xx", async ({ expect }) => {
    const code = "async function main(data) { data.x = 1; await new Promise(() => {}); }";
    const open = { timeout: 0.2, timeoutAction: "200 OK" };
    await product.assign({ name: "open", type: "app", code, customer: "open", assignment: open });
    const { body } = await product.ask("/call/termination/open/main", { routing: { cli: "1" } });
    expect(body).toMatchObject({ action: "continue", data: { routing: { cli: "1" } } });
  });
});

describe("a call whose script fails", () => {
  const code = "function main(data) { return data.nothing.here; }";

  it("is rejected without the script's own words", async ({ expect }) => {
    await product.assign({ name: "fail", code, customer: "fail" });
    const { body } = await product.ask("/call/termination/fail/main");
    expect(body).toMatchObject({
      action: "reject",
      sip: { code: 500, reason: "ScriptForge Error" },
      fault: { code: "script_error", message: expect.stringContaining("reading 'here'") },
    });
  });

  it("goes on unchanged where its assignment says so", async ({ expect }) => {
    const assignment = { onError: "continue" };
    await product.assign({ name: "fail open", code, customer: "fail-open", assignment });
    const { body } = await product.ask("/call/termination/fail-open/main", { routing: { a: 1 } });
    expect(body).toMatchObject({ action: "continue", data: { routing: { a: 1 } } });
  });
});

describe("the edge node", () => {
  it("answers bad requests with a problem", async ({ expect }) => {
    const place = "/call/termination/nobody/main";
    const cases = [
      [place, "{", 400, "bad_request"],
      [place, "[1]", 400, "bad_request"],
      [place, `{"a":"${"x".repeat(1_000_001)}"}`, 413, "body_too_large"],
      ["/call/termination/only-customer", "{}", 404, "not_found"],
      ["/call/origination/1/2", "{}", 404, "not_found"],
      ["/call/%zz", "{}", 400, "bad_request"],
      ["/run/nothing", "{}", 404, "script_not_found"],
      ["/elsewhere", "{}", 404, "not_found"],
      ["/internal/run", "{}", 401, "unauthorized"],
    ] as const;
    for (const [path, sent, status, code] of cases) {
      const answer = await product.ask(path, sent);
      expect({ path, status: answer.status, body: answer.body }).toMatchObject({
        path,
        status,
        body: { code, status, detail: expect.stringMatching(/\w/) },
      });
    }
  });

  it("refuses calls without a known token", async ({ expect }) => {
    const url = `${product.edge}/call/termination/change/main`;
    for (const authorization of ["", "Bearer wrong", `Basic ${product.token}`]) {
      const response = await fetch(url, { method: "POST", headers: { authorization }, body: "{}" });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: "unauthorized" });
    }
  });

  it("lets a token with the scope run make calls, until it is revoked", async ({ expect }) => {
    const made = await product.manage("POST", "/tokens", { name: "engine", scopes: ["run"] });
    const { id, token } = CreatedToken.parse(made.body);
    const call = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      const url = `${product.edge}/call/origination/1`;
      return (await fetch(url, { method: "POST", headers, body: "{}" })).status;
    };
    await product.untilRevision();
    expect(await call()).toBe(200);
    await product.manage("DELETE", `/tokens/${id}`);
    await product.untilRevision();
    expect(await call()).toBe(401);
  });

  it("says that it is healthy and ready", async ({ expect }) => {
    expect((await fetch(`${product.edge}/healthz`)).status).toBe(200);
    const ready = await fetch(`${product.edge}/readyz`);
    expect(await ready.json()).toMatchObject({ status: "ready" });
  });
});

describe("a run", () => {
  it("over HTTP answers with the value, or the script's own status", async ({ expect }) => {
    const code = `
      exports.main = (data) => ({ sum: data.a + data.b });
      exports.deny = () => { throw new Error('401 Unauthorized'); };
      exports.fail = () => null.x;`;
    await product.manage("POST", "/scripts", { name: "sum", type: "app", code });
    await product.untilRevision();
    expect(await product.ask("/run/sum", { a: 1, b: 2 })).toMatchObject({
      status: 200,
      body: { sum: 3 },
    });
    expect(await product.ask("/run/sum/deny")).toMatchObject({ status: 401 });
    expect(await product.ask("/run/sum/fail")).toMatchObject({
      status: 500,
      body: { code: "script_error" },
    });
    expect(await product.ask("/run/sum/toString")).toMatchObject({
      status: 404,
      body: { code: "function_not_found" },
    });
  });

  it("from the control plane tells value, logs and version", async ({ expect }) => {
    const code = "function main(data) { console.warn('got', data); return data.n; }";
    await product.manage("POST", "/scripts", { name: "logged", type: "script", code });
    const { status, body } = await product.manage("POST", "/scripts/logged/run", {
      data: { n: 5 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: "ok",
      value: 5,
      version: 1,
      logs: [{ level: "warn", message: 'got {"n":5}' }],
      usage: { wallMs: expect.any(Number), cpuMs: expect.any(Number) },
      invocation: expect.any(String),
    });
  });

  it("of a draft tells where in the author's source it failed", async ({ expect }) => {
    const classic = "function main(data) {\n  const x = data;\n  return x.y.z;\n}";
    const module = `import nothing from './nothing';\n${classic}`;
    const drafts = [
      { type: "script", code: classic, line: 3, column: 14 },
      { type: "app", code: `export const a = 1;\n\nexport ${classic}`, line: 5, column: 14 },
    ];
    await product.manage("POST", "/scripts", { name: "draft script", type: "script" });
    await product.manage("POST", "/scripts", { name: "draft app", type: "app" });
    for (const { type, code, line, column } of drafts) {
      const { body } = await product.manage("POST", `/scripts/draft ${type}/run`, { code });
      expect(body).toMatchObject({
        outcome: "script_error",
        version: null,
        error: { message: expect.stringContaining("'z'"), line, column },
      });
    }
    const refused = await product.manage("POST", "/scripts/draft app/run", { code: module });
    expect(refused).toMatchObject({ status: 422, body: { code: "module_not_allowed", line: 1 } });
  });
});
