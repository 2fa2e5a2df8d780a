import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { cleanAfterDeadNodes, makeRunFolder } from "./run-folder.ts";

// A temporary folder of our own: nodes of this machine that really run are none of our business.
let temporary: string;
let before: string | undefined;
let children: ChildProcess[];

beforeEach(() => {
  before = process.env["TMPDIR"];
  temporary = mkdtempSync(join(tmpdir(), "run-folder-test-"));
  process.env["TMPDIR"] = temporary;
  children = [];
});
afterEach(async () => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  for (const child of children) await end(child);
  rmSync(temporary, { recursive: true, force: true });
});

describe("a run folder", () => {
  it("can be entered by its user only, and goes when it is disposed", ({ expect }) => {
    const folder = makeRunFolder();
    expect(folder.path.startsWith(`${temporary}/scriptforge-edge-`)).toBe(true);
    expect(statSync(folder.path).mode & 0o077).toBe(0);
    writeFileSync(join(folder.path, "cell-1.sock"), "");
    folder[Symbol.dispose]();
    expect(existsSync(folder.path)).toBe(false);
    expect(() => folder[Symbol.dispose]()).not.toThrow();
  });

  it("is another one each time", ({ expect }) => {
    using one = makeRunFolder();
    using other = makeRunFolder();
    expect(one.path).not.toBe(other.path);
  });

  it("leaves room for the path of a unix socket", ({ expect }) => {
    process.env["TMPDIR"] = "/tmp";
    using folder = makeRunFolder();
    expect(join(folder.path, "cell-1000000.sock").length).toBeLessThanOrEqual(107);
  });
});

describe("cleaning up", () => {
  it("leaves the folder and the cells of a node that runs", async ({ expect }) => {
    using folder = makeRunFolder();
    const cell = await startCell(folder.path);
    expect(cleanAfterDeadNodes()).toBe(0);
    expect(existsSync(join(folder.path, "owner.json"))).toBe(true);
    expect(isRunning(cell)).toBe(true);
  });

  it("ends the cells and removes the folder of a node that was killed", async ({ expect }) => {
    const path = makeFolder("dead", { pid: await deadPid(), startedAt: "1" });
    const cells = [await startCell(path), await startCell(path)];
    expect(cleanAfterDeadNodes()).toBe(2);
    for (const cell of cells) await ended(cell);
    expect(cells.map(({ signalCode }) => signalCode)).toEqual(["SIGKILL", "SIGKILL"]);
    expect(existsSync(path)).toBe(false);
    expect(cleanAfterDeadNodes()).toBe(0);
  });

  it("is not deceived by another process with the dead node's id", ({ expect }) => {
    const path = makeFolder("reused", { pid: process.pid, startedAt: "1" });
    cleanAfterDeadNodes();
    expect(existsSync(path)).toBe(false);
  });

  it("leaves processes that name another folder", async ({ expect }) => {
    const path = makeFolder("a", { pid: await deadPid(), startedAt: "1" });
    const others = [await startCell(`${path}b`), await startCell(temporary)];
    expect(cleanAfterDeadNodes()).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(others.map(isRunning)).toEqual([true, true]);
  });

  it("leaves the folder of a node that is just starting", ({ expect }) => {
    const path = makeFolder("starting", undefined);
    expect(cleanAfterDeadNodes()).toBe(0);
    expect(existsSync(path)).toBe(true);
    makeOld(path);
    cleanAfterDeadNodes();
    expect(existsSync(path)).toBe(false);
  });

  it("removes a folder whose owner cannot be read any more", ({ expect }) => {
    for (const text of ["", "{", "5", '{"pid":"1"}', '{"pid":-1,"startedAt":""}']) {
      const path = makeFolder("broken", undefined);
      writeFileSync(join(path, "owner.json"), text);
      makeOld(path);
      expect(() => cleanAfterDeadNodes()).not.toThrow();
      expect([text, existsSync(path)]).toEqual([text, false]);
    }
  });

  it("leaves whatever is not the folder of a node", ({ expect }) => {
    const file = join(temporary, "scriptforge-edge-file");
    const folder = join(temporary, "scriptforge-other");
    writeFileSync(file, "kept");
    mkdirSync(folder);
    makeOld(folder);
    cleanAfterDeadNodes();
    expect(readFileSync(file, "utf8")).toBe("kept");
    expect(existsSync(folder)).toBe(true);
  });
});

function makeFolder(name: string, owner: { pid: number; startedAt: string } | undefined): string {
  const path = join(temporary, `scriptforge-edge-${name}`);
  mkdirSync(path);
  if (owner !== undefined) writeFileSync(join(path, "owner.json"), JSON.stringify(owner));
  return path;
}

function makeOld(path: string): void {
  const longAgo = Date.now() / 1_000 - 60;
  utimesSync(path, longAgo, longAgo);
}

/** A process that does nothing, started with a file of `folder` in its command line. */
async function startCell(folder: string): Promise<ChildProcess> {
  const wait = "process.stdout.write('ready'); setInterval(() => {}, 1e6);";
  const child = spawn(process.execPath, ["-e", wait, join(folder, "cell-1.capnp")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  if (child.stdout !== null) await once(child.stdout, "data");
  return child;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  if (child.pid === undefined) throw new Error("Cannot make a dead process: none was started");
  return child.pid;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function ended(child: ChildProcess): Promise<void> {
  if (isRunning(child)) await once(child, "exit");
}

async function end(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await ended(child);
}
