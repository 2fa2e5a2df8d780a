// Measures on the running product how soon a script that goes too far is ended, against the bars of the design.
// `node test/hostile/bars.ts` prints a table, and fails where a median misses its bar.

import { z } from "zod";
import { startProduct, type Product } from "../harness.ts";

const ROUNDS = 15;
const CAP_MS = 50;

const Run = z.object({ usage: z.object({ cpuMs: z.number(), wallMs: z.number() }) });

/** What is measured, in milliseconds, and how large it may be. */
type Bar = { what: string; mostMs: number; measure: (product: Product) => Promise<number> };

const bars: Bar[] = [
  {
    what: "CPU cap, JavaScript: used beyond the cap",
    mostMs: 20,
    measure: async (product) => {
      const code = "function main() { for (;;) { try { for (;;); } catch {} } }";
      return (await run(product, code)).usage.cpuMs - CAP_MS;
    },
  },
  {
    what: "CPU cap, native code: until the answer",
    mostMs: 400,
    measure: async (product) => {
      const code = "function main() { /^(a+)+$/.test('a'.repeat(40) + 'b'); }";
      return (await run(product, code)).usage.wallMs;
    },
  },
  {
    what: "memory bomb: until the answer",
    mostMs: 500,
    measure: async (product) => {
      const code = "function main() { return Array.from({ length: 3e7 }, Object).length; }";
      return (await run(product, code)).usage.wallMs;
    },
  },
  {
    what: "deadline 300 ms, an App that waits: beyond it",
    mostMs: 20,
    measure: (product) => lateness(product, "waits"),
  },
  {
    what: "deadline 100 ms, a Script that holds its cell: beyond it",
    mostMs: 20,
    measure: (product) => lateness(product, "holds"),
  },
];

let scripts = 0;

async function run(product: Product, code: string): Promise<z.infer<typeof Run>> {
  scripts += 1;
  const name = `bar ${scripts}`;
  const limits = { cpuMs: CAP_MS };
  await product.manage("POST", "/scripts", { name, type: "script", code, limits });
  const { body } = await product.manage("POST", `/scripts/${name}/run`, { data: {} });
  return Run.parse(body);
}

/** How long after its deadline a call to `customer` is answered. */
async function lateness(product: Product, customer: keyof typeof DEADLINES): Promise<number> {
  // A version of its own: three strikes, and it would be answered at once.
  scripts += 1;
  const code = `${DEADLINES[customer].code} // ${scripts}`;
  await product.manage("POST", `/scripts/${customer}/releases`, { code });
  await product.untilRevision();
  const start = performance.now();
  await product.ask(`/call/termination/${customer}/main`);
  return performance.now() - start - DEADLINES[customer].ms;
}

const DEADLINES = {
  waits: { ms: 300, type: "app", code: "async function main() { await new Promise(() => {}); }" },
  holds: {
    ms: 100,
    type: "script",
    code: "function main() { /^(a+)+$/.test('a'.repeat(40) + 'b'); }",
  },
} as const;

function shown(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

async function main(): Promise<void> {
  await using product = await startProduct({
    SCRIPTFORGE_CELLS: "2",
    SCRIPTFORGE_LOG_LEVEL: "silent",
  });
  for (const [customer, { ms, type, code }] of Object.entries(DEADLINES)) {
    await product.assign({
      name: customer,
      type,
      code,
      customer,
      assignment: { timeout: ms / 1_000 },
    });
  }
  const rows: { bar: string; median: string; worst: string; most: string; ok: boolean }[] = [];
  for (const { what, mostMs, measure } of bars) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await measure(product));
    times.sort((a, b) => a - b);
    const median = times[Math.floor(ROUNDS / 2)] ?? Infinity;
    const worst = times.at(-1) ?? Infinity;
    const ok = median <= mostMs;
    rows.push({ bar: what, median: shown(median), worst: shown(worst), most: shown(mostMs), ok });
  }
  console.table(rows);
  if (!rows.every(({ ok }) => ok)) process.exitCode = 1;
}

await main();
