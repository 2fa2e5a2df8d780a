// Starts an edge node: store, cells, gateway. No logic.

import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { listen, type Listening } from "../schemas/listen.ts";
import type { Settings } from "../schemas/settings.ts";
import { openReplica } from "../schemas/tables/open.ts";
import { bundleDispatcher } from "./cell/bundle.ts";
import { CellPool } from "./cell/pool.ts";
import { cleanAfterDeadNodes, makeRunFolder } from "./cell/run-folder.ts";
import { Admission } from "./gateway/admission.ts";
import { makeGateway } from "./gateway/gateway.ts";
import { serveReleases } from "./host/release-server.ts";
import { Drafts } from "./store/drafts.ts";
import { EdgeStore } from "./store/store.ts";

const MAX_HEAP_MB = 128;

/** Runs until disposed. The database must have its tables. */
export async function startEdgeNode(options: {
  settings: Settings;
  secretKey: string;
  log: Logger;
}): Promise<Listening> {
  const { settings, secretKey, log } = options;
  await using stack = new AsyncDisposableStack();
  const ended = cleanAfterDeadNodes();
  if (ended > 0) log.warn({ ended }, "ended cells that a killed node left behind");

  const db = await openReplica(settings);
  stack.defer(() => db.$client.close());
  const store = stack.use(
    new EdgeStore({ db, isReplica: settings.SCRIPTFORGE_SYNC_URL !== undefined, log }),
  );
  await store.open();

  const folder = stack.use(makeRunFolder()).path;
  const drafts = new Drafts();
  const hostSocket = join(folder, "host.sock");
  stack.use(
    await serveReleases(
      hostSocket,
      async (id) => drafts.findCode(id) ?? (await store.findRelease(id))?.code,
    ),
  );

  const dispatcher = "dispatcher.js";
  writeFileSync(join(folder, dispatcher), await bundleDispatcher());
  const plan = {
    folder,
    dispatcher,
    hostSocket,
    maxHeapMb: MAX_HEAP_MB,
    egressAllow: settings.SCRIPTFORGE_EGRESS_ALLOW,
    log,
  };
  const cells = settings.SCRIPTFORGE_CELLS ?? availableParallelism();
  const pool = stack.use(new CellPool(cells, plan));
  await pool.open();

  const { url } = stack.use(
    await listen(makeGateway({ store, pool, admission: new Admission(), drafts, secretKey, log }), {
      host: settings.SCRIPTFORGE_HOST,
      port: settings.SCRIPTFORGE_EDGE_PORT,
      setting: "SCRIPTFORGE_EDGE_PORT",
    }),
  );
  const owned = stack.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
