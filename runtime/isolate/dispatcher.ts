// Entry point inside workerd. Every call of every script passes here.
// Called by the gateway over a unix socket. Trust: this worker is ours; the workers it loads are not.

import { invoke } from "./invoke.ts";
import { ReleaseCache } from "./release-cache.ts";
import type { Invocation } from "../../schemas/call.ts";

export { Outbound } from "./outbound.ts";

type Env = {
  LOADER: WorkerLoader;
  /** The edge node, which hands out releases. */
  HOST: Fetcher;
  /** The network as apps may use it, for `Outbound`. */
  INTERNET: Fetcher;
};

const releases = new ReleaseCache();

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/ping") return new Response("pong");
    // The gateway wrote it: no need to check its shape.
    const invocation: Invocation = await request.json();
    const code = await releases.get(invocation.release, (id) => fetchCode(env.HOST, id));
    return new Response(
      await invoke({ loader: env.LOADER, exports: ctx.exports, code }, invocation),
    );
  },
};

async function fetchCode(host: Fetcher, id: string): Promise<string> {
  const response = await host.fetch(`http://host/releases/${id}`);
  if (!response.ok) throw new Error(`Cannot get release "${id}": status ${response.status}`);
  return await response.text();
}
