import { afterAll, beforeAll, describe, it } from "vitest";
import { RunResult } from "../../schemas/call.ts";
import { startProduct, type Product } from "../harness.ts";
import { ALL_CASES } from "./all-cases.ts";
import { LATER_CASES } from "./cases/later.ts";
import { OUTCOME_CASES } from "./cases/outcome.ts";
import { runCourse, runTogether, type Call } from "./course.ts";
import { callScript, createScript } from "./leak-product.ts";
import type { Answer } from "./leak-case.ts";
import { LOOK_SPOILT, script, SPOIL } from "./script-parts.ts";

/** What goes on while the next call may be waiting already. */
const LINGERING = new Set([...LATER_CASES, ...OUTCOME_CASES]);

/** Chosen by the owner: left to itself the product may well give such scripts a new isolate for each call. */
const isolation = "scope";

/** One case of each view. */
const VIEWERS = [...new Map(ALL_CASES.map((one, index) => [one.view, { ...one, index }])).values()];

let product: Product;
/** What each view shows where nothing is ever left: in a script of its own, whose `leave` nobody calls. */
const untouched = new Map<string, Answer>();

beforeAll(async () => {
  // One cell, so that all calls of a script meet there.
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  const scripts = ALL_CASES.map(({ code }, index) => ({ name: nameOf(index), code }));
  for (const { code, index } of VIEWERS) scripts.push({ name: untouchedNameOf(index), code });
  await Promise.all(scripts.map((one) => createScript(product, { ...one, isolation })));
  await product.untilRevision();
  for (const { view, data, index } of VIEWERS) {
    untouched.set(view, await callOf(untouchedNameOf(index), data)("look"));
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

describe("the cases", () => {
  it("have each a name of its own", ({ expect }) => {
    const names = ALL_CASES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe("what a call leaves", () => {
  for (const [index, one] of ALL_CASES.entries()) {
    it(`is gone: ${one.name}`, async ({ expect }) => {
      const seen = untouched.get(one.view);
      expect(seen?.is).toBe("value");
      const call = callOf(nameOf(index), one.data);
      const courses = [await runCourse(call)];
      if (LINGERING.has(one)) courses.push(await runTogether(call));
      for (const { looks, lefts } of courses) {
        for (const left of lefts) expect(left).toMatchObject(one.left);
        for (const look of looks) expect(look).toEqual(seen);
      }
    });
  }

  it("is gone where the budget ended it", async ({ expect }) => {
    const parts = { top: SPOIL, leave: "spoil(); for (;;);", look: LOOK_SPOILT };
    const name = "endless";
    await createScript(product, { name, code: script(parts), limits: { cpuMs: 30 }, isolation });
    await product.untilRevision();
    const { looks, lefts } = await runCourse(callOf(name, {}));
    for (const left of lefts) expect(left).toMatchObject({ is: "fault", code: "cpu_exceeded" });
    expect(looks[0]?.is).toBe("value");
    for (const look of looks) expect(look).toEqual(looks[0]);
  });

  it("is gone where a module kept it", async ({ expect }) => {
    const code = `export let count = 0; const list = [];
export function leave() { count += 1; list.push(count); globalThis.late = 1; return list; }
export function look() { return [count, list, typeof late]; }`;
    await createScript(product, { name: "module", code, isolation });
    await product.untilRevision();
    const { looks, lefts } = await runCourse(callOf("module", {}));
    for (const left of lefts) expect(left).toEqual({ is: "value", value: [1] });
    for (const look of looks) expect(look).toEqual({ is: "value", value: [0, [], "undefined"] });
  });

  it("is gone where it was a main that nobody declared", async ({ expect }) => {
    const code = `const before = typeof main; main = () => [before, typeof kept, kept = 1];`;
    await createScript(product, { name: "implicit", code, isolation });
    await product.untilRevision();
    for (let call = 0; call < 3; call += 1) {
      const { body } = await product.ask("/run/implicit");
      expect(body).toEqual(["undefined", "undefined", 1]);
    }
  });
});

describe("what a call writes to its console", () => {
  it("is in no other call's log, however late or much it is", async ({ expect }) => {
    const code = `
exports.leave = () => {
  for (let n = 0; n < 1500; n++) console.log("left " + n);
  Promise.resolve().then(() => console.log("late"));
  (async () => { for (let n = 0; n < 50; n++) { await (crypto.subtle && crypto.subtle.digest("SHA-256", new Uint8Array(10))); console.error("later " + n); } })();
};
exports.look = () => { console.info("secret"); };`;
    await createScript(product, { name: "lines", code, isolation });
    const calls = ["look", "leave", "look", "leave", "leave", "look"];
    const inTurn: string[][] = [];
    for (const name of calls) inTurn.push(await logOf("lines", name));
    const together = await Promise.all(calls.map((name) => logOf("lines", name)));
    for (const logs of [inTurn, together]) {
      const of = (name: string): string[][] => logs.filter((_, index) => calls[index] === name);
      expect(of("look")).toEqual(of("look").map(() => ["secret"]));
      expect(of("leave").map(([first]) => first)).toEqual(of("leave").map(() => "left 0"));
      expect(of("leave").flat()).not.toContain("secret");
    }
  });

  // A Script that waits gets no answer, but its log is kept, and tells what went on meanwhile.
  it("tells of nothing that an earlier call goes on with while it waits", async ({ expect }) => {
    const code = `
exports.linger = () => { (async () => { for (let n = 0; n < 50; n++) { await null; mark = n; console.log("lingering"); } })(); };
exports.wait = async () => { console.log("waiting"); for (let n = 0; n < 20; n++) { await null; if (typeof mark !== "undefined") console.log("a mark"); } };`;
    await createScript(product, { name: "waits", code, isolation });
    const calls = Array.from({ length: 30 }, (_, index) => (index % 3 === 2 ? "wait" : "linger"));
    const logs = await Promise.all(calls.map((name) => logOf("waits", name)));
    const waits = logs.filter((_, index) => calls[index] === "wait");
    expect(waits).toEqual(waits.map(() => ["waiting"]));
  });
});

function nameOf(index: number): string {
  return `case-${index}`;
}

/** The same script under another name. */
function untouchedNameOf(index: number): string {
  return `untouched-${index}`;
}

function callOf(name: string, data: unknown): Call {
  return (called) => callScript(product, { script: name, name: called, data });
}

async function logOf(script: string, name: string): Promise<string[]> {
  const { body } = await product.manage("POST", `/scripts/${script}/run`, { function: name });
  return RunResult.parse(body).logs.map(({ message }) => message);
}
