// The web console in a real browser, on a product that begins empty.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import {
  inaccessible,
  launch,
  openPage,
  photograph,
  photographFailure,
  signIn,
  typeInto,
} from "./console/browser.ts";
import { startProduct, type Product } from "./harness.ts";

const DNC = `function main(data) {
  console.log("Asked about", data.routing.dest_number);
  if (data.routing.dest_number === "447700900999") throw new Error("604 Number on DNC List");
  return data;
}
`;

let product: Product;
let browser: Browser;
let page: Page;
let faults: string[];

beforeAll(async () => {
  product = await startProduct();
  browser = await launch();
  ({ page, faults } = await openPage(browser, product));
}, 120_000);

afterAll(async () => {
  await browser.close();
  await product[Symbol.asyncDispose]();
});

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await photographFailure(page);
});

describe("the console", () => {
  it("refuses a token that there is not, and says where the first one is", async ({ expect }) => {
    await page.goto("/");
    await photograph(page, "sign-in");
    expect(await inaccessible(page)).toEqual([]);
    await page.getByLabel("Token").fill("no such token at all");
    await page.getByRole("button", { name: "Sign in" }).click();
    const refusal = page.getByRole("alert");
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain("data/token");
  });

  it("leads from an empty system to a decision on a call", async ({ expect }) => {
    await signIn(page, product.token);
    await page.getByRole("heading", { name: "Write your first script" }).waitFor();
    await photograph(page, "scripts-empty");
    expect(await inaccessible(page)).toEqual([]);

    await page.getByRole("link", { name: "New script" }).first().click();
    await page.getByLabel("Name").fill("do-not-call");
    await photograph(page, "new-script");
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole("button", { name: "Create and write the code" }).click();

    await typeInto(page, "Code of do-not-call", DNC);
    await page.getByText("Not saved").waitFor();
    await page.keyboard.press("ControlOrMeta+Enter");
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText("ok", { exact: true }).waitFor();
    await page.getByText("Draft saved").waitFor();
    await result.getByText("dest_number:").first().waitFor();
    await result.getByRole("button", { name: "Console 1" }).click();
    await result.getByText("Asked about 447700900123").waitFor();
    await photograph(page, "script");
    expect(await inaccessible(page)).toEqual([]);

    await page.getByRole("button", { name: "Publish…" }).click();
    await page.getByLabel("Note").fill("The first one");
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByText("Version 1 is live").waitFor();
    await page.getByText("v1 live").waitFor();

    await page.getByRole("link", { name: "Assignments" }).click();
    await page.getByRole("link", { name: "Assign a script" }).first().click();
    await page.getByLabel("Customer", { exact: true }).fill("acme");
    await page.getByLabel("Route").fill("main");
    await page.getByLabel("Script", { exact: true }).selectOption({ label: "do-not-call" });
    await page.getByLabel("Timeout Action", { exact: true }).fill("nonsense");
    await page.getByText("A SIP code from 200 to 699").waitFor();
    await page.getByRole("button", { name: "503 Service Unavailable" }).click();
    await typeInto(page, "Variables, TOML", 'greeting = "hello"');
    await photograph(page, "assignment");
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole("button", { name: "Assign", exact: true }).click();
    await page.getByText("do-not-call serves Customer route acme / main").waitFor();
    await photograph(page, "assignments");
    expect(await inaccessible(page)).toEqual([]);

    await product.untilRevision();
    const refused = await product.ask("/call/termination/acme/main", {
      routing: { dest_number: "447700900999" },
    });
    expect(refused.body).toMatchObject({ action: "reject", sip: { code: 604 } });
    expect(faults).toEqual([]);
  });
});
