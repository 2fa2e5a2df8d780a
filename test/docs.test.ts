// Runs what docs/scripts.md shows, through the running product, and holds the page and script-api.d.ts to the facts.
//
// In front of each block of JavaScript stands a comment with one line for each of its checks:
//   script DATA continues DATA      a call goes on, with exactly this data
//   script DATA rejects 604 TEXT    a call is rejected
//   app DATA => VALUE               main returns a value
//   app function NAME DATA => VALUE
//   app DATA logs LEVEL TEXT        main writes one line
//   app as NAME                     other blocks require it by this name
//   vars TOML                       variables of the assignment, for the block's calls
// The first word is the script's type. DATA and VALUE are JSON.

import { execFile } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it, type ExpectStatic } from "vitest";
import { z } from "zod";
import { ALLOWED_MODULES } from "../schemas/allowed-modules.ts";
import { DEFAULT_TIMEOUT_ACTION } from "../schemas/assignment.ts";
import { RunResult } from "../schemas/call.ts";
import { MAX_ENV_VARS } from "../schemas/env-store.ts";
import { FAULTS } from "../schemas/fault.ts";
import {
  DEFAULT_LIMITS,
  MAX_BODY_BYTES,
  MAX_CALL_MS,
  MAX_CPU_MS,
  MAX_WALL_MS,
} from "../schemas/limits.ts";
import { Published } from "../schemas/release.ts";
import { ScriptType } from "../schemas/script-type.ts";
import { SCRIPT_BUILT_INS } from "../schemas/specifiers.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs/scripts.md"), "utf8");
const TYPES: ScriptType[] = ["script", "app", "driver"];
const KEY = "the key";

type Check = { type: ScriptType; function?: string; data: unknown; verb: string; rest: string };
type Example = {
  title: string;
  code: string;
  name: string | undefined;
  vars: string;
  checks: Check[];
};

const EXAMPLES = [...PAGE.matchAll(/(?:<!--\n([^]*?)-->\n\n)?```js\n([^]*?)```/g)].map(readExample);

let product: Product;
let server: Server;

beforeAll(async () => {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  product = await startProduct({
    SCRIPTFORGE_CELLS: "1",
    SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8",
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const at = `http://127.0.0.1:${address.port}`;
  for (const [name, value] of [
    ["LOOKUP_URL", at],
    ["LOOKUP_KEY", KEY],
    ["PROVIDER_URL", at],
  ]) {
    await product.manage("PUT", `/env/${name}`, { value });
  }
  for (const type of TYPES) await product.manage("POST", "/scripts", { name: type, type });
  for (const { name, code } of EXAMPLES) {
    if (name !== undefined) await product.manage("POST", "/scripts", { name, type: "app", code });
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

describe("each example of the page", () => {
  it("says what comes of it", ({ expect }) => {
    expect(EXAMPLES.length).toBeGreaterThan(15);
    const unsaid = EXAMPLES.filter(({ name, checks }) => name === undefined && checks.length === 0);
    expect(unsaid.map(({ code }) => code)).toEqual([]);
  });

  it.for(EXAMPLES)("does it: $title", async ({ code, name, vars, checks }, { expect }) => {
    const types = new Set(checks.map(({ type }) => type));
    if (name !== undefined) types.add("app");
    for (const type of types) expect(await lintsOf(type, code)).toEqual([]);
    const calls = checks.filter(isCall);
    if (calls.length > 0) {
      const customer = `example-${EXAMPLES.findIndex((example) => example.code === code)}`;
      const [{ type } = { type: "script" }] = calls;
      await product.assign({ name: customer, type, code, customer, assignment: { vars } });
      for (const call of calls) {
        const { body } = await product.ask(`/call/termination/${customer}/main`, call.data);
        expect(body).toEqual(decisionOf(call));
      }
    }
    for (const check of checks) {
      if (!isCall(check)) await checkRun(code, check, expect);
    }
  });
});

describe("the types of scripts", () => {
  /** Each is wrong for a reason of ours. */
  const WRONG: Record<string, string> = {
    "a variable of a number": 'setEnvVar("A", 5);',
    "a variable that may not be set": "process.env.KEY.trim();",
    "a module that is not on the list": 'require("lodash");',
    "a function that a module has not": 'require("axios").fetch("https://x.test");',
    "a function that an untyped module has not": 'require("fast-toml").stringify({});',
    "a library of other platforms": 'api.lookup.hlr("1");',
    "a calling number that is a number": `${typed("ScriptMain")}(data) => { data.routing.cli = 5; };`,
    "a route that may not be there": `${typed("ScriptMain")}(data) => { data.routing.egress_routing[0].headers = []; };`,
    "a gateway that may not be there": `${typed("ScriptMain")}(data) => { for (const { gw } of data.routing.egress_routing ?? []) Object.values(gw); };`,
    "a header by another name": `${typed("ScriptMain")}(data) => [{ name: "X-A", value: 1 }];`,
    "a text as a result": `${typed("ScriptMain")}() => "604 Number on DNC List";`,
    "a verdict as a result": `${typed("AppMain")}async () => false;`,
    "a result without routing": `${typed("AppMain")}async () => ({ ok: true });`,
    "a Script that waits": `${typed("ScriptMain")}async (data) => data;`,
  };

  it("take the examples of the page, and refuse wrong uses", async ({ expect }) => {
    using folder = temporaryFolder();
    symlinkSync(join(ROOT, "node_modules"), join(folder.path, "node_modules"));
    for (const [index, { code, name }] of EXAMPLES.entries()) {
      writeFileSync(join(folder.path, `${name ?? `example-${index}`}.js`), code);
    }
    for (const [claim, code] of Object.entries(WRONG)) {
      writeFileSync(join(folder.path, `${claim}.js`), `${code}\n`);
    }
    const errors = await check(folder.path, {});
    const wrong = new Set(errors.map(({ file }) => file.replace(/\.js$/, "")));
    expect(errors.filter(({ file }) => file.startsWith("example-"))).toEqual([]);
    expect([...wrong].toSorted()).toEqual(Object.keys(WRONG).toSorted());
  });

  it("stand on their own, but for the packages they name", async ({ expect }) => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "script.js"), "function main() { return vars; }\n");
    const errors = await check(folder.path, { skipLibCheck: false });
    expect(errors.filter(({ code }) => code !== "TS2307" && code !== "TS2591")).toEqual([]);
  });
});

describe("the page tells", () => {
  it("each module that may be required, and how it differs", ({ expect }) => {
    const rows = ALLOWED_MODULES.map(({ name, differences }) => [
      `\`${name}\``,
      differences.join(" "),
    ]);
    expect(tableBelow("module ")).toEqual(rows);
    for (const name of SCRIPT_BUILT_INS) expect(PAGE).toContain(`\`${name}\``);
    const types = readFileSync(join(ROOT, "docs/script-api.d.ts"), "utf8");
    for (const { name } of ALLOWED_MODULES) {
      expect(types).toContain(`(name: "${name}"): typeof import("${name}")`);
    }
    for (const name of SCRIPT_BUILT_INS)
      expect(types).toContain(`(name: "${name}" | "node:${name}")`);
  });

  it("each limit", ({ expect }) => {
    const rows = tableBelow("of one run");
    expect(rows.map((cells) => cells.slice(1, 4))).toEqual([
      TYPES.map((type) => ms(DEFAULT_LIMITS[type].cpuMs)),
      TYPES.map((type) => ms(MAX_CPU_MS[type])),
      TYPES.map((type) => ms(DEFAULT_LIMITS[type].wallMs)),
      TYPES.map((type) => String(DEFAULT_LIMITS[type].subrequests)),
    ]);
    expect(PAGE).toContain(`at most ${ms(MAX_WALL_MS)}`);
    expect(PAGE).toContain(`${MAX_BODY_BYTES.toLocaleString("en-US")} bytes`);
    expect(PAGE).toContain(`${MAX_ENV_VARS} variables`);
    expect(PAGE).toContain(`0.01 to ${MAX_CALL_MS / 1_000}; without it`);
    expect(PAGE).toContain(DEFAULT_TIMEOUT_ACTION);
  });

  it("each fault that an author meets", ({ expect }) => {
    const told = tableBelow("code ").map(([code]) => code);
    const ofScripts = Object.entries(FAULTS).filter(([, { blame }]) => blame === "script");
    const others =
      "function_not_found script_not_found compile_error module_not_allowed body_too_large overloaded cell_lost";
    const expected = [...ofScripts.map(([code]) => code), ...others.split(" ")];
    expect(new Set(told)).toEqual(new Set(expected.map((code) => `\`${code}\``)));
  });

  it("each variable that is built in", async ({ expect }) => {
    const code = "function main() { return Object.keys(process.env); }";
    const names = z.array(z.string()).parse((await run("app", { code, data: {} })).value);
    const own = names.filter((name) => !/^(?:LOOKUP|PROVIDER)_/.test(name));
    for (const name of own) expect(PAGE).toContain(`\`${name}\``);
    expect(own).toHaveLength(6);
  });

  it("each way to reject a call", async ({ expect }) => {
    const ways = tableBelow("form ").map(([way = ""]) => way.replaceAll("`", ""));
    expect(ways.length).toBeGreaterThan(5);
    const code = `function main(data) { ${ways.map((way, index) => `if (data.way === ${index}) { ${way}; }`).join(" ")} }`;
    await product.assign({ name: "rejects", code, customer: "rejects" });
    for (const [way, text] of ways.entries()) {
      const { body } = await product.ask("/call/termination/rejects/main", { way });
      expect([text, body]).toEqual([
        text,
        { action: "reject", sip: { code: 404, reason: "Not Found" } },
      ]);
    }
  });

  it("each result of main", async ({ expect }) => {
    const sent = {
      routing: { cli: "1", headers: [{ key: "X-A", value: "1" }] },
      way: 0,
      more: true,
    };
    const { routing } = sent;
    const goesOn = (data: object): object => ({ action: "continue", data: { ...sent, ...data } });
    const failed = { action: "reject", sip: { code: 500, reason: "ScriptForge Error" } };
    const header = { key: "X-B", value: "2" };
    const added = { ...routing, headers: [...routing.headers, header] };
    const cases: [row: string, code: string, decision: object][] = [
      ["an object with", "return { routing: { cli: '2' } };", goesOn({ routing: { cli: "2" } })],
      [
        "the routing object",
        "data.routing.cli = '2'; return data.routing;",
        goesOn({ routing: { ...routing, cli: "2" } }),
      ],
      [
        "`undefined`, `null`",
        "data.routing.cli = '2';",
        goesOn({ routing: { ...routing, cli: "2" } }),
      ],
      ["`undefined`, `null`", "return null;", goesOn({})],
      ["a list of", `return [${JSON.stringify(header)}];`, goesOn({ routing: added })],
      ["a pair", "return [604, 'text'];", { action: "reject", sip: { code: 604, reason: "text" } }],
      ["an object without", "data.routing.cli = '2'; return {};", goesOn({})],
      ...["'604 text'", "604", "false", "[1, 2]"].map((value): [string, string, object] => [
        "a string, number or boolean",
        `return ${value};`,
        { ...failed, fault: expect.objectContaining({ code: "script_error" }) },
      ]),
    ];
    const code = `function main(data) { ${cases.map(([, each], way) => `if (data.way === ${way}) { ${each} }`).join(" ")} }`;
    await product.assign({ name: "results", code, customer: "results" });
    for (const [way, [, each, decision]] of cases.entries()) {
      const { body } = await product.ask("/call/termination/results/main", { ...sent, way });
      const told =
        "data" in decision ? { ...decision, data: { ...Object(decision.data), way } } : decision;
      expect([each, body]).toMatchObject([each, told]);
    }
    const rows = tableBelow("`main` returns").map(([row = ""]) => row);
    expect(rows.filter((row) => !cases.some(([begin]) => row.startsWith(begin)))).toEqual([]);
  });

  it("each lint", async ({ expect }) => {
    const phrases = tableBelow("a lint says").map(([phrase = ""]) => phrase.replaceAll("`", ""));
    const found = [
      ...(await lintsOf("app", "async function ask() {}\nfunction main(data) { ask(); }")),
      ...(await lintsOf("app", "function helper() {}")),
      ...(await lintsOf(
        "script",
        "function main(data) { fetch(data.routing.egress_routing.headers = []); }",
      )),
      ...(await lintsOf(
        "script",
        "Array.prototype.last = function () {}; function main(d) { return d; }",
      )),
    ];
    for (const lint of found)
      expect(phrases.filter((phrase) => lint.includes(phrase))).toHaveLength(1);
    for (const phrase of phrases) expect(found.join("\n")).toContain(phrase);
  });

  it("each refusal", async ({ expect }) => {
    const main = "function main(data) { return data; }";
    const cases: [what: string, type: ScriptType, code: string][] = [
      ["what does not parse", "app", "function main(data: CallData) {}"],
      ["`with`", "app", "function main(data) { with (data) { return routing; } }"],
      ["`import()`", "app", "function main() { return import('axios'); }"],
      ["`await` outside of functions", "app", `await 1;\n${main}`],
      ["`<!--` and `-->` as comments", "app", `${main} <!-- main`],
      ["an asynchronous `main` in type Script", "script", `async ${main}`],
      ["a driver without any of its functions", "driver", "exports.find = () => [];"],
      ["`require` or `import` in type Script", "script", `require('moment'); ${main}`],
      ["a module that is not on the list, a URL, an unknown script", "app", "require('lodash');"],
      [
        "a module that is not on the list, a URL, an unknown script",
        "app",
        "import a from 'https://x.test/a';",
      ],
      ["a module that is not on the list, a URL, an unknown script", "app", "require('./none');"],
    ];
    const codes = new Map(tableBelow("what is refused").map(([what, code]) => [what, code]));
    for (const [what, type, code] of cases) {
      const { status, body } = await draft(type, { code, data: {} });
      expect([what, status, body]).toMatchObject([what, 422, { line: expect.any(Number) }]);
      expect(body).toMatchObject({ code: codes.get(what)?.replaceAll("`", "") });
    }
  });

  it("what is not there", async ({ expect }) => {
    const names = "WebAssembly SharedArrayBuffer Atomics Worker".split(" ");
    const code = `function main() { return [${names.map((name) => `typeof ${name}`).join()}, typeof process.exit]; }`;
    const { value } = await run("app", { code, data: {} });
    expect(new Set(z.array(z.string()).parse(value))).toEqual(new Set(["undefined"]));
    for (const made of ["eval('1')", "new Function('return 1')()"]) {
      const { outcome } = await run("app", { code: `exports.main = () => ${made};`, data: {} });
      expect([made, outcome]).toEqual([made, "script_error"]);
    }
    const listed = /Type Script has no globals but[^]*?\n\n/.exec(PAGE)?.[0] ?? "";
    const globals = [...listed.matchAll(/`([\w.]+)`/g)].map(([, name]) => name);
    const known = `function main() { return [${globals.map((name) => `typeof ${name}`).join()}]; }`;
    const types = z.array(z.string()).parse((await run("script", { code: known, data: {} })).value);
    expect(types).toHaveLength(14);
    expect(types).not.toContain("undefined");
  });

  it("where each of its sections is", ({ expect }) => {
    const headings = [...PAGE.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
    const anchors = headings.map(
      (heading) =>
        `- [${heading}](#${heading
          .toLowerCase()
          .replaceAll(/[^\w ]/g, "")
          .replaceAll(" ", "-")})`,
    );
    expect(PAGE.match(/^- \[.+\]\(#.+\)$/gm)).toEqual(anchors);
  });
});

function readExample(match: RegExpMatchArray): Example {
  const [, comment = "", code = ""] = match;
  const lines = comment.split("\n").filter((line) => line !== "");
  const title =
    PAGE.slice(0, match.index)
      .match(/^## .+$/gm)
      ?.at(-1) ?? "";
  const valueOf = (pattern: RegExp): string | undefined =>
    lines.map((line) => pattern.exec(line)?.[1]).find((value) => value !== undefined);
  const checks = lines.filter((line) => !/^(?:vars|app as) /.test(line)).map(readCheck);
  const vars = valueOf(/^vars (.+)$/) ?? "";
  return { title: title.slice("## ".length), code, name: valueOf(/^app as (.+)$/), vars, checks };
}

function readCheck(line: string): Check {
  const pattern =
    /^(script|app|driver) (?:function (\w+) )?(.+?) (=>|continues|rejects|logs) (.+)$/;
  const [, type, name, data = "", verb = "", rest = ""] = pattern.exec(line) ?? [];
  if (type === undefined) throw new Error(`Cannot read the check "${line}"`);
  const named = name === undefined ? {} : { function: name };
  return { type: ScriptType.parse(type), ...named, data: JSON.parse(data), verb, rest };
}

function isCall({ verb }: Check): boolean {
  return verb === "continues" || verb === "rejects";
}

function decisionOf({ verb, rest }: Check): object {
  if (verb === "continues") return { action: "continue", data: JSON.parse(rest) };
  const [, code, reason] = /^(\d{3}) (.+)$/.exec(rest) ?? [];
  return { action: "reject", sip: { code: Number(code), reason } };
}

async function checkRun(
  code: string,
  { type, verb, rest, ...request }: Check,
  expect: ExpectStatic,
): Promise<void> {
  const result = await run(type, { code, ...request });
  expect(result).toMatchObject({ outcome: "ok" });
  if (verb === "=>") expect(result.value).toEqual(JSON.parse(rest));
  else expect(result.logs.map(({ level, message }) => `${level} ${message}`)).toEqual([rest]);
}

function draft(
  type: ScriptType,
  request: { code: string; data: unknown; function?: string },
): Promise<Answer> {
  return product.manage("POST", `/scripts/${type}/run`, request);
}

async function run(...request: Parameters<typeof draft>): Promise<RunResult> {
  return RunResult.parse((await draft(...request)).body);
}

async function lintsOf(type: ScriptType, code: string): Promise<string[]> {
  const { body } = await product.manage("POST", `/scripts/${type}/releases`, { code });
  return Published.parse(body).lints.map(({ message }) => message);
}

/** The cells of the table that has `heading` in its first line. */
function tableBelow(heading: string): string[][] {
  const [, , ...rows] = PAGE.slice(
    PAGE.lastIndexOf("\n", PAGE.indexOf(`\n| ${heading}`) + 1) + 1,
  ).split("\n");
  return rows
    .slice(
      0,
      rows.findIndex((row) => !row.startsWith("|")),
    )
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** What the examples ask: a look-up of numbers, and a provider of them. */
function answer(
  { url = "", method = "", headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  if (url === "/token") return send(200, { access_token: "the token", expires_in: 3_600 });
  if (url.startsWith("/numbers?prefix=44207")) return send(200, { numbers: ["442079460001"] });
  if (url === "/balance/acme") {
    return send(headers.authorization === "Bearer the token" ? 200 : 401, { balance: 12.5 });
  }
  if (method === "DELETE") return void response.writeHead(204).end();
  if (headers.authorization !== `Bearer ${KEY}`) return send(401, {});
  // Nobody ever answers about this number.
  if (url.endsWith("408")) return;
  send(200, { status: url.endsWith("404") ? "unallocated" : "in use" });
}

function ms(count: number): string {
  return `${count.toLocaleString("en-US")} ms`;
}

function typed(type: string): string {
  return `/** @type {${type}} */ exports.main = `;
}

function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), "scriptforge-docs-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** The errors that TypeScript finds in `folder`, with the page's jsconfig.json. */
async function check(
  folder: string,
  options: object,
): Promise<{ file: string; code: string; message: string }[]> {
  copyFileSync(join(ROOT, "docs/script-api.d.ts"), join(folder, "script-api.d.ts"));
  const [, json = ""] = /```json\n(\{\n {2}"compilerOptions"[^]*?)```/.exec(PAGE) ?? [];
  const config = z.looseObject({ compilerOptions: z.looseObject({}) }).parse(JSON.parse(json));
  const compilerOptions = { ...config.compilerOptions, ...options };
  writeFileSync(join(folder, "jsconfig.json"), JSON.stringify({ ...config, compilerOptions }));
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const output = await new Promise<string>((resolve) => {
    const args = ["--noEmit", "--pretty", "false", "-p", "jsconfig.json"];
    execFile(tsc, args, { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  return [...output.matchAll(/^(.+?)\(\d+,\d+\): error (TS\d+): (.+)$/gm)].map(
    ([, file = "", code = "", message = ""]) => ({ file, code, message }),
  );
}
