// All that the scripts of the suite talk to: one HTTP server, one FTP server, and a port where nobody answers.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Addresses } from "./module-case.ts";
import { ELASTIC_EMAIL_ROUTES } from "./servers/elastic-email-api.ts";
import { FEED_ROUTES } from "./servers/feeds.ts";
import { FtpServer } from "./servers/ftp-server.ts";
import { HELP_SCOUT_ROUTES } from "./servers/help-scout-api.ts";
import type { Routes } from "./servers/routes.ts";
import { serveSoap } from "./servers/soap-service.ts";
import { SilentPort } from "./servers/silent-port.ts";
import { stripeRoutes } from "./servers/stripe-api.ts";
import { WEB_ROUTES } from "./servers/web-routes.ts";

/** Running servers, whose memory is their own. Disposing ends them and all connections to them. */
export class Servers implements AsyncDisposable {
  readonly addresses: Addresses;
  readonly #http: Server;
  readonly #ftp: FtpServer;
  readonly #silent: SilentPort;

  private constructor(
    addresses: Addresses,
    { http, ftp, silent }: { http: Server; ftp: FtpServer; silent: SilentPort },
  ) {
    this.addresses = addresses;
    this.#http = http;
    this.#ftp = ftp;
    this.#silent = silent;
  }

  static async start(): Promise<Servers> {
    const http = createServer().listen(0, "127.0.0.1");
    const [ftp, silent] = await Promise.all([
      FtpServer.start(),
      SilentPort.take(),
      once(http, "listening"),
    ]);
    const httpPort = portOf(http);
    const origin = `http://127.0.0.1:${httpPort}`;
    http.on("request", makeRespond(origin));
    await serveSoap(http, origin);
    return new Servers(
      { http: origin, httpPort, ftpPort: ftp.port, refusedPort: silent.port },
      { http, ftp, silent },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#silent[Symbol.dispose]();
    const closed = once(this.#http, "close");
    this.#http.close();
    this.#http.closeAllConnections();
    await Promise.all([closed, this.#ftp[Symbol.asyncDispose]()]);
  }
}

function makeRespond(origin: string): (request: IncomingMessage, response: ServerResponse) => void {
  const routes: Routes = {
    ...WEB_ROUTES,
    ...FEED_ROUTES,
    ...HELP_SCOUT_ROUTES,
    ...ELASTIC_EMAIL_ROUTES,
    ...stripeRoutes(),
  };
  return (request, response) => {
    respond(routes, { origin, request, response }).catch((error: unknown) => {
      // The script sees the status; what went wrong is for who reads the test's output.
      response.writeHead(500).end(String(error));
    });
  };
}

async function respond(
  routes: Routes,
  {
    origin,
    request,
    response,
  }: { origin: string; request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const url = new URL(request.url ?? "/", origin);
  const [name = "", ...rest] = url.pathname.slice(1).split("/");
  const body = await buffer(request);
  const route = routes[name];
  if (route) await route({ request, response, url, rest, body });
  else response.writeHead(404).end();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}
