// The library cxRest, as scripts use it, through the running product, with an API upstream that speaks real HTTP.

import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { KvEntry } from "../schemas/kv.ts";
import { Published } from "../schemas/release.ts";
import { startProduct, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";
import { rejectionOf, Upstream } from "./upstream.ts";

const TOKEN = "the-token-of-ada-at-the-upstream";
const DEFAULT_TOKEN = "the-token-of-everybody-else";

let product: Product;
let other: OtherAccount;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await Upstream.open();
  product = await startProduct({
    SCRIPTFORGE_CELLS: "1",
    SCRIPTFORGE_REST_URL: `${upstream.url}/api/cp/`,
  });
  other = await OtherAccount.open(product);
  await prepare(product);
  await product.manage("PUT", "/rest-users/ada", { token: TOKEN });
  await product.manage("PUT", "/rest-users/basic", { token: "Basic YWRhOnRoZSBwYXNzd29yZA==" });
  await product.manage("PUT", "/rest-users/bare", {});
  await other.manage("PUT", "/rest-users/eve", { token: "the-token-of-eve" });
  await product.manage("PUT", "/env/CX_API_USER", { value: "ada" });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});
beforeEach(() => {
  upstream.seen = [];
  upstream.answerWith({ status: "OK" });
});

async function prepare(where: Product): Promise<void> {
  for (const type of ["script", "app", "driver"]) {
    await where.manage("POST", "/scripts", { name: `draft-${type}`, type });
  }
}

type Options = { type?: string; where?: Product };

async function run(
  code: string,
  { type = "app", where = product }: Options = {},
): Promise<RunResult> {
  const answer = await where.manage("POST", `/scripts/draft-${type}/run`, { code });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return RunResult.parse(answer.body);
}

/** What an expression comes to, in a script with a client `api` of ada's and the library `auth` in its scope. */
async function valueOf(expression: string, options: Options = {}): Promise<unknown> {
  const code = `const auth = require('cxRest'); const api = auth('ada');
    async function main() { return ${expression}; }`;
  const result = await run(code, options);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

/** The status and the class of the Error that a call rejects with. */
async function statusOf(call: string, options: Options = {}): Promise<unknown> {
  const [status, kind] = z.array(z.unknown()).parse(await refusalOf(call, options));
  return [status, kind];
}

/** The status, the class and the message of the Error that a call rejects with. */
async function refusalOf(call: string, options: Options = {}): Promise<unknown> {
  return await valueOf(rejectionOf(call), options);
}

/** An App of the other account, which asks in the name of its own user. */
function asEve(call: string): string {
  return `exports.main = async () => await require('cxRest')('eve').${call};`;
}

/** Each asks for did?id=5 in the name of ada. */
const STYLES: Record<string, string> = {
  "rest.auth(user)":
    "const rest = require('cxRest'); exports.main = () => rest.auth('ada').get('did', { id: 5 });",
  "a client at module level":
    "const api = require('cxRest').auth(process.env.CX_API_USER); exports.main = () => api.get('did', { id: 5 });",
  "auth itself":
    "const auth = require('cxRest'); exports.main = () => auth('ada').get('did?id=5');",
  "the global api":
    "async function main() { return await api.rest.auth('ada').get('/did', { id: 5 }); }",
  "a default import":
    "import auth from 'cxRest'; export const main = () => auth('ada').read('did', { id: '5' });",
  "a default import with new":
    "import auth from 'cxRest'; const client = new auth('ada'); export const main = () => client.get('did', { id: 5 });",
  "a default import and its auth":
    "import cxRest from 'cxRest'; export const main = () => cxRest.auth('ada').get('did', { id: 5 });",
  "a default import and new of its auth":
    "import cxRest from 'cxRest'; export const main = () => new cxRest.auth('ada').get('did', { id: 5 });",
  "a named import":
    "import { auth } from 'cxRest'; export const main = () => auth('ada').get('did', { id: 5 });",
  "an import of everything":
    "import * as cxRest from 'cxRest'; export const main = () => cxRest.auth('ada').get('did', { id: 5 });",
  "its default":
    "exports.main = () => require('cxRest').default.auth('ada').get('did', { id: 5 });",
  "auth with new":
    "const { auth } = require('cxRest'); exports.main = () => new auth('ada').get('did', { id: 5 });",
};

describe("cxRest comes by", () => {
  it.for(Object.keys(STYLES))("%s", async (style, { expect }) => {
    upstream.answerWith([{ id: 5 }]);
    for (const type of ["app", "driver"]) {
      upstream.seen = [];
      const { outcome, value } = await run(`${STYLES[style]}\n`, { type });
      expect([type, outcome, value]).toEqual([type, "ok", [{ id: 5 }]]);
      expect(upstream.seen).toMatchObject([{ method: "GET", url: "/api/cp/did?id=5", body: "" }]);
      expect(upstream.seen[0]?.headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        "x-scriptforge-account": "default",
        "x-scriptforge-script": expect.stringMatching(/^scr_/),
        "x-scriptforge-user": "ada",
      });
    }
  });

  it("publishing with a lint where nobody waits for it", async ({ expect }) => {
    const lints: string[][] = [];
    for (const wait of ["await ", ""]) {
      const code = `const auth = require('cxRest'); async function main(data) { ${wait}auth('a').post('payment', {}); return data; }`;
      const { body } = await product.manage("POST", "/scripts/draft-app/releases", { code });
      lints.push(Published.parse(body).lints.map(({ message }) => message));
    }
    expect(lints).toEqual([[], [expect.stringContaining("that nobody waits for")]]);
  });
});

describe("a method", () => {
  it("asks below the operator's address", async ({ expect }) => {
    const cases: [call: string, method: string, url: string, body?: unknown][] = [
      ["get('customer/123')", "GET", "customer/123"],
      ["get('/payment')", "GET", "payment"],
      ["get('did?a=1', { b: 2 })", "GET", "did?a=1&b=2"],
      ["get('x', { ip: '1.2.3.4', _limit: 5, on: true })", "GET", "x?ip=1.2.3.4&_limit=5&on=true"],
      ["get('x', { a: [1, 'b'], c: null, d: undefined })", "GET", "x?a=1&a=b"],
      ["get('x', { where: { rules: [1] } })", "GET", "x?where=%7B%22rules%22%3A%5B1%5D%7D"],
      ["get('x', { 'a b': '&=#é' })", "GET", "x?a%20b=%26%3D%23%C3%A9"],
      ["get('x', {})", "GET", "x"],
      ["get('x', new URLSearchParams({ a: '1 2' }))", "GET", "x?a=1+2"],
      ["get('x', 'a=1')", "GET", "x?a=1"],
      ["get('routing?customer_id=[null]')", "GET", "routing?customer_id=[null]"],
      ["post('payment', { total: 5 })", "POST", "payment", { total: 5 }],
      ["post('payment')", "POST", "payment"],
      ["put('did/7', { customer_id: 1 })", "PUT", "did/7", { customer_id: 1 }],
      ["put('x', [1])", "PUT", "x", [1]],
      ["put('x', null)", "PUT", "x", null],
      ["delete('did/7')", "DELETE", "did/7"],
      ["delete('did', 7)", "DELETE", "did/7"],
      ["read('customer/1234')", "GET", "customer/1234"],
      ["read('customer', 'a/b c')", "GET", "customer/a%2Fb%20c"],
      ["read('customer', { id: 1 })", "GET", "customer?id=1"],
      ["create('customer', { name: 'x' })", "POST", "customer", { name: "x" }],
      ["create('customer', 5, { name: 'x' })", "POST", "customer/5", { name: "x" }],
      ["create('customer', undefined, { name: 'x' })", "POST", "customer", { name: "x" }],
      ["update('customer/1234', { name: 'x' })", "PUT", "customer/1234", { name: "x" }],
      ["update('customer', '1234', { name: 'x' })", "PUT", "customer/1234", { name: "x" }],
      ["update('customer', 1234)", "PUT", "customer/1234"],
    ];
    for (const [call, method, url, body] of cases) {
      upstream.seen = [];
      expect([call, await valueOf(`await api.${call}`)]).toEqual([call, { status: "OK" }]);
      expect(upstream.seen).toMatchObject([{ method, url: `/api/cp/${url}` }]);
      const [asked] = upstream.seen;
      expect([call, asked?.body]).toEqual([call, body === undefined ? "" : JSON.stringify(body)]);
      expect(asked?.headers["content-type"]).toBe(
        body === undefined ? undefined : "application/json",
      );
    }
  });

  it("leads nowhere else", async ({ expect }) => {
    const paths = [
      "../admin",
      "a/../../admin",
      "%2e%2e/admin",
      "..%2fadmin",
      "a\\\\..\\\\..\\\\b",
      "//evil.test/x",
      "http://127.0.0.1:1/x",
      "https://evil.test",
      "a\\r\\nHost: evil",
      "",
      "/",
      "%zz",
    ];
    for (const path of paths) {
      expect([path, await refusalOf(`api.get('${path}')`)]).toEqual([
        path,
        [422, "Error", expect.stringMatching(/^Cannot GET "[^]*": the path /)],
      ]);
    }
    for (const path of ["@evil.test/", ":1/", "?x", ".evil.test"]) {
      await valueOf(`await api.get('x${path}')`);
    }
    expect(upstream.seen.map(({ url, headers }) => [url, headers.host])).toEqual(
      ["x@evil.test/", "x:1/", "x?x", "x.evil.test"].map((url) => [
        `/api/cp/${url}`,
        upstream.url.replace("http://", ""),
      ]),
    );
  });

  it("with an argument that makes no sense rejects with a TypeError", async ({ expect }) => {
    const cases: [call: string, message: string][] = [
      ["get()", "Cannot use a path: it has to be a string, not undefined"],
      ["get({})", "Cannot use a path: it has to be a string, not of type object"],
      ["get('x', 5)", 'Cannot GET "x": the query has to be an object, not 5'],
      [
        "delete('x', {})",
        'Cannot use a key of "x": it has to be a string or a number, not of type object',
      ],
      ["read(5, 'x')", "Cannot use a path: it has to be a string, not 5"],
      ["post('x', () => 1)", 'Cannot POST "x": the body is of type function, which is not JSON'],
      ["post('x', { a: 1n })", "Do not know how to serialize a BigInt"],
      [
        "post('x', 'y'.repeat(1000000))",
        'Cannot POST "x": the body has 1000002 characters of JSON, more than 1000000',
      ],
    ];
    for (const [call, message] of cases) {
      expect([call, await refusalOf(`api.${call}`)]).toEqual([call, [null, "TypeError", message]]);
    }
    expect(await refusalOf("api.get('x'.repeat(8001))")).toEqual([
      422,
      "Error",
      "Cannot use cxRest: A path has at most 8000 characters",
    ]);
    expect(upstream.seen).toEqual([]);
  });

  it("does not reach how it checks and asks", async ({ expect }) => {
    const code = `const api = require('cxRest')('ada');
      JSON.parse = JSON.stringify = String = Object.keys = encodeURIComponent = () => 'forged';
      Array.isArray = () => true; Reflect.defineProperty = () => {};
      exports.main = async () => (await api.post('x', { a: 1 })).status;`;
    expect((await run(code)).value).toBe("OK");
    expect(upstream.seen).toMatchObject([{ url: "/api/cp/x", body: '{"a":1}' }]);
  });
});

describe("an answer", () => {
  it("is what its type says", async ({ expect }) => {
    const pdf = Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff]);
    const cases: [body: unknown, type: string, value: unknown][] = [
      [[{ id: 1 }], "application/json; charset=utf-8", [{ id: 1 }]],
      [{ a: 1 }, "application/vnd.api+json", { a: 1 }],
      ["5", "application/json", 5],
      ["null", "application/json", null],
      ["a,b\n1,2 ☎", "text/csv; charset=utf-8", "a,b\n1,2 ☎"],
      ["{}", "text/plain", "{}"],
      ["<a/>", "application/xml", "<a/>"],
      ["", "application/json", null],
      ["", "text/plain", null],
      [pdf, "Application/PDF", { type: "application/pdf", base64: pdf.toString("base64") }],
      [
        pdf,
        "application/octet-stream",
        { type: "application/octet-stream", base64: pdf.toString("base64") },
      ],
    ];
    for (const [body, type, value] of cases) {
      upstream.answerWith(body, 200, type);
      expect([type, body, await valueOf("await api.get('x')")]).toEqual([type, body, value]);
    }
    for (const [body, value] of [
      ['{"a":1}', { a: 1 }],
      ["plain", "plain"],
    ] as const) {
      upstream.respond = (response) => response.end(body);
      expect(await valueOf("await api.get('x')")).toEqual(value);
    }
    upstream.respond = (response) => response.writeHead(204).end();
    expect(await valueOf("await api.delete('x')")).toBeNull();
    upstream.respond = (response) =>
      response
        .writeHead(201, { "content-type": "application/json", "content-encoding": "gzip" })
        .end(gzipSync('{"id":7}'));
    expect(await valueOf("await api.post('x', {})")).toEqual({ id: 7 });
  });

  it("that is no JSON and says it is rejects", async ({ expect }) => {
    upstream.answerWith("<html>");
    expect(await refusalOf("api.get('x')")).toEqual([
      502,
      "Error",
      expect.stringMatching(/^Cannot GET "x": the answer is not JSON: Unexpected token/),
    ]);
  });

  it("that is no success rejects with its status and its words", async ({ expect }) => {
    const cases: [status: number, body: unknown, told: string][] = [
      [404, { error: "no such customer" }, "404 Not Found: no such customer"],
      [403, { message: "not in your group" }, "403 Forbidden: not in your group"],
      [500, "<html>", "500 Internal Server Error"],
      [302, "", "302 Found: redirects are not followed"],
    ];
    for (const [status, body, told] of cases) {
      upstream.answerWith(body, status);
      const message = `Cannot PUT "customer/1": the API upstream answered ${told}`;
      expect(await refusalOf("api.put('customer/1', {})")).toEqual([status, "Error", message]);
    }
  });

  it("of an app that catches nothing fails the call as any other error does", async ({
    expect,
  }) => {
    upstream.answerWith({ error: "603 Decline" }, 404);
    const code = "exports.main = () => require('cxRest')('ada').get('x');";
    await product.assign({ name: "uncaught", type: "app", code, customer: "uncaught" });
    const { body } = await product.ask("/call/termination/uncaught/main", { routing: {} });
    expect(body).toMatchObject({
      action: "reject",
      sip: { code: 500, reason: "ScriptForge Error" },
    });
  });

  it("has 10 MB at most, unpacked", async ({ expect }) => {
    const told = [
      502,
      "Error",
      'Cannot GET "x": the answer of the API upstream has more than 10000000 bytes',
    ];
    upstream.answerWith("x".repeat(10_000_000), 200, "text/plain");
    expect(await valueOf("(await api.get('x')).length")).toBe(10_000_000);
    upstream.answerWith("x".repeat(10_000_001), 200, "text/plain");
    expect(await refusalOf("api.get('x')")).toEqual(told);
    upstream.respond = (response) =>
      response
        .writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" })
        .end(gzipSync("x".repeat(60_000_000)));
    expect(await refusalOf("api.get('x')")).toEqual(told);
  });

  it("that redirects takes no credentials elsewhere", async ({ expect }) => {
    const elsewhere: string[] = [];
    const away = createServer((request, response) => {
      elsewhere.push(request.url ?? "");
      response.end();
    }).listen(0, "127.0.0.1");
    await once(away, "listening");
    const address = z.object({ port: z.int() }).parse(away.address());
    for (const [status, location] of [
      [301, `http://127.0.0.1:${address.port}/x`],
      [307, `//127.0.0.1:${address.port}/x`],
      [308, "/elsewhere"],
    ] as const) {
      upstream.respond = (response) => response.writeHead(status, { location }).end();
      expect(await statusOf("api.get('x')")).toEqual([status, "Error"]);
    }
    expect([elsewhere, upstream.seen.map(({ url }) => url)]).toEqual([
      [],
      Array(3).fill("/api/cp/x"),
    ]);
    away.close();
  });

  it("that does not come is left alone once the run is over", async ({ expect }) => {
    const gone = Promise.withResolvers<void>();
    upstream.respond = (response) => void response.once("close", () => gone.resolve());
    const limits = { wallMs: 300 };
    const code = "exports.main = () => require('cxRest')('ada').get('x');";
    await product.manage("POST", "/scripts", { name: "waits", type: "app", code, limits });
    await product.untilRevision();
    expect((await product.ask("/run/waits")).body).toMatchObject({ code: "wall_exceeded" });
    await gone.promise;
  });

  it("from a connection that breaks rejects", async ({ expect }) => {
    upstream.respond = (response) => response.destroy();
    expect(await refusalOf("api.get('x')")).toEqual([
      502,
      "Error",
      expect.stringMatching(/^Cannot GET "x": the API upstream cannot be reached \([A-Z_]+\)$/),
    ]);
  });
});

describe("a request", () => {
  it("counts as one of the run's", async ({ expect }) => {
    const code =
      "exports.main = async () => { for (;;) await require('cxRest')('ada').get('x'); };";
    expect((await run(code)).outcome).toBe("subrequests_exceeded");
    expect(upstream.seen).toHaveLength(50);
  });
});

describe("a user", () => {
  it("that the account does not have is unauthorized", async ({ expect }) => {
    for (const user of ["bob", "ADA", "ada ", "__proto__"]) {
      expect(await statusOf(`auth('${user}').get('x')`)).toEqual([
        user === "ada " ? 422 : 401,
        "Error",
      ]);
    }
    expect(await refusalOf("auth('bob').get('x')")).toEqual([
      401,
      "Error",
      'Cannot GET "x": the account has no user "bob" of cxRest; PUT /v1/rest-users/bob adds one',
    ]);
    expect(await refusalOf("auth('bare').get('x')")).toEqual([
      401,
      "Error",
      'Cannot GET "x": the user "bare" has no token for the API upstream; PUT /v1/rest-users/bare gives it one',
    ]);
    expect(upstream.seen).toEqual([]);
  });

  it("that is missing is told at the first request", async ({ expect }) => {
    for (const [user, shown] of [
      ["''", "empty"],
      ["undefined", "undefined"],
      ["process.env.NO_SUCH_USER", "undefined"],
      ["null", "null"],
      ["{}", "of type object"],
    ]) {
      expect(await refusalOf(`auth(${user}).get('x')`)).toEqual([
        401,
        "Error",
        `Cannot GET "x": the user's name is ${shown}; auth needs one, such as process.env.CX_API_USER`,
      ]);
    }
    expect(upstream.seen).toEqual([]);
  });

  it("may have a token that names its scheme", async ({ expect }) => {
    await valueOf("await auth('basic').get('x')");
    expect(upstream.seen[0]?.headers.authorization).toBe("Basic YWRhOnRoZSBwYXNzd29yZA==");
  });

  it("of another account is none of ours, whatever a script says", async ({ expect }) => {
    const code = `exports.main = async () => {
      process.env.APP_ID = 'default';
      const told = [];
      for (const user of ['ada', 'eve']) {
        told.push(await require('cxRest')(user).get('x').then(() => 'ok', (e) => e.status));
      }
      return told;
    };`;
    expect(await other.valueOf(code)).toEqual([401, "ok"]);
    expect(await statusOf("auth('eve').get('x')")).toEqual([401, "Error"]);
    expect(
      upstream.seen.map(({ headers }) => [headers.authorization, headers["x-scriptforge-account"]]),
    ).toEqual([["Bearer the-token-of-eve", "other"]]);
  });
});

describe("credentials", () => {
  it("are in nothing that a script sees, even where the upstream repeats them", async ({
    expect,
  }) => {
    const code = `const auth = require('cxRest'); const api = auth('ada');
      exports.main = async () => {
        const seen = [];
        const show = (value) => seen.push(String(value), JSON.stringify(value) ?? '', ...(Object(value) === value ? Object.getOwnPropertyNames(value).map((name) => { try { return String(value[name]); } catch (e) { return e.stack; } }) : []));
        for (const call of [() => api.get('json'), () => api.get('text'), () => api.get('fails'), () => auth('basic').get('fails')]) {
          show(await call().catch((e) => e));
        }
        show(api); show(api.defaultHeaders); show(auth); show(api.get); show(process.env); show(Object.getOwnPropertyNames(globalThis));
        console.log(api, auth, api.defaultHeaders);
        return seen;
      };`;
    upstream.respond = (response, { url, headers }) => {
      const isText = url.endsWith("text");
      response.writeHead(url.endsWith("fails") ? 401 : 200, {
        "content-type": isText ? "text/plain" : "application/json",
      });
      const echo = { error: `wrong: ${headers.authorization}`, headers };
      response.end(isText ? String(headers.authorization) : JSON.stringify(echo));
    };
    const result = await run(code);
    const text = JSON.stringify(result);
    expect(result).toMatchObject({ outcome: "ok" });
    expect(text).toContain("wrong: Bearer [token]");
    for (const secret of [TOKEN, "YWRhOnRoZSBwYXNzd29yZA"]) expect(text).not.toContain(secret);
  });

  it("are refused with the reason where a script looks for them", async ({ expect }) => {
    expect(
      await valueOf(
        "(() => { try { return api.defaultHeaders.Authorization; } catch (e) { return e.message; } })()",
      ),
    ).toMatch(
      /^Cannot read the Authorization of cxRest: scripts ask in a user's name and see no credentials\./,
    );
    expect(await valueOf("[JSON.stringify(api), JSON.stringify(api.defaultHeaders)]")).toEqual([
      "{}",
      "{}",
    ]);
  });

  it("cannot be sent by a script's own request", async ({ expect }) => {
    const code = `exports.main = async () => await fetch('${upstream.url}/x', { headers: { 'x-scriptforge-user': 'ada' } }).then((r) => r.status, (e) => e.code);`;
    expect((await run(code)).value).toBe("not_allowed");
    expect(upstream.seen).toEqual([]);
  });
});

describe("what the account has here", () => {
  it("is its keys, in place of the upstream", async ({ expect }) => {
    const body = `[await api.put('dev/kv/limit', { calls: 5 }), await api.put('dev/kv/a%2Fb', { value: 7 }),
      await api.get('dev/kv'), await api.get('dev/kv/limit'), await api.read('dev/kv', 'a/b'),
      await api.get('dev/kv', { prefix: 'a' }), await api.delete('dev/kv/limit'),
      await require('cxKV').kv.get('a/b'), await api.get('dev/kv/limit').catch((e) => [e.status, e.message])]`;
    const done = { status: "OK" };
    expect(await valueOf(body)).toEqual([
      done,
      done,
      [{ id: "a/b" }, { id: "limit" }],
      { id: "limit", value: '{"calls":5}' },
      { id: "a/b", value: "7" },
      [{ id: "a/b" }],
      done,
      "7",
      [404, 'Cannot GET "dev/kv/limit": Key not found'],
    ]);
    const stored = await product.manage("GET", `/kv/${encodeURIComponent("a/b")}`);
    expect(KvEntry.parse(stored.body).value).toBe("7");
    expect(await refusalOf("api.post('dev/kv/x', {})")).toEqual([
      405,
      "Error",
      'Cannot POST "dev/kv/x": of "dev/kv" there are GET, PUT, DELETE only',
    ]);
    expect(await statusOf("api.put('dev/kv/x', { value: 'y'.repeat(100001) })")).toEqual([
      422,
      "Error",
    ]);
    expect(await other.valueOf(asEve("get('dev/kv')"))).toEqual([]);
    expect(await other.valueOf(asEve("get('dev/kv/a%2Fb').catch((e) => e.status)"))).toBe(404);
    expect(upstream.seen).toEqual([]);
  });

  it("is its scripts, which it may read", async ({ expect }) => {
    const code = "function main(data) { return data; }";
    await product.manage("POST", "/scripts", { name: "rules", type: "script", code });
    const list = z.array(z.object({ id: z.string(), name: z.string() }));
    const all = list.parse(await valueOf("await api.get('scriptforge')"));
    const rules = all.find(({ name }) => name === "rules");
    const told = { id: rules?.id, name: "rules", type: "script", live: 1, code };
    expect(await valueOf("await api.get('scriptforge/rules')")).toMatchObject(told);
    expect(await valueOf(`await api.get('scriptforge/${rules?.id}')`)).toMatchObject(told);
    expect(await statusOf("api.get('scriptforge/none')")).toEqual([404, "Error"]);
    expect(await statusOf("api.put('scriptforge/rules', {})")).toEqual([405, "Error"]);
    expect(
      await other.valueOf(asEve(`get('scriptforge/${rules?.id}').catch((e) => e.status)`)),
    ).toBe(404);
    expect(upstream.seen).toEqual([]);
  });

  it("is its databases", async ({ expect }) => {
    await product.manage("PUT", "/userspace/dnc", { kind: "kv" });
    await product.manage("PUT", "/userspace/people", { kind: "leads", columns: ["name", "age"] });
    const body = `[await api.post('setup/userspace/dnc/', { key: 447700900999, value: 'blocked' }),
      await api.create('setup/userspace/people', { key: 'a/b', name: 'Ada', age: 36 }),
      await api.get('setup/userspace/dnc/'), await api.get('setup/userspace/dnc/447700900999'),
      await api.update('setup/userspace/people', 'a/b', { age: 37 }), await api.read('setup/userspace/people', 'a/b'),
      (await api.get('/setup/userspace')).map(({ database, rows }) => [database, rows]),
      await require('cxUserspace').read('dnc', '447700900999'),
      await api.get('setup/userspace/dnc', { prefix: '5' }),
      await api.delete('setup/userspace/dnc/447700900999')]`;
    const row = { key: "447700900999", value: "blocked" };
    const ada = { key: "a/b", name: "Ada", age: 36 };
    expect(await valueOf(body)).toEqual([
      row,
      ada,
      [row],
      row,
      { ...ada, age: 37 },
      { ...ada, age: 37 },
      [
        ["dnc", 1],
        ["people", 1],
      ],
      row,
      [],
      { status: "OK" },
    ]);
    const wrong: [call: string, status: number][] = [
      ["get('setup/userspace/dnc/447700900999')", 404],
      ["get('setup/userspace/none/')", 404],
      ["get('setup/userspace/no%20name/1')", 404],
      ["put('setup/userspace/dnc/1', { value: 'x' })", 404],
      ["put('setup/userspace/people/a%2Fb', { phone: 'x' })", 422],
      ["put('setup/userspace/dnc', { value: 'x' })", 404],
      ["post('setup/userspace/people/', { key: 'a/b', name: 'x' })", 409],
      ["post('setup/userspace/dnc/', { value: 'x' })", 422],
      ["post('setup/userspace/dnc/')", 422],
      ["post('setup/userspace', { key: 'x' })", 404],
      ["delete('setup/userspace/dnc')", 404],
      ["delete('setup/userspace/dnc/1')", 404],
    ];
    for (const [call, status] of wrong) {
      expect([call, await statusOf(`api.${call}`)]).toEqual([call, [status, "Error"]]);
    }
    expect(await other.valueOf(asEve("get('setup/userspace')"))).toEqual([]);
    expect(upstream.seen).toEqual([]);
  });

  it("is asked for by known users alone", async ({ expect }) => {
    expect(await statusOf("auth('bob').get('dev/kv')")).toEqual([401, "Error"]);
    expect(await valueOf("Array.isArray(await auth('bare').get('dev/kv'))")).toBe(true);
  });
});

describe("without an upstream", () => {
  it("there are the account's own customers, and an error names the setting", async ({
    expect,
  }) => {
    await using alone = await startProduct({ SCRIPTFORGE_CELLS: "1" });
    await prepare(alone);
    await alone.manage("PUT", "/rest-users/ada", {});
    const options = { where: alone };
    expect(await refusalOf("api.get('did')", options)).toEqual([
      404,
      "Error",
      'Cannot GET "did": this edge has no such resource of its own and no API upstream; an operator sets SCRIPTFORGE_REST_URL',
    ]);
    const body = `[await api.post('customer', { id: 'acme', vars: 'a = 1' }), await api.get('customer/acme'),
      await api.update('customer', 'acme', { vars: 'a = 2' }), (await api.get('customer')).length,
      await api.create('customer', { id: 'acme' }).catch((e) => [e.status, e.message]),
      await api.put('customer/none', {}).catch((e) => e.status),
      await api.put('customer/acme', { vars: 'routing = 1' }).catch((e) => [e.status, e.message]),
      await api.delete('customer/none').catch((e) => e.status)]`;
    expect(await valueOf(body, options)).toEqual([
      { status: "OK", id: "acme" },
      { id: "acme", vars: "a = 1", updatedAt: expect.stringMatching(/^\d{4}-/) },
      { status: "OK", id: "acme" },
      1,
      [409, 'Cannot POST "customer": there is a customer "acme" already'],
      404,
      [422, 'Variables may not set "routing": it belongs to the routing engine'],
      404,
    ]);
    expect((await alone.manage("GET", "/customers/acme")).body).toMatchObject({ vars: "a = 2" });
    const many = `await (async () => { for (let n = 0; n < 45; n += 1) await api.put('customer/acme', {}); })()`;
    await valueOf(many, options);
    expect(
      await refusalOf(
        `(async () => { for (let n = 0; n < 45; n += 1) await api.put('customer/acme', {}); })()`,
        options,
      ),
    ).toMatchObject([503, "Error", expect.stringContaining("60 customers a minute")]);
    expect(await valueOf("await api.get('customer/acme')", options)).toMatchObject({ vars: "" });
    expect(upstream.seen).toEqual([]);
  });
});

describe("with a token for everybody", () => {
  it("every user is known, and one with its own keeps that", async ({ expect }) => {
    await using open = await startProduct({
      SCRIPTFORGE_CELLS: "1",
      SCRIPTFORGE_REST_URL: upstream.url,
      SCRIPTFORGE_REST_TOKEN: DEFAULT_TOKEN,
    });
    await prepare(open);
    await open.manage("PUT", "/rest-users/ada", { token: TOKEN });
    await open.manage("PUT", "/rest-users/bare", {});
    const body = "await Promise.all(['ada', 'bare', 'bob'].map((user) => auth(user).get(user)))";
    await valueOf(body, { where: open });
    const asked = upstream.seen.map(({ url, headers }) => [
      url,
      headers["x-scriptforge-user"],
      headers.authorization,
    ]);
    expect(asked.toSorted((one, two) => String(one).localeCompare(String(two)))).toEqual([
      ["/ada", "ada", `Bearer ${TOKEN}`],
      ["/bare", "bare", `Bearer ${DEFAULT_TOKEN}`],
      ["/bob", "bob", `Bearer ${DEFAULT_TOKEN}`],
    ]);
    const env = await run(
      "exports.main = () => [JSON.stringify(process.env), Object.keys(process)];",
      {
        where: open,
      },
    );
    expect(JSON.stringify(env)).not.toContain(DEFAULT_TOKEN);
    expect(JSON.stringify(env)).not.toContain("REST_");
  });
});
