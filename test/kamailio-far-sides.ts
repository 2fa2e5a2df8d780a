// What Kamailio talks to, under a test's control: an edge node that answers what it is told, and gateways that refuse.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { bindLoopback, closeSocket, LOOPBACK } from "./kamailio-ports.ts";

const Listening = z.object({ port: z.int() });

/** The body of a question, as deep as tests look. */
export const Question = z.object({ routing: z.record(z.string(), z.unknown()) });
export type Question = z.infer<typeof Question>;

/** "silence": the request is read and never answered. "reset": its connection ends without an answer. */
export type EdgeReply = { status: number; body: string } | "silence" | "reset";

export interface FakeEdge extends AsyncDisposable {
  readonly url: string;
  readonly asked: Question[];
}

/** An edge node on a free port that answers each question with what `reply` makes of it. Disposed, its port refuses. */
export async function startFakeEdge(reply: (question: Question) => EdgeReply): Promise<FakeEdge> {
  const asked: Question[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const question = await readQuestion(request);
      asked.push(question);
      answer(response, reply(question));
    })();
  });
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  const { port } = Listening.parse(server.address());
  return {
    url: `http://${LOOPBACK}:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A decision to go on with what was asked, changed by `change`. */
export function continueWith(question: Question, change: Record<string, unknown>): EdgeReply {
  const routing = { ...question.routing, ...change };
  return { status: 200, body: JSON.stringify({ action: "continue", data: { routing } }) };
}

async function readQuestion(request: IncomingMessage): Promise<Question> {
  request.setEncoding("utf8");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return Question.parse(JSON.parse(body));
}

function answer(response: ServerResponse, reply: EdgeReply): void {
  if (reply === "silence") return;
  if (reply === "reset") {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, { "content-type": "application/json" });
  response.end(reply.body);
}

export interface FakeGateway extends AsyncDisposable {
  readonly port: number;
  /** Each INVITE once, however often it is sent. */
  readonly invites: readonly string[];
}

/** A gateway that answers every call with `status`, for example "503 Service Unavailable"; without one, with nothing. */
export async function startFakeGateway(status?: string): Promise<FakeGateway> {
  const socket = await bindLoopback();
  const { port } = socket.address();
  const invites = new Set<string>();
  socket.on("message", (packet, sender) => {
    const message = packet.toString();
    if (!message.startsWith("INVITE ")) return;
    invites.add(message);
    if (status !== undefined) socket.send(refusal(message, status), sender.port, sender.address);
  });
  return {
    port,
    get invites() {
      return [...invites];
    },
    [Symbol.asyncDispose]: () => closeSocket(socket),
  };
}

function refusal(invite: string, status: string): string {
  const copied = linesOf(invite).filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
  const to = linesOf(invite).find((line) => /^To:/i.test(line));
  return [`SIP/2.0 ${status}`, ...copied, `${to};tag=gw`, "Content-Length: 0", "", ""].join("\r\n");
}

/** The values of a header, in order. */
export function headersOf(message: string, name: string): string[] {
  const start = `${name.toLowerCase()}:`;
  return linesOf(message)
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}

/** The first line and the headers. */
function linesOf(message: string): string[] {
  return (message.split("\r\n\r\n")[0] ?? "").split("\r\n");
}
