// HTTP in, decision out. Every request to an edge node passes here.
// Trust: a caller is who its token says; nothing in a path or body changes the account.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import { Fault } from "../../schemas/fault.ts";
import { jsonReply, problemReply, type Reply } from "../../schemas/run-reply.ts";
import { bearerToken, isSameSecret, platformToken } from "../../schemas/token-hash.ts";
import { mayRun } from "../../schemas/token.ts";
import type { Drafts } from "../store/drafts.ts";
import { answerAlertDriver, answerAlertOrder, refuseAlertBody } from "./alert-driver.ts";
import { answerCall, type GatewayServices } from "./call.ts";
import { CallConnection, type CallAnswerer } from "./call-connection.ts";
import { callKeyOf, type CallRequest } from "./call-request.ts";
import { answerDidDriver, idempotencyKeyOf } from "./did-driver.ts";
import { DidFunction } from "./did-result.ts";
import { driverModeOf } from "./driver-target.ts";
import { faultOf } from "./fault-of.ts";
import {
  answerForm,
  answerPreflight,
  answerPublicForm,
  companyOf,
  forEveryOrigin,
  refuseMethod,
} from "./form.ts";
import { readBody, send, sendStream, type StreamedReply } from "./http.ts";
import { metricsReply } from "./metrics.ts";
import { answerOrder, streamOrder } from "./order.ts";
import { answerRun } from "./run.ts";
import { answerSimulation } from "./simulate.ts";

/** An order carries a compiled release and its source map beside the data. */
const MAX_ORDER_BYTES = 16_000_000;
/** What the log says of a request that failed for no reason of its caller. */
const FAILED = "a request failed";

export type Gateway = GatewayServices & {
  drafts: Drafts;
  secretKey: string;
  /** How the operating system confines cells. */
  layers: readonly string[];
};

/** The node's HTTP server, not yet listening. Its connections begin at `CallConnection`. */
export function makeGateway(gateway: Gateway): Server {
  const server = createServer(async (request, response) => {
    const reply: Reply | StreamedReply = await answerRequest(gateway, request).catch(
      (error: unknown) => problemReply(faultOf(error, gateway.log, FAILED)),
    );
    if ("write" in reply) return await sendStream(response, reply);
    // What is left of a body that is too large is not worth reading.
    if (!request.complete) response.setHeader("connection", "close");
    send(response, reply);
  });
  takeCalls(server, gateway);
  return server;
}

/** Has the connections of `server` answered by `CallConnection` as long as they bring nothing but calls. */
function takeCalls(server: Server, gateway: Gateway): void {
  const serves = server.listeners("connection");
  const taken = new Set<Socket>();
  const answerer: CallAnswerer = {
    answer: (request, body) => answerCallRequest(gateway, request, body),
    handOver(socket, unread) {
      taken.delete(socket);
      for (const serve of serves) serve.call(server, socket);
      socket.unshift(unread);
    },
  };
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    taken.add(socket);
    socket.once("close", () => taken.delete(socket));
    void new CallConnection(socket, answerer);
  });
  const closeOthers = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    for (const socket of taken) socket.destroy();
    closeOthers();
  };
}

/** Never rejects. */
async function answerCallRequest(
  gateway: Gateway,
  { key, tag, token }: CallRequest,
  body: string,
): Promise<Reply> {
  try {
    const account = await accountOf(gateway, token);
    return await answerCall(gateway, { account, key, tag, body });
  } catch (error) {
    return problemReply(faultOf(error, gateway.log, FAILED));
  }
}

async function answerRequest(
  gateway: Gateway,
  request: IncomingMessage,
): Promise<Reply | StreamedReply> {
  const [room = "", ...keys] = pathOf(request);
  if (room === "public") return await publicForm(gateway, request, keys);
  if (request.method === "GET" && keys.length === 0) {
    if (room === "healthz") return jsonReply({ status: "ok" });
    if (room === "readyz") return readiness(gateway);
    if (room === "metrics") return metricsReply(gateway.pool, gateway.journal);
  }
  if (request.method !== "POST") throw notFound(request);
  const answer = ROOMS.get(room);
  if (answer === undefined) throw notFound(request);
  return await answer(gateway, request, keys);
}

type Room = (
  gateway: Gateway,
  request: IncomingMessage,
  keys: string[],
) => Promise<Reply | StreamedReply>;

/** What answers a POST, by the first part of its path. */
const ROOMS: ReadonlyMap<string, Room> = new Map<string, Room>([
  ["call", call],
  ["run", run],
  ["form", form],
  ["driver", driver],
  ["internal", order],
]);

async function call(gateway: Gateway, request: IncomingMessage, keys: string[]): Promise<Reply> {
  const key = callKeyOf(keys);
  if (key === undefined) throw notFound(request);
  const account = await authorize(gateway, request);
  const body = await readBody(request);
  return await answerCall(gateway, { account, key, tag: queryOf(request).get("tag"), body });
}

/** Most requests have none. */
function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  const at = url.indexOf("?");
  return at === -1 ? NO_QUERY : new URLSearchParams(url.slice(at + 1));
}

const NO_QUERY = new URLSearchParams();

async function run(gateway: Gateway, request: IncomingMessage, keys: string[]): Promise<Reply> {
  const [script, name = null, ...rest] = keys;
  if (!script || name === "" || rest.length > 0) throw notFound(request);
  const account = await authorize(gateway, request);
  const body = await readBody(request);
  return await answerRun(gateway, { account, script, function: name, body });
}

async function form(gateway: Gateway, request: IncomingMessage, keys: string[]): Promise<Reply> {
  const [name, ...rest] = keys;
  if (!name || rest.length > 0) throw notFound(request);
  const account = await authorize(gateway, request);
  const company = companyOf(queryOf(request));
  return await answerForm(gateway, { account, form: name, company }, request);
}

/** Needs no token but the one in its path. Its failures, too, are for pages of every origin to read. */
async function publicForm(
  gateway: Gateway,
  request: IncomingMessage,
  keys: string[],
): Promise<Reply> {
  const [kind, token, ...rest] = keys;
  if (kind !== "form" || !token || rest.length > 0) throw notFound(request);
  const { method = "" } = request;
  if (method === "OPTIONS") return forEveryOrigin(answerPreflight());
  if (method !== "POST") return forEveryOrigin(refuseMethod(method));
  const reply = await answerPublicForm(gateway, token, request).catch((error: unknown) =>
    problemReply(faultOf(error, gateway.log, FAILED)),
  );
  return forEveryOrigin(reply);
}

async function driver(gateway: Gateway, request: IncomingMessage, keys: string[]): Promise<Reply> {
  const [kind, name, ...rest] = keys;
  const [wanted, ...others] = rest;
  const known = DidFunction.safeParse(wanted);
  const isDid = kind === "did" && known.success && others.length === 0;
  const isAlert = kind === "alert" && rest.length === 0;
  if (!name || (!isDid && !isAlert)) throw notFound(request);
  const account = await authorize(gateway, request);
  const mode = driverModeOf(queryOf(request));
  const at = { account, driver: name, mode };
  if (!isDid) {
    refuseAlertBody(await readBody(request));
    return await answerAlertDriver(gateway, at);
  }
  const key = idempotencyKeyOf(request.headers);
  const body = await readBody(request);
  return await answerDidDriver(gateway, { ...at, function: known.data, key, body });
}

type Order = (gateway: Gateway, body: string) => Promise<Reply | StreamedReply>;

/** What answers an order of the control plane, by the rest of its path. */
const ORDERS: ReadonlyMap<string, Order> = new Map<string, Order>([
  ["run", answerOrder],
  ["run/streamed", streamOrder],
  ["alert", answerAlertOrder],
  ["simulate", answerSimulation],
]);

async function order(
  gateway: Gateway,
  request: IncomingMessage,
  keys: string[],
): Promise<Reply | StreamedReply> {
  const answer = ORDERS.get(keys.join("/"));
  if (answer === undefined) throw notFound(request);
  const token = bearerToken(request.headers.authorization);
  if (token === undefined || !isSameSecret(token, platformToken(gateway.secretKey))) {
    throw new Fault(
      "unauthorized",
      "Only a control plane with the same secret key may ask for this",
    );
  }
  return await answer(gateway, await readBody(request, MAX_ORDER_BYTES));
}

/** The account whose token the request carries. Throws `unauthorized` or `forbidden`. */
function authorize(gateway: Gateway, request: IncomingMessage): Promise<string> {
  return accountOf(gateway, bearerToken(request.headers.authorization));
}

async function accountOf({ store, journal }: Gateway, token: string | undefined): Promise<string> {
  const principal = token === undefined ? undefined : await store.findPrincipal(token);
  if (principal === undefined) {
    throw new Fault(
      "unauthorized",
      'Send "Authorization: Bearer <token>"; the first token is in data/token',
    );
  }
  if (!mayRun(principal)) throw new Fault("forbidden", 'This needs a token with the scope "run"');
  journal.useToken(principal.token);
  return principal.account;
}

function readiness({ pool, layers, store: { revision } }: Gateway): Reply {
  const { ready: cells, quarantine } = pool;
  const quarantined = quarantine.quarantined.length;
  const status = cells > 0 ? "ready" : "starting";
  const reply = jsonReply({ status, cells, quarantined, layers, revision });
  return cells > 0 ? reply : { ...reply, status: 503 };
}

/** The parts of the path, decoded. Throws `bad_request`. */
function pathOf(request: IncomingMessage): string[] {
  const [path = ""] = (request.url ?? "").split("?");
  try {
    return path.slice(1).split("/").map(decodeURIComponent);
  } catch (error) {
    throw new Fault("bad_request", "The path is not encoded as a URL's must be", { cause: error });
  }
}

function notFound({ method, url }: IncomingMessage): Fault {
  return new Fault("not_found", `There is no ${method} ${url} on an edge node`);
}
