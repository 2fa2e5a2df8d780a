// An FTP server with a folder of its own, in which a few files lie.

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ftpSrv from "ftp-srv";
import { z } from "zod";

/** The date of every file there is at the start. */
const DATE = new Date("2020-02-03T04:05:00Z");

const Listening = z.object({ server: z.instanceof(Server) });

/** Serves user "carrier" with password "secret". Disposing ends it and removes its folder. */
export class FtpServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: ftpSrv.FtpSrv;
  readonly #root: string;

  private constructor(server: ftpSrv.FtpSrv, { root, port }: { root: string; port: number }) {
    this.#server = server;
    this.#root = root;
    this.port = port;
  }

  static async start(): Promise<FtpServer> {
    const root = mkdtempSync(join(tmpdir(), "scriptforge-ftp-"));
    fill(root);
    // A range of port 0 alone lets the system choose the port of each data connection.
    const passive = { pasv_url: "127.0.0.1", pasv_min: 0, pasv_max: 0 };
    const server = new ftpSrv.FtpSrv({ url: "ftp://127.0.0.1:0", ...passive, log: SILENT });
    server.on("login", ({ username, password }, resolve, reject) => {
      if (username === "carrier" && password === "secret") resolve({ root });
      else reject(new Error("Wrong name or password"));
    });
    await server.listen();
    const address = Listening.parse(server).server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port");
    return new FtpServer(server, { root, port: address.port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    rmSync(this.#root, { recursive: true });
  }
}

function fill(root: string): void {
  mkdirSync(join(root, "rates"));
  writeFileSync(join(root, "readme.txt"), "Hello carrier\n");
  writeFileSync(join(root, "rates/eu.csv"), "prefix,rate\n49,0.01\n33,0.02\n");
  for (const path of ["readme.txt", "rates/eu.csv", "rates"])
    utimesSync(join(root, path), DATE, DATE);
}

const ignore = (): void => {};
const SILENT = {
  child: () => SILENT,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};
