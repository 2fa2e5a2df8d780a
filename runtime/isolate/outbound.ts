// The one way out: every fetch, WebSocket and TCP connection of every app and driver passes here, each hop of a
// redirect by itself. Called by workerd for an isolate that the dispatcher loaded.
// Trust: whatever comes in is the script's. Names are resolved and addresses judged where the connection is made, by
// workerd's network service, so that neither DNS nor a redirect leads around it.

import { connect } from "cloudflare:sockets";
import { WorkerEntrypoint } from "cloudflare:workers";
import { EgressLedger, type Egress, type EgressRules } from "./egress.ts";
import { targetOf, type Target } from "./host-pattern.ts";

declare global {
  namespace Cloudflare {
    /** Every main module here exports the way out. */
    interface GlobalProps {
      mainModule: { Outbound: typeof Outbound };
    }
  }
}

/** The network as apps may use it. Where there is none, it is the worker's own. */
type Env = { INTERNET?: Fetcher };
type Network = Pick<Fetcher, "fetch" | "connect">;

/** The isolate whose requests these are. */
type Props = { isolate: string };

/** Why a request failed, in the `code` of the script's Error. Public: added, never changed. */
type EgressErrorCode = "not_allowed" | "unreachable" | "tls_failed" | "body_too_large";

/** Most of a response's body that reaches a script, in bytes, as the script reads it: unpacked. */
const MAX_RESPONSE_BYTES = 10_000_000;

/** How long a request is held that nobody may make any more, in milliseconds. */
const REFUSAL_MS = 60_000;

/** By these a receiver may take a script's request for one of the platform's. */
const RESERVED_HEADER = /^(?:cf-|x-scriptforge-)/;

const OWN_NETWORK: Network = {
  fetch: (...request) => fetch(...request),
  connect: (...target) => connect(...target),
};

const ledger = new EgressLedger();

/** Opens the network for the run in an isolate until it is disposed. Other requests of that isolate are refused. */
export function openEgress(rules: EgressRules): Egress {
  return ledger.open(rules);
}

/** The run that makes a request, which is counted. Where it may make no more, the run ends by it. */
export async function admitted(egress: Egress | undefined): Promise<Egress> {
  if (egress?.count()) return egress;
  // It gets no answer: a script that tries again at each error would leave the end of its run no turn to happen in.
  await scheduler.wait(REFUSAL_MS);
  throw egressError("not_allowed", "The run is over");
}

export class Outbound extends WorkerEntrypoint<Env, Props> {
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const target = targetOf(url);
    await this.#admit(target);
    try {
      return limitBody(await this.#network.fetch(withoutReserved(request)), target);
    } catch (error) {
      throw await this.#explain(error, { target, isTls: url.protocol === "https:" });
    }
  }

  /** A script sees a refused connection as one that opens and closes: workerd has no way to say more. */
  override async connect(socket: Socket): Promise<void> {
    const { localAddress } = await socket.opened;
    const url = new URL(`http://${localAddress}`);
    const target = targetOf(url);
    await this.#admit(target);
    const upstream = this.#network.connect(addressOf(target));
    await upstream.opened;
    await Promise.all([
      socket.readable.pipeTo(upstream.writable),
      upstream.readable.pipeTo(socket.writable),
    ]);
  }

  /** Counts the request. Throws where the run may not make it. */
  async #admit(target: Target): Promise<void> {
    const egress = await admitted(ledger.find(this.ctx.props.isolate));
    if (egress.allows(target)) return;
    const message = `Host "${target.host}" is not allowed: it is not among the script's egress hosts`;
    throw egressError("not_allowed", message);
  }

  get #network(): Network {
    return this.env.INTERNET ?? OWN_NETWORK;
  }

  /** workerd tells a lost connection from the rest, and keeps to its log what the rest was. */
  async #explain(
    error: unknown,
    { target, isTls }: { target: Target; isTls: boolean },
  ): Promise<TypeError> {
    // It says itself what is wrong with the request.
    if (error instanceof TypeError) return error;
    const isLost = error instanceof Error && "retryable" in error && error.retryable === true;
    if (isLost) {
      const message = `Cannot reach "${addressOf(target)}": the connection was refused or lost`;
      return egressError("unreachable", message);
    }
    if (isTls && (await this.#isOpen(target))) {
      const message = `Cannot reach "${addressOf(target)}": no TLS with a certificate that is trusted`;
      return egressError("tls_failed", message);
    }
    const message = `Host "${target.host}" is not allowed or does not exist: it has no public address`;
    return egressError("not_allowed", message);
  }

  async #isOpen(target: Target): Promise<boolean> {
    const socket = this.#network.connect(addressOf(target));
    try {
      await socket.opened;
      await socket.close();
      return true;
    } catch {
      return false;
    }
  }
}

function addressOf({ host, port }: Target): string {
  return `${host}:${port}`;
}

function withoutReserved(request: Request): Request {
  const reserved = [...request.headers.keys()].filter((name) => RESERVED_HEADER.test(name));
  if (reserved.length === 0) return request;
  const headers = new Headers(request.headers);
  for (const name of reserved) headers.delete(name);
  return new Request(request, { headers });
}

function limitBody(response: Response, { host }: Target): Response {
  // Counting costs as much as the script's own reading: only where the length is not known to be within the limit.
  if (response.body === null || isShort(response.headers)) return response;
  let left = MAX_RESPONSE_BYTES;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left >= 0) return controller.enqueue(chunk);
      const message = `The response of "${host}" has more than ${MAX_RESPONSE_BYTES} bytes`;
      controller.error(egressError("body_too_large", message));
    },
  });
  return new Response(response.body.pipeThrough(limit), response);
}

/** Whether the protocol itself holds the body to a length within the limit. Packed and chunked ones have no such bound. */
function isShort(headers: Headers): boolean {
  if (headers.has("content-encoding") || headers.has("transfer-encoding")) return false;
  const length = headers.get("content-length");
  return length !== null && Number(length) <= MAX_RESPONSE_BYTES;
}

/** An Error as fetch throws it. */
function egressError(code: EgressErrorCode, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}
