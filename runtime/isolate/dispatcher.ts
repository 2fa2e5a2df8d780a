// Entry point inside workerd. Every call of every script passes here.
// Called by the gateway over a unix socket. Trust: this worker is ours; the workers it loads are not.

import { isShared, readBatchHead } from "../../schemas/batch.ts";
import type { Tending } from "../../schemas/tending.ts";
import { ReleaseCache } from "./release-cache.ts";
import { endAll, makeReady, runSingle } from "./single-isolates.ts";
import { WarmIsolates } from "./warm-isolates.ts";
import type { Means } from "./worker-code.ts";

export { Outbound } from "./outbound.ts";

type Env = {
  LOADER: WorkerLoader;
  /** The edge node, which hands out releases. */
  HOST: Fetcher;
  /** The network as apps may use it, for `Outbound`. */
  INTERNET: Fetcher;
};

/** Releases that keep a warm isolate. */
const WARM_ISOLATES = 128;

const releases = new ReleaseCache();
const warm = new WarmIsolates(WARM_ISOLATES);

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const means: Means = { loader: env.LOADER, exports: () => ctx.exports };
    const findCode: FindCode = (release) => releases.get(release, (id) => fetchCode(env.HOST, id));
    // Whole paths, as only the edge node asks: the call path does not parse them.
    if (request.url.endsWith("/run")) {
      const answer = await run(means, await request.text(), findCode);
      if (warm.isFull) ctx.waitUntil(warm.evict(means));
      return new Response(answer);
    }
    if (request.url.endsWith("/tend")) await tend(means, await request.json(), findCode);
    return new Response("");
  },
};

type FindCode = (release: string) => string | Promise<string>;

async function run(means: Means, text: string, findCode: FindCode): Promise<string> {
  const { head } = readBatchHead(text);
  const { release, type, isolation } = head;
  const code = await findCode(release);
  if (!isShared(head)) return await runSingle(means, { head, text }, code);
  return await warm.run(means, { type, isolation }, { release, code, text });
}

async function tend(means: Means, { end, make }: Tending, findCode: FindCode): Promise<void> {
  await endAll(means, end);
  for (const { release, ...kind } of make) await makeReady(means, kind, await findCode(release));
}

async function fetchCode(host: Fetcher, id: string): Promise<string> {
  const response = await host.fetch(`http://host/releases/${id}`);
  if (!response.ok) throw new Error(`Cannot get release "${id}": status ${response.status}`);
  return await response.text();
}
