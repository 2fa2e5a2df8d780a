import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "vitest";
import { invocations } from "../schemas/tables/invocation.ts";
import { DEFAULT_ACCOUNT } from "./store/tokens.ts";
import { ADMIN, TestApp } from "./test-app.ts";

let app: TestApp;
let made: number;

beforeEach(async () => {
  app = await TestApp.open();
  made = 0;
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

/** Writes so many invocations, as an edge node does. */
async function write(count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => ({
    id: `inv-${(made += 1)}`,
    account: DEFAULT_ACCOUNT,
    at: Date.now(),
    place: "run",
    script: "scr_1",
    scriptName: "rules",
    outcome: "ok",
    cpuMs: 1,
    wallMs: 2,
  }));
  await app.db.insert(invocations).values(rows);
}

async function openTail(): Promise<ReadableStreamDefaultReader<string>> {
  const headers = { authorization: `Bearer ${ADMIN}` };
  const { status, body } = await app.request("/v1/tail", { headers });
  if (status !== 200 || body === null) throw new Error("The tail does not open");
  return body.pipeThrough(new TextDecoderStream()).getReader();
}

/** What is read until it has `text` in it. */
async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  text: string,
): Promise<string> {
  let all = "";
  while (!all.includes(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The tail ended: ${all}`);
    all += value;
  }
  return all;
}

function toldIn(read: string): number {
  return [...read.matchAll(/^event: invocation$/gm)].length;
}

function missedIn(read: string): number {
  const counts = Array.from(read.matchAll(/^data: \{"count":(\d+)\}$/gm), ([, count]) =>
    Number(count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("a reader that is too slow", () => {
  it("is told how many it missed, and goes on with what comes then", async ({ expect }) => {
    const reader = await openTail();
    await write(3);
    let read = await readUntil(reader, "inv-1");
    // Nothing is read meanwhile, and so nothing more is looked up for it.
    for (let batch = 0; batch < 20; batch += 1) {
      await write(100);
      await nextTurn();
    }
    while (toldIn(read) + missedIn(read) < made) read += await readUntil(reader, "\n\n");
    expect(toldIn(read) + missedIn(read)).toBe(made);
    expect(missedIn(read)).toBeGreaterThan(200);
    await write(1);
    expect(await readUntil(reader, `inv-${made}`)).toContain("event: invocation");
    await reader.cancel();
  });
});
