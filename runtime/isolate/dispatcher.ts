// Entry point inside workerd. Every call of every script passes here.
// Called by the gateway over a unix socket. Trust: this worker is ours; the workers it loads are not.

import { FAILED_MARK, isShared, readBatchHead } from "../../schemas/batch.ts";
import type { Tending } from "../../schemas/tending.ts";
import type { ProgramCode, ProgramParts } from "../../schemas/program-code.ts";
import { ProgramCache, type CodeSource } from "./program-cache.ts";
import { endAll, makeReady, runSingle } from "./single-isolates.ts";
import { Opened, WarmIsolates } from "./warm-isolates.ts";
import type { Means, RunBatch } from "./worker-code.ts";

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

const programs = new ProgramCache();
const warm = new WarmIsolates(WARM_ISOLATES);

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const means: Means = { loader: env.LOADER, host: env.HOST, exports: () => ctx.exports };
    const source = sourceOf(env.HOST);
    const findProgram: FindProgram = (id) => programs.get(id, source);
    const opened = new Opened();
    const runBatch: RunBatch = async (text) => {
      const answer = await run(means, { text, opened }, findProgram);
      if (warm.isFull) ctx.waitUntil(warm.evict(means));
      return answer;
    };
    // Whole paths, as only the edge node asks: the call path does not parse them.
    if (request.url.endsWith("/batches")) return openBatches(runBatch);
    if (request.url.endsWith("/run")) return new Response(await runBatch(await request.text()));
    if (request.url.endsWith("/tend"))
      return Response.json(await tend(means, await request.json(), findProgram));
    return new Response("");
  },
};

/** A WebSocket, each message of which is a batch and is answered by one with what `run` makes of it. */
function openBatches(run: RunBatch): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.addEventListener("message", async ({ data }) => {
    const answer = await run(String(data)).catch(
      (error: unknown) => `${FAILED_MARK}${String(error)}`,
    );
    server.send(answer);
  });
  return new Response(null, { status: 101, webSocket: client });
}

type FindProgram = (id: string) => ProgramCode | Promise<ProgramCode>;

async function run(
  means: Means,
  { text, opened }: { text: string; opened: Opened },
  findProgram: FindProgram,
): Promise<string> {
  const head = readBatchHead(text);
  const { release, type, isolation } = head;
  const program = await findProgram(release);
  if (!isShared(head)) return await runSingle(means, { head, text }, program);
  return await warm.run(means, { type, isolation }, { release, program, text, opened });
}

/** Returns the names of the isolates that are ready. */
async function tend(
  means: Means,
  { end, make }: Tending,
  findProgram: FindProgram,
): Promise<string[]> {
  await endAll(means, end);
  const ready: string[] = [];
  for (const { release, ...kind } of make) {
    try {
      await makeReady(means, kind, await findProgram(release));
      ready.push(kind.name);
    } catch {
      // Its script was deleted meanwhile, or ends its isolate as it loads, which its next run tells.
    }
  }
  return ready;
}

function sourceOf(host: Fetcher): CodeSource {
  return {
    fetchProgram: async (id) => await (await ask(host, `/programs/${id}`)).json<ProgramParts>(),
    fetchModule: async (name) =>
      await (await ask(host, `/modules/${encodeURIComponent(name)}`)).text(),
  };
}

async function ask(host: Fetcher, path: string): Promise<Response> {
  const response = await host.fetch(`http://host${path}`);
  if (!response.ok) throw new Error(`Cannot get "${path}" from the edge node: ${response.status}`);
  return response;
}
