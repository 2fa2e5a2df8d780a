// The request of `http` and `https`, as libraries written for Node expect it. workerd's own is built on fetch: it calls no
// agent, has no socket, and its response has no request and its Set-Cookie in one string.

import { EventEmitter } from "node:events";
import http, { type IncomingMessage, type RequestOptions } from "node:http";
import { requestError, responseError } from "./node-error.ts";
import { readArguments, type RequestArguments } from "./request-arguments.ts";
import { splitCookies } from "./set-cookie.ts";

/** An agent with what its type does not tell. */
type Agent = http.Agent & {
  addRequest: (request: ClientRequest, options: RequestOptions) => void;
};

const NATIVE_AGENT = http.Agent.prototype;

export class ClientRequest extends http.ClientRequest {
  declare readonly agent: Agent | undefined;
  declare readonly port: string;
  #response: IncomingMessage | null = null;

  constructor(...args: RequestArguments) {
    const { options, onResponse } = readArguments(args);
    super(options, onResponse);
    this.#meetAgent(options);
    queueMicrotask(() => this.#connect());
  }

  /** Set by workerd as soon as there is a response, before anybody sees it. */
  get res(): IncomingMessage | null {
    return this.#response;
  }

  set res(response: IncomingMessage) {
    this.#response = response;
    completeResponse(response, this);
  }

  /** Libraries replace what writes the header, to have the last word about it: Node calls that before the body. */
  override end(...args: unknown[]): this {
    if (!this.headersSent && !this.writableEnded && !this.destroyed) this.flushHeaders();
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
    return Reflect.apply(super.end, this, args);
  }

  override destroy(error?: Error): this {
    return super.destroy(error && requestError(error, this));
  }

  #meetAgent(options: RequestOptions): void {
    const { agent } = this;
    if (agent === undefined) return;
    const overrides = (name: string): boolean =>
      Reflect.get(agent, name) !== Reflect.get(NATIVE_AGENT, name);
    if (overrides("createConnection") || overrides("createSocket")) throw agentRefused();
    if (overrides("addRequest")) agent.addRequest(this, options);
  }

  #connect(): void {
    if (this.destroyed) return;
    const socket = new RequestSocket(this);
    Object.assign(this, { socket, connection: socket });
    this.emit("socket", socket);
  }
}

function agentRefused(): Error {
  const message = "The agent makes connections of its own, as one for a proxy does: not available";
  return Object.assign(new Error(message), { code: "ERR_OPTION_NOT_IMPLEMENTED" });
}

/** Stands for the connection, which nobody can reach: it is there to be configured and to end its request. */
class RequestSocket extends EventEmitter {
  readonly #request: ClientRequest;
  readonly encrypted: boolean;
  readonly authorized: boolean;
  readonly connecting = false;
  readonly readable = true;
  readonly writable = true;
  destroyed = false;

  constructor(request: ClientRequest) {
    super();
    this.#request = request;
    this.encrypted = request.protocol === "https:";
    this.authorized = this.encrypted;
    request.on("timeout", () => this.emit("timeout"));
  }

  setTimeout(ms: number, onTimeout?: () => void): this {
    if (onTimeout) this.once("timeout", onTimeout);
    this.#request.setTimeout(ms);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  address(): object {
    return {};
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#request.destroy(error);
    return this;
  }
}

function completeResponse(response: IncomingMessage, request: ClientRequest): void {
  // workerd has setters for these, and no property of its own.
  Object.assign(response, { req: request, connection: request.socket });
  const destroy = response.destroy.bind(response);
  response.destroy = (error) => destroy(error && responseError(error));
  const { headers, headersDistinct } = response;
  const cookies: unknown = headers["set-cookie"];
  if (typeof cookies === "string") {
    headers["set-cookie"] = splitCookies(cookies);
    headersDistinct["set-cookie"] = headers["set-cookie"];
  }
  response.rawHeaders = Object.entries(headers).flatMap(([name, value = ""]) =>
    [value].flat().flatMap((one) => [name, one]),
  );
}
