// A real mail server on a free port, and what came in there.

import { once } from "node:events";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** `headers` in lower case; `body` as it came. */
export type CaughtMail = {
  from: string;
  to: string[];
  headers: Map<string, string>;
  body: string;
  user: string | undefined;
};

/** An answer of the server other than 250. */
export type Reply = { code: number; message: string };

export class MailServer implements AsyncDisposable {
  readonly mails: CaughtMail[] = [];
  /** What the server says of the next commands: undefined lets one through. By address for recipients. */
  onRecipient: (address: string) => Reply | undefined = () => undefined;
  onMessage: () => Reply | undefined = () => undefined;
  readonly #options: SMTPServerOptions;
  #server: SMTPServer | undefined;
  #port = 0;

  constructor(options: SMTPServerOptions = {}) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, again on the port that it had before. */
  async start(): Promise<this> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      disableReverseLookup: true,
      ...this.#options,
      onRcptTo: ({ address }, _session, done) => done(errorOf(this.onRecipient(address))),
      onData: (stream, session, done) => {
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        const from = mailFrom === false ? "" : mailFrom.address;
        const keep = (source: string): void => {
          const reply = this.onMessage();
          done(errorOf(reply));
          if (reply === undefined)
            this.mails.push({ from, to, ...partsOf(source), user: session.user });
        };
        // A client that goes away in the middle of its message has sent none.
        text(stream).then(keep, done);
      },
    });
    // Clients that go away in the middle are part of these tests.
    server.on("error", () => undefined);
    server.listen(this.#port, "127.0.0.1");
    await once(server.server, "listening");
    const address = server.server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : 0;
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server?.close(resolve) ?? resolve());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function errorOf(reply: Reply | undefined): Error | null {
  if (reply === undefined) return null;
  return Object.assign(new Error(reply.message), { responseCode: reply.code });
}

function partsOf(source: string): Pick<CaughtMail, "headers" | "body"> {
  const end = source.indexOf("\r\n\r\n");
  const lines = source
    .slice(0, end)
    .replaceAll(/\r\n\s+/g, " ")
    .split("\r\n");
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { headers, body: source.slice(end + 4) };
}
