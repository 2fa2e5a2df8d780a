// Starts an edge node: store, cells, gateway. No logic.

import { chownSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { DAY_MS } from "../schemas/durations.ts";
import type { ClaimedJob } from "../schemas/job-leases.ts";
import { listen, type Listening } from "../schemas/listen.ts";
import { ModuleShelf, MODULES_FOLDER } from "../schemas/module-shelf.ts";
import { makePbxKey } from "../schemas/pbx-key.ts";
import { makeSealingKey } from "../schemas/sealed-text.ts";
import type { Settings } from "../schemas/settings.ts";
import { openPrimary, openReplica, type Database } from "../schemas/tables/open.ts";
import { TemplateRenderer } from "../schemas/template-renderer.ts";
import { openLocalDatabases, Userspace } from "../schemas/userspace/userspace.ts";
import { bundleDispatcher } from "./cell/bundle.ts";
import type { CellKind } from "./cell/cell.ts";
import { findConfinement, type Confinement } from "./cell/confinement.ts";
import { CellPool } from "./cell/pool.ts";
import { cleanAfterDeadNodes, makeRunFolder } from "./cell/run-folder.ts";
import type { SizeLimits } from "./cell/watchdog.ts";
import { Admission } from "./gateway/admission.ts";
import { Batcher } from "./gateway/batch.ts";
import type { GatewayServices } from "./gateway/call.ts";
import { makeGateway } from "./gateway/gateway.ts";
import { filesOfProgram } from "./gateway/run.ts";
import { connectorLibrary } from "./host/connector.ts";
import { envLibrary } from "./host/env.ts";
import { serveHost } from "./host/host-server.ts";
import { jobLibrary } from "./host/job.ts";
import { kvLibrary } from "./host/kv.ts";
import { MessageBus } from "./host/message-bus.ts";
import { pubSubLibrary } from "./host/pub-sub.ts";
import { RemoteDatabases } from "./host/remote-databases.ts";
import { restLibrary } from "./host/rest.ts";
import { sendLibrary } from "./host/send.ts";
import { templateLibrary } from "./host/template.ts";
import { userspaceLibrary } from "./host/userspace.ts";
import { Deliveries } from "./jobs/deliver.ts";
import { JobWaits } from "./jobs/job-waits.ts";
import { runJob, type AttemptEnd } from "./jobs/run-job.ts";
import { Scheduler } from "./jobs/scheduler.ts";
import { JobWorkers } from "./jobs/worker.ts";
import { Journal } from "./journal/journal.ts";
import { stateOf } from "./journal/node-state.ts";
import { JournalWriter } from "./journal/writer.ts";
import { Drafts } from "./store/drafts.ts";
import { programSource } from "./store/programs.ts";
import { EdgeStore } from "./store/store.ts";

/** Heap of an isolate. */
const MAX_HEAP_MB = 128;
/** Memory of a cell, off the heap and of all its isolates: of the warm ones, some 4 MB each, there are many. */
const CELL_SIZES: Record<CellKind, SizeLimits> = {
  warm: { fatMb: 768, mostMb: 1_152 },
  fresh: { fatMb: 384, mostMb: 768 },
};

/** What the parts of a node are made with. `stack` ends them, the last one first. */
type Start = {
  settings: Settings;
  secretKey: string;
  log: Logger;
  /** Cells for each kind of work. */
  cells: number;
  /** Other processes of this node listen on the same port. */
  isOneOfSeveral: boolean;
  stack: AsyncDisposableStack;
};

/** Runs until disposed. Waits for a control plane to make the tables. */
export async function startEdgeNode(options: Omit<Start, "stack">): Promise<Listening> {
  const { settings, secretKey, log } = options;
  await using stack = new AsyncDisposableStack();
  const start: Start = { ...options, stack };
  const ended = cleanAfterDeadNodes();
  if (ended > 0) log.warn({ ended }, "ended cells that a killed node left behind");

  const store = await openStore(start);
  const confinement = await findConfinement();
  const { layers } = confinement;
  log.info({ layers }, "cells are confined by the operating system");
  const drafts = new Drafts();
  const waits = stack.use(new JobWaits({ db: store.forLibraries.db, log }));
  const pool = await startCells(start, { store, drafts, waits, confinement });

  const admission = new Admission();
  const batcher = new Batcher(pool);
  const journal = await startJournal(start, { store, pool });
  const services = { store, pool, batcher, admission, journal, log };
  const server = makeGateway({ ...services, drafts, secretKey, layers });
  const { SCRIPTFORGE_HOST: host, SCRIPTFORGE_EDGE_PORT: port } = settings;
  const address = {
    host,
    port,
    setting: "SCRIPTFORGE_EDGE_PORT",
    isShared: options.isOneOfSeveral,
  };
  const { url } = stack.use(await listen(server, address));
  startJobs(start, services, waits);
  const owned = stack.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Takes part in jobs and schedules, where the settings do not say otherwise. */
function startJobs(
  { settings, log, stack }: Start,
  services: GatewayServices,
  waits: JobWaits,
): void {
  const count = settings.SCRIPTFORGE_JOB_WORKERS;
  if (count === 0) return;
  const { db } = services.store.forLibraries;
  const clock = { db, log, now: Date.now };
  stack.use(new Scheduler(clock)).start();
  const deliveries = new Deliveries({ db, log, settings });
  const run = (job: ClaimedJob): Promise<AttemptEnd> =>
    job.kind === "script" ? runJob(services, job) : deliveries.deliver(job, job.kind);
  // Who waits for a mail server leaves the others their turn, too.
  const waiting = (): number => waits.waitingJobs + deliveries.underWay;
  stack.use(new JobWorkers({ ...clock, count, waiting, run })).start();
}

/** Has what runs written down. */
async function startJournal(
  { settings, log, stack }: Start,
  { store, pool }: { store: EdgeStore; pool: CellPool },
): Promise<Journal> {
  const most = settings.SCRIPTFORGE_INVOCATIONS;
  const perSecond = most === 0 ? 0 : settings.SCRIPTFORGE_INVOCATIONS_PER_SECOND;
  const bodies = settings.SCRIPTFORGE_INVOCATION_BODIES;
  const journal = new Journal({ perSecond, bodies, now: Date.now });
  const db = await openPrimary(settings);
  stack.defer(() => db.$client.close());
  const writer = new JournalWriter({
    db,
    journal,
    node: `${hostname()}/${process.pid}`,
    retention: {
      most,
      invocationsMs: settings.SCRIPTFORGE_INVOCATION_DAYS * DAY_MS,
      statsMs: settings.SCRIPTFORGE_STATS_DAYS * DAY_MS,
    },
    findFiles: (program) => filesOfProgram(store, program),
    state: () => stateOf(pool, store),
    log,
    now: Date.now,
  });
  stack.use(writer).start();
  return journal;
}

async function openStore({ settings, secretKey, log, stack }: Start): Promise<EdgeStore> {
  const db = await openReplica(settings);
  stack.defer(() => db.$client.close());
  const primary = settings.SCRIPTFORGE_SYNC_URL;
  const sealingKey = makeSealingKey(secretKey);
  const store = stack.use(new EdgeStore({ db, primary, sealingKey, log }));
  await store.open();
  return store;
}

/** The databases of accounts: in this machine's data folder, or where the control plane has them. */
function openDatabases(
  { settings, secretKey, stack }: Pick<Start, "settings" | "secretKey" | "stack">,
  db: Database,
): Userspace {
  const { SCRIPTFORGE_CONTROL_URL: url, SCRIPTFORGE_SYNC_URL: primary } = settings;
  const isElsewhere = url !== undefined || primary !== undefined;
  if (isElsewhere) return new Userspace(new RemoteDatabases(url, secretKey));
  const local = openLocalDatabases(settings, db);
  // A call does not wait until a process has started.
  local.warm();
  return stack.use(new Userspace(local));
}

/** Starts the cells in a folder of their own, with somebody there who hands them releases. */
async function startCells(
  { settings, secretKey, cells, log, stack }: Start,
  {
    store,
    drafts,
    waits,
    confinement,
  }: { store: EdgeStore; drafts: Drafts; waits: JobWaits; confinement: Confinement },
): Promise<CellPool> {
  const folder = stack.use(makeRunFolder(confinement.uid)).path;
  const hostSocket = join(folder, "host.sock");
  const modules = new ModuleShelf(MODULES_FOLDER);
  const { db } = store.forLibraries;
  const templates = { db, renderer: stack.use(new TemplateRenderer()) };
  const userspace = openDatabases({ settings, secretKey, stack }, db);
  const bus = stack.use(new MessageBus({ db, log, now: Date.now }));
  const libraries = {
    connector: connectorLibrary(store.forLibraries),
    env: envLibrary(store.forLibraries),
    job: jobLibrary({ db, store, waits }),
    kv: kvLibrary({ db }),
    pubsub: pubSubLibrary(bus),
    rest: restLibrary(
      { ...store.forLibraries, userspace },
      { url: settings.SCRIPTFORGE_REST_URL, token: settings.SCRIPTFORGE_REST_TOKEN },
    ),
    send: sendLibrary({ ...templates, settings }),
    template: templateLibrary(templates),
    userspace: userspaceLibrary(userspace),
  };
  const pbxKey = (account: string): string => makePbxKey(secretKey, account);
  const host = { ...programSource({ store, drafts, modules }), libraries, pbxKey };
  const onError = (err: unknown): void => log.error({ err }, "a dispatcher was not answered");
  stack.use(await serveHost(hostSocket, { host, onError }));
  if (confinement.uid !== undefined) chownSync(hostSocket, confinement.uid, confinement.uid);

  const dispatcher = "dispatcher.js";
  writeFileSync(join(folder, dispatcher), await bundleDispatcher());
  const egressAllow = settings.SCRIPTFORGE_EGRESS_ALLOW;
  const plan = {
    folder,
    dispatcher,
    hostSocket,
    maxHeapMb: MAX_HEAP_MB,
    egressAllow,
    confinement,
    sizes: CELL_SIZES,
    log,
  };
  const pool = stack.use(new CellPool(cells, plan));
  await pool.open();
  return pool;
}
