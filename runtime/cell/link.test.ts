import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { CellLink } from "./link.ts";
import { REQUESTS } from "./request-wire.ts";

/** A cell as far as its socket goes: each connection answers with the texts of `script`, one for each request. */
class StandIn implements AsyncDisposable {
  readonly path: string;
  readonly sockets: Socket[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "scriptforge-link-"));
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #answers: string[];

  private constructor(answers: string[]) {
    this.path = join(this.#folder, "cell.sock");
    this.#answers = answers;
  }

  static async open(answers: string[]): Promise<StandIn> {
    const cell = new StandIn(answers);
    cell.#server.listen(cell.path);
    await once(cell.#server, "listening");
    return cell;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
    rmSync(this.#folder, { recursive: true });
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(this.#answers.shift() ?? ""));
  }
}

function answer(status: number, body: string): string {
  return `HTTP/1.1 ${status} -\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

describe("a link to a cell", () => {
  it("uses a connection again", async ({ expect }) => {
    await using cell = await StandIn.open([answer(200, "one"), answer(200, "two")]);
    const link = new CellLink(cell.path, REQUESTS);
    expect(await link.post("/run", "1").answered).toBe("one");
    expect(await link.post("/run", "2").answered).toBe("two");
    expect(cell.sockets).toHaveLength(1);
    link.close();
  });

  it("uses one no more often than its wire allows", async ({ expect }) => {
    const texts = ["one", "two", "three", "four", "five"];
    await using cell = await StandIn.open(texts.map((text) => answer(200, text)));
    const link = new CellLink(cell.path, { ...REQUESTS, mostTexts: 2 });
    for (const text of texts) expect(await link.post("/run", text).answered).toBe(text);
    expect(cell.sockets).toHaveLength(3);
    link.close();
  });

  it("does not use one again on which the dispatcher has failed, because workerd closes it", async ({
    expect,
  }) => {
    await using cell = await StandIn.open([answer(500, "no such thing"), answer(200, "two")]);
    const link = new CellLink(cell.path, REQUESTS);
    const failed = link.post("/run", "1").answered;
    await expect(failed).rejects.toMatchObject({
      code: "internal",
      message: "The dispatcher failed: no such thing",
    });
    expect(await link.post("/run", "2").answered).toBe("two");
    expect(cell.sockets).toHaveLength(2);
    link.close();
  });

  it("fails what is under way when the cell closes the connection", async ({ expect }) => {
    await using cell = await StandIn.open([]);
    const link = new CellLink(cell.path, REQUESTS);
    const { answered } = link.post("/run", "1");
    answered.catch(() => undefined);
    while (cell.sockets.length === 0) await new Promise(setImmediate);
    cell.sockets[0]?.destroy();
    await expect(answered).rejects.toThrow(Error);
    link.close();
  });
});
