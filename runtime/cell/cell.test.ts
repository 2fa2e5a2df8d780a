import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, it } from "vitest";
import { DEFAULT_LIMITS } from "../../schemas/limits.ts";
import { Cell } from "./cell.ts";
import type { Run } from "./run.ts";

/** A cell whose process says what the test has it say, takes runs and never answers, and ends when the test has it end. */
class StandIn implements AsyncDisposable {
  readonly cell: Cell;
  readonly #process = spawn("cat");
  readonly #folder = mkdtempSync(join(tmpdir(), "scriptforge-cell-"));
  readonly #server = createServer((socket) => socket.on("error", () => undefined).resume());

  constructor() {
    const socket = join(this.#folder, "cell.sock");
    this.#server.listen(socket);
    // Only the test ends it.
    this.#process.kill = () => true;
    const process = { child: this.#process, pid: this.#process.pid ?? 0 };
    const log = pino({ level: "silent" });
    this.cell = new Cell(1, { kind: "warm", process, socket, log });
  }

  say(line: object): void {
    this.#process.stdin.write(`${JSON.stringify(line)}\n`);
  }

  end(): void {
    this.#process.stdin.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.cell.gone;
    this.#server.close();
    await once(this.#server, "close");
    rmSync(this.#folder, { recursive: true });
  }
}

function runOf(release: string): Run {
  const kind = { release, type: "script", isolation: "scope", isCall: true } as const;
  const owner = { account: "a", script: release };
  const input = { owner, function: null, anyFunction: false, env: "", vars: "", payload: "{}" };
  const rest = { ...input, limits: DEFAULT_LIMITS.script, egressHosts: null };
  return { key: `${release}/0`, invocation: { id: release, ...kind, ...rest } };
}

describe("a cell that is killed", () => {
  it("has lost all the runs that were inside by then, also one that tells its end meanwhile", async ({
    expect,
  }) => {
    await using process = new StandIn();
    const { cell } = process;
    const runs = [runOf("hostile"), runOf("neighbour")];
    const [hostile, neighbour] = runs.map((run) => cell.run([run]));
    cell.kill("stuck");
    process.say({ exhausted: "hostile", usedMs: 60, stack: "here", logs: "[]" });
    expect(await hostile).toMatchObject([{ is: "exhausted", usedMs: 60 }]);
    process.end();
    await expect(neighbour).rejects.toMatchObject({ loss: { cause: "stuck", runs } });
    expect(await cell.gone).toMatchObject({ cause: "stuck", runs });
  });
});
