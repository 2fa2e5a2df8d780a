// Forms through the running product, with a token and by their public URL.

import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { signForm } from "../schemas/signed-form.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";

const Caught = z.object({ code: z.string(), status: z.int(), detail: z.string() });
const FormUrl = z.strictObject({ path: z.string() });
const ECHO = "function main(data) { return data; }";
const SECRET_KEY = "the secret key of the forms' test";

let product: Product;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "1", SCRIPTFORGE_SECRET_KEY: SECRET_KEY });
  await assign("echo", ECHO);
  await assign("with-vars", ECHO, {
    vars: 'title = "Order"\nname = "nobody"\n[limits]\nmost = 3\n',
  });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

/** Creates a script and assigns it to the form of the same name. */
async function assign(form: string, code: string, settings: object = {}): Promise<void> {
  const { type = "app", ...assignment } = { type: undefined, ...settings };
  const created = await product.manage("POST", "/scripts", { name: form, type, code });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const at = `/assignments/form/${form}`;
  const assigned = await product.manage("PUT", at, { script: form, ...assignment });
  if (assigned.status !== 200) throw new Error(JSON.stringify(assigned.body));
  await product.untilRevision();
}

type Sent = { headers?: Record<string, string>; body?: RequestInit["body"]; method?: string };

/** Sends a form as any client does, with the token that the headers have. */
async function post(
  path: string,
  { headers = {}, body = null, method = "POST" }: Sent,
): Promise<Answer> {
  const duplex = body instanceof ReadableStream ? ({ duplex: "half" } as const) : {};
  const response = await fetch(product.edge + path, { method, headers, body, ...duplex });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

function authorized(headers: Record<string, string> = {}): Record<string, string> {
  return { ...headers, authorization: `Bearer ${product.token}` };
}

function send(path: string, body: RequestInit["body"], headers = {}): Promise<Answer> {
  return post(path, { body, headers: authorized(headers) });
}

async function urlOf(form: string, query = ""): Promise<string> {
  const { status, body } = await product.manage("GET", `/assignments/form/${form}/url${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return FormUrl.parse(body).path;
}

function chunksOf(bytes: number): ReadableStream {
  const chunk = new Uint8Array(100_000);
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      left -= chunk.length;
      controller.enqueue(chunk);
      if (left <= 0) controller.close();
    },
  });
}

describe("what is entered in a form", () => {
  it("reaches main as one object, whatever it is sent as", async ({ expect }) => {
    const fields = { name: "Zoë", phone: ["1", "2"], note: "" };
    const pairs: [name: string, value: string][] = [
      ["name", "Zoë"],
      ["phone", "1"],
      ["phone", "2"],
      ["note", ""],
    ];
    const multipart = new FormData();
    for (const [name, value] of pairs) multipart.append(name, value);
    const json = { "content-type": "application/json" };
    const answers = [
      await send("/form/echo", new URLSearchParams(pairs)),
      await send("/form/echo", multipart),
      await send("/form/echo", JSON.stringify(fields), json),
    ];
    for (const { status, body, headers } of answers) {
      expect([status, body]).toEqual([200, fields]);
      expect(headers.get("content-type")).toBe("application/json");
      expect(headers.get("x-invocation")).toMatch(/^[\w-]{36}$/);
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("may be nothing", async ({ expect }) => {
    expect((await send("/form/echo", null)).body).toEqual({});
    expect((await send("/form/echo", new URLSearchParams())).body).toEqual({});
  });

  it("has its files as base64", async ({ expect }) => {
    const form = new FormData();
    form.set("cv", new Blob(["hello"], { type: "text/plain" }), "cv.txt");
    expect((await send("/form/echo", form)).body).toEqual({
      cv: { name: "cv.txt", type: "text/plain", size: 5, base64: "aGVsbG8=" },
    });
  });

  it("has the assignment's variables beside it and under it", async ({ expect }) => {
    expect((await send("/form/with-vars", new URLSearchParams("name=Zoe&x=1"))).body).toEqual({
      title: "Order",
      name: "Zoe",
      x: "1",
      limits: { most: 3 },
    });
  });

  it("gets _company from the caller's query, never from the sender", async ({ expect }) => {
    const bodies = [
      new URLSearchParams("_company=evil&_company[company_id]=evil&x=1"),
      '{"x":"1","_company":{"company_id":"evil"},"_company":1}',
      '{"x":"1","\\u005fcompany":{"company_id":"evil"}}',
    ];
    const json = { "content-type": "application/json" };
    for (const body of bodies) {
      const headers = typeof body === "string" ? json : {};
      const company = { _company: { company_id: "acme" } };
      expect((await send("/form/echo", body, headers)).body).toEqual({ x: "1" });
      const sent = await send("/form/echo?company=acme", body, headers);
      expect(sent.body).toEqual({ x: "1", ...company });
    }
  });

  it("changes nothing by a field __proto__", async ({ expect }) => {
    const code =
      "function main(data) { const copy = Object.assign({}, data); return [copy.admin, {}.admin, Object.keys(copy)]; }";
    await assign("proto", code);
    const json = { "content-type": "application/json" };
    const evil = '{"__proto__":{"admin":true},"x":"1"}';
    expect((await send("/form/proto", evil, json)).body).toEqual([null, null, ["x"]]);
    const sent = await send("/form/proto", new URLSearchParams("__proto__=1&x=1"));
    expect(sent.body).toEqual([null, null, ["x"]]);
  });
});

describe("what a form's script does", () => {
  it("is the answer, whatever JSON it is", async ({ expect }) => {
    const returns = ['"text"', "5", "false", "null", "undefined", "[1, { a: [] }]", "new Date(0)"];
    const code = `function main({ n }) { return [${returns.join(", ")}][n]; }`;
    await assign("any", code);
    const values = ["text", 5, false, null, null, [1, { a: [] }], "1970-01-01T00:00:00.000Z"];
    for (const [n, value] of values.entries()) {
      const sent = await send("/form/any", new URLSearchParams({ n: String(n) }));
      expect([n, sent.status, sent.body]).toEqual([n, 200, n === 4 || n === 3 ? null : value]);
    }
  });

  it("is done by a Script as well as by an App", async ({ expect }) => {
    await assign("by-script", "function main(data) { return Object.keys(data); }", {
      type: "script",
    });
    expect((await send("/form/by-script", new URLSearchParams("a=1&b=2"))).body).toEqual([
      "a",
      "b",
    ]);
  });

  it("fails with the status that it throws, and else with 500", async ({ expect }) => {
    await assign("throws", "function main({ text }) { throw new Error(text); }");
    const cases: [text: string, status: number][] = [
      ["401 Unauthorized", 401],
      ["422", 422],
      ["503 Closed", 503],
      ["No such thing", 500],
      ["302 Elsewhere", 500],
    ];
    for (const [text, status] of cases) {
      const { status: got, body } = await send("/form/throws", new URLSearchParams({ text }));
      expect([text, got]).toEqual([text, status]);
      expect(Caught.parse(body)).toMatchObject({ code: "script_error", detail: text });
    }
  });

  it("ends at the assignment's timeout", async ({ expect }) => {
    await assign("slow", "async function main() { await new Promise(() => {}); }", {
      timeout: 0.2,
    });
    const startedAt = performance.now();
    const { status, body } = await send("/form/slow", null);
    expect([status, Caught.parse(body).code]).toEqual([504, "wall_exceeded"]);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it("may take longer than the script's own limit where the assignment says so", async ({
    expect,
  }) => {
    const code =
      "async function main() { await new Promise((r) => setTimeout(r, 2300)); return 'ok'; }";
    await assign("patient", code, { timeout: 5 });
    expect((await send("/form/patient", null)).body).toBe("ok");
  });
});

describe("what is no form", () => {
  it("is a problem that says what to do", async ({ expect }) => {
    const cases: [body: string, type: string, says: string][] = [
      ["a=1", "text/plain", "multipart/form-data"],
      ["[1]", "application/json", "JSON object"],
      ['{"a":', "application/json", "not JSON"],
      [`{"a":${"[".repeat(100_000)}`, "application/json", "nested deeper"],
      ["--x\r\n", "multipart/form-data", "boundary"],
      ["--x\r\nContent-Disp", "multipart/form-data; boundary=x", "whole"],
    ];
    for (const [sent, type, says] of cases) {
      const { status, body } = await send("/form/echo", sent, { "content-type": type });
      expect([type, status]).toEqual([type, 400]);
      expect(Caught.parse(body)).toMatchObject({
        code: "bad_request",
        detail: expect.stringContaining(says),
      });
    }
    const twice = await send("/form/echo?company=a&company=b", null);
    expect(Caught.parse(twice.body)).toMatchObject({ code: "bad_request" });
  });

  it("needs a token, a form with a script, and POST", async ({ expect }) => {
    expect((await post("/form/echo", {})).status).toBe(401);
    const bad = { authorization: "Bearer no-such-token" };
    expect((await post("/form/echo", { headers: bad })).status).toBe(401);
    const { status, body } = await send("/form/none", null);
    expect([status, Caught.parse(body)]).toMatchObject([
      404,
      { code: "not_found", detail: expect.stringContaining("PUT /v1/assignments/form/none") },
    ]);
    for (const path of ["/form", "/form/", "/form/echo/more"]) {
      expect([path, (await send(path, null)).status]).toEqual([path, 404]);
    }
    const get = await post("/form/echo", { method: "GET", headers: authorized() });
    expect(get.status).toBe(404);
  });

  it("is one that is too large, declared or in chunks, which is said in time", async ({
    expect,
  }) => {
    const file = new FormData();
    file.set("file", new Blob([new Uint8Array(10_000_000)]), "large.bin");
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const bodies: [body: RequestInit["body"], headers: object][] = [
      [file, {}],
      [chunksOf(10_000_000), type],
      ["x".repeat(1_000_001), type],
    ];
    for (const [sent, headers] of bodies) {
      const startedAt = performance.now();
      const { status, body } = await send("/form/echo", sent, headers);
      expect([status, Caught.parse(body).code]).toEqual([413, "body_too_large"]);
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    }
    expect((await send("/form/echo", new URLSearchParams("a=1"))).body).toEqual({ a: "1" });
  });

  it("is given up where its end does not come", async ({ expect }) => {
    const { hostname, port } = new URL(product.edge);
    const socket = connect(Number(port), hostname);
    const path = await urlOf("echo");
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    for (let sent = 0; sent < 12; sent += 1) {
      socket.write(`186a0\r\n${"x".repeat(100_000)}\r\n`);
    }
    const [chunk] = await once(socket, "data");
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 413 /);
    await once(socket.resume(), "close");
  });
});

describe("a form's public URL", () => {
  it("sends that form without a token, in the company's name", async ({ expect }) => {
    const path = await urlOf("echo");
    expect(path).toMatch(/^\/public\/form\/[\w-]+$/);
    expect(await urlOf("echo")).toBe(path);
    const sent = await post(path, { body: new URLSearchParams("a=1&_company=evil") });
    expect([sent.status, sent.body]).toEqual([200, { a: "1" }]);

    const ofAcme = await urlOf("echo", "?company=acme%20%26%20co");
    const company = { company_id: "acme & co" };
    for (const query of ["", "?company=evil"]) {
      const { body } = await post(ofAcme + query, { body: new URLSearchParams("_company=evil") });
      expect(body).toEqual({ _company: company });
    }
  });

  it("answers every token that opens nothing alike", async ({ expect }) => {
    const path = await urlOf("echo");
    await assign("shut", ECHO);
    const shut = await urlOf("shut");
    expect((await post(shut, {})).status).toBe(200);
    await product.manage("DELETE", "/assignments/form/shut");
    await product.untilRevision();
    const form = { account: "default", form: "echo", company: null };
    const paths = [
      shut,
      `${path}A`,
      path.slice(0, -1),
      path.slice(0, -1) + (path.endsWith("A") ? "B" : "A"),
      path.replace(/.$/, (last) =>
        last.toLowerCase() === last ? last.toUpperCase() : last.toLowerCase(),
      ),
      `/public/form/${signForm(`${SECRET_KEY}!`, form)}`,
      `/public/form/${signForm(SECRET_KEY, { ...form, account: "other" })}`,
      `/public/form/${signForm(SECRET_KEY, { ...form, form: "none" })}`,
      "/public/form/echo",
      "/public/form/%00",
    ].filter((other) => other !== path);
    const answers = new Set<string>();
    for (const other of paths) {
      const { status, body } = await post(other, { body: new URLSearchParams("a=1") });
      expect([other, status]).toEqual([other, 404]);
      answers.add(JSON.stringify(body));
    }
    expect([...answers]).toHaveLength(1);
    expect((await post(path, {})).status).toBe(200);
  });

  it("opens nothing but its form", async ({ expect }) => {
    const token = (await urlOf("echo")).split("/").at(-1) ?? "";
    const headers = { authorization: `Bearer ${token}` };
    for (const path of [
      "/form/echo",
      "/run/echo",
      "/call/termination/acme/main",
      "/internal/run",
    ]) {
      expect([path, (await post(path, { headers })).status]).toEqual([path, 401]);
    }
    for (const path of [
      "/public",
      "/public/form",
      `/public/run/${token}`,
      `/public/form/${token}/x`,
    ]) {
      expect([path, (await post(path, {})).status]).toEqual([path, 404]);
    }
  });

  it("is open to pages of every origin, failures included", async ({ expect }) => {
    const path = await urlOf("echo");
    const preflight = await post(path, {
      method: "OPTIONS",
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toBe("content-type");
    const answers = [
      preflight,
      await post(path, { body: new URLSearchParams("a=1") }),
      await post(path, { body: "a=1" }),
      await post(`${path}x`, {}),
      await post(path, { body: new Uint8Array(2_000_000) }),
      await post(path, { method: "GET" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 404, 413, 405]);
    for (const { headers } of answers) {
      expect(headers.get("access-control-allow-origin")).toBe("*");
    }
    const closed = await post("/form/echo", { method: "OPTIONS", headers: authorized() });
    expect([closed.status, closed.headers.get("access-control-allow-origin")]).toEqual([404, null]);
  });

  it("is sent with POST alone", async ({ expect }) => {
    const path = await urlOf("echo");
    for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
      const { status, body, headers } = await post(path, { method });
      expect([method, status, headers.get("allow")]).toEqual([method, 405, "POST, OPTIONS"]);
      expect(Caught.parse(body)).toMatchObject({
        status: 405,
        detail: expect.stringContaining("POST"),
      });
    }
    expect((await fetch(product.edge + path, { method: "HEAD" })).status).toBe(405);
  });

  it("shows what the script throws, and nothing else of it", async ({ expect }) => {
    await assign("fails", "function main({ text }) { if (text) throw new Error(text); for (;;); }");
    const path = await urlOf("fails");
    const refused = await post(path, { body: new URLSearchParams({ text: "422 No name" }) });
    expect([refused.status, Caught.parse(refused.body).detail]).toEqual([422, "422 No name"]);
    const spinning = await post(path, {});
    expect(spinning.status).toBe(503);
    expect(Caught.parse(spinning.body)).toMatchObject({ code: "cpu_exceeded" });
    expect(JSON.stringify(spinning.body)).not.toContain("fails");
  });

  it("is made for administrators, for a form that has a script", async ({ expect }) => {
    const ask = (query: string): Promise<Answer> =>
      product.manage("GET", `/assignments/form/${query}`);
    const unknown = await ask("none/url");
    expect([unknown.status, Caught.parse(unknown.body).code]).toEqual([404, "not_found"]);
    for (const query of ["company=", "company=a/b", "company=a&company=b", "rotate=1"]) {
      expect([query, (await ask(`echo/url?${query}`)).status]).toEqual([query, 422]);
    }
    const made = await product.manage("POST", "/tokens", { name: "engine", scopes: ["run"] });
    const { token } = z.object({ token: z.string() }).parse(made.body);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${product.api}/v1/assignments/form/echo/url`, { headers });
    expect(response.status).toBe(403);
    await product.untilRevision();
    expect((await post("/form/echo", { headers })).status).toBe(200);
  });
});
