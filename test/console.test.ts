// The web console in a real browser, on a product that begins empty.

import type { Page, Route } from "playwright-core";
import { describe, it } from "vitest";
import { z } from "zod";
import { inaccessible, openConsole, photograph, signIn, typeInto } from "./console/browser.ts";
import type { Product } from "./harness.ts";

const DNC = `function main(data) {
  console.log("Asked about", data.routing.dest_number);
  if (data.routing.dest_number === "447700900999") throw new Error("604 Number on DNC List");
  return data;
}
`;

let product: Product;
let page: Page;
let faults: string[];

openConsole((opened) => {
  ({ product, page, faults } = opened);
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
    await page.getByText("Not saved", { exact: true }).waitFor();
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

  it("marks where a script does not compile, and goes there", async ({ expect }) => {
    await openScript("do-not-call");
    await typeInto(page, "Code of do-not-call", "function main(data) {\n  return data.;\n}\n");
    await page.getByRole("button", { name: "Save and Run" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByRole("alert").getByText("(line 2, column 15)").waitFor();
    await result.getByRole("button", { name: "Line 2, column 15" }).click();
    await page.locator(".squiggly-error").first().waitFor();
    await page.keyboard.type("routing");
    await page.getByRole("button", { name: "Save and Run" }).click();
    await result.getByText("ok", { exact: true }).waitFor();
    await page.locator(".squiggly-error").waitFor({ state: "detached" });
    expect(faults).toEqual([]);
  });

  it("marks errors and hints at their lines as somebody writes", async ({ expect }) => {
    const code = "function main(data) {\n  data.routing.cli = '1';\n}\n";
    await product.manage("POST", "/scripts", { name: "hints", type: "script", code });
    await openScript("hints");
    await page.locator(".squiggly-warning").first().waitFor();
    await typeInto(page, "Code of hints", "function main(data) {\n  return data.;\n}\n");
    await page.locator(".squiggly-error").first().waitFor();
    await page.locator(".squiggly-warning").waitFor({ state: "detached" });
    await photograph(page, "script-error");
    await page.keyboard.press("F8");
    await page.getByText("Unexpected token").first().waitFor();
    await page.keyboard.press("Escape");
    await typeInto(page, "Code of hints", "function main(data) { return data; }\n");
    await page.locator(".squiggly-error").waitFor({ state: "detached" });
    const stored = await product.manage("GET", "/scripts/hints/releases");
    expect(stored.body).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it("does not mark what was wrong with an older text", async ({ expect }) => {
    await openScript("hints");
    const older = Promise.withResolvers<Route>();
    await page.route("**/check", async (route) => {
      if (route.request().postData()?.includes("older") === true) older.resolve(route);
      else await route.continue();
    });
    await typeInto(page, "Code of hints", "const older = ;\n");
    const late = await older.promise;
    await typeInto(page, "Code of hints", "function main(data) {\n  data.routing.cli = '2';\n}\n");
    await page.locator(".squiggly-warning").first().waitFor();
    const detail = "Unexpected token";
    const problem = { status: 422, code: "compile_error", detail, line: 1, column: 15 };
    // The page has given the question up, or gets the answer now.
    await late.fulfill({ status: 422, json: problem }).catch(() => undefined);
    await page.evaluate("fetch('/healthz')");
    await page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))",
    );
    expect(await page.locator(".squiggly-error").count()).toBe(0);
    expect(await page.locator(".squiggly-warning").count()).toBeGreaterThan(0);
    await page.unroute("**/check");
    expect(faults).toEqual([]);
  });

  it("completes what the data of a call has, as the script's declarations say", async ({
    expect,
  }) => {
    await openScript("do-not-call");
    const code = "/** @param {CallData} data */\nfunction main(data) {\n  data.routing.dest_n";
    await typeInto(page, "Code of do-not-call", code);
    await page.keyboard.press("ControlOrMeta+Space");
    const suggestion = page.getByRole("option").filter({ hasText: "dest_number" });
    await suggestion.first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("dest_number").first().waitFor();
    expect(faults).toEqual([]);
  });

  it("does not write over the draft of somebody else unasked", async ({ expect }) => {
    await openScript("do-not-call");
    await typeInto(page, "Code of do-not-call", "// mine");
    await product.manage("PUT", "/scripts/do-not-call/draft", { code: "// theirs" });
    await page.getByRole("button", { name: "Save draft" }).click();
    await page.getByRole("alert").getByText("has saved another draft").waitFor();
    const kept = await product.manage("GET", "/scripts/do-not-call/draft");
    expect(kept.body).toMatchObject({ code: "// theirs" });
    await page.getByRole("button", { name: "Replace that draft" }).click();
    await page.getByText("Draft saved").waitFor();
    const mine = await product.manage("GET", "/scripts/do-not-call/draft");
    expect(mine.body).toMatchObject({ code: "// mine" });
  });

  it("asks before what is not saved is lost", async ({ expect }) => {
    await openScript("do-not-call");
    await typeInto(page, "Code of do-not-call", "// on its way");
    await page.getByText("Not saved", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Tokens" }).click();
    await page.getByRole("heading", { name: "Tokens" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    const question = page.getByRole("dialog");
    await question.getByText("lose what is not saved").waitFor();
    await question.getByRole("button", { name: "Stay" }).click();
    const asked = page.waitForEvent("dialog");
    await page.evaluate("setTimeout(() => location.reload())");
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await page.goBack();
    await page.getByText("Not saved", { exact: true }).waitFor();
    page.once("dialog", (last) => void last.accept());
    await page.goto("/");
  });

  it("says where a script failed, with its console and what it used", async ({ expect }) => {
    await openScript("do-not-call");
    const code = 'function main() {\n  console.warn("soon");\n  return missing.member;\n}\n';
    await typeInto(page, "Code of do-not-call", code);
    await page.getByRole("button", { name: "Save and Run" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText("missing is not defined").first().waitFor();
    await result.getByRole("button", { name: "Line 3, column" }).click();
    await page.getByRole("meter", { name: "CPU time" }).waitFor();
    await photograph(page, "script-failed");
    expect(await inaccessible(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("shows the console of a run while it lasts, and cancels it", async ({ expect }) => {
    await product.manage("POST", "/scripts", { name: "slow", type: "app" });
    await openScript("slow");
    const code =
      'async function main() {\n  console.log("it has begun");\n  await new Promise(() => setTimeout(() => {}, 60000));\n}\n';
    await product.manage("PATCH", "/scripts/slow", { limits: { wallMs: 30_000 } });
    await typeInto(page, "Code of slow", code);
    await page.getByRole("button", { name: "Save and Run" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByRole("button", { name: "Console 1" }).click();
    await result.getByText("it has begun").waitFor();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await result.getByText("cancelled").waitFor();
    await page.getByRole("button", { name: "Save and Run" }).waitFor();
    expect(faults).toEqual([]);
  });

  it("publishes a second version, shows what it changed, and rolls back in one click", async ({
    expect,
  }) => {
    await openScript("do-not-call");
    await typeInto(page, "Code of do-not-call", DNC.replace("604 Number", "480 No Number"));
    await page.getByRole("button", { name: "Publish…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByText("v2 live").waitFor();
    expect(await sipCode()).toBe(480);

    await page.getByRole("link", { name: "Versions" }).click();
    await page.getByText("The first one").waitFor();
    await page.locator(".line-delete").first().waitFor();
    await photograph(page, "versions");
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole("button", { name: "Roll back to v1" }).click();
    await page.getByText("v1 live").waitFor();
    expect(await sipCode()).toBe(604);
    expect(faults).toEqual([]);
  });

  it("simulates a call and shows what each step changed", async ({ expect }) => {
    const code = 'function main(data) { data.routing.cli = "441"; return data; }';
    await product.assign({ name: "cli", code, customer: "beta" });
    await page.goto("/simulate");
    await page.getByLabel("Customer", { exact: true }).fill("beta");
    await page.getByRole("button", { name: "Simulate" }).click();
    await page.getByRole("heading", { name: "The call goes on" }).waitFor();
    await page.getByRole("cell", { name: "routing.cli" }).waitFor();
    await page.getByRole("button", { name: "The data before and after" }).click();
    await page.locator(".line-delete").first().waitFor();
    await photograph(page, "simulate");
    expect(await inaccessible(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("shows a call as it happens, and runs it again in the editor", async ({ expect }) => {
    await page.goto("/invocations");
    await page.getByText("Following").waitFor();
    await product.ask("/call/termination/acme/main", { routing: { dest_number: "4477009001" } });
    const row = page.getByRole("row").filter({ hasText: "termination acme/main" }).first();
    await row.waitFor();
    await photograph(page, "invocations");
    expect(await inaccessible(page)).toEqual([]);
    await row.getByRole("link").click();
    await page.getByText("4477009001").first().waitFor();
    await photograph(page, "invocation");
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole("button", { name: "Run again in the editor" }).click();
    await page.getByLabel("Sample").getByText("call ").first().waitFor({ state: "attached" });
    expect(await page.getByLabel("Sample").inputValue()).toMatch(/^call /);
    expect(faults).toEqual([]);
  });

  it("bears the largest results and logs that a run may have", async ({ expect }) => {
    const code = `function main() {
      for (let line = 0; line < 1000; line++) console.log("x".repeat(200) + line);
      let deep = { end: true };
      for (let level = 0; level < 400; level++) deep = { deep };
      return { deep, wide: Array.from({ length: 40000 }, (_, index) => "number " + index) };
    }`;
    const limits = { cpuMs: 2_000, wallMs: 20_000 };
    await product.manage("POST", "/scripts", { name: "large", type: "app", code, limits });
    await openScript("large");
    await page.getByRole("button", { name: "Save and Run" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText("ok", { exact: true }).waitFor();
    await result.getByText("wide: [ 40000 ]").waitFor();
    await result.getByRole("button", { name: "Console 1000" }).click();
    await result.getByText("Too much output").waitFor();
    await result.getByRole("button", { name: "Raw" }).click();
    await result.getByText('"number 39999"').waitFor({ state: "attached" });
    expect(faults).toEqual([]);
  });

  it("shows hostile names, logs and results as the text that they are", async ({ expect }) => {
    const name = '<img src=x onerror="document.title=1">';
    const code = `function main() {
      console.log('<script>document.title = "taken"</scr' + 'ipt>', "javascript:alert(1)");
      return { '<b onclick="x()">': '<img src=x onerror="document.title=2">', __proto__: null };
    }`;
    const created = await product.manage("POST", "/scripts", { name, type: "script", code });
    expect(created.status).toBe(201);
    await page.goto("/");
    await page.getByRole("link", { name }).click();
    await page.getByRole("button", { name: "Save and Run" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText('"<img src=x').waitFor();
    await result.getByRole("button", { name: "Console 1" }).click();
    await result.getByText("<script>document.title").waitFor();
    expect(await page.locator("main img, main script, main b").count()).toBe(0);
    expect(await page.title()).toBe(`${name} · ScriptForge Edge`);
    await page.goto("/invocations");
    await page.getByText("Following").waitFor();
    await page.getByRole("row").filter({ hasText: name }).first().getByRole("link").click();
    await page.getByText("<script>document.title").waitFor();
    expect(await page.locator("main img, main script, main b").count()).toBe(0);
    expect(faults).toEqual([]);
  });
});

async function openScript(name: string): Promise<void> {
  await page.goto(`/scripts/${name}`);
  await page.getByRole("textbox", { name: `Code of ${name}` }).waitFor({ state: "attached" });
}

/** What a call to a number of the list is refused with. */
async function sipCode(): Promise<number | undefined> {
  await product.untilRevision();
  const routing = { dest_number: "447700900999" };
  const { body } = await product.ask("/call/termination/acme/main", { routing });
  return Refused.parse(body).sip.code;
}

const Refused = z.object({ sip: z.object({ code: z.int() }) });
