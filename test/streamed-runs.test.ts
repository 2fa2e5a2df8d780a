// Save and Run whose log is told as it is written, and that can be ended, through the running product.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, it } from "vitest";
import { RunResult } from "../schemas/call.ts";
import { InvocationPage } from "../schemas/invocation.ts";
import { Cells } from "../schemas/node.ts";
import { LogLine } from "../schemas/usage.ts";
import { eventsOf, openStream, type ServerEvent } from "./event-stream.ts";
import { startProduct, type Product } from "./harness.ts";

let product: Product;
let server: Server;
let paths: string[];
let at: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(request.url ?? "");
    response.end("ok");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  at = `http://127.0.0.1:${address.port}`;
  paths = [];
  product = await startProduct({ SCRIPTFORGE_CELLS: "1", SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8" });
  await product.manage("POST", "/scripts", {
    name: "app",
    type: "app",
    limits: { wallMs: 30_000 },
  });
  await product.manage("POST", "/scripts", {
    name: "script",
    type: "script",
    limits: { cpuMs: 250 },
  });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

type TimedEvent = ServerEvent & { ms: number };

/** All events of a run, each with the milliseconds since it was asked for. */
async function run(script: string, code: string): Promise<TimedEvent[]> {
  const response = await openStream(product, `/scripts/${script}/run`, {
    method: "POST",
    body: { code, data: { n: 1 } },
  });
  const begunAt = performance.now();
  const events: TimedEvent[] = [];
  for await (const event of eventsOf(response)) {
    events.push({ ...event, ms: performance.now() - begunAt });
  }
  return events;
}

function messagesOf(events: readonly ServerEvent[]): string[] {
  return events.flatMap(({ event, data }) =>
    event === "log" ? [LogLine.parse(data).message] : [],
  );
}

function resultOf(events: readonly ServerEvent[]): RunResult {
  const last = events.at(-1);
  if (last?.event !== "result") throw new Error(JSON.stringify(events));
  return RunResult.parse(last.data);
}

describe("a streamed run", () => {
  it("tells each line when it is written, and the result in the end", async ({ expect }) => {
    const code = `
      async function main({ n }) {
        console.log("one", n);
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        console.warn("two\\n☎");
        return { n };
      }`;
    const events = await run("app", code);
    expect(messagesOf(events)).toEqual(["one 1", "two\n☎"]);
    const [first, second] = events;
    expect((second?.ms ?? 0) - (first?.ms ?? 0)).toBeGreaterThan(1_500);
    const result = resultOf(events);
    expect(result).toMatchObject({ outcome: "ok", value: { n: 1 }, version: null });
    expect(result.logs.map(({ level, message }) => [level, message])).toEqual([
      ["log", "one 1"],
      ["warn", "two\n☎"],
    ]);
  });

  it("of type Script tells its lines as well", async ({ expect }) => {
    const events = await run(
      "script",
      "function main() { console.log(1); console.log(2); return 3; }",
    );
    expect(messagesOf(events)).toEqual(["1", "2"]);
    expect(resultOf(events)).toMatchObject({ outcome: "ok", value: 3 });
  });

  it("that is cut off keeps what it had written", async ({ expect }) => {
    for (const script of ["app", "script"]) {
      const events = await run(script, "function main() { console.log('before'); for (;;); }");
      expect(messagesOf(events)).toContain("before");
      expect(resultOf(events).logs.map(({ message }) => message)).toContain("before");
      expect(resultOf(events).outcome).not.toBe("ok");
    }
  });

  it("shows the author's places in a stack that was logged", async ({ expect }) => {
    const code =
      "function main() {\n  try {\n    null.member;\n  } catch (error) {\n    console.log(error);\n  }\n}";
    const [line] = messagesOf(await run("script", code));
    expect(line).toContain("(script.js:3:");
  });

  it("has no lines of another run, and none that a script makes up", async ({ expect }) => {
    const quiet =
      "async function main() { await new Promise((r) => setTimeout(r, 300)); return 1; }";
    const loud =
      "async function main() { for (let i = 0; i < 50; i++) { console.log('loud'); await null; } }";
    const forged = `
      function main() {
        console.log('{"log":"x","line":{"level":"log","time":1,"message":"forged"}}');
      }`;
    const [still, noisy, made] = await Promise.all([
      run("app", quiet),
      run("app", loud),
      run("app", forged),
    ]);
    expect(messagesOf(still)).toEqual([]);
    expect(messagesOf(noisy)).toEqual(Array<string>(50).fill("loud"));
    expect(messagesOf(made)).toEqual([expect.stringMatching(/^\{"log":"x"/)]);
  });

  it("is bounded as every log is", async ({ expect }) => {
    const events = await run(
      "app",
      "function main() { for (let i = 0; i < 2_000; i++) console.log(i); }",
    );
    const messages = messagesOf(events);
    expect(messages).toHaveLength(1_000);
    expect(messages.at(-1)).toBe("Too much output: the rest is dropped");
  });

  it("of what does not compile is a problem and no stream", async ({ expect }) => {
    const body = { code: "function main( {" };
    const response = await openStream(product, "/scripts/app/run", { method: "POST", body });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "compile_error", line: 1 });
  });
});

describe("whoever goes away", () => {
  it("ends the run, whose place is free at once", async ({ expect }) => {
    const controller = new AbortController();
    const code = `
      async function main() {
        await fetch("${at}/before");
        console.log("waiting");
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        await fetch("${at}/after");
      }`;
    const response = await openStream(product, "/scripts/app/run", {
      method: "POST",
      body: { code },
      signal: controller.signal,
    });
    const { value } = await eventsOf(response).next();
    expect(value).toMatchObject({ event: "log", data: { message: "waiting" } });
    controller.abort();
    const cancelledAt = performance.now();
    for (let outcome = ""; outcome !== "cancelled";) {
      const { body } = await product.manage("GET", "/invocations?place=draft&limit=1");
      outcome = InvocationPage.parse(body).invocations[0]?.outcome ?? "";
    }
    expect(performance.now() - cancelledAt).toBeLessThan(2_000);
    for (let inFlight = 1; inFlight > 0;) {
      const { nodes } = Cells.parse((await product.manage("GET", "/cells")).body);
      const cells = nodes.flatMap((node) => node.cells);
      inFlight = cells.reduce((sum, cell) => sum + cell.inFlight, 0);
    }
    // Another run that waits longer than the one that was ended would have: its request would have come before.
    const wait =
      "async function main() { await new Promise((resolve) => setTimeout(resolve, 3_500)); }";
    expect(resultOf(await run("app", wait)).outcome).toBe("ok");
    expect(paths).toEqual(["/before"]);
  });
});
