// Isolates that serve one run at a time, and by default one run in all. Some are made ready before they are needed: the
// edge node says which and under what name, and when they are to end.

import { ENDED_TEXT, readRuns, writeBatch, type BatchHead } from "../../schemas/batch.ts";
import type { ProgramCode } from "../../schemas/program-code.ts";
import { needsOf } from "./needs.ts";
import { openEgress } from "./outbound.ts";
import { Platform } from "./platform.ts";
import { endIsolate, findEntry } from "./warm-isolates.ts";
import { entryOf, workerCode, type IsolateKind, type Means, type Prelude } from "./worker-code.ts";

/** A run of a call, for a script that does nothing: by it an isolate compiles what every run needs. */
const REHEARSAL = writeBatch(
  [
    {
      id: "",
      owner: { account: "", script: "" },
      release: "",
      type: "app",
      isolation: "call",
      function: null,
      anyFunction: false,
      env: "",
      payload: '{"routing":{"egress_routing":[{}]}}',
      vars: '{"none":0}',
      isCall: true,
      limits: { cpuMs: 1_000, wallMs: 1_000, subrequests: 0 },
      egressHosts: null,
    },
  ],
  null,
);

/** Runs a batch of one, in the isolate that it names or else in one that goes with the request. */
export async function runSingle(
  means: Means,
  { head, text }: { head: BatchHead; text: string },
  program: ProgramCode,
): Promise<string> {
  const [run] = readRuns(text);
  if (run === undefined) throw new Error("Cannot run an empty batch");
  const { owner, egressHosts, type, isolation } = head;
  const name = head.isolate ?? run.id;
  const kind = { type, isolation, name };
  let entry: Prelude | undefined;
  const makeEntry = (): Prelude =>
    (entry ??=
      head.isolate === null
        ? means.loader.load(workerCode(means, kind, program)).getEntrypoint<Prelude>()
        : entryOf(means, kind, program));
  const isSlow = head.isolate === null ? program.preload.length > 0 : isFirst(name);
  // What is wrong with it, its run tells.
  if (isSlow) await startInTurn(makeEntry).catch(() => undefined);
  using egress = openEgress({ isolate: name, owner, egressHosts, limits: run.limits });
  try {
    const isLent = type !== "script" && needsOf(program).platform;
    const platform = isLent ? new Platform(egress, means.host) : undefined;
    const pbxKey = platform === undefined ? "" : await pbxKeyOf(means.host, owner.account);
    return await egress.guard(makeEntry().run(text, platform, pbxKey));
  } catch {
    // The prelude reports every failure of the script. What ends an isolate before that is its budget alone.
    return ENDED_TEXT;
  }
}

/** Keys of accounts, as texts and not as promises: no request may wait for a promise of another one. */
const pbxKeys = new Map<string, string>();
const MOST_KEYS = 1_000;

/** The account's key for cxHelper, "" without an edge node or where that does not answer. */
async function pbxKeyOf(host: Fetcher | undefined, account: string): Promise<string> {
  if (host === undefined) return "";
  const known = pbxKeys.get(account);
  if (known !== undefined) return known;
  const response = await host.fetch(`http://host/pbx-keys/${encodeURIComponent(account)}`);
  if (!response.ok) return "";
  const key = await response.text();
  if (pbxKeys.size >= MOST_KEYS) pbxKeys.clear();
  pbxKeys.set(account, key);
  return key;
}

/** Isolates that have a name and have started. */
const started = new Set<string>();
/** When the isolate that is starting began to, 0 for none. A request that is dropped leaves it set: then only time tells. */
let startingSince = 0;
/** Longer than an isolate takes to start, in milliseconds. */
const START_MS = 500;

function isFirst(name: string): boolean {
  const isNew = !started.has(name);
  started.add(name);
  return isNew;
}

/**
 * Makes an isolate that stays or loads modules, and waits until it is ready; one at a time: many at once would keep this
 * process from everything else, and it would seem to be stuck. By looking, because no request may wait for a promise of
 * another one.
 */
async function startInTurn(makeEntry: () => Prelude): Promise<void> {
  while (isStarting()) await scheduler.wait(1);
  startingSince = Date.now();
  try {
    await makeEntry().ready(REHEARSAL);
  } finally {
    startingSince = 0;
  }
}

function isStarting(): boolean {
  return startingSince !== 0 && Date.now() - startingSince < START_MS;
}

/** Makes an isolate and waits until it is ready. Fails where it does not come to be, and then ends what there is of it. */
export async function makeReady(
  means: Means,
  kind: IsolateKind,
  program: ProgramCode,
): Promise<void> {
  started.add(kind.name);
  try {
    await startInTurn(() => entryOf(means, kind, program));
  } catch (error) {
    await endAll(means, [kind.name]);
    throw error;
  }
}

export async function endAll(means: Means, names: readonly string[]): Promise<void> {
  for (const name of names) {
    started.delete(name);
    await endIsolate(findEntry(means, name));
  }
}
