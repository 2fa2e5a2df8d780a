// Runs what docs/scripts.md and docs/calls.md show, through the running product, and holds them and script-api.d.ts to the
// facts.
//
// In front of each block of JavaScript in scripts.md stands a comment with one line for each of its checks:
//   script DATA continues DATA      a call goes on, with exactly this data and without a warning
//   script DATA rejects 604 TEXT    a call is rejected
//   app DATA => VALUE               main returns a value
//   app function NAME DATA => VALUE
//   app DATA logs LEVEL TEXT        main writes one line, behind which a stack may stand
//   app as NAME                     other blocks require it by this name
//   vars TOML                       variables of the assignment, for the block's calls
// The first word is the script's type. DATA and VALUE are JSON. Behind the type may stand where the script is assigned and
// asked, with a query: `at global/last`, `at form`, `at driver/did?mode=test`, `at driver/alert`. There also goes:
//   app at form DATA answers 422 TEXT   a problem with this status and detail
//
// In front of each block of shell commands in calls.md stands a comment that says what they write, in one of these ways. They
// run in order, by /bin/sh, with API, EDGE and TOKEN in the environment.
//   => JSON      just this
//   has JSON     an object with these members
//   says TEXT    a line that begins with this; there may be several

import { execFile } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it, type ExpectStatic } from "vitest";
import { z } from "zod";
import { BUILT_IN_SAMPLES } from "../api/samples/defaults.ts";
import { DidFunction } from "../runtime/gateway/did-result.ts";
import { DEFAULT_ALERT_MINUTES } from "../schemas/alert.ts";
import { ALLOWED_MODULES } from "../schemas/allowed-modules.ts";
import { DEFAULT_TIMEOUT_ACTION, OnError, PLACES, PutAssignment } from "../schemas/assignment.ts";
import { RunResult } from "../schemas/call.ts";
import { CONNECTORS } from "../schemas/connector.ts";
import { CX_LIBRARIES } from "../schemas/cx-libraries.ts";
import { MAX_ENV_NAME, MAX_ENV_VALUE } from "../schemas/env-limits.ts";
import { MAX_ENV_VARS } from "../schemas/env-store.ts";
import { BUILT_IN_ENV_NAMES } from "../schemas/env.ts";
import { FAULTS } from "../schemas/fault.ts";
import { MAX_KV_KEY, MAX_KV_TTL, MAX_KV_VALUE_BYTES } from "../schemas/kv-limits.ts";
import { DEFAULT_QUOTAS } from "../schemas/quotas.ts";
import { MAX_KV_PAGE } from "../schemas/kv.ts";
import {
  DEFAULT_LIMITS,
  MAX_BODY_BYTES,
  MAX_CALL_MS,
  MAX_CPU_MS,
  MAX_WALL_MS,
} from "../schemas/limits.ts";
import { Published } from "../schemas/release.ts";
import { MAX_SAMPLE_BYTES, MAX_SAMPLES } from "../schemas/sample.ts";
import { ScriptType } from "../schemas/script-type.ts";
import { MAX_MAIL_BYTES, MAX_RECIPIENTS, MAX_SMS, MAX_SUBJECT } from "../schemas/send-limits.ts";
import { parseSettings } from "../schemas/settings.ts";
import { SCRIPT_BUILT_INS } from "../schemas/specifiers.ts";
import {
  MAX_JOB_ATTEMPTS,
  MAX_JOB_BYTES,
  MAX_JOB_KEY,
  MAX_JOB_MS,
  MAX_JOB_PROGRESS,
} from "../schemas/job-limits.ts";
import { JOB_KEPT_MS, MAX_JOBS, MAX_JOBS_BYTES } from "../schemas/job-store.ts";
import {
  MAX_BACKLOG,
  MAX_EVENT,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGES,
  MESSAGE_WINDOW_MS,
} from "../schemas/message-limits.ts";
import {
  MAX_RENDER_MS,
  MAX_RENDERED_PART,
  MAX_TEMPLATE_PART,
  MAX_TEMPLATE_VARS,
  MAX_TEMPLATES,
} from "../schemas/template-limits.ts";
import { startProduct, type Answer, type Product } from "./harness.ts";
import { MailServer } from "./mail-server.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs/scripts.md"), "utf8");
const CONNECTORS_PAGE = readFileSync(join(ROOT, "docs/connectors.md"), "utf8");
const CALLS = readFileSync(join(ROOT, "docs/calls.md"), "utf8");
const DECLARATIONS = readFileSync(join(ROOT, "docs/script-api.d.ts"), "utf8");
const TYPES: ScriptType[] = ["script", "app", "driver"];
const KEY = "the key";

/** `place` is where the script is assigned, undefined for a call's route or for a run; `query` begins with "?". */
type Check = {
  type: ScriptType;
  place: string | undefined;
  query: string;
  function?: string;
  data: unknown;
  verb: string;
  rest: string;
};
type Example = {
  title: string;
  code: string;
  name: string | undefined;
  vars: string;
  checks: Check[];
};

/** Shell commands, and each way of what they write with what is behind it. */
type Commands = { title: string; script: string; writes: { verb: string; rest: string }[] };

const Problem = z.object({ status: z.int(), detail: z.string() });
const Upload = z.object({ name: z.string(), type: z.string(), base64: z.string() });
const Entered = z.record(z.string(), z.union([z.string(), z.array(z.string()), Upload]));

const EXAMPLES = [...PAGE.matchAll(/(?:<!--\n([^]*?)-->\n\n)?```js\n([^]*?)```/g)].map(readExample);
const COMMANDS = [...CALLS.matchAll(/<!--\n([^]*?)-->\n\n```sh\n([^]*?)```/g)].map(readCommands);

/** The databases that the page's examples look into. */
const DATABASES: [path: string, body: unknown][] = [
  ["dnc", { kind: "kv" }],
  ["dnc/rows/447700900999", { value: "since 2024" }],
  ["people", { kind: "leads", columns: ["name", "city", "age"] }],
  ["people/rows/1", { name: "Ann", city: "Rome", age: 31 }],
  ["people/rows/2", { name: "Bo", city: "Rome", age: 25 }],
  ["people/rows/3", { name: "Cy", city: "Bonn", age: 20 }],
];

let product: Product;
let server: Server;
let mail: MailServer;

beforeAll(async () => {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const at = `http://127.0.0.1:${address.port}`;
  mail = await new MailServer().start();
  product = await startProduct({
    SCRIPTFORGE_CELLS: "1",
    SCRIPTFORGE_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    SCRIPTFORGE_MAIL_FROM: "edge@example.com",
    SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8",
    SCRIPTFORGE_REST_URL: `${at}/api`,
  });
  for (const [name, value] of [
    ["LOOKUP_URL", at],
    ["LOOKUP_KEY", KEY],
    ["PROVIDER_URL", at],
    ["CX_API_USER", "ada"],
  ]) {
    await product.manage("PUT", `/env/${name}`, { value });
  }
  for (const name of Object.keys(CONNECTORS)) {
    await product.manage("PUT", `/connectors/${name}`, { url: `${at}/connectors` });
  }
  await product.manage("PUT", "/rest-users/ada", { token: "token-of-ada" });
  for (const [path, body] of DATABASES) await product.manage("PUT", `/userspace/${path}`, body);
  await product.manage("PUT", "/templates/calls", templateOfPage());
  for (const type of TYPES) await product.manage("POST", "/scripts", { name: type, type });
  for (const { name, code } of EXAMPLES) {
    if (name !== undefined) await product.manage("POST", "/scripts", { name, type: "app", code });
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await mail.stop();
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
    const key = `example-${EXAMPLES.findIndex((example) => example.code === code)}`;
    const assigned = checks.filter(isAssigned);
    const [{ type } = { type: "script" }] = assigned;
    if (assigned.length > 0) await manage("POST", "/scripts", { name: key, type, code });
    const places = new Set(assigned.map((check) => askedAt(check, key).assignment));
    for (const place of places) await manage("PUT", place, { script: key, vars });
    await product.untilRevision();
    try {
      for (const check of assigned) await checkAnswer(check, askedAt(check, key).path, expect);
    } finally {
      // One for every call would decide those of other examples.
      for (const place of places) await manage("DELETE", place);
      await product.untilRevision();
    }
    for (const check of checks) {
      if (!isAssigned(check)) await checkRun(code, check, expect);
    }
  });
});

describe("the commands about calls", () => {
  it("are told what comes of them, but for the one that says where all is", ({ expect }) => {
    const blocks = [...CALLS.matchAll(/```sh\n([^]*?)```/g)].map(([, script = ""]) => script);
    const untold = blocks.filter((block) => !COMMANDS.some(({ script }) => script === block));
    expect(COMMANDS.length).toBeGreaterThan(15);
    expect(untold).toEqual([expect.stringMatching(/^API=\S+ EDGE=\S+ TOKEN=\S+ data\/token\)\n$/)]);
  });

  it.for(COMMANDS)("do it: $title", async ({ script, writes }, { expect }) => {
    await product.untilRevision();
    const output = await runShell(script);
    for (const { verb, rest } of writes) {
      if (verb === "=>") expect(JSON.parse(output)).toEqual(JSON.parse(rest));
      else if (verb === "has") expect(JSON.parse(output)).toMatchObject(JSON.parse(rest));
      else {
        const lines = output.split("\r\n");
        expect(lines).toContainEqual(expect.stringMatching(`^${RegExp.escape(rest)}`));
      }
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
    "a look-up of other platforms": 'api.lookup.cnam("1");',
    "a library that is not there": 'require("cxRouter");',
    "a call without an extension": 'require("cxOriginate").originate(1, "a", "2", "3");',
    "a credential":
      'fetch("x", { headers: { ...require("cxRest")("a").defaultHeaders, a: require("cxRest")("a").defaultHeaders.Authorization.trim() } });',
    "an API's method by another name": 'import auth from "cxRest"; auth("a").patch("x", {});',
    "a path that is a number": 'api.rest.auth("a").get(5);',
    "a list of no servers": 'import { C4 } from "cxCallControl"; C4(5);',
    "a chat without a text": 'require("cxLLM").chat("assistant");',
    "a key that is an object": 'require("cxKV").kv.get({});',
    "a time to live that is a text": 'require("cxKV").kv.set("a", 1, "60");',
    "a library's function in another place": 'import cxKV from "cxKV"; cxKV.get("a");',
    "a mail to nobody": 'require("cxSend").email({ subject: "a", text: "b" });',
    "a mail from somebody": 'require("cxSend").email({ to: "a@b.cc", from: "c@d.ee", text: "b" });',
    "a job of an object": 'require("cxJob").add({});',
    "a job with an option that is not there":
      'require("cxJob").scriptForge("a", {}, { retries: 5 });',
    "a subscription without a function": 'require("cxPubSub").subscribe("e", "key");',
    "a key for nobody": 'require("cxHelper").generatePbxSecurityKey();',
    "a template by a number": 'require("cxTemplate").compile(5);',
    "a number that may not be stored":
      'import { kv } from "cxKV"; kv.get("a").then((a) => a.trim());',
    "a driver's function by another name": `${typed("DidDriver")}{ find: () => [] };`,
    "a number without did": `${typed("DidDriver")}{ list: () => [{ number: "1" }] };`,
    "an alert of a number": `${typed("AlertFunction")}() => 5;`,
    "a file as Node has them":
      "/** @param {FormFile} file */ exports.main = (file) => file.text();",
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
    for (const [index, { code }] of kvStyles().entries()) {
      writeFileSync(join(folder.path, `example-kv-${index}.js`), code);
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
    for (const { name } of ALLOWED_MODULES) {
      expect(DECLARATIONS).toContain(`(name: "${name}"): typeof import("${name}")`);
    }
    for (const name of SCRIPT_BUILT_INS)
      expect(DECLARATIONS).toContain(`(name: "${name}" | "node:${name}")`);
  });

  it("each library of the platform, with its functions", async ({ expect }) => {
    const named = tableBelow("library ").map(([name]) => name);
    const libraries = CX_LIBRARIES;
    expect(named).toEqual(libraries.map((name) => `\`${name}\``));
    for (const name of libraries) {
      expect(DECLARATIONS).toContain(`(name: "${name}"): typeof import("${name}")`);
      const code = `const library = require("${name}"); exports.main = () => Object.entries(library).flatMap(([name, value]) =>
        typeof value === "function" ? name : Object.keys(value).map((inner) => name + "." + inner));`;
      const { value } = await run("app", { code, data: {} });
      const told = tableBelow(`of \`${name}\``).map(
        ([call]) => /^`([\w.]+)\(/.exec(call ?? "")?.[1],
      );
      expect(new Set(told)).toEqual(new Set(z.array(z.string()).parse(value)));
    }
  });

  it("each way to come by cxKV", async ({ expect }) => {
    expect(kvStyles()).toHaveLength(7);
    for (const { style, code } of kvStyles()) {
      expect([style, (await run("app", { code, data: {} })).value]).toEqual([style, "5"]);
    }
  });

  it("how cxKV keeps time", async ({ expect }) => {
    const soon = expect.stringMatching(/^\d{4}-/);
    await useKv('await kv.set("timed", 1, 0.5 + 3600)');
    expect(await timed()).toMatchObject({ value: "1", expiresAt: soon });
    const before = await timed();
    await useKv('await incr("timed")');
    expect(await timed()).toEqual({ ...Object(before), value: "2" });
    await useKv('await incr("timed", 1, 7200)');
    expect(await timed()).toMatchObject({ value: "3", expiresAt: soon });
    expect(await timed()).not.toMatchObject({ expiresAt: Object(before).expiresAt });
    await useKv('await kv.set("timed", 1)');
    expect(await timed()).toMatchObject({ value: "1", expiresAt: null });
  });

  it("how Node's modules differ here", async ({ expect }) => {
    const DEEP = '"/tmp" + "/x".repeat(48)';
    const cases: [row: string, body: string, told: unknown][] = [
      ["`fs.mkdirSync(folder)`", "fs.mkdirSync('/tmp/a')", "fine"],
      ["`fs.renameSync(folder, path)`", "fs.renameSync('/tmp/a', '/tmp/b')", ["Cannot move", null]],
      ["`fs.renameSync(folder, path)`", "fs.renameSync('/tmp/f', '/tmp/g')", "fine"],
      ["`fs.cpSync(path, path)`", "fs.cpSync('/tmp/f', '/tmp/g')", ["Files are not", null]],
      ["`fs.cpSync(path, path)`", "fs.copyFileSync('/tmp/g', '/tmp/f')", "fine"],
      [
        "`fs.symlinkSync(path, path)`",
        "fs.symlinkSync('/tmp/f', '/tmp/g')",
        ["Files are not", null],
      ],
      ["`fs.symlinkSync(path, path)`", "fs.linkSync('/tmp/f', '/tmp/g')", ["Files are not", null]],
      [
        "`fs.writeFileSync(path)`",
        `fs.mkdirSync(${DEEP}, { recursive: true })`,
        ["File path has", null],
      ],
      ["`fs.writeFileSync(path)`", `fs.writeFileSync(${DEEP}, "")`, ["File path has", null]],
      [
        "`fs.writeFileSync(path)`",
        `fs.mkdirSync("/tmp" + "/x".repeat(47), { recursive: true })`,
        "fine",
      ],
      ["`fs.mkdirSync(buffer)`", "fs.mkdirSync(Buffer.from('/tmp/b'))", ["Cannot make", null]],
      ["`error.syscall`", "fs.readFileSync('/tmp/none')", ["no such file", "ENOENT", "readAll"]],
      ["`cipher.getAuthTag()`", "sealed.getAuthTag()[0]", "fine"],
      [
        '`cipher.update("text")`',
        "cipher.update('text')",
        ["The argument", "ERR_INVALID_ARG_VALUE"],
      ],
      ['`cipher.update("text")`', "cipher.update('text', 'utf8')", "fine"],
      [
        "`zlib.gunzipSync(garbage)`",
        "zlib.gunzipSync(Buffer.from('garbage'))",
        ["incorrect", null],
      ],
    ];
    const code = `const fs = require("fs"), crypto = require("crypto"), zlib = require("zlib");
      fs.mkdirSync("/tmp/a"); fs.writeFileSync("/tmp/f", "");
      const cipher = crypto.createCipheriv("aes-256-gcm", Buffer.alloc(32), Buffer.alloc(12));
      const sealed = crypto.createCipheriv("aes-256-gcm", Buffer.alloc(32), Buffer.alloc(12));
      sealed.final(); const tags = [sealed.getAuthTag().length, sealed.getAuthTag().length];
      const told = (use) => {
        try { use(); return "fine"; } catch ({ message, code, syscall }) {
          return [message.split(" ", 3).join(" "), code ?? null, ...(syscall === "readAll" ? [syscall] : [])];
        }
      };
      exports.main = () => [tags, ${cases.map(([, body]) => `told(() => ${body})`).join(", ")}];`;
    const { value } = await run("app", { code, data: {} });
    const [tags, ...seen] = z.array(z.unknown()).parse(value);
    expect(tags).toEqual([16, 0]);
    for (const [index, [row, body, told]] of cases.entries()) {
      const [says, ...facts] = z.tuple([z.string()], z.unknown()).safeParse(told).data ?? [];
      const expected = says === undefined ? told : [expect.stringContaining(says), ...facts];
      expect([row, body, seen[index]]).toEqual([row, body, expected]);
    }
    const rows = tableBelow("of Node ").map(([row = ""]) => row);
    expect(rows.filter((row) => !cases.some(([begin]) => row.startsWith(begin)))).toEqual([]);
    expect(rows).toHaveLength(new Set(cases.map(([begin]) => begin)).size);
  });

  it("each method of the console", async ({ expect }) => {
    const code = "exports.main = () => Object.keys(console);";
    const methods = z.array(z.string()).parse((await run("app", { code, data: {} })).value);
    const cells = tableBelow("method ").map(([cell]) => cell);
    const told = Array.from(cells.join(" ").matchAll(/`(\w+)`/g), ([, name = ""]) => name);
    expect(told.toSorted()).toEqual(methods.toSorted());
    const declared = /interface Console \{([^]*?)\n\}/.exec(DECLARATIONS)?.[1] ?? "";
    const names = [...declared.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
    expect(names).toEqual(methods.toSorted());
  });

  it("what is logged that nobody caught, and what is not", async ({ expect }) => {
    const code = `exports.main = async () => {
      setTimeout(() => { throw new Error("timer"); }, 0);
      Promise.reject(new Error("promise"));
      queueMicrotask(() => { throw new Error("microtask"); });
      process.nextTick(() => { throw new Error("tick"); });
      const target = new EventTarget();
      target.addEventListener("call", () => { throw new Error("listener"); });
      target.dispatchEvent(new Event("call"));
      await new Promise((resolve) => setTimeout(resolve, 20));
    };`;
    const { outcome, logs } = await run("app", { code, data: {} });
    const lines = logs.map(({ message }) => message.split("\n", 1)[0] ?? "");
    expect([outcome, ...lines.toSorted()]).toEqual([
      "ok",
      "A timer's callback threw: Error: timer",
      "Nobody caught a rejection: Error: promise",
    ]);
    for (const line of lines) expect(PAGE).toContain(`\`${line.replace(/(?<=:).*/, "")}\``);
  });

  it("each place and what it takes", ({ expect }) => {
    const places = Object.entries(PLACES).map(([place, { path, keys, takes }]) => ({
      place: `\`${place}\``,
      path: `\`/${path}/${keys.map((key) => `{${key}}`).join("/")}\``,
      takes: takes.map((type) => `\`${type}\``).join(", "),
    }));
    expect(tableBelow("place ").map((cells) => cells.slice(0, 2))).toEqual(
      places.map(({ place, takes }) => [place, takes]),
    );
    expect(tableBelow("place ", CALLS).map((cells) => cells.slice(0, 3))).toEqual(
      places.map(({ place, path, takes }) => [place, path, takes]),
    );
    const functions = tableBelow("function ").map(([name]) => name);
    expect(functions).toEqual(DidFunction.options.map((name) => `\`${name}\``));
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
    expect(PAGE).toContain(
      `at most ${count(MAX_ENV_VALUE)} characters and a name\n${MAX_ENV_NAME}`,
    );
    expect(PAGE).toContain(`They have 1\n  to ${MAX_KV_KEY} characters`);
    expect(PAGE).toContain(`at most ${count(MAX_KV_TTL)} (ten years)`);
    expect(PAGE).toContain(
      `at most ${count(MAX_KV_VALUE_BYTES)} bytes, an account ${count(DEFAULT_QUOTAS.kvKeys)} keys and ${count(DEFAULT_QUOTAS.kvBytes)} bytes`,
    );
    expect(PAGE).toContain(`one for each ${count(MAX_KV_PAGE)} keys`);
    const { SCRIPTFORGE_SENDS_PER_HOUR: sends, SCRIPTFORGE_JOBS_PER_HOUR: jobsAnHour } =
      parseSettings({});
    expect(PAGE).toContain(`or a list; at most ${MAX_RECIPIENTS} `);
    expect(PAGE).toContain(`one line of at most ${MAX_SUBJECT} characters`);
    expect(PAGE).toContain(`with the subject at most ${count(MAX_MAIL_BYTES)} bytes`);
    expect(PAGE).toContain(
      `A part has at most ${count(MAX_TEMPLATE_PART)} characters, and makes at most ${count(MAX_RENDERED_PART)}; variables have at most ${count(MAX_TEMPLATE_VARS)} bytes of JSON, and an account ${count(MAX_TEMPLATES)}`,
    );
    expect(PAGE).toContain(`takes at most ${MAX_RENDER_MS} ms`);
    expect(PAGE).toContain(`an attempt has ${ms(MAX_JOB_MS)}`);
    expect(PAGE).toContain(`any JSON of at most ${count(MAX_JOB_PROGRESS)} characters`);
    expect(PAGE).toContain(`how often it is tried, 1 to ${MAX_JOB_ATTEMPTS};`);
    expect(PAGE).toContain(`an idempotency key of at most ${MAX_JOB_KEY} characters`);
    expect(PAGE).toContain(
      `at most ${count(MAX_JOB_BYTES)} bytes of JSON. An account has ${count(MAX_JOBS)} jobs with ${count(MAX_JOBS_BYTES)} bytes, and adds ${count(jobsAnHour)} an hour by default`,
    );
    expect(PAGE).toContain(`for ${JOB_KEPT_MS / 86_400_000} days`);
    expect(PAGE).toContain(
      `have at most ${MAX_EVENT} characters, a message ${count(MAX_MESSAGE_BYTES)} bytes of\nJSON; an account publishes at most ${count(MAX_MESSAGES)} messages within ${MESSAGE_WINDOW_MS / 1_000} s`,
    );
    expect(PAGE).toContain(`too slow ${count(MAX_BACKLOG)} wait`);
    expect(PAGE).toContain(`An SMS has at most ${MAX_SMS} characters`);
    expect(PAGE).toContain(`${count(sends)} by default`);
    expect(PAGE).toContain(`Together they have ${MAX_CALL_MS / 1_000} s`);
    expect(PAGE).toContain(`by default ${DEFAULT_ALERT_MINUTES}`);
  });

  it("each limit that only shows when it is met", async ({ expect }) => {
    const timers =
      "exports.main = () => { try { for (;;) setTimeout(() => {}, 1); } catch (error) { return error.message; } };";
    const { value: many } = await run("app", { code: timers, data: {} });
    const most = /\d+/.exec(String(many))?.[0];
    expect(PAGE).toContain(`at most ${count(Number(most))} timers in a run`);

    const set = `exports.main = async () => {
      try { for (let at = 0; at < 31; at += 1) await setEnvVar("MANY", String(at)); } catch (error) { return error.message; } };`;
    await run("app", { code: set, data: {} });
    const { value: refused } = await run("app", { code: set, data: {} });
    await product.manage("DELETE", "/env/MANY");
    const [inAMinute] = /\d+ variables a minute/.exec(String(refused)) ?? ["nothing"];
    expect(PAGE.replaceAll("\n", " ")).toContain(`set ${inAMinute}`);

    await product.manage("PUT", "/assignments/form/many", { script: "number-rules" });
    await product.untilRevision();
    const fields = Array.from({ length: 1_001 }, (_, at) => [`f${at}`, "x"]);
    const { body } = await sendForm("/form/many", Object.fromEntries(fields));
    const [fieldsSaid] = /\d+ fields/.exec(Problem.parse(body).detail) ?? [];
    expect(PAGE).toContain(`at most ${count(Number.parseInt(fieldsSaid ?? "", 10))} fields`);
  });

  it("each fault that an author meets", ({ expect }) => {
    const told = tableBelow("code ").map(([code]) => code);
    const ofScripts = Object.entries(FAULTS).filter(([, { blame }]) => blame === "script");
    const others =
      "function_not_found script_not_found compile_error module_not_allowed body_too_large not_sent overloaded cell_lost";
    const expected = [...ofScripts.map(([code]) => code), ...others.split(" ")];
    expect(new Set(told)).toEqual(new Set(expected.map((code) => `\`${code}\``)));
  });

  it("each fault there is, on one page or the other, by its status", ({ expect }) => {
    const faults = new Map(
      Object.entries(FAULTS).map(([code, { status }]) => [`\`${code}\``, status]),
    );
    const ofCallers = tableBelow("code ", CALLS);
    for (const [code = "", status] of ofCallers) {
      expect([code, Number(status)]).toEqual([code, faults.get(code)]);
    }
    const told = [...tableBelow("code "), ...ofCallers].map(([code]) => code);
    expect(new Set(told)).toEqual(new Set(faults.keys()));
    for (const [code] of faults) {
      if (told.filter((one) => one === code).length > 1)
        expect(["`body_too_large`", "`overloaded`"]).toContain(code);
    }
  });

  it("the settings of assignments, and the samples", ({ expect }) => {
    const settings = tableBelow("setting ", CALLS);
    const names = Object.keys(PutAssignment.shape).map((name) => `\`${name}\``);
    expect(new Set(settings.map(([name]) => name))).toEqual(new Set(names));
    const all = settings.map((cells) => cells.join(" ")).join("\n");
    for (const value of OnError.options) expect(all).toContain(`\`${value}\``);
    expect(all).toContain(
      `at most ${MAX_CALL_MS / 1_000} for calls and ${MAX_WALL_MS / 1_000} elsewhere`,
    );
    expect(all).toContain(`\`${DEFAULT_TIMEOUT_ACTION}\``);
    expect(all).toContain(`by default ${DEFAULT_ALERT_MINUTES}`);
    expect(CALLS).toContain(
      `up to ${MAX_SAMPLES} of its own, of\n${count(MAX_SAMPLE_BYTES)} bytes`,
    );
    expect(CALLS).toContain(`together have ${MAX_CALL_MS / 1_000} s`);
    for (const { name } of BUILT_IN_SAMPLES) expect(CALLS).toContain(`\`${name}\``);
  });

  it("each variable that is built in", async ({ expect }) => {
    const code = "function main() { return Object.keys(process.env); }";
    const names = z.array(z.string()).parse((await run("app", { code, data: {} })).value);
    const own = names.filter((name) => !/^(?:CX_API|LOOKUP|PROVIDER)_/.test(name));
    for (const name of own) expect(PAGE).toContain(`\`${name}\``);
    expect(own).toHaveLength(6);
    const others = BUILT_IN_ENV_NAMES.filter((name) => !own.includes(name) && name !== "JOB_ID");
    for (const name of others) expect(PAGE).toContain(`\`${name}\``);
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
      [
        "an object without",
        "data.routing.cli = '2'; return {};",
        goesOn({ routing: { ...routing, cli: "2" } }),
      ],
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

  it("each thing that is put right", async ({ expect }) => {
    const ofEngine = { headers: [{ key: "X-Customer-ID", value: 1234 }] };
    const routes = [routeWith("1"), ofEngine];
    const sent = { routing: { cli: "1", dest_number: "2", egress_routing: routes } };
    const goesOn = (routing: object): object => ({
      action: "continue",
      data: { routing: { ...sent.routing, ...routing } },
    });
    const header = { key: "X-A", value: "1" };
    const kept = goesOn({ headers: [header] });
    const rejected = { action: "reject", sip: { code: 503, reason: "No Routes Available (U)" } };
    const cases: [row: string, code: string, decision: object][] = [
      ["no `egress_routing`", "delete data.routing.egress_routing;", goesOn({})],
      ["no `egress_routing`", "data.routing.egress_routing = {};", goesOn({})],
      ["an empty `egress_routing`", "data.egress_routing = [];", rejected],
      ["an empty `egress_routing`", "data.routing.egress_routing.length = 0;", rejected],
      [
        "`headers` or `remove_headers` on",
        `data.routing.egress_routing.headers = [${JSON.stringify(header)}];`,
        kept,
      ],
      [
        "a number as `cli`",
        "data.routing.cli = 3; data.routing.dest_number = 4; data.egress_routing[0].gw['301'].cli = 5;",
        goesOn({ cli: "3", dest_number: "4", egress_routing: [routeWith("5"), ofEngine] }),
      ],
      ["control characters in these", "data.routing.cli = '3\\r\\n';", goesOn({ cli: "3" })],
      [
        "a number or boolean as",
        "data.headers = [{ key: 'X-A', value: 1 }, { key: 'X-B', value: true }];",
        goesOn({ headers: [header, { key: "X-B", value: "true" }] }),
      ],
      [
        "control characters in a header's",
        alsoHeader('{ key: "X-A", value: "1\\r\\nX-B: 2" }'),
        kept,
      ],
      ["`null`, `NaN`, an object or nothing", alsoHeader('{ key: "X-A", value: null }'), kept],
      ["`null`, `NaN`, an object or nothing", alsoHeader('{ key: "X-A" }'), kept],
      ["`null`, `NaN`, an object or nothing", alsoHeader('{ key: "X-A", value: NaN }'), kept],
      ["a header whose `key`", alsoHeader('{ key: "X A", value: "1" }'), kept],
      ["`headers` or `remove_headers` that", "data.routing.headers = 'X-A: 1';", goesOn({})],
      [
        "an object that is neither",
        "data.routing.cli = 3; return { ok: true };",
        goesOn({ cli: "3" }),
      ],
      ["nothing", "data.routing.cli = 3; return;", goesOn({ cli: "3" })],
      [
        "no header `X-Customer-ID`",
        "delete data.egress_routing[1].headers;",
        goesOn({ egress_routing: [routeWith("1"), {}] }),
      ],
    ];
    const code = `function main(data) { ${cases.map(([, each], way) => `if (data.routing.way === ${way}) { ${each} }`).join(" ")} return data; }`;
    await product.assign({ name: "put-right", code, customer: "put-right" });
    const rows = new Map(
      tableBelow("`main` leaves").map(([row = "", , warning = ""]) => [row, warning]),
    );
    for (const [way, [begin, each, decision]] of cases.entries()) {
      const { body } = await product.ask("/call/termination/put-right/main", {
        routing: { ...sent.routing, way },
      });
      const warning = [...rows].find(([row]) => row.startsWith(begin))?.[1].replaceAll("`", "");
      const warnings = warning === "" ? {} : { warnings: [warning] };
      const told =
        "data" in decision ? { data: { routing: { ...Object(decision.data).routing, way } } } : {};
      expect([each, body]).toEqual([each, { ...decision, ...told, ...warnings }]);
    }
    const untried = [...rows.keys()].filter(
      (row) => !cases.some(([begin]) => row.startsWith(begin)),
    );
    expect(untried).toEqual([]);
  });

  it("how numbers and members go through", async ({ expect }) => {
    const code =
      "function main(data) { return { routing: data.routing.copy ? { ...data.routing } : data.routing }; }";
    await product.assign({ name: "through", code, customer: "through" });
    const ask = async (routing: string): Promise<string> => {
      const response = await fetch(`${product.edge}/call/termination/through/main`, {
        method: "POST",
        headers: { authorization: `Bearer ${product.token}` },
        body: `{"routing":${routing}}`,
      });
      return await response.text();
    };
    const long = '{"id":9223372036854775807,"of":[{"id":9223372036854775806}]}';
    expect(await ask(long)).toBe(continuing(long));
    const copied = '{"copy":true,"id":12345678901234567890}';
    expect(await ask(copied)).toBe(continuing(copied));
    const alike = `{"copy":true,${long.slice(1)}`;
    const rounded = alike.replace("9223372036854775807", "9223372036854776000");
    expect(await ask(alike)).toBe(continuing(rounded));
    expect(await ask('{"gw":{"302":1,"b":2,"301":3}}')).toBe(
      continuing('{"gw":{"301":3,"302":1,"b":2}}'),
    );
  });

  it("in which order the scripts of a call run, and which is the last", async ({ expect }) => {
    const places = ["global/first", "termination/order/main", "global/last"];
    for (const place of places) {
      const name = place.replaceAll("/", "-");
      await manage("POST", "/scripts", { name, type: "script", code: markingAt(place) });
      await manage("PUT", place, { script: name, onError: "continue" });
    }
    await product.untilRevision();
    const ask = async (routing: object): Promise<unknown> =>
      (await product.ask("/call/termination/order/main", { routing: { by: [], ...routing } })).body;
    const [first = "", own = ""] = places;
    expect(await ask({})).toEqual({ action: "continue", data: { routing: { by: places } } });
    expect(await ask({ rejects: own })).toMatchObject({ action: "reject", sip: { code: 404 } });
    expect(await ask({ fails: own })).toMatchObject({
      action: "continue",
      data: { routing: { by: [first], fails: own } },
      fault: { code: "script_error" },
    });
    for (const place of places) await manage("DELETE", place);
    await product.untilRevision();
  });

  it("what an alert driver's value means", async ({ expect }) => {
    const cases: [row: string, value: string, answer: object][] = [
      ["nothing, `false`", "undefined", { raised: false }],
      ["nothing, `false`", "false", { raised: false }],
      ["nothing, `false`", "0", { raised: false }],
      ["nothing, `false`", "''", { raised: false }],
      ["a text", "'text'", { raised: true, text: "text" }],
      ["an object", "{ a: 1 }", { raised: true, vars: { a: 1 }, template: "alert" }],
      ["`true`", "true", { raised: true, template: "alert" }],
      ["a list or a number", "[1]", { status: 500, code: "script_error" }],
      ["a list or a number", "5", { status: 500, code: "script_error" }],
    ];
    const code = `const { incr } = require("cxKV");
      exports.main = async (data) => [${cases.map(([, value]) => value).join(", ")}][(await incr(data.alert.id)) - 1];`;
    await manage("POST", "/scripts", { name: "alerts", type: "driver", code });
    const assignment = { script: "alerts", company: "acme", recipients: ["noc@example.com"] };
    await manage("PUT", "driver/alert/alerts", assignment);
    await product.untilRevision();
    // The schedule asks once as soon as there is a driver.
    let answer: Answer;
    do answer = await product.manage("GET", "/assignments/driver/alert/alerts/last");
    while (answer.status === 404);
    await product.manage("DELETE", "/kv/alerts");
    for (const [row, value, told] of cases) {
      const { body } = await product.ask("/driver/alert/alerts");
      expect([row, value, body]).toEqual([
        row,
        value,
        "status" in told ? expect.objectContaining(told) : told,
      ]);
    }
    const rows = tableBelow("it returns").map(([row = ""]) => row);
    expect(rows.filter((row) => !cases.some(([begin]) => row.startsWith(begin)))).toEqual([]);
  });

  it("what calls of an App with the isolation scope share", async ({ expect }) => {
    const code = `const moment = require("moment"), fs = require("fs"), cxKV = require("cxKV"), rules = require("./number-rules");
      let own = 0;
      exports.main = () => [moment, fs, cxKV, rules].map((holder) => holder.calls = (holder.calls ?? 0) + 1)
        .concat(own += 1, fs.existsSync("/tmp/kept") ? 2 : 1, (fs.writeFileSync("/tmp/kept", ""), []));`;
    await manage("POST", "/scripts", { name: "sharing", type: "app", code, isolation: "scope" });
    await product.untilRevision();
    expect((await product.ask("/run/sharing")).body).toEqual([1, 1, 1, 1, 1, 1]);
    expect((await product.ask("/run/sharing")).body).toEqual([2, 2, 1, 1, 1, 1]);
  });

  it("each lint", async ({ expect }) => {
    const phrases = tableBelow("a lint says").map(([phrase = ""]) => phrase.replaceAll("`", ""));
    const found = [
      ...(await lintsOf("app", "async function ask() {}\nfunction main(data) { ask(); }")),
      ...(await lintsOf("app", "function helper() {}")),
      ...(await lintsOf("app", "exports.main = (data) => cxUserspace.read('dnc', data.key);")),
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

  it("where each of its sections is, and the other page's", ({ expect }) => {
    for (const page of [PAGE, CALLS]) {
      const anchors = headingsOf(page).map((heading) => `- [${heading}](#${anchorOf(heading)})`);
      expect(page.match(/^- \[.+\]\(#.+\)$/gm)).toEqual(anchors);
    }
    const pages: Record<string, string> = {
      "scripts.md": PAGE,
      "calls.md": CALLS,
      "connectors.md": CONNECTORS_PAGE,
    };
    for (const [name, page] of Object.entries(pages)) {
      for (const [link, file = "", anchor = ""] of page.matchAll(
        /\]\(((?!https?:)[^#)]*)#([^)]+)\)/g,
      )) {
        const target = pages[file === "" ? name : file];
        const known = target === undefined ? [anchor] : headingsOf(target).map(anchorOf);
        expect([name, link, known]).toEqual([name, link, expect.arrayContaining([anchor])]);
      }
      for (const [, file = ""] of page.matchAll(/\]\(((?!https?:)[^#)]+)/g)) {
        expect([name, file, existsSync(join(ROOT, "docs", file))]).toEqual([name, file, true]);
      }
    }
  });
});

function headingsOf(page: string): string[] {
  return [...page.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w ]/g, "")
    .replaceAll(" ", "-");
}

function readExample(match: RegExpMatchArray): Example {
  const [, comment = "", code = ""] = match;
  const lines = comment.split("\n").filter((line) => line !== "");
  const valueOf = (pattern: RegExp): string | undefined =>
    lines.map((line) => pattern.exec(line)?.[1]).find((value) => value !== undefined);
  const checks = lines.filter((line) => !/^(?:vars|app as) /.test(line)).map(readCheck);
  const vars = valueOf(/^vars (.+)$/) ?? "";
  return { title: titleOf(PAGE, match), code, name: valueOf(/^app as (.+)$/), vars, checks };
}

/** The heading above a match. */
function titleOf(page: string, { index }: RegExpMatchArray): string {
  return headingsOf(page.slice(0, index)).at(-1) ?? "above all sections";
}

function readCheck(line: string): Check {
  const pattern =
    /^(script|app|driver) (?:at ([\w/]+)(\?\S+)? )?(?:function (\w+) )?(.+?) (=>|continues|rejects|logs|answers) (.+)$/;
  const [, type, place, query = "", name, data = "", verb = "", rest = ""] =
    pattern.exec(line) ?? [];
  if (type === undefined) throw new Error(`Cannot read the check "${line}"`);
  const named = name === undefined ? {} : { function: name };
  const asked = { place, query, ...named, data: JSON.parse(data) };
  return { type: ScriptType.parse(type), ...asked, verb, rest };
}

function readCommands(match: RegExpMatchArray): Commands {
  const [, comment = "", script = ""] = match;
  const writes = Array.from(
    comment.matchAll(/^(=>|has|says) (.+)$/gm),
    ([, verb = "", rest = ""]) => ({ verb, rest }),
  );
  if (writes.length === 0) throw new Error(`Cannot read what is written: ${comment}`);
  return { title: titleOf(CALLS, match), script, writes };
}

/** Whether an edge node is asked for it by an assignment. */
function isAssigned({ place, verb }: Check): boolean {
  return place !== undefined || verb === "continues" || verb === "rejects";
}

/** The assignment of a check, behind /assignments, and the path by which an edge node is asked. */
function askedAt(
  { place, query, function: name = "" }: Check,
  key: string,
): { assignment: string; path: string } {
  switch (place) {
    case undefined:
      return { assignment: `termination/${key}/main`, path: `/call/termination/${key}/main` };
    case "global/last":
      return { assignment: place, path: `/call/origination/${key}` };
    case "form":
      return { assignment: `form/${key}`, path: `/form/${key}${query}` };
    case "driver/did":
      return { assignment: `driver/did/${key}`, path: `/driver/did/${key}/${name}${query}` };
    case "driver/alert":
      return { assignment: `driver/alert/${key}`, path: `/driver/alert/${key}${query}` };
    default:
      throw new Error(`Cannot ask at "${place}"`);
  }
}

async function checkAnswer(check: Check, path: string, expect: ExpectStatic): Promise<void> {
  const { place, data, verb, rest } = check;
  const { status, body } =
    place === "form" ? await sendForm(path, data) : await product.ask(path, data);
  if (verb === "=>") expect([status, body]).toEqual([200, JSON.parse(rest)]);
  else if (verb === "answers") {
    const problem = Problem.parse(body);
    expect(`${problem.status} ${problem.detail}`).toBe(rest);
    expect(status).toBe(problem.status);
  } else expect(body).toEqual(decisionOf(check));
}

/** Sends a form as a browser does that has files in it. */
async function sendForm(path: string, fields: unknown): Promise<Answer> {
  const body = new FormData();
  for (const [name, value] of Object.entries(Entered.parse(fields))) {
    if (typeof value === "object" && !Array.isArray(value)) {
      const bytes = Uint8Array.from(Buffer.from(value.base64, "base64"));
      body.append(name, new Blob([bytes], { type: value.type }), value.name);
    } else for (const text of [value].flat()) body.append(name, text);
  }
  const authorization = `Bearer ${product.token}`;
  const response = await fetch(product.edge + path, {
    method: "POST",
    headers: { authorization },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Asks the control plane for what must not be refused. A `path` without a slash in front begins behind /assignments. */
async function manage(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await product.manage(
    method,
    path.startsWith("/") ? path : `/assignments/${path}`,
    body,
  );
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
}

/** What is stored at the key that is used here. */
async function timed(): Promise<unknown> {
  return (await product.manage("GET", "/kv/timed")).body;
}

async function useKv(call: string): Promise<void> {
  const code = `const { kv, incr } = require("cxKV"); exports.main = async () => ${call};`;
  await run("app", { code, data: {} });
}

/** Sets a header that is fit to go out, and another one. */
function alsoHeader(other: string): string {
  return `data.routing.headers = [{ key: "X-A", value: "1" }, ${other}];`;
}

/** A route with one gateway, which calls from this number. */
function routeWith(cli: string): object {
  return { gw: { "301": { cli } } };
}

/** The answer to a call that goes on with this routing object. */
function continuing(routing: string): string {
  return `{"action":"continue","data":{"routing":${routing}}}`;
}

/** Adds its place to what the scripts before it have written, fails or rejects the call, as the call says. */
function markingAt(place: string): string {
  return `function main(data) {
    if (data.routing.fails === "${place}") throw new Error("no code");
    if (data.routing.rejects === "${place}") throw new Error("404 Not Found");
    data.routing.by.push("${place}");
    return data;
  }`;
}

/** The template that the page gives in words. */
function templateOfPage(): object {
  const [, subject, html] =
    /The template `calls` has the subject `(.+?)` and the HTML\n`(.+?)`/.exec(PAGE) ?? [];
  return { subject, html };
}

/** What a script writes. Rejects where it fails or complains. */
async function runShell(script: string): Promise<string> {
  const PATH = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
  const env = { PATH, API: product.api, EDGE: product.edge, TOKEN: product.token };
  return await new Promise((resolve, reject) => {
    execFile("/bin/sh", ["-euc", script], { env }, (error, stdout, stderr) => {
      if (error === null && stderr === "") resolve(stdout);
      else reject(new Error(`${script}\n${stderr}`, { cause: error }));
    });
  });
}

/** The page's ways to come by cxKV, each as a script that keeps 5 and returns what it then finds. */
function kvStyles(): { style: string; code: string }[] {
  const [, list = ""] = /All of these mean the same[^:]*:([^]*?)\n\n/.exec(PAGE) ?? [];
  return Array.from(list.matchAll(/`([^`]+)`/g), ([, style = ""]) => {
    const head = style.startsWith("require") ? `const cxKV = ${style}` : style;
    const kv = /\bcxKV(?= =| from)/.test(head)
      ? "cxKV.kv"
      : head.includes("store")
        ? "store"
        : "kv";
    const use = `await ${kv}.set("style", 5); return await ${kv}.get("style");`;
    const main = `async function main() { ${use} }`;
    const isModule = head.startsWith("import");
    return { style, code: `${head};\n${isModule ? "export " : ""}${main}\n` };
  });
}

function decisionOf({ verb, rest }: Check): object {
  if (verb === "continues") return { action: "continue", data: JSON.parse(rest) };
  const [, code, reason] = /^(\d{3}) (.+)$/.exec(rest) ?? [];
  return { action: "reject", sip: { code: Number(code), reason } };
}

async function checkRun(
  code: string,
  { type, verb, rest, place: _place, query: _query, ...request }: Check,
  expect: ExpectStatic,
): Promise<void> {
  const result = await run(type, { code, ...request });
  expect(result).toMatchObject({ outcome: "ok" });
  if (verb === "=>") expect(result.value).toEqual(JSON.parse(rest));
  else {
    // Behind the first line comes a stack.
    const lines = result.logs.map(({ level, message }) => `${level} ${message.split("\n", 1)[0]}`);
    expect(lines).toEqual([rest]);
  }
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
function tableBelow(heading: string, page = PAGE): string[][] {
  const [, , ...rows] = page
    .slice(page.lastIndexOf("\n", page.indexOf(`\n| ${heading}`) + 1) + 1)
    .split("\n");
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

type Reply = { status: number; body: unknown };

/** What the examples ask: a look-up of numbers, and a provider of them. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = replyTo(request, await text(request));
  if (reply === undefined) return;
  const { status, body } = reply;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(status === 204 ? "" : JSON.stringify(body));
}

/** Undefined where nobody ever answers. */
function replyTo({ url = "", method, headers }: IncomingMessage, sent: string): Reply | undefined {
  if (url === "/token")
    return { status: 200, body: { access_token: "the token", expires_in: 3_600 } };
  if (url.startsWith("/api/")) return replyOfApi(url, headers.authorization);
  if (url === "/connectors") return replyOfConnector(sent);
  if (url === "/balance/acme") {
    const isKnown = headers.authorization === "Bearer the token";
    return { status: isKnown ? 200 : 401, body: { balance: 12.5 } };
  }
  if (url === "/orders") {
    const isFree = sent === '{"did":"442079460001"}';
    return isFree ? { status: 200, body: { order: "7" } } : { status: 409, body: {} };
  }
  if (url.startsWith("/numbers?prefix=44207")) {
    return { status: 200, body: { numbers: ["442079460001"] } };
  }
  if (method === "DELETE") return { status: 204, body: undefined };
  return replyAboutNumber(url, headers.authorization);
}

/** What the operator's API says. */
function replyOfApi(url: string, authorization: string | undefined): Reply {
  if (authorization !== "Bearer token-of-ada") return { status: 401, body: {} };
  if (url.startsWith("/api/did/")) {
    const isKnown = url === "/api/did/442079460001";
    return { status: isKnown ? 200 : 404, body: { customer_id: 7 } };
  }
  if (url === "/api/cli?cli=442070000000") return { status: 200, body: [{ company_id: 1 }] };
  if (url === "/api/cli?cli=442079460000") return { status: 200, body: [{ company_id: 2 }] };
  return { status: 200, body: { credit: url === "/api/customer/1" ? "-0.5" : 25 } };
}

const ConnectorArguments = z.object({
  destination: z.string().default(""),
  number: z.string().default(""),
  servers: z.array(z.string()).default([]),
  text: z.string().default(""),
  user: z.string().nullable().default(null),
});

/** What the operator's services say. */
function replyOfConnector(sent: string): Reply {
  const question = z
    .object({ function: z.string(), arguments: ConnectorArguments })
    .parse(JSON.parse(sent));
  const { destination, number, servers, text: said, user } = question.arguments;
  switch (question.function) {
    case "originate": {
      const isBusy = destination.endsWith("503");
      return { status: isBusy ? 503 : 200, body: { callid: `call-${destination}` } };
    }
    case "C4.registrations":
      return { status: 200, body: servers.map((server) => ({ user, server })) };
    case "chat":
      return { status: 200, body: { response: `You said: ${said}`, chat_id: "chat-1" } };
    default:
      return { status: 200, body: { status: number.endsWith("404") ? "Invalid" : "Valid" } };
  }
}

function replyAboutNumber(url: string, authorization: string | undefined): Reply | undefined {
  if (authorization !== `Bearer ${KEY}`) return { status: 401, body: {} };
  if (url.endsWith("408")) return undefined;
  return { status: 200, body: { status: url.endsWith("404") ? "unallocated" : "in use" } };
}

function ms(milliseconds: number): string {
  return `${count(milliseconds)} ms`;
}

function count(number: number): string {
  return number.toLocaleString("en-US");
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
