import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startProduct, type Product } from "./harness.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const WRANGLER = "node_modules/wrangler/bin/wrangler.js";

let product: Product;
let wrangler: AsyncDisposable & { url: string };
beforeAll(async () => {
  product = await startProduct();
  wrangler = await startWrangler(product);
});
afterAll(async () => {
  await wrangler[Symbol.asyncDispose]();
  await product[Symbol.asyncDispose]();
});

describe("wrangler dev", () => {
  it("runs a script of the control plane, and its next version", async ({ expect }) => {
    const code = "module.exports = { main: (data) => data.n + 1, twice: (data) => data.n * 2 };";
    await product.manage("POST", "/scripts", { name: "count", type: "app", code });
    expect(await run("/run/count", { n: 1 })).toEqual({ status: 200, body: 2 });
    expect(await run("/run/count/twice", { n: 4 })).toEqual({ status: 200, body: 8 });
    const next = { code: "export default (data) => data.n + 100;" };
    await product.manage("POST", "/scripts/count/releases", next);
    expect(await run("/run/count", { n: 1 })).toEqual({ status: 200, body: 101 });
  });

  it("answers with the script's fault", async ({ expect }) => {
    const code = "function main() { throw new Error('403 Not Here'); }";
    await product.manage("POST", "/scripts", { name: "refuse", type: "script", code });
    const { status, body } = await run("/run/refuse", {});
    expect(status).toBe(403);
    expect(body).toMatchObject({ code: "script_error", detail: "403 Not Here" });
  });

  it("refuses a token that the control plane does not know", async ({ expect }) => {
    const { status, body } = await run("/run/count", {}, "wrong");
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: "unauthorized" });
  });

  it("holds an app to its egress hosts and its number of requests", async ({
    expect,
    onTestFinished,
  }) => {
    const server = createHttpServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    const port = portOf(server.address());
    const code = `async function main({ urls }) {
      const answers = [];
      for (const url of urls) answers.push(await fetch(url).then((r) => r.text()).catch((e) => e.code));
      return answers;
    }`;
    const egress = { hosts: ["127.0.0.1"] };
    const limits = { subrequests: 3 };
    await product.manage("POST", "/scripts", { name: "fetch", type: "app", code, egress, limits });
    const here = `http://127.0.0.1:${port}/`;
    const urls = [here, `http://localhost:${port}/`, "http://127.0.0.1:1/"];
    expect(await run("/run/fetch", { urls })).toEqual({
      status: 200,
      body: ["here", "not_allowed", "unreachable"],
    });
    const { status, body } = await run("/run/fetch", { urls: [here, here, here, here] });
    expect({ status, body }).toMatchObject({ status: 503, body: { code: "subrequests_exceeded" } });
  });

  it("says when there is no such script", async ({ expect }) => {
    const { status, body } = await run("/run/nothing", {});
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "script_not_found" });
  });
});

async function run(
  path: string,
  data: unknown,
  token = product.token,
): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify(data);
  const response = await fetch(`${wrangler.url}${path}`, { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
}

/** Runs wrangler with this project's wrangler.toml against the control plane of `product`. */
async function startWrangler({ api, token }: Product): Promise<AsyncDisposable & { url: string }> {
  const port = await findFreePort();
  const state = mkdtempSync(join(tmpdir(), "scriptforge-wrangler-"));
  const options = [
    "--ip=127.0.0.1",
    `--port=${port}`,
    "--inspector-port=0",
    `--persist-to=${state}`,
  ];
  const vars = [`--var=CONTROL_PLANE:${api}`, `--var=CONTROL_PLANE_TOKEN:${token}`];
  const child = spawn(process.execPath, [WRANGLER, "dev", ...options, ...vars], {
    cwd: ROOT,
    // Its own processes end with their group.
    detached: true,
    env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const ready = (async () => {
    for await (const line of createInterface(child.stdout)) {
      output.push(line);
      if (line.includes("Ready on")) return true;
    }
    return false;
  })();
  if (!(await ready)) throw new Error(`wrangler did not start: ${output.join("\n")}`);
  child.stdout.resume();
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      await exited;
      rmSync(state, { recursive: true, force: true });
    },
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  server.close();
  await once(server, "close");
  return port;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}
