// What scripts do with the modules they may load comes to the same in an isolate as in Node, and to what is written down.

import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { startProduct, type Product } from "../harness.ts";
import { ALL_CASES } from "./all-cases.ts";
import { runInIsolate } from "./run-in-isolate.ts";
import { runInNode } from "./run-in-node.ts";
import { Servers } from "./servers.ts";

const Checks = z.record(z.string(), z.unknown());
type Checks = z.infer<typeof Checks>;

let product: Product;
/** Each side has servers of its own: what one run leaves there, the other does not meet. */
let forNode: Servers;
let forIsolates: Servers;

beforeAll(async () => {
  [product, forNode, forIsolates] = await Promise.all([
    startProduct({ SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8", SCRIPTFORGE_CELLS: "1" }),
    Servers.start(),
    Servers.start(),
  ]);
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await Promise.all([forNode[Symbol.asyncDispose](), forIsolates[Symbol.asyncDispose]()]);
});

describe("the cases", () => {
  it("have each a name of its own", ({ expect }) => {
    const names = ALL_CASES.map(({ module, name }) => `${module} ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

for (const one of ALL_CASES) {
  const { module, name, expected } = one;

  describe(`${module} ${name}`, () => {
    let inNode: Checks;
    let inIsolate: Checks;

    beforeAll(async () => {
      inNode = Checks.parse(await runInNode(one, forNode.addresses));
      const { addresses } = forIsolates;
      inIsolate = Checks.parse(await runInIsolate(one, { product, addresses }));
    });

    for (const [check, value] of Object.entries(expected)) {
      it(`agree on ${check}`, ({ expect }) => {
        const both = { inNode: inNode[check], inIsolate: inIsolate[check] };
        expect(both).toStrictEqual({ inNode: value, inIsolate: value });
      });
    }

    it("agree on nothing more", ({ expect }) => {
      const checks = Object.keys(expected).toSorted();
      expect(Object.keys(inNode).toSorted()).toEqual(checks);
      expect(Object.keys(inIsolate).toSorted()).toEqual(checks);
    });
  });
}
