import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, it } from "vitest";
import { CONSOLE_FOLDER, prepareConsole } from "../console/build.ts";
import { consolePages } from "./console.ts";

const PAGE = { accept: "text/html,application/xhtml+xml" };

let folder: string;
let pages: ReturnType<typeof consolePages>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-console-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><p>the console</p>");
  writeFileSync(join(folder, "assets/main-Abc123.js"), "main();");
  writeFileSync(join(folder, "assets/main-Abc123.js.br"), brotliCompressSync("main();"));
  writeFileSync(join(folder, "key.txt"), "the key");
  pages = consolePages(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the console's page", () => {
  it("is at every address that is not the API's", async ({ expect }) => {
    for (const path of ["/", "/scripts/new", "/assignments/termination/acme/main", "/a%2Fb"]) {
      const answer = await pages.request(path, { headers: PAGE });
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get("content-type"), path).toContain("text/html");
      expect(await answer.text(), path).toContain("the console");
      expect(answer.headers.get("cache-control"), path).toBe("no-cache");
    }
  });

  it("is at the first address for whoever takes anything", async ({ expect }) => {
    const headers = { accept: "*/*" };
    const answer = await pages.request("/", { headers });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("the console");
    for (const path of ["/scripts", "/v1", "/v1/nothing", "/assets/gone-Abc123.js"]) {
      expect((await pages.request(path, { headers })).status, path).toBe(404);
    }
  });

  it("is not for programs, nor under the API's addresses", async ({ expect }) => {
    expect((await pages.request("/v1/nothing", { headers: PAGE })).status).toBe(404);
    expect((await pages.request("/scripts")).status).toBe(404);
    const accept = "application/json";
    expect((await pages.request("/scripts", { headers: { accept } })).status).toBe(404);
    expect((await pages.request("/scripts", { method: "POST", headers: PAGE })).status).toBe(404);
  });

  it("lets scripts in from here alone, and no other page show it", async ({ expect }) => {
    const { headers } = await pages.request("/", { headers: PAGE });
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe-eval");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });
});

describe("a file of the console", () => {
  it("is kept by browsers for ever, as its name changes with it", async ({ expect }) => {
    const { headers } = await pages.request("/assets/main-Abc123.js");
    expect(headers.get("cache-control")).toContain("immutable");
    expect(headers.get("content-type")).toContain("javascript");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("travels compressed where the browser can have it so", async ({ expect }) => {
    const headers = { "accept-encoding": "gzip, br" };
    const answer = await pages.request("/assets/main-Abc123.js", { headers });
    expect(answer.headers.get("content-encoding")).toBe("br");
    expect(answer.headers.get("vary")).toContain("Accept-Encoding");
  });

  it("that is not there is not the page", async ({ expect }) => {
    const answer = await pages.request("/assets/gone-Abc123.js");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("cache-control")).toBeNull();
  });

  it("is one of the console's and no other", async ({ expect }) => {
    for (const path of ["/key.txt", "/assets/../key.txt", "/assets/%2e%2e/key.txt"]) {
      expect((await pages.request(path)).status, path).toBe(404);
    }
  });
});

describe("the console's build", () => {
  it("is made once for the same sources", async ({ expect }) => {
    const page = join(CONSOLE_FOLDER, "index.html");
    const before = statSync(page).ino;
    await prepareConsole(CONSOLE_FOLDER);
    expect(statSync(page).ino).toBe(before);
  });
});
