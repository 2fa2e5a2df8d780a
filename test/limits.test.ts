// The limits on the running system: what a script gets that goes beyond them, and that nobody else notices.

import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { startProduct, type Answer, type Product } from "./harness.ts";
import { Load } from "./load.ts";
import { cellsOf } from "./processes.ts";

const NEIGHBOUR = { path: "/call/termination/neighbour/main", body: { routing: {} }, lanes: 2 };
const NATIVE = "function main() { /^(a+)+$/.test('a'.repeat(40) + 'b'); }";

let product: Product;
beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "2" });
  const code = "function main(data) { data.routing.well = true; return data; }";
  await product.assign({ name: "neighbour", code, customer: "neighbour" });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

async function run(script: {
  name: string;
  type?: string;
  code: string;
  limits?: Record<string, number>;
}): Promise<unknown> {
  const created = await product.manage("POST", "/scripts", { type: "script", ...script });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  return (await product.manage("POST", `/scripts/${script.name}/run`, { data: {} })).body;
}

/** Runs `attack` while the neighbour is called all along, and returns the neighbour's answers that were not right. */
async function besideNeighbour(attack: () => Promise<void>): Promise<Answer[]> {
  await using load = new Load(product, NEIGHBOUR);
  await load.untilMore(5);
  await attack();
  await load.untilMore(5);
  const right = { action: "continue", data: { routing: { well: true } } };
  return load.answers.filter(({ body }) => JSON.stringify(body) !== JSON.stringify(right));
}

describe("the CPU budget", () => {
  it("names script, version, place, used and allowed time", async ({ expect }) => {
    const code = "function main() {\n  let i = 0;\n  for (;;) {\n    i++;\n  }\n}";
    expect(await run({ name: "spin", code, limits: { cpuMs: 40 } })).toMatchObject({
      outcome: "cpu_exceeded",
      version: 1,
      error: {
        message: expect.stringMatching(
          /^Script "spin", version 1, used \d+ ms of its 40 ms of CPU time$/,
        ),
        line: 3,
      },
      usage: { cpuMs: expect.any(Number) },
    });
  });

  it("leaves what the script had written before", async ({ expect }) => {
    const code = 'function main() { console.log("before", "☎\\n"); for (;;); }';
    for (const type of ["script", "app"]) {
      expect(await run({ name: `written-${type}`, type, code })).toMatchObject({
        outcome: "cpu_exceeded",
        logs: [{ level: "log", message: "before ☎\n" }],
      });
    }
  });

  it("lets no catch and no finally run on", async ({ expect }) => {
    const code =
      "function main() { for (;;) { try { for (;;); } catch {} finally { continue; } } }";
    expect(await run({ name: "swallow", code })).toMatchObject({ outcome: "cpu_exceeded" });
  });

  it("counts what a module's top level uses", async ({ expect }) => {
    const code = "for (;;);\nexport function main() {}";
    expect(await run({ name: "top", type: "app", code })).toMatchObject({
      outcome: "cpu_exceeded",
      error: { line: 1 },
    });
  });

  it("charges an App for busy time and not for waiting", async ({ expect }) => {
    const limits = { cpuMs: 50, wallMs: 5_000 };
    const waits =
      "async function main() { await new Promise((r) => setTimeout(r, 1500)); return 1; }";
    expect(await run({ name: "waits", type: "app", code: waits, limits })).toMatchObject({
      outcome: "ok",
      value: 1,
    });
    const spins = `function main() {
      return new Promise((resolve) => {
        let turns = 0;
        const timer = setInterval(() => {
          for (const end = Date.now() + 20; Date.now() < end; );
          if (++turns === 10) { clearInterval(timer); resolve(turns); }
        }, 5);
      });
    }`;
    expect(await run({ name: "spins", type: "app", code: spins, limits })).toMatchObject({
      outcome: "cpu_exceeded",
    });
  });

  it("ends what spins while its result is read", async ({ expect }) => {
    const code = "function main() { return { get x() { for (;;); } }; }";
    expect(await run({ name: "getter", code })).toMatchObject({ outcome: "cpu_exceeded" });
  });
});

describe("a script stuck in native code", () => {
  it("gets cpu_exceeded, and no neighbour's call is lost", async ({ expect }) => {
    const wrong = await besideNeighbour(async () => {
      expect(await run({ name: "regexp", code: NATIVE })).toMatchObject({
        outcome: "cpu_exceeded",
      });
    });
    expect(wrong).toEqual([]);
  });

  it("is quarantined after three strikes, until it is pardoned or published anew", async ({
    expect,
  }) => {
    await product.assign({ name: "striker", code: NATIVE, customer: "striker" });
    const call = async (): Promise<string> => {
      const { body } = await product.ask("/call/termination/striker/main");
      return z.object({ fault: z.object({ code: z.string() }) }).parse(body).fault.code;
    };
    const untilQuarantined = async (): Promise<number> => {
      for (let calls = 1; calls < 20; calls += 1)
        if ((await call()) === "quarantined") return calls;
      throw new Error("it was never quarantined");
    };
    const wrong = await besideNeighbour(async () => {
      expect(await untilQuarantined()).toBeGreaterThan(3);
    });
    expect(wrong).toEqual([]);

    await product.manage("DELETE", "/scripts/striker/quarantine");
    await product.untilRevision();
    expect(await call()).not.toBe("quarantined");

    await untilQuarantined();
    const code = "function main(data) { return data; }";
    await product.manage("POST", "/scripts/striker/releases", { code });
    await product.untilRevision();
    const { body } = await product.ask("/call/termination/striker/main", { routing: {} });
    expect(body).toEqual({ action: "continue", data: { routing: {} } });
  });

  it("as an App costs itself alone", async ({ expect }) => {
    const code = `async function main() { await null; ${NATIVE.slice("function main() {".length)}`;
    const wrong = await besideNeighbour(async () => {
      const result = await run({ name: "stuck app", type: "app", code });
      expect(result).toMatchObject({
        outcome: expect.stringMatching(/^(cpu_exceeded|cell_lost)$/),
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe("a memory bomb", () => {
  it.for([
    ["arrays", "const a = []; for (;;) a.push(new Array(1e5).fill(a));"],
    ["strings", "let s = 'x'; const a = []; for (;;) { s = s + s + a.length; a.push([...s]); }"],
    ["buffers", "const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1));"],
    ["one native call", "return JSON.stringify(new Array(2 ** 27).fill({ a: 1 })).length;"],
  ] as const)("of %s costs its own call alone", async ([name, body], { expect }) => {
    const limits = { cpuMs: 250 };
    const wrong = await besideNeighbour(async () => {
      const result = await run({
        name: `bomb ${name}`,
        code: `function main() { ${body} }`,
        limits,
      });
      const outcome = expect.stringMatching(/^(memory_exceeded|cpu_exceeded|script_error)$/);
      expect(result).toMatchObject({ outcome });
    });
    expect(wrong).toEqual([]);
  });
});

describe("the deadline", () => {
  it("is kept while every cell hangs, and the node recovers", async ({ expect }) => {
    const assignment = { timeout: 0.4, timeoutAction: "503 Try Later" };
    const code = "function main(data) { return data; }";
    await product.assign({ name: "patient", code, customer: "patient", assignment });
    const call = (): Promise<Answer> =>
      product.ask("/call/termination/patient/main", { routing: {} });
    await call();
    for (const cell of cellsOf(product)) process.kill(cell, "SIGSTOP");
    const { body, headers } = await call();
    expect(body).toMatchObject({ action: "reject", sip: { code: 503, reason: "Try Later" } });
    const waited = Number(/script;dur=([\d.]+)/.exec(headers.get("server-timing") ?? "")?.[1]);
    // Timers may come a millisecond early.
    expect(waited).toBeGreaterThanOrEqual(398);
    for (let action: unknown; action !== "continue";) {
      ({ action } = z.object({ action: z.string() }).parse((await call()).body));
    }
  });
});

describe("an account", () => {
  it("gets overloaded beyond 500 runs at once, and then goes on", async ({ expect }) => {
    const code =
      "async function main() { await new Promise((r) => setTimeout(r, 1000)); return 1; }";
    await product.manage("POST", "/scripts", { name: "slow", type: "app", code });
    await product.untilRevision();
    const answers = await Promise.all(Array.from({ length: 520 }, () => product.ask("/run/slow")));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(refused[0]?.body).toMatchObject({ code: "overloaded" });
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
    const { status } = await product.ask("/call/termination/neighbour/main", { routing: {} });
    expect(status).toBe(200);
  });
});

describe("a result", () => {
  it.for([
    ["too large", "return 'x'.repeat(2e6);", "output_too_large"],
    [
      "nested too deep",
      "let a = []; for (let i = 0; i < 2000; i++) a = [a]; return a;",
      "output_too_large",
    ],
    ["that is a cycle", "const a = {}; a.b = { a }; return a;", "not_serialisable"],
  ] as const)("%s is refused", async ([name, body, code], { expect }) => {
    const result = await run({ name: `result ${name}`, code: `function main() { ${body} }` });
    expect(result).toMatchObject({ outcome: code });
  });
});
