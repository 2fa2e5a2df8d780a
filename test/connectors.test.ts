// Libraries that ask connectors of the operator's, as scripts use them, through the running product and real HTTP.

import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { CONNECTORS, MAX_CONNECTOR_MS } from "../schemas/connector.ts";
import {
  MAX_CONNECTOR_ANSWER_BYTES,
  MAX_CONNECTOR_ARGUMENTS,
} from "../schemas/connector-limits.ts";
import { RunResult } from "../schemas/call.ts";
import { Published } from "../schemas/release.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";
import { rejectionOf, Upstream } from "./upstream.ts";

const SECRET = "the-secret-of-the-service";
const Refusal = z.object({ code: z.string(), detail: z.string() });

let product: Product;
let other: OtherAccount;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await Upstream.open();
  // No egress is open: connectors are the operator's, wherever they are.
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  other = await OtherAccount.open(product);
  for (const type of ["script", "app", "driver"]) {
    await product.manage("POST", "/scripts", { name: `draft-${type}`, type });
  }
  for (const name of ["call-control", "llm", "lookup", "originate"]) {
    await connect(name, { url: `${upstream.url}/${name}?line=2`, headers: { "X-Key": SECRET } });
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});
beforeEach(() => {
  upstream.seen = [];
  upstream.answerWith({ ok: true });
});

/** Never ends. */
function pour(response: ServerResponse): void {
  response.write("x".repeat(65_536));
  response.once("drain", () => pour(response));
}

/** What a connector was asked first. */
function firstQuestion(): unknown {
  return JSON.parse(upstream.seen[0]?.body ?? "null");
}

async function connect(name: string, content: object): Promise<void> {
  const { status, body } = await product.manage("PUT", `/connectors/${name}`, content);
  if (status !== 200) throw new Error(JSON.stringify(body));
}

type Options = { type?: string; data?: unknown };

function draft(code: string, { type = "app", ...request }: Options = {}): Promise<Answer> {
  return product.manage("POST", `/scripts/draft-${type}/run`, { code, ...request });
}

async function run(code: string, options: Options = {}): Promise<RunResult> {
  const answer = await draft(code, options);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return RunResult.parse(answer.body);
}

/** What an expression comes to, in a script that has the libraries in its scope. */
async function valueOf(expression: string): Promise<unknown> {
  const code = `const { originate } = require('cxOriginate');
    const { C4, C5, AI } = require('cxCallControl');
    const { chat } = require('cxLLM');
    async function main() { return ${expression}; }
    void api;`;
  const result = await run(code);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

/** The status, the class and the message of the Error that a call rejects with. */
async function refusalOf(call: string): Promise<unknown> {
  return await valueOf(rejectionOf(call));
}

const ORIGINATE = "originate(1234, 'am1fs1', '447700900123', 442070000000, '100')";

describe("a call's connector is asked by", () => {
  it.for([
    "const { originate } = require('cxOriginate'); exports.main = () => CALL;",
    "exports.main = () => require('cxOriginate').CALL;",
    "import { originate } from 'cxOriginate'; export const main = () => CALL;",
    "import cxOriginate from 'cxOriginate'; export const main = () => cxOriginate.CALL;",
    "import * as cxOriginate from 'cxOriginate'; export const main = () => cxOriginate.CALL;",
  ])("%s", async (style, { expect }) => {
    upstream.answerWith({ callid: "1-2-3" });
    for (const type of ["app", "driver"]) {
      const { outcome, value } = await run(style.replace("CALL", ORIGINATE), { type });
      expect([type, outcome, value]).toEqual([type, "ok", { callid: "1-2-3" }]);
    }
  });
});

describe("a connector", () => {
  it("is told function, arguments, account and script, with the operator's headers", async ({
    expect,
  }) => {
    upstream.answerWith({ callid: "7" });
    expect(await valueOf(`await ${ORIGINATE}`)).toEqual({ callid: "7" });
    const id = await product.manage("GET", "/scripts/draft-app");
    const { id: script } = z.object({ id: z.string() }).parse(id.body);
    const [{ url, headers } = {}] = upstream.seen;
    const body = firstQuestion();
    expect(url).toBe("/originate?line=2");
    expect(headers).toMatchObject({
      "x-key": SECRET,
      "content-type": "application/json",
      accept: "application/json",
    });
    expect(body).toEqual({
      function: "originate",
      arguments: {
        companyId: 1234,
        serverAlias: "am1fs1",
        destination: "447700900123",
        cli: "442070000000",
        extension: "100",
      },
      account: "default",
      script,
    });
  });

  it("is asked about each function in the same way", async ({ expect }) => {
    const cases: [call: string, connector: string, name: string, args: object][] = [
      ["C4(['am1fs1'])", "", "", {}],
      [
        "(await C4(['am1fs1', 'am1fs2'])).registrations()",
        "call-control",
        "C4.registrations",
        { servers: ["am1fs1", "am1fs2"], user: null },
      ],
      [
        "(await C4('am1fs1')).registrations('ada')",
        "call-control",
        "C4.registrations",
        { servers: ["am1fs1"], user: "ada" },
      ],
      [
        "(await C5(['a'])).originate({ to: 1 }, 'x', undefined)",
        "call-control",
        "C5.originate",
        { servers: ["a"], parameters: [{ to: 1 }, "x", null] },
      ],
      [
        "(await AI(['a'])).originate()",
        "call-control",
        "AI.originate",
        { servers: ["a"], parameters: [] },
      ],
      [
        "chat('asst_1', 'Hello ☎', null)",
        "llm",
        "chat",
        { assistantId: "asst_1", text: "Hello ☎", chatId: null },
      ],
      ["chat(5, '', 'c1')", "llm", "chat", { assistantId: 5, text: "", chatId: "c1" }],
      ...["asrplus", "tps", "nnpc", "hlr", "lrn", "ping"].map(
        (name): [string, string, string, object] => [
          `api.lookup.${name}(447700900123)`,
          "lookup",
          name,
          { number: "447700900123" },
        ],
      ),
    ];
    for (const [call, connector, name, args] of cases) {
      upstream.seen = [];
      upstream.answerWith({ status: "Valid", n: 1 });
      const value = await valueOf(`await ${call}`);
      if (connector === "") {
        expect([value, upstream.seen]).toEqual([{}, []]);
        continue;
      }
      expect([call, value]).toEqual([call, { status: "Valid", n: 1 }]);
      expect(upstream.seen).toMatchObject([{ url: `/${connector}?line=2` }]);
      expect(firstQuestion()).toMatchObject({ function: name, arguments: args });
    }
  });

  it("answers any JSON, and nothing is null", async ({ expect }) => {
    for (const value of [[1], "text", 5, false, null, { a: { b: [] } }]) {
      upstream.answerWith(JSON.stringify(value));
      expect(await valueOf(`await ${ORIGINATE}`)).toEqual(value);
    }
    upstream.respond = (response) => response.writeHead(204).end();
    expect(await valueOf(`await ${ORIGINATE}`)).toBeNull();
    upstream.respond = (response) => response.end();
    expect(await valueOf(`await ${ORIGINATE}`)).toBeNull();
  });

  it("may be served over a type that it does not say", async ({ expect }) => {
    upstream.respond = (response) => response.end(' {"callid": "8"}\n');
    expect(await valueOf(`await ${ORIGINATE}`)).toEqual({ callid: "8" });
  });
});

describe("a connector that fails", () => {
  it("rejects with its status and its words", async ({ expect }) => {
    const cases: [status: number, body: unknown, told: string][] = [
      [503, { detail: "no lines free", title: "x" }, "503 Service Unavailable: no lines free"],
      [404, { error: "no such server" }, "404 Not Found: no such server"],
      [422, { message: "two\nlines" }, "422 Unprocessable Entity: two lines"],
      [401, { title: "Who are you?" }, "401 Unauthorized: Who are you?"],
      [500, { error: { code: 5 } }, "500 Internal Server Error"],
      [400, ["x"], "400 Bad Request"],
      [599, {}, "599"],
      [500, { detail: "x".repeat(2_000) }, `500 Internal Server Error: ${"x".repeat(500)}`],
    ];
    for (const [status, body, told] of cases) {
      upstream.answerWith(body, status);
      const message = `Cannot use cxOriginate: the connector "originate" answered ${told}`;
      expect(await refusalOf(ORIGINATE)).toEqual([status, "Error", message]);
    }
  });

  it("with a page of HTML rejects with its status", async ({ expect }) => {
    upstream.respond = (response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    expect(await refusalOf(ORIGINATE)).toEqual([
      502,
      "Error",
      'Cannot use cxOriginate: the connector "originate" answered 502 Bad Gateway',
    ]);
  });

  it("with what is not JSON says so", async ({ expect }) => {
    for (const body of ["<html></html>", "{", "callid=5", "\0"]) {
      upstream.respond = (response) => response.end(body);
      expect(await refusalOf(ORIGINATE)).toEqual([
        502,
        "Error",
        'Cannot use cxOriginate: the connector "originate" answered with what is not JSON',
      ]);
    }
  });

  it("with too much says so, however it is packed", async ({ expect }) => {
    const told = [
      502,
      "Error",
      'Cannot use cxOriginate: the answer of the connector "originate" has more than 1000000 bytes',
    ];
    upstream.answerWith(JSON.stringify("x".repeat(1_000_000)));
    expect(await refusalOf(ORIGINATE)).toEqual(told);
    upstream.answerWith(JSON.stringify("x".repeat(999_998)));
    expect(await valueOf(`(await ${ORIGINATE}).length`)).toBe(999_998);
    const { gzipSync } = await import("node:zlib");
    upstream.respond = (response) =>
      response
        .writeHead(200, { "content-encoding": "gzip" })
        .end(gzipSync(JSON.stringify("x".repeat(50_000_000))));
    expect(await refusalOf(ORIGINATE)).toEqual(told);
    upstream.respond = pour;
    expect(await refusalOf(ORIGINATE)).toEqual(told);
  });

  it("with a redirect is not followed", async ({ expect }) => {
    for (const status of [301, 302, 307, 308]) {
      upstream.respond = (response) =>
        response.writeHead(status, { location: `${upstream.url}/elsewhere` }).end();
      expect(await refusalOf(ORIGINATE)).toEqual([
        status,
        "Error",
        expect.stringContaining("redirects are not followed"),
      ]);
    }
    expect(upstream.seen.filter(({ url }) => url === "/elsewhere")).toEqual([]);
  });

  it("by silence, a dropped connection or a closed port rejects in time", async ({ expect }) => {
    await connect("lookup", { url: `${upstream.url}/lookup`, timeoutMs: 300 });
    upstream.respond = () => undefined;
    expect(await refusalOf("api.lookup.hlr('1')")).toEqual([
      504,
      "Error",
      'Cannot use api.lookup: the connector "lookup" did not answer within 300 ms',
    ]);
    upstream.respond = (response) => response.writeHead(200).write("{");
    expect(await refusalOf("api.lookup.hlr('1')")).toEqual([
      504,
      "Error",
      'Cannot use api.lookup: the connector "lookup" did not answer within 300 ms',
    ]);
    upstream.respond = (response) => response.destroy();
    expect(await refusalOf("api.lookup.hlr('1')")).toEqual([
      502,
      "Error",
      expect.stringMatching(
        /^Cannot use api\.lookup: the connector "lookup" cannot be reached \([A-Z_]+\)$/,
      ),
    ]);
    await connect("lookup", { url: "http://127.0.0.1:1/" });
    expect(await refusalOf("api.lookup.hlr('1')")).toEqual([
      502,
      "Error",
      expect.stringContaining('the connector "lookup" cannot be reached'),
    ]);
    await connect("lookup", { url: `${upstream.url}/lookup?line=2` });
  });

  it("by silence is left alone once the run is over", async ({ expect }) => {
    const gone = Promise.withResolvers<void>();
    upstream.respond = (response) => void response.once("close", () => gone.resolve());
    const limits = { wallMs: 300 };
    const code = `const { originate } = require('cxOriginate'); exports.main = () => ${ORIGINATE};`;
    await product.manage("POST", "/scripts", { name: "waits", type: "app", code, limits });
    await product.untilRevision();
    const { body } = await product.ask("/run/waits");
    expect(body).toMatchObject({ code: "wall_exceeded" });
    // Long before the connector's own ten seconds.
    await gone.promise;
    expect(firstQuestion()).toMatchObject({ function: "originate" });
  });
});

describe("a script's argument", () => {
  it("that makes no sense is a TypeError, and nobody is asked", async ({ expect }) => {
    const cases: [call: string, message: string][] = [
      [
        "originate()",
        "Cannot originate the call: companyId has to be a text or a whole number, not undefined",
      ],
      [
        "originate(1, '', '2', '3', '4')",
        "Cannot originate the call: serverAlias has to be a text or a whole number, not empty",
      ],
      [
        "originate(1, 'a', {}, '3', '4')",
        "Cannot originate the call: destination has to be a text or a whole number, not of type object",
      ],
      [
        "originate(1, 'a', '2', 1.5, '4')",
        "Cannot originate the call: cli has to be a text or a whole number, not 1.5",
      ],
      [
        "originate(1, 'a', '2', '3', 'x'.repeat(255))",
        "Cannot originate the call: extension has more than 254 characters",
      ],
      ["C4()", "Cannot use C4: the servers have to be a list of 1 to 20 names"],
      ["C5([])", "Cannot use C5: the servers have to be a list of 1 to 20 names"],
      ["AI([5, null])", "Cannot use AI: each server has to be a text or a whole number, not null"],
      [
        "C4(['a']).then((c4) => c4.registrations({}))",
        "Cannot find the registrations: the user has to be a text or a whole number, not of type object",
      ],
      ["C5(['a']).then((c5) => c5.originate(1n))", "Do not know how to serialize a BigInt"],
      [
        "C5(['a']).then((c5) => c5.originate('x'.repeat(200000)))",
        "Cannot use cxCallControl: the arguments have 200035 characters of JSON, more than 200000",
      ],
      [
        "chat(null, 'x')",
        "Cannot chat with the assistant: assistantId has to be a text or a whole number, not null",
      ],
      [
        "chat('a', 5)",
        "Cannot chat with the assistant: the text has to be a string of at most 100000 characters, not 5",
      ],
      [
        "chat('a', 'x', {})",
        "Cannot chat with the assistant: chatId has to be a text or a whole number, not of type object",
      ],
      [
        "api.lookup.hlr()",
        "Cannot look up the number: it has to be a text or a whole number, not undefined",
      ],
    ];
    for (const [call, message] of cases) {
      expect([call, await refusalOf(call)]).toEqual([call, [null, "TypeError", message]]);
    }
    expect(upstream.seen).toEqual([]);
  });

  it("cannot pass for another account's or script's", async ({ expect }) => {
    const code = `const { C5 } = require('cxCallControl');
      exports.main = async () => {
        process.env.APP_ID = 'other';
        return (await C5(['a","account":"other'])).originate({ account: 'other', script: 'x', toJSON: undefined });
      };`;
    await run(code);
    expect(firstQuestion()).toMatchObject({
      account: "default",
      arguments: { servers: ['a","account":"other'], parameters: [{ account: "other" }] },
    });
  });

  it("does not reach how the library checks and asks", async ({ expect }) => {
    const code = `const { originate } = require('cxOriginate');
      JSON.parse = JSON.stringify = String = Array.isArray = Number.isSafeInteger = () => 'forged';
      exports.main = async () => (await ${ORIGINATE}).callid;`;
    upstream.answerWith({ callid: "9" });
    expect((await run(code)).value).toBe("9");
    expect(firstQuestion()).toMatchObject({ arguments: { cli: "442070000000" } });
  });
});

describe("publishing", () => {
  it("has a lint where nobody waits for an answer", async ({ expect }) => {
    for (const call of [
      "require('cxOriginate').originate(1, 'a', 'b', 'c', 'd')",
      "require('cxCallControl').C4(['a'])",
      "require('cxLLM').chat('a', 'b')",
      "api.lookup.hlr('1')",
      "api.rest.auth('a').post('x', {})",
      "api.rest('a').post('x', {})",
    ]) {
      const lints: number[] = [];
      for (const wait of ["await ", ""]) {
        const code = `async function main(data) { ${wait}${call}; return data; }`;
        const { body } = await product.manage("POST", "/scripts/draft-app/releases", { code });
        lints.push(Published.parse(body).lints.length);
      }
      expect([call, lints]).toEqual([call, [0, 1]]);
    }
  });
});

describe("a look-up in the account's own databases", () => {
  it("resolves to the row, and rejects where there is none", async ({ expect }) => {
    await product.manage("PUT", "/userspace/dnc", { kind: "kv" });
    await product.manage("PUT", "/userspace/dnc/rows/447700900999", { value: "blocked" });
    const row = { key: "447700900999", value: "blocked" };
    expect(await valueOf("await api.lookup.userspaceLookup('dnc', '447700900999')")).toEqual(row);
    expect(await valueOf("await api.lookup.userspaceLookup('dnc', 447700900999)")).toEqual(row);
    const refusals: [call: string, kind: string, told: unknown][] = [
      ["('dnc', '1')", "Error", 'Cannot find "1": it is not in the database "dnc"'],
      ["('none', '1')", "Error", expect.stringContaining("none")],
      ["('dnc')", "TypeError", expect.stringContaining("not undefined")],
      ["(undefined, '1')", "TypeError", expect.any(String)],
    ];
    for (const [call, kind, told] of refusals) {
      expect(await refusalOf(`api.lookup.userspaceLookup${call}`)).toEqual([null, kind, told]);
    }
    const code =
      "exports.main = () => api.lookup.userspaceLookup('dnc', '447700900999').catch((e) => e.message);";
    expect(await other.valueOf(code)).toContain("dnc");
    expect(upstream.seen).toEqual([]);
  });
});

describe("type Script", () => {
  it("is told that it has none of them", async ({ expect }) => {
    for (const name of ["lookup", "rest", "send"]) {
      const code = `function main() { return api.${name}; }`;
      const { outcome, error } = await run(code, { type: "script" });
      expect([outcome, error?.message]).toEqual([
        "script_error",
        expect.stringMatching(/type Script has no libraries, choose type App to use '[\w.]+'$/),
      ]);
    }
  });
});

describe("the global api", () => {
  it("gives way to a script's own, and may be changed for a run", async ({ expect }) => {
    const cases: [code: string, value: unknown][] = [
      ["const api = 5; exports.main = () => api;", 5],
      ["function api() { return 6; } exports.main = () => api();", 6],
      ["exports.main = () => { var api = 7; return api; };", 7],
      ["exports.main = () => { api = 8; return api; };", 8],
      [
        "exports.main = () => { api.rest = 9; api.lookup.hlr = () => 1; return [api.rest, api.lookup.hlr()]; };",
        [9, 1],
      ],
      [
        "exports.main = () => [typeof api, Object.keys(api), Object.keys(api.lookup)];",
        [
          "object",
          ["lookup", "rest", "send"],
          ["asrplus", "hlr", "lrn", "nnpc", "ping", "tps", "userspaceLookup"],
        ],
      ],
    ];
    await product.manage("POST", "/scripts", {
      name: "api-scope",
      type: "app",
      isolation: "scope",
    });
    for (const [code, value] of cases) {
      for (const script of ["draft-app", "api-scope"]) {
        const answer = await product.manage("POST", `/scripts/${script}/run`, { code });
        expect([code, RunResult.parse(answer.body)]).toMatchObject([
          code,
          { outcome: "ok", value },
        ]);
      }
    }
  });

  it("misses a library where it is used", async ({ expect }) => {
    const code = `exports.main = async () => {
      const told = [];
      for (const use of [() => api.send.fax('1'), () => api.send.notify, () => api.send.email({ to: 'a@example.com', text: 'b' })]) {
        try { await use(); } catch (e) { told.push(e.message); }
      }
      return told;
    };`;
    const { value } = await run(code);
    expect(value).toEqual([
      expect.stringContaining("fax"),
      'cxSend of this edge has no function "notify"',
      expect.stringContaining("SCRIPTFORGE_SMTP_URL"),
    ]);
  });
});

describe("a question", () => {
  it("counts as one of the run's requests", async ({ expect }) => {
    const code =
      "const { chat } = require('cxLLM'); exports.main = async () => { for (;;) await chat('a', 'x'); };";
    expect((await run(code)).outcome).toBe("subrequests_exceeded");
    expect(upstream.seen).toHaveLength(50);
  });
});

describe("what the operator configured", () => {
  it("is seen by no script", async ({ expect }) => {
    const code = `const library = require('cxOriginate');
      exports.main = async () => {
        const e = await library.originate(1, 'a', 'b', 'c', 'd').catch((e) => e);
        return [String(e.stack), JSON.stringify(Object.getOwnPropertyNames(e).map((name) => e[name])),
          JSON.stringify(process.env), library.originate.toString(), JSON.stringify(library)].join('\\n');
      };`;
    upstream.answerWith({ error: "no" }, 500);
    const result = await run(code);
    expect(result.value).toContain("answered 500");
    const text = JSON.stringify(result);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(new URL(upstream.url).port);
  });

  it("holds for its account alone, and its absence is told", async ({ expect }) => {
    const calls: [library: string, connector: string, call: string][] = [
      ["cxOriginate", "originate", `require('cxOriginate').${ORIGINATE}`],
      ["cxLLM", "llm", "require('cxLLM').chat('a', 'b')"],
      [
        "cxCallControl",
        "call-control",
        "require('cxCallControl').C4(['a']).then((c4) => c4.registrations())",
      ],
      ["api.lookup", "lookup", "api.lookup.hlr('1')"],
    ];
    for (const [library, connector, call] of calls) {
      const code = `exports.main = () => ${call}.catch((e) => [e instanceof Error, e.message]);`;
      expect(await other.valueOf(code)).toEqual([
        true,
        `Cannot use ${library}: the connector "${connector}" is not configured; an operator sets it by PUT /v1/connectors/${connector}`,
      ]);
    }
    expect(upstream.seen).toEqual([]);
  });

  it("takes effect at once", async ({ expect }) => {
    await connect("llm", { url: `${upstream.url}/elsewhere` });
    await valueOf("await chat('a', 'b')");
    expect(upstream.seen).toMatchObject([{ url: "/elsewhere" }]);
    expect(upstream.seen[0]?.headers).not.toHaveProperty("x-key");
    await product.manage("DELETE", "/connectors/llm");
    expect(await refusalOf("chat('a', 'b')")).toEqual([
      null,
      "Error",
      expect.stringContaining('the connector "llm" is not configured'),
    ]);
  });
});

describe("the page for operators", () => {
  const page = readFileSync(new URL("../docs/connectors.md", import.meta.url), "utf8");
  const [setting = "", question = ""] = Array.from(
    page.matchAll(/```json\n([^]*?)```/g),
    ([, json]) => json,
  );

  it("shows a connector that can be set and the question that it is asked", async ({ expect }) => {
    const { status, body } = await product.manage(
      "PUT",
      "/connectors/originate",
      JSON.parse(setting),
    );
    expect([status, body]).toMatchObject([200, { headers: ["Authorization"], timeoutMs: 5_000 }]);
    await connect("originate", { url: `${upstream.url}/originate` });
    await valueOf("await originate(1234, 'am1fs1', 447700900123, '442070000000', 100)");
    const { script: _own, ...asked } = z.looseObject({}).parse(firstQuestion());
    const { script: _shown, ...shown } = z.looseObject({}).parse(JSON.parse(question));
    expect(asked).toEqual(shown);
  });

  it("has each connector, and the limits", ({ expect }) => {
    const [, first = ""] = page.split("| what asks it");
    const rows = [
      ...first.slice(0, first.indexOf("\n\n")).matchAll(/^\| `([\w-]+)` .*`([\w.]+)`/gm),
    ];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(CONNECTORS));
    for (const limit of [MAX_CONNECTOR_ARGUMENTS, MAX_CONNECTOR_ANSWER_BYTES, MAX_CONNECTOR_MS]) {
      expect(page).toContain(limit.toLocaleString("en-US"));
    }
  });
});

describe("a library that is not there", () => {
  it("says whether its name is kept, when it is published and when it is required", async ({
    expect,
  }) => {
    for (const name of ["cxRegistry", "cxRouter"]) {
      const told = `Cannot find module '${name}': ${name} is not implemented by this edge; the libraries of this edge are cxCallControl`;
      for (const code of [
        `\nrequire('${name}');`,
        `\nimport x from '${name}'; export const main = () => x;`,
      ]) {
        const { status, body } = await draft(code);
        expect([status, body]).toMatchObject([422, { code: "module_not_allowed", line: 2 }]);
        expect(Refusal.parse(body).detail).toContain(told);
      }
      const late = await run(`const name = '${name}'; exports.main = () => require(name);`);
      expect(late.error?.message).toContain(told);
    }
  });
});
