// The libraries cxPubSub and cxHelper, as scripts use them, through the running product: two edge processes with two cells each.

import { createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { startProduct, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";

let product: Product;
let other: OtherAccount;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_GATEWAYS: "2", SCRIPTFORGE_CELLS: "2" });
  other = await OtherAccount.open(product);
  await product.manage("POST", "/scripts", { name: "draft", type: "app" });
  const limits = { wallMs: 20_000 };
  await product.manage("POST", "/scripts", {
    name: "listener",
    type: "app",
    code: LISTENER,
    limits,
  });
  await other.manage("POST", "/scripts", { name: "listener", type: "app", code: LISTENER, limits });
  await product.untilRevision();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await product.db.execute("DELETE FROM messages");
});

/** Counts in cxKV that it listens; ends with what it got when the message "end" comes. */
const LISTENER = `
const { subscribe } = require('cxPubSub');
const { incr } = require('cxKV');
async function main({ event, key = '*' }) {
  const seen = [];
  const { promise, resolve } = Promise.withResolvers();
  await subscribe(event, key, (data, about) => {
    if (data === 'end') resolve(seen);
    else seen.push([data, about.key]);
  });
  await incr('listening:' + event);
  return await promise;
}`;

async function run(code: string): Promise<RunResult> {
  const answer = await product.manage("POST", "/scripts/draft/run", { code });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return RunResult.parse(answer.body);
}

/** What `main` returns, whose body this is. */
async function valueOf(body: string): Promise<unknown> {
  const head = "const { publish, subscribe } = require('cxPubSub');";
  const result = await run(`${head}\nasync function main() { ${body} }`);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

/** Waits until so many scripts listen to an event. */
async function untilListening(event: string, count: number): Promise<void> {
  for (let listening = 0; listening < count;) {
    const { rows } = await product.db.execute({
      sql: "SELECT sum(value) AS n FROM kv WHERE key = ?",
      args: [`listening:${event}`],
    });
    listening = Number(rows[0]?.["n"] ?? 0);
    // The client works while its caller waits.
    await nextTurn();
  }
}

function secret(): string {
  return readFileSync(join(product.data, "secret-key"), "utf8").trim();
}

function keyOf(account: string, text: string): string {
  const bytes = hkdfSync("sha256", secret(), "", `pbx/${account}`, 32);
  const key = Buffer.from(bytes).toString("base64url");
  return createHmac("sha256", key).update(text).digest("hex");
}

/** A main that publishes and returns what comes. */
function use(bus: string): string {
  return `() => new Promise((resolve) => { ${bus}subscribe('e', resolve); ${bus}publish('e', 1); })`;
}

/** Resolves when the callback has been called so many times. */
const COUNTED = `
  const seen = []; let enough; const all = new Promise((resolve) => { enough = resolve; });
  const take = (count) => (data, about) => { seen.push([data, about.key]); if (seen.length === count) enough(); };`;

describe("a message", () => {
  it("reaches what subscribes in the same run, in order, by key and without", async ({
    expect,
  }) => {
    const body = `${COUNTED}
      subscribe('calls', take(9));
      await subscribe('calls', 'a', take(9));
      await publish('calls', { n: 1 });
      await publish('calls', 'a', { n: 2 });
      await publish('calls', 'b', [3]);
      await publish('calls', '*', null);
      await publish('other', 'a', 5);
      await publish('calls', 7, 'six');
      await publish('calls', 'a', false);
      await all; return seen.map((one) => JSON.stringify(one)).sort();`;
    expect(await valueOf(body)).toEqual(
      [
        [{ n: 1 }, ""],
        [{ n: 2 }, "a"],
        [{ n: 2 }, "a"],
        [[3], "b"],
        [null, "*"],
        [null, "*"],
        ["six", "7"],
        [false, "a"],
        [false, "a"],
      ]
        .map((one) => JSON.stringify(one))
        .toSorted(),
    );
  });

  it("comes by each way to have the library", async ({ expect }) => {
    for (const code of [
      `const bus = require('cxPubSub'); exports.main = ${use("bus.")};`,
      `const bus = require('cxPubSub').default; exports.main = ${use("bus.")};`,
      `import { publish, subscribe } from 'cxPubSub'; export const main = ${use("")};`,
      `import bus from 'cxPubSub'; export const main = ${use("bus.")};`,
      `import * as bus from 'cxPubSub'; export const main = ${use("bus.")};`,
    ]) {
      expect([code, (await run(code)).value]).toEqual([code, 1]);
    }
  });

  it("reaches runs in every cell and edge process of its account, and no other's", async ({
    expect,
  }) => {
    const listeners = Array.from({ length: 6 }, () => product.ask("/run/listener", { event: "x" }));
    const others = other.manage("POST", "/scripts/listener/run", { data: { event: "x" } });
    await untilListening("x", 7);
    await valueOf("await publish('x', 'k', 1); await publish('x', 2); await publish('x', 'end');");
    for (const { body } of await Promise.all(listeners)) {
      expect(body).toEqual([
        [1, "k"],
        [2, ""],
      ]);
    }
    const end = `const { publish } = require('cxPubSub'); exports.main = () => publish('x', 'end');`;
    const draft = await other.manage("POST", "/scripts/listener/run", { code: end });
    expect(RunResult.parse(draft.body).outcome).toBe("ok");
    expect(RunResult.parse((await others).body).value).toEqual([]);
  });

  it("comes no more once nobody wants it", async ({ expect }) => {
    const body = `${COUNTED}
      const early = subscribe('e', take(9)); await early.unsubscribe();
      const late = await subscribe('e', take(9));
      await subscribe('e', (data) => { if (data === 2) enough(); });
      await publish('e', 1); await late.unsubscribe(); await publish('e', 2);
      await all; return [seen, typeof late.then, typeof early.then];`;
    const [seen, ...rest] = z.array(z.unknown()).parse(await valueOf(body));
    expect([[], [[1, ""]]]).toContainEqual(seen);
    expect(rest).toEqual(["undefined", "function"]);
  });

  it("whose callback throws is told to the console, and the next ones come", async ({ expect }) => {
    const code = `const { publish, subscribe } = require('cxPubSub');
      exports.main = () => new Promise((resolve) => {
        subscribe('e', (data) => { if (data === 1) throw new Error('bad'); resolve(data); });
        publish('e', 1); publish('e', 2);
      });`;
    const { value, logs } = await run(code);
    expect(value).toBe(2);
    expect(logs).toMatchObject([
      {
        level: "error",
        message: expect.stringMatching(/^A subscriber's callback threw: Error: bad/),
      },
    ]);
  });

  it("is no request of its subscriber, who is bounded in time all the same", async ({ expect }) => {
    const code = `const { publish, subscribe } = require('cxPubSub');
      exports.main = async () => {
        let count = 0; let done; const all = new Promise((resolve) => { done = resolve; });
        await subscribe('e', () => { count += 1; if (count === 49) done(); });
        for (let n = 0; n < 49; n += 1) await publish('e', n);
        await all; return count;
      };`;
    expect(await run(code)).toMatchObject({ outcome: "ok", value: 49 });
    const waiting = `const { subscribe } = require('cxPubSub'); exports.main = () => new Promise(() => subscribe('e', () => {}));`;
    expect((await run(waiting)).outcome).toBe("wall_exceeded");
    const spin = `const { publish, subscribe } = require('cxPubSub');
      exports.main = () => new Promise(() => { subscribe('e', () => { for (;;); }); publish('e', 1); });`;
    expect((await run(spin)).outcome).toBe("cpu_exceeded");
  });

  it("is refused where it is none, or one too many", async ({ expect }) => {
    const cases: [call: string, message: string][] = [
      [
        "publish()",
        "Cannot use an event: it has to be a text of 1 to 200 characters, not undefined",
      ],
      ["publish('')", "Cannot use an event: it has to be a text"],
      ["publish('e', {}, 1)", "Cannot use a key: it has to be a number or a text"],
      ["publish('e', () => 1)", "Cannot publish the message: it is of type function"],
      ["publish('e', 'x'.repeat(10001))", "Cannot publish the message: it has 10003 characters"],
      [
        "publish('e', '☎'.repeat(4000))",
        "Cannot publish the message: A message has at most 10,000",
      ],
      ["publish('a\\0', 1)", "Cannot publish the message: Neither half characters nor NUL"],
      ["subscribe('e')", "Cannot use a key: it has to be a number or a text"],
      ["subscribe('e', 'a')", 'Cannot subscribe to "e": the last argument has to be a function'],
      ["subscribe(5, () => 1)", "Cannot use an event: it has to be a text"],
    ];
    const calls = cases.map(([call]) => `() => ${call}`).join(",\n");
    const told = `const said = []; for (const call of [${calls}]) {
      try { await call(); said.push("fine"); } catch (error) { said.push(error.message); } } return said;`;
    const said = z.array(z.string()).parse(await valueOf(told));
    for (const [at, [call, message]] of cases.entries()) {
      expect([call, said[at]]).toEqual([call, expect.stringContaining(message)]);
    }
    const row = "SELECT 'default', 'e', '', '1', 'o', ? FROM kv_numbers";
    const numbers =
      "WITH RECURSIVE kv_numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM kv_numbers WHERE n < 1000)";
    const into = "INSERT INTO messages (account, event, key, payload, origin, created_at)";
    await product.db.execute(`${into} ${numbers} ${row}`, [Date.now()]);
    const most = "try { await publish('e', 1); } catch (error) { return error.message; }";
    expect(await valueOf(most)).toBe(
      'Cannot publish "e": an account publishes at most 1000 messages within 10 s',
    );
  });
});

describe("generatePbxSecurityKey", () => {
  it("is what the routing engine makes of the account's key, at once", async ({ expect }) => {
    for (const code of [
      "const { generatePbxSecurityKey } = require('cxHelper'); exports.main = () => generatePbxSecurityKey(1234, 'pbx1');",
      "const helper = require('cxHelper').default; const key = helper.generatePbxSecurityKey('1234', 'pbx1'); exports.main = () => key;",
      "import { generatePbxSecurityKey } from 'cxHelper'; export const main = () => generatePbxSecurityKey(1234, 'pbx1');",
      "import cxHelper from 'cxHelper'; export const main = () => cxHelper.generatePbxSecurityKey(1234, 'pbx1');",
    ]) {
      expect([code, (await run(code)).value]).toEqual([code, keyOf("default", "1234|pbx1")]);
    }
    const code = "exports.main = () => require('cxHelper').generatePbxSecurityKey(1234, 'pbx1');";
    const { body } = await other.manage("POST", "/scripts/listener/run", { code });
    expect(RunResult.parse(body).value).toBe(keyOf("other", "1234|pbx1"));
    expect(keyOf("other", "1234|pbx1")).not.toBe(keyOf("default", "1234|pbx1"));
  });

  it("is the account's own where runs share an isolate, too", async ({ expect }) => {
    const code = "exports.main = () => require('cxHelper').generatePbxSecurityKey(1, 'a');";
    const script = { name: "warm", type: "app", code, isolation: "scope" };
    await product.manage("POST", "/scripts", script);
    await product.untilRevision();
    let body: unknown;
    // Each edge process sees a new script by itself.
    for (let status = 404; status !== 200;) ({ status, body } = await product.ask("/run/warm"));
    expect(body).toBe(keyOf("default", "1|a"));
  });

  it("is refused for what is no customer or server", async ({ expect }) => {
    for (const args of ["", "1", "1, 'a|b'", "'1|a', 'b'", "{}, 'a'", "1, ''", "NaN, 'a'"]) {
      const code = `exports.main = () => { try { return require('cxHelper').generatePbxSecurityKey(${args}); } catch (error) { return error.message; } };`;
      expect([args, (await run(code)).value]).toEqual([
        args,
        expect.stringMatching(/^Cannot make the key: /),
      ]);
    }
  });

  it("shows neither the edge's secret nor the account's key", async ({ expect }) => {
    const code = `const helper = require('cxHelper');
      exports.main = () => [Object.getOwnPropertyNames(helper), JSON.stringify(process.env), String(helper.generatePbxSecurityKey)];`;
    const text = JSON.stringify((await run(code)).value);
    expect(text).not.toContain(secret());
    const bytes = hkdfSync("sha256", secret(), "", "pbx/default", 32);
    expect(text).not.toContain(Buffer.from(bytes).toString("base64url"));
  });
});
