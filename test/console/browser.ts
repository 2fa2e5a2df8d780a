// A real browser on the console of a product.

import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { startProduct, type Product } from "../harness.ts";

const SCREENSHOTS = fileURLToPath(new URL("./screenshots", import.meta.url));
const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

type OpenConsole = { product: Product; browser: Browser; page: Page; faults: string[] };

/**
 * Starts a product for all tests of the file, with a browser and a page that nobody has signed in on, gives them to `take` before the
 * first test, and ends them after the last. Where a test fails, there is a picture of the page.
 */
export function openConsole(take: (opened: OpenConsole) => void): void {
  const stack = new AsyncDisposableStack();
  let page: Page | undefined;

  beforeAll(async () => {
    const product = stack.use(await startProduct());
    const browser = stack.use(await launch());
    const opened = await openPage(browser, product);
    page = opened.page;
    take({ product, browser, ...opened });
  }, 120_000);

  afterAll(async () => await stack.disposeAsync());

  afterEach(async ({ task }) => {
    if (task.result?.state === "fail" && page !== undefined) await photographFailure(page);
  });
}

/** The browser of the machine. `.ci/run` installs it. */
async function launch(): Promise<Browser> {
  return await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** A page that nobody has signed in on. What goes wrong in it is in `faults`. */
export async function openPage(
  browser: Browser,
  product: Product,
): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({
    baseURL: product.api,
    viewport: WIDE,
    // Colours change at once, so that none is measured on its way.
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // What the control plane refuses, the console itself tells of.
    const isAnswer = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isAnswer) faults.push(message.text());
  });
  return { page, faults };
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Scripts", level: 1 }).waitFor();
}

/** Puts `text` in the place of what is in the editor with that label. */
export async function typeInto(page: Page, label: string, text: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: label });
  await editor.waitFor({ state: "attached" });
  await editor.focus();
  await page.keyboard.press("ControlOrMeta+a");
  // As typed: the editor would close brackets by itself.
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.keyboard.press("ControlOrMeta+v");
}

/** Pictures of the page, for people: light and dark, wide and on a phone. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const [size, viewport] of Object.entries({ wide: WIDE, phone: PHONE })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-${size}-${colorScheme}.png` });
    }
  }
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: "light" });
}

async function photographFailure(page: Page): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/failure.png` });
}

/** What axe finds wrong, light and dark: `rule: element`. */
export async function inaccessible(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // As the page's policy lets no other script in, it comes by the browser's own tools.
    await page.evaluate(AXE);
    const violations: unknown = await page.evaluate(
      `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + " " + target + " " + failureSummary)))`,
    );
    if (Array.isArray(violations)) found.push(...violations.map((one) => `${colorScheme} ${one}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}

/** How far the page is wider than a phone, in pixels. */
export async function sidewaysOnPhone(page: Page): Promise<number> {
  await page.setViewportSize(PHONE);
  const root = "document.documentElement";
  const wider = await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`);
  await page.setViewportSize(WIDE);
  return Number(wider);
}
