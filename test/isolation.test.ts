// What calls share and what they do not, through the whole product: batches, isolates made ready, and their ends.

import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Answer, type Product } from "./harness.ts";

let product: Product;

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

type NewScript = { name: string; type: string; code: string; isolation?: string; limits?: object };

async function create(script: NewScript): Promise<void> {
  const { status, body } = await product.manage("POST", "/scripts", script);
  if (status !== 201) throw new Error(JSON.stringify(body));
  await product.untilRevision();
}

function runMany(name: string, payloads: readonly unknown[]): Promise<Answer[]> {
  return Promise.all(payloads.map((payload) => product.ask(`/run/${name}`, payload)));
}

function numbers(count: number): { n: number }[] {
  return Array.from({ length: count }, (_, n) => ({ n }));
}

describe("calls of a Script that come in together", () => {
  it("each get their own result and their own scope", async ({ expect }) => {
    const code =
      "let calls = 0; function main(d) { calls += 1; loose = calls; return [d.n, loose]; }";
    await create({ name: "together", type: "script", code });
    const answers = await runMany("together", numbers(200));
    expect(answers.map(({ body }) => body)).toEqual(numbers(200).map(({ n }) => [n, 1]));
  });

  it("are none the worse for one that runs out of CPU time", async ({ expect }) => {
    const code = "function main(d) { if (d.n % 10 === 3) for (;;); return d.n; }";
    await create({ name: "one-spins", type: "script", code });
    const answers = await runMany("one-spins", numbers(40));
    for (const [n, { status, body }] of answers.entries()) {
      if (n % 10 === 3) expect(body).toMatchObject({ code: "cpu_exceeded" });
      else expect([status, body]).toEqual([200, n]);
    }
  });

  it("are none the worse for one that hits the stack's end or throws", async ({ expect }) => {
    const code = `function deep() { return deep() + 1; }
      function main(d) { if (d.n === 5) return deep(); if (d.n === 6) throw new Error("404 Gone"); return d.n; }`;
    await create({ name: "one-fails", type: "script", code });
    const answers = await runMany("one-fails", numbers(12));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual(numbers(12).map(({ n }) => ({ 5: 500, 6: 404 })[n] ?? 200));
  });

  it("are none the worse for one that spoils the isolate", async ({ expect }) => {
    const code = `function main(d) {
      if (d.n % 3 === 0) Object.defineProperty(Error, "stackTraceLimit", { value: 1, writable: false });
      return [d.n, Error.stackTraceLimit];
    }`;
    await create({ name: "one-spoils", type: "script", code });
    const answers = await runMany("one-spoils", numbers(20));
    const expected = numbers(20).map(({ n }) => [n, n % 3 === 0 ? 1 : 10]);
    expect(answers.map(({ body }) => body)).toEqual(expected);
  });

  it("share no log", async ({ expect }) => {
    const code =
      "function main(d) { console.log('call', d.n); Promise.resolve().then(() => console.log('late')); }";
    await create({ name: "logs", type: "script", code });
    const runs = numbers(20).map((data) => product.manage("POST", "/scripts/logs/run", { data }));
    const answers = await Promise.all(runs);
    for (const [n, { body }] of answers.entries()) {
      expect(body).toMatchObject({ logs: [{ message: `call ${n}` }] });
      expect(JSON.stringify(body)).not.toContain("late");
    }
  });
});

describe("more releases than a cell keeps warm", () => {
  it("all answer, again and again", async ({ expect }) => {
    const names = Array.from({ length: 135 }, (_, at) => `many-${at}`);
    await Promise.all(
      names.map((name) =>
        product.manage("POST", "/scripts", {
          name,
          type: "script",
          code: `function main() { return "${name}"; }`,
        }),
      ),
    );
    await product.untilRevision();
    for (const name of [...names, ...names.slice(0, 10)]) {
      expect((await product.ask(`/run/${name}`)).body).toBe(name);
    }
  });
});

describe("an App", () => {
  const counter = `const { count } = { count: { calls: 0 } };
    async function main(data) { count.calls += 1; globalThis.seen = (globalThis.seen ?? 0) + 1; return [data.n, count.calls, globalThis.seen]; }`;

  it("gets a new isolate for every call, whether or not one was ready", async ({ expect }) => {
    await create({ name: "fresh", type: "app", code: counter });
    for (const count of [1, 1, 1, 20, 1, 5]) {
      const answers = await runMany("fresh", numbers(count));
      expect(answers.map(({ body }) => body)).toEqual(numbers(count).map(({ n }) => [n, 1, 1]));
    }
  });

  it('shares its isolate and not its scope with isolation "scope"', async ({ expect }) => {
    await create({ name: "kept", type: "app", code: counter, isolation: "scope" });
    for (const count of [1, 1, 20, 1]) {
      const answers = await runMany("kept", numbers(count));
      expect(answers.map(({ body }) => body)).toEqual(numbers(count).map(({ n }) => [n, 1, 1]));
    }
  });

  it("is answered also where many load modules for the first time at once", async ({ expect }) => {
    const names = ["axios", "data-forge", "fast-csv", "moment", "soap", "stripe"];
    const required = names.map((name) => `require("${name}")`).join(", ");
    const limits = { wallMs: 20_000 };
    for (const { n } of numbers(10)) {
      const code = `const all = [${required}]; async function main() { return ${n} + all.length; }`;
      await create({ name: `first ${n}`, type: "app", code, limits });
    }
    const asked = numbers(10).map(({ n }) => product.ask(`/run/first%20${n}`));
    const answers = await Promise.all(asked);
    expect(answers.map(({ body }) => body)).toEqual(numbers(10).map(({ n }) => n + names.length));
  });

  it("is told that there is no capacity, and never gets a used isolate", async ({ expect }) => {
    const code = `let calls = 0;
      async function main() { calls += 1; await new Promise((r) => setTimeout(r, 1000)); return calls; }`;
    await create({ name: "waits", type: "app", code });
    const answers = await runMany("waits", numbers(60));
    const ran = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 503);
    expect(ran.length + refused.length).toBe(60);
    expect(ran.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body } of ran) expect(body).toBe(1);
    for (const { body } of refused) expect(body).toMatchObject({ code: "overloaded" });
  });
});

describe("a Script that changes built-ins", () => {
  it("works, gets a new isolate for every call, and its author is told", async ({ expect }) => {
    const code = `String.prototype.shout = function () { return this.toUpperCase() + "!"; };
      Array.prototype.calls = (Array.prototype.calls ?? 0) + 1;
      function main() { return ["a".shout(), [].calls]; }`;
    await create({ name: "alters", type: "script", code });
    const answers = await runMany("alters", numbers(5));
    for (const { body } of answers) expect(body).toEqual(["A!", 1]);
    const { body } = await product.manage("GET", "/scripts/alters/releases");
    const message = expect.stringContaining("String.prototype.shout");
    const lints = expect.arrayContaining([expect.objectContaining({ message, line: 1 })]);
    expect(body).toMatchObject([{ lints }]);
  });

  it("is told what to do where that was not seen before it ran", async ({ expect }) => {
    const code = `"use strict"; function main() { [Array.prototype].forEach((it) => { it.toString = 1; }); }`;
    await create({ name: "alters-unseen", type: "script", code });
    const { status, body } = await product.ask("/run/alters-unseen");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).toContain("isolation");
  });
});
