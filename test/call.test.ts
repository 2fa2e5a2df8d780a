import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Product } from "./harness.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

describe("a call", () => {
  it("goes on with the data as the script changed it", async ({ expect }) => {
    const code = "function main(data) { data.routing.cli = '442071111111'; return data; }";
    await product.assign({ name: "change", code, customer: "change" });
    const { status, body, headers } = await product.ask("/call/termination/change/main", {
      routing: { cli: "1", dest_number: "2", unknown: [1, { a: null }] },
      other: true,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      action: "continue",
      data: {
        routing: { cli: "442071111111", dest_number: "2", unknown: [1, { a: null }] },
        other: true,
      },
    });
    expect(headers.get("x-invocation")).toBeTruthy();
    expect(headers.get("server-timing")).toContain("script;dur=");
  });
});
