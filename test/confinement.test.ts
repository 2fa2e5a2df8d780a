// How the operating system confines cells, read from the running processes.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, it } from "vitest";
import { z } from "zod";
import { startProduct } from "./harness.ts";
import { cellsOf } from "./processes.ts";

const NOBODY = "65534";
const isRoot = process.getuid?.() === 0;
const hasBox = existsSync("/usr/bin/bwrap");

describe("a cell", () => {
  it("runs without privileges, and sees no file of ours, as far as /readyz says", async ({
    expect,
  }) => {
    await using product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
    const ready = await (await fetch(`${product.edge}/readyz`)).json();
    const { layers } = z.object({ layers: z.array(z.string()) }).parse(ready);
    expect(layers.includes("unprivileged-user")).toBe(isRoot);
    expect(layers.includes("own-file-system")).toBe(hasBox);

    const cells = cellsOf(product);
    expect(cells.length).toBeGreaterThanOrEqual(4);
    for (const pid of cells) {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      if (isRoot) expect(status).toMatch(new RegExp(`^Uid:\t${NOBODY}\t${NOBODY}`, "m"));
      if (!hasBox) continue;
      const root = readdirSync(`/proc/${pid}/root`);
      expect(root).not.toContain("home");
      expect(root).not.toContain("root");
      expect(existsSync(`/proc/${pid}/root${product.data}`)).toBe(false);
      expect(existsSync(`/proc/${pid}/root${import.meta.filename}`)).toBe(false);
    }
    expect(readFileSync(`/proc/${cells[0]}/environ`, "utf8")).not.toContain("SCRIPTFORGE");
  });
});
