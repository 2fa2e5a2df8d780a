import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { COMPATIBILITY_DATE } from "../schemas/compatibility.ts";
import { cellConfig, type CellPlan } from "./cell-config.ts";

// Not imported: vitest would unwrap the package's member "default", and Node does not.
const { default: WORKERD } = z
  .object({ default: z.string() })
  .parse(createRequire(import.meta.url)("workerd"));

const PLAN: CellPlan = {
  socket: "/tmp/run/cell-1.sock",
  hostSocket: "/tmp/run/host.sock",
  dispatcher: "dispatcher.js",
  maxHeapMb: 128,
  collectsEarly: false,
  egressAllow: ["10.0.0.0/8", "127.0.0.1/32"],
};

/** Each would add a service, a socket, a binding or a flag if it were read as configuration. */
const HOSTILE: [where: string, plan: Partial<CellPlan>, text: string][] = [
  '/tmp/x.sock", http = (), service = "dispatcher"), (name = "evil", address = "*:8080',
  '/tmp/x.sock" # the rest is a comment',
  '\\", http = ()), evil = "',
  "/tmp/x\n\0\r.sock",
  "/tmp/größe ✓ \u2028.sock",
].flatMap((text): [string, Partial<CellPlan>, string][] => [
  ["socket", { socket: text }, `unix:${text}`],
  ["host socket", { hostSocket: text }, `unix:${text}`],
  ["egress range", { egressAllow: ["127.0.0.0/8", text] }, text],
]);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-config-"));
  writeFileSync(join(folder, PLAN.dispatcher), "export default { fetch() {} };");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the config of a cell", () => {
  it("is this text", ({ expect }) => {
    const text = cellConfig(PLAN)
      .replaceAll(COMPATIBILITY_DATE, "<date>")
      .replace(/deny = \[[^\]]*\]/, "deny = <closed ranges>");
    expect(text).toMatchInlineSnapshot(`
      "using Workerd = import "/workerd/workerd.capnp";

      const cell :Workerd.Config = (
        services = [
          (name = "dispatcher", worker = (
            modules = [(name = "dispatcher.js", esModule = embed "dispatcher.js")],
            compatibilityDate = "<date>",
            bindings = [
              (name = "LOADER", workerLoader = ()),
              (name = "HOST", service = "host"),
              (name = "INTERNET", service = "internet"),
            ],
          )),
          (name = "host", external = (address = "unix:/tmp/run/host.sock", http = ())),
          (name = "internet", network = (allow = ["public", "10.0.0.0/8", "127.0.0.1/32"], deny = <closed ranges>, tlsOptions = (trustBrowserCas = true))),
        ],
        sockets = [
          (name = "calls", address = "unix:/tmp/run/cell-1.sock", http = (), service = "dispatcher"),
        ],
        v8Flags = ["--max-heap-size=128"],
      );
      "
    `);
  });

  it("opens nothing but the unix socket of its plan", ({ expect }) => {
    const text = cellConfig(PLAN);
    const addresses = Array.from(text.matchAll(/address = ("[^"]*")/g), ([, address]) => address);
    expect(addresses).toEqual(['"unix:/tmp/run/host.sock"', '"unix:/tmp/run/cell-1.sock"']);
  });

  it("lets apps reach the public internet and what the operator opens, no more", ({ expect }) => {
    expect(cellConfig({ ...PLAN, egressAllow: [] })).toContain('allow = ["public"],');
    expect(cellConfig(PLAN)).toContain('allow = ["public", "10.0.0.0/8", "127.0.0.1/32"],');
  });

  it("has the same lines whatever its strings hold", ({ expect }) => {
    for (const [, plan] of HOSTILE) {
      const egressAllow = plan.egressAllow ?? PLAN.egressAllow;
      expect(egressAllow).toHaveLength(2);
      expect(shapeOf({ ...PLAN, ...plan })).toBe(shapeOf(PLAN));
    }
  });
});

describe("workerd", () => {
  it("accepts the config", ({ expect }) => {
    const compiled = compile(PLAN);
    for (const text of [
      "unix:/tmp/run/cell-1.sock",
      "public",
      "10.0.0.0/8",
      "--max-heap-size=128",
    ]) {
      expect([text, holds(compiled, text)]).toEqual([text, true]);
    }
  });

  it("takes a hostile string for a string, and to its end", ({ expect }) => {
    for (const [where, plan, text] of HOSTILE) {
      expect([where, text, holds(compile({ ...PLAN, ...plan }), text)]).toEqual([
        where,
        text,
        true,
      ]);
    }
  });

  it("would take the same string for configuration without its quoting", ({ expect }) => {
    const text = cellConfig({ ...PLAN, socket: "@@" });
    const [[, , hostile] = ["", {}, ""]] = HOSTILE;
    const compiled = compileText(text.replace("unix:@@", hostile));
    expect(holds(compiled, hostile)).toBe(false);
    expect(holds(compiled, "evil")).toBe(true);
  });
});

/** The config with its strings emptied. */
function shapeOf(plan: CellPlan): string {
  return cellConfig(plan).replace(/"[^"\n]*"/g, '""');
}

/** The binary config that workerd makes of a plan. Throws with its complaint when it refuses. */
function compile(plan: CellPlan): Buffer {
  return compileText(cellConfig(plan));
}

function compileText(text: string): Buffer {
  const config = join(folder, "cell.capnp");
  writeFileSync(config, text);
  return execFileSync(WORKERD, ["compile", "--config-only", config], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Whether `text` is one whole text of a binary config, where texts end in a zero and begin behind one. */
function holds(compiled: Buffer, text: string): boolean {
  return compiled.includes(Buffer.from(`\0${text}\0`));
}
