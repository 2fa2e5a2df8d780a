import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Product } from "../harness.ts";
import { callScript, createScript } from "./leak-product.ts";
import { LEGIT_CASES } from "./legit.ts";
import { runInPlainRealm } from "./plain-realm.ts";

/** How often each script runs, one call after the other. */
const RUNS = 3;

let product: Product;
beforeAll(async () => {
  // One cell, so that all calls of a script meet there.
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  const scripts = LEGIT_CASES.map(({ code, isolation }, index) => ({
    name: nameOf(index),
    code,
    ...(isolation === undefined ? {} : { isolation }),
  }));
  await Promise.all(scripts.map((one) => createScript(product, one)));
  await product.untilRevision();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

describe("a script works call after call", () => {
  for (const [index, { name, code, data = {}, expected }] of LEGIT_CASES.entries()) {
    it(`that ${name}`, async ({ expect }) => {
      const value = expected ?? runInPlainRealm(code, data);
      const call = { script: nameOf(index), name: "main", data };
      for (let run = 0; run < RUNS; run += 1) {
        expect(await callScript(product, call)).toEqual({ is: "value", value });
      }
    });
  }
});

describe("the legitimate scripts", () => {
  it("have each a name of their own", ({ expect }) => {
    const names = LEGIT_CASES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

function nameOf(index: number): string {
  return `legit-${index}`;
}
