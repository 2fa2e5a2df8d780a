// Every page of the web console in a real browser: whether everybody can use it, and how it looks.

import type { Browser, Page } from "playwright-core";
import { describe, it } from "vitest";
import { z } from "zod";
import {
  inaccessible,
  openConsole,
  openPage,
  photograph,
  sidewaysOnPhone,
  signIn,
  typeInto,
} from "./console/browser.ts";
import type { Product } from "./harness.ts";

let product: Product;
let browser: Browser;
let page: Page;
let faults: string[];

openConsole((opened) => {
  ({ product, browser, page, faults } = opened);
});

describe("the console", () => {
  it("is usable by everybody and fits a phone, on every page", async ({ expect }) => {
    await fill();
    await signIn(page, product.token);
    const { id } = await scriptOf("do-not-call");
    const pages: Record<string, string> = {
      scripts: "/",
      activity: `/scripts/${id}/activity`,
      "script-settings": `/scripts/${id}/settings`,
      assignments: "/assignments",
      "assignment-edit": "/assignments/termination/acme/main",
      customers: "/customers",
      customer: "/customers/acme",
      overview: "/overview",
      nodes: "/nodes",
      jobs: "/jobs",
      variables: "/variables",
      kv: "/kv",
      databases: "/userspace",
      database: "/userspace/dnc",
      templates: "/templates",
      connections: "/connections",
      modules: "/modules",
      tokens: "/tokens",
      audit: "/audit",
      "not-found": "/no/such/page",
    };
    for (const [what, path] of Object.entries(pages)) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
      expect(await inaccessible(page), what).toEqual([]);
      expect(await sidewaysOnPhone(page), what).toBe(0);
      await photograph(page, what);
    }
    expect(faults).toEqual([]);
  });

  it("goes to a script by some letters of its name", async ({ expect }) => {
    await page.goto("/tokens");
    await page.getByRole("heading", { name: "Tokens" }).waitFor();
    await page.keyboard.press("ControlOrMeta+p");
    await page.getByRole("combobox", { name: "Name of the script" }).waitFor();
    await page.keyboard.type("dnc");
    await page.getByRole("option", { name: "do-not-call" }).waitFor();
    await photograph(page, "switcher");
    expect(await inaccessible(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "do-not-call", level: 1 }).waitFor();
  });

  it("shares its width between the panes as somebody likes it", async ({ expect }) => {
    await page.goto("/scripts/do-not-call");
    const line = page.getByRole("separator", { name: "Width of the panes" });
    const code = page.getByRole("region", { name: "Code" });
    const before = (await code.boundingBox())?.width ?? 0;
    await line.focus();
    for (let presses = 0; presses < 5; presses++) await page.keyboard.press("ArrowRight");
    expect((await code.boundingBox())?.width ?? 0).toBeGreaterThan(before + 50);
    const box = await line.boundingBox();
    if (box === null) throw new Error("the line is not drawn");
    await page.mouse.move(box.x + 1, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x - 200, box.y + 100, { steps: 3 });
    await page.mouse.up();
    expect((await code.boundingBox())?.width ?? 0).toBeLessThan(before);
    await page.reload();
    await line.waitFor();
    expect((await code.boundingBox())?.width ?? 0).toBeLessThan(before);
    await line.dblclick();
    expect(await line.getAttribute("aria-valuenow")).toBe("38");
  });

  it("gives a script a list of hosts, and takes it away again", async ({ expect }) => {
    await product.manage("POST", "/scripts", { name: "reaching", type: "app" });
    await page.goto("/scripts/reaching/settings");
    const saveAndRead = async (): Promise<unknown> => {
      const saved = page.waitForResponse((response) => response.request().method() === "PATCH");
      await page.getByRole("button", { name: "Save the settings" }).click();
      await saved;
      return (await product.manage("GET", "/scripts/reaching")).body;
    };
    await page.getByLabel("Network").selectOption("The hosts of a list alone");
    await page.getByLabel("Hosts it may reach").fill("api.example.com\n*.example.org");
    expect(await inaccessible(page)).toEqual([]);
    const hosts = ["api.example.com", "*.example.org"];
    expect(await saveAndRead()).toMatchObject({ egress: { hosts } });
    await page.reload();
    await page.getByLabel("Hosts it may reach").waitFor();
    expect(await page.getByLabel("Hosts it may reach").inputValue()).toBe(hosts.join("\n"));
    await page.getByLabel("Network").selectOption("Every public host");
    await page.getByLabel("Hosts it may reach").waitFor({ state: "detached" });
    expect(await saveAndRead()).toMatchObject({ egress: null });
  });

  it("releases a script from quarantine", async ({ expect }) => {
    const code = "function main() { /^(a+)+$/.test('a'.repeat(40) + 'b'); }";
    await product.assign({ name: "stuck", code, customer: "stuck" });
    const call = async (): Promise<string> => {
      const { body } = await product.ask("/call/termination/stuck/main", { routing: {} });
      return z.object({ fault: z.object({ code: z.string() }) }).parse(body).fault.code;
    };
    const faultsOfCalls: string[] = [];
    while (faultsOfCalls.at(-1) !== "quarantined" && faultsOfCalls.length < 20) {
      faultsOfCalls.push(await call());
    }
    expect(faultsOfCalls.at(-1)).toBe("quarantined");
    await page.goto("/nodes");
    const row = page.getByRole("row", { name: "stuck" });
    await row.getByText("cpu_exceeded").waitFor();
    await photograph(page, "nodes-quarantine");
    expect(await inaccessible(page)).toEqual([]);
    await row.getByRole("button", { name: "Release" }).click();
    await page.getByText("stuck may run again").waitFor();
    await page.getByText("No script is in quarantine").waitFor();
    await product.untilRevision();
    expect(await call()).toBe("cpu_exceeded");
    expect(faults).toEqual([]);
  });

  it("marks the line of a variable that is no TOML", async ({ expect }) => {
    await page.goto("/customers/acme");
    await typeInto(page, "Variables, TOML", 'greeting = "hello"\nlimit = =\n');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("(line 2").waitFor();
    await page.locator(".squiggly-error").first().waitFor();
    await typeInto(page, "Variables, TOML", "limit = 1");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The variables of acme are saved").waitFor();
    const stored = await product.manage("GET", "/customers/acme");
    expect(stored.body).toMatchObject({ vars: "limit = 1" });
  });

  it("makes a token whose text is shown once, and revokes it", async ({ expect }) => {
    await page.goto("/tokens");
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Name").fill("pipeline");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("button", { name: "Copy" }).click();
    const token = await page.evaluate("navigator.clipboard.readText()");
    expect(await mayRun(String(token))).toBe(true);
    await page.getByRole("button", { name: "Done" }).click();
    expect(await page.getByText(String(token)).count()).toBe(0);
    await page
      .getByRole("row", { name: "pipeline" })
      .getByRole("button", { name: "Revoke" })
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("row", { name: "pipeline" }).waitFor({ state: "detached" });
    expect(await mayRun(String(token))).toBe(false);
  });

  it("asks for a token again where one is revoked, and keeps the page", async ({ expect }) => {
    const made = await product.manage("POST", "/tokens", { name: "guest", scopes: ["admin"] });
    const { id, token } = z.object({ id: z.string(), token: z.string() }).parse(made.body);
    const { page: other } = await openPage(browser, product);
    await signIn(other, token);
    // What the page asks must be answered by then, or its refusal comes before the reload.
    const asked = other.waitForResponse((response) => response.url().endsWith("/env"));
    await other.getByRole("link", { name: "Variables" }).click();
    await other.getByRole("heading", { name: "Variables", level: 1 }).waitFor();
    await asked;
    await product.manage("DELETE", `/tokens/${id}`);
    await other.reload();
    await other.getByText("not accepted any more").waitFor();
    await other.getByLabel("Token").fill(product.token);
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.getByRole("heading", { name: "Variables", level: 1 }).waitFor();
    expect(new URL(other.url()).pathname).toBe("/variables");
    await other.context().close();
  });

  it("keeps what it shows while the control plane does not answer", async ({ expect }) => {
    await page.goto("/nodes");
    const cells = page.getByRole("cell", { name: "apps and drivers" }).first();
    await cells.waitFor();
    await page.context().setOffline(true);
    await page.getByText("does not answer").first().waitFor();
    expect(await cells.isVisible()).toBe(true);
    await page.context().setOffline(false);
    await page.getByText("does not answer").first().waitFor({ state: "detached" });
    expect(await cells.isVisible()).toBe(true);
  });

  it("is there at once", async ({ expect }) => {
    const started = performance.now();
    await page.goto("/assignments");
    await page.getByRole("link", { name: "acme / main" }).waitFor();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

async function scriptOf(name: string): Promise<{ id: string }> {
  return z.object({ id: z.string() }).parse((await product.manage("GET", `/scripts/${name}`)).body);
}

/** Something to see on every page. */
async function fill(): Promise<void> {
  const code = 'function main(data) { console.log("a call"); return data; }';
  await product.assign({ name: "do-not-call", code, customer: "acme" });
  await product.assign({ name: "cli", code, customer: "beta" });
  await product.ask("/call/termination/acme/main", { routing: { dest_number: "44" } });
  await product.manage("PUT", "/customers/acme", { vars: 'greeting = "hello"\n' });
  await product.manage("PUT", "/env/API_USERNAME", { value: "acme" });
  await product.manage("PUT", "/env/API_PASSWORD", { value: "secret", protected: true });
  await product.manage("PUT", "/kv/dnc:447700900999", { value: "Number on DNC List" });
  await product.manage("PUT", "/userspace/dnc", { kind: "kv" });
  await product.manage("PUT", "/userspace/dnc/rows/447700900999", { value: "on request" });
  await product.manage("PUT", "/templates/alert", { subject: "{{title}}", text: "{{text}}" });
  await product.manage("PUT", "/connectors/originate", { url: "http://10.1.0.5:9000/originate" });
  await product.manage("PUT", "/rest-users/api@carrier.example", {});
  await product.manage("POST", "/tokens", { name: "kamailio-1", scopes: ["run"] });
  await product.manage("POST", "/jobs", { script: "cli", data: { routing: {} } });
  await product.manage("PUT", "/assignments/tag/wholesale", { script: "cli", timeout: 1.5 });
  await product.manage("PUT", "/assignments/form/contact", { script: "cli" });
}

/** Whether the control plane knows the token. */
async function mayRun(token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${product.api}/v1/modules`, { headers })).ok;
}
