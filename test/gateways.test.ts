// An edge node of several gateways behind one port.

import { describe, it } from "vitest";
import { startProduct, type Product } from "./harness.ts";
import { descendantsOf, isAlive, wordsOf } from "./processes.ts";

const CODE = "function main(data) { data.routing.by = 'the script'; return data; }";
const CHANGED = { action: "continue", data: { routing: { by: "the script" } } };

/** The processes of the product that are gateways. */
function gatewaysOf(product: Product): number[] {
  return descendantsOf(product.process.pid).filter((pid) => wordsOf(pid).includes("gateway"));
}

/** Asks until `count` calls in a row were decided by the script: each gateway sees a change by itself. */
async function untilDecided(product: Product, count: number): Promise<void> {
  for (let inRow = 0; inRow < count;) {
    const { body } = await product.ask("/call/termination/acme/main", { routing: {} });
    inRow = JSON.stringify(body) === JSON.stringify(CHANGED) ? inRow + 1 : 0;
  }
}

describe("several gateways", () => {
  it("share a port, and one that is killed is started again", async ({ expect }) => {
    await using product = await startProduct({
      SCRIPTFORGE_GATEWAYS: "2",
      SCRIPTFORGE_CELLS: "2",
    });
    await product.assign({ name: "shared", code: CODE, customer: "acme" });
    await untilDecided(product, 40);
    const [first, second, ...more] = gatewaysOf(product);
    expect([first, second, more]).toEqual([expect.any(Number), expect.any(Number), []]);
    process.kill(first ?? 0, "SIGKILL");
    while (gatewaysOf(product).length < 2 || isAlive(first ?? 0)) {
      // A connection to the killed one may break; what remains answers.
      await product.ask("/call/termination/acme/main", { routing: {} }).catch(() => undefined);
    }
    await untilDecided(product, 40);
    expect(isAlive(second ?? 0)).toBe(true);
  });
});
