import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { z } from "zod";
import { forkProduct, startProduct, type Product } from "./harness.ts";
import { Load } from "./load.ts";
import { cellsOf, cellsUnder, childrenOf, descendantsOf, isAlive, untilNone } from "./processes.ts";

const SWITCH = { path: "/call/termination/acme/main", body: { routing: {} }, lanes: 4 };

describe("publishing while calls come in", () => {
  it("switches within 500 ms and fails no call", async ({ expect }) => {
    await using product = await startProduct();
    await product.assign({ name: "switch", code: versionCode(1), customer: "acme" });
    const load = new Load(product, SWITCH);
    await load.untilMore(20);
    const delays: number[] = [];
    for (const version of [2, 3, 4]) {
      await product.manage("POST", "/scripts/switch/releases", { code: versionCode(version) });
      const published = performance.now();
      await load.until(({ body }) => versionOf(body) === version);
      delays.push(performance.now() - published);
      await load.untilMore(20);
    }
    await product.manage("PUT", "/scripts/switch/live", { version: 1 });
    await load.until(({ body }) => versionOf(body) === 1);
    await load[Symbol.asyncDispose]();

    expect(Math.max(...delays)).toBeLessThan(500);
    expect(load.answers.filter(({ body }) => versionOf(body) === undefined)).toEqual([]);
  });
});

describe("a cell that is killed under load", () => {
  it("costs no call of a Script, and is replaced", async ({ expect }) => {
    await using product = await startProduct({ SCRIPTFORGE_CELLS: "2" });
    await product.assign({ name: "steady", code: versionCode(1), customer: "acme" });
    const load = new Load(product, SWITCH);
    await load.untilMore(20);
    for (let round = 0; round < 3; round += 1) {
      const [victim] = cellsOf(product);
      if (victim === undefined) throw new Error("there is no cell to kill");
      process.kill(victim, "SIGKILL");
      await load.untilMore(50);
      await untilCells(product, 2);
    }
    await load[Symbol.asyncDispose]();

    expect(load.answers.filter(({ body }) => versionOf(body) !== 1)).toEqual([]);
  });

  it("leaves the node answering when all cells die at once", async ({ expect }) => {
    await using product = await startProduct({ SCRIPTFORGE_CELLS: "2" });
    await product.assign({ name: "steady", code: versionCode(1), customer: "acme" });
    for (const cell of cellsOf(product)) process.kill(cell, "SIGKILL");
    const { body } = await product.ask(SWITCH.path, SWITCH.body);
    expect(versionOf(body)).toBe(1);
  });
});

describe("stopping", () => {
  it.for(["SIGINT", "SIGTERM"] as const)(
    "on %s ends every process it started",
    async (signal, { expect }) => {
      await using product = await startProduct();
      const started = descendantsOf(product.process.pid);
      expect(started.length).toBeGreaterThan(3);
      const exited = once(product.process, "exit");
      product.process.kill(signal);
      expect(await exited).toEqual([0, null]);
      expect(started.filter(isAlive)).toEqual([]);
    },
  );

  it("from a terminal, which asks every process, starts none again", async ({ expect }) => {
    await using product = await startProduct();
    const said: string[] = [];
    product.process.stderr?.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    const closed = once(product.process, "close");
    const processes = [product.process.pid, ...childrenOf(product.process.pid)];
    for (const pid of processes) if (pid !== undefined) process.kill(pid, "SIGINT");
    expect(await closed).toEqual([0, null]);
    expect(said.join("")).not.toContain("starting it again");
  });

  it("by SIGKILL leaves no cell behind, and the next start works on the same data", async ({
    expect,
  }) => {
    const data = mkdtempSync(join(tmpdir(), "scriptforge-test-"));
    const first = await startProduct({ SCRIPTFORGE_DATA: data });
    await first.assign({ name: "kept", code: versionCode(1), customer: "acme" });
    const started = descendantsOf(first.process.pid);
    first.process.kill("SIGKILL");
    await once(first.process, "exit");

    await using second = await startProduct({ SCRIPTFORGE_DATA: data });
    const { body } = await second.ask(SWITCH.path, SWITCH.body);
    expect(versionOf(body)).toBe(1);
    await untilNone(started);
  });

  it("of an edge process by SIGKILL brings it back, on the same data", async ({ expect }) => {
    await using product = await startProduct({ SCRIPTFORGE_EDGE_PORT: "0" });
    const edge = childrenOf(product.process.pid).find((pid) => cellsUnder(pid).length > 0);
    if (edge === undefined) throw new Error("there is no edge process");
    const cells = cellsUnder(edge);
    process.kill(edge, "SIGKILL");
    await product.manage("POST", "/scripts", {
      name: "again",
      type: "script",
      code: versionCode(1),
    });
    // The control plane finds the new edge node by itself; until then it says that there is none.
    for (let outcome = ""; outcome !== "ok";) {
      const { status, body } = await product.manage("POST", "/scripts/again/run", {
        data: { routing: {} },
      });
      if (status === 200) outcome = z.object({ outcome: z.string() }).parse(body).outcome;
      else expect(body).toMatchObject({ code: "overloaded" });
    }
    await untilNone(cells);
  });
});

describe("a start that cannot work", () => {
  it("says in one line that a port is taken, and ends everything", async ({ expect }) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = z.object({ port: z.int() }).parse(taken.address());
    for (const name of ["SCRIPTFORGE_API_PORT", "SCRIPTFORGE_EDGE_PORT"]) {
      const data = mkdtempSync(join(tmpdir(), "scriptforge-test-"));
      const { code, stderr } = await failedStart({ SCRIPTFORGE_DATA: data, [name]: String(port) });
      expect(code).toBe(1);
      expect(stderr).toBe(
        `scriptforge-edge: Cannot listen on 127.0.0.1:${port}: the port is taken. Set ${name} to another port\n`,
      );
      rmSync(data, { recursive: true });
    }
    taken.close();
  });

  it("says in one line that the data folder cannot be written", async ({ expect }) => {
    const folder = mkdtempSync(join(tmpdir(), "scriptforge-test-"));
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { code, stderr } = await failedStart({ SCRIPTFORGE_DATA: join(file, "data") });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^scriptforge-edge: Cannot write the data folder ".*".*SCRIPTFORGE_DATA.*\n$/,
    );
    rmSync(folder, { recursive: true });
  });

  it("says in one line which setting is wrong", async ({ expect }) => {
    const { code, stderr } = await failedStart({ SCRIPTFORGE_EDGE_PORT: "70000" });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^scriptforge-edge: Cannot read the settings: SCRIPTFORGE_EDGE_PORT: .*\n$/,
    );
  });
});

describe("the first start", () => {
  it("keeps its secrets readable for their owner alone", async ({ expect }) => {
    await using product = await startProduct();
    for (const name of ["token", "secret-key"]) {
      expect(statSync(join(product.data, name)).mode & 0o777).toBe(0o600);
    }
  });

  it("takes its token from the environment where it is given", async ({ expect }) => {
    const token = "a-token-of-my-own-choice";
    const data = mkdtempSync(join(tmpdir(), "scriptforge-test-"));
    writeFileSync(join(data, "token"), "another-token-of-before");
    await using product = await startProduct({ SCRIPTFORGE_DATA: data, SCRIPTFORGE_TOKEN: token });
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${product.api}/v1/scripts`, { headers })).status).toBe(200);
    expect((await product.manage("GET", "/scripts")).status).toBe(401);
  });
});

function versionCode(version: number): string {
  return `function main(data) { data.routing.version = ${version}; return data; }`;
}

const Versioned = z.object({
  action: z.literal("continue"),
  data: z.object({ routing: z.object({ version: z.int() }) }),
});

function versionOf(body: unknown): number | undefined {
  return Versioned.safeParse(body).data?.data.routing.version;
}

async function failedStart(
  env: Record<string, string>,
): Promise<{ code: unknown; stderr: string }> {
  const child = forkProduct(env);
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = await once(child, "close");
  return { code, stderr };
}

async function untilCells(product: Product, count: number): Promise<void> {
  for (;;) {
    const response = await fetch(`${product.edge}/readyz`);
    const { cells } = z.object({ cells: z.int() }).parse(await response.json());
    if (cells >= count) return;
  }
}
