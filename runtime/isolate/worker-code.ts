// What an isolate is made of. What a script gets stands here, and nothing else.

import type { BatchHead } from "../../schemas/batch.ts";
import { COMPATIBILITY_DATE } from "../../schemas/compatibility.ts";
import type { Isolation } from "../../schemas/isolation.ts";
import type { ProgramCode } from "../../schemas/program-code.ts";
import { needsOf, NO_NEEDS, type Needs } from "./needs.ts";
import type { Platform } from "./platform.ts";
import libraries from "virtual:libraries";
import leanPrelude from "virtual:prelude/lean";
import singlePrelude from "virtual:prelude/single";
import warmPrelude from "virtual:prelude/warm";

/**
 * What isolates are made with. `exports` gives those of the worker that loads them, `Outbound` among them; `host` is the
 * edge node, where there is one.
 */
export type Means = {
  loader: WorkerLoader;
  host: Fetcher | undefined;
  exports: () => Cloudflare.Exports;
};

/** Which isolate: of a release, for a type, under a name by which its requests are known. */
export type IsolateKind = Pick<BatchHead, "type" | "isolation"> & { name: string };

/** The prelude's entry point. */
export type Prelude = Rpc.WorkerEntrypointBranded & {
  ready(rehearsal: string): Promise<void>;
  run(batch: string, platform?: Platform, pbxKey?: string): Promise<string>;
  open(): Promise<RunBatch>;
  end(): Promise<void>;
};

/** Runs a batch in one isolate, as long as the request lasts that opened it. */
export type RunBatch = (batch: string) => Promise<string>;

/** The entry of isolate `kind.name`, which is made of `program` where there is none of that name. */
export function entryOf(means: Means, kind: IsolateKind, program: ProgramCode): Fetcher & Prelude {
  return means.loader
    .get(kind.name, () => workerCode(means, kind, program))
    .getEntrypoint<Prelude>();
}

/** What an isolate is told of itself, and what its script requires. */
export type Settings = Pick<IsolateKind, "type" | "isolation"> & { needs: Needs } & Omit<
    ProgramCode,
    "code"
  >;

/** In the place of the libraries, where the code names none. */
const NO_LIBRARIES =
  "export function libraryMakers() { return {}; } export function makeLookup() { return {}; }";
/**
 * Node's modules and globals take a quarter of the time in which workerd makes an isolate. One that stays has them all the
 * same: without them the engine's console, by which a run that is cut off is reported, does not work under lockdown.
 */
const WITHOUT_NODE = ["no_nodejs_compat", "no_nodejs_compat_v2"];

export function workerCode(
  { exports }: Means,
  { type, isolation, name }: IsolateKind,
  program: ProgramCode,
): WorkerLoaderWorkerCode {
  const { code, ...required } = program;
  const found = needsOf(program);
  // A Script has no require, no timers and so on.
  const needs = type === "script" ? { ...NO_NEEDS, legacy: found.legacy } : found;
  const settings: Settings = { type, isolation, needs, ...required };
  return {
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: needs.node || isolation === "scope" ? [] : WITHOUT_NODE,
    mainModule: "prelude.js",
    modules: {
      "prelude.js": { js: preludeFor(isolation, needs) },
      "libraries.js": { js: needs.libraries ? libraries : NO_LIBRARIES },
      "script.js": { text: code },
      "settings.json": { json: settings },
    },
    env: {},
    // A Script has no network. The rest goes out through us, and by the name we know whose request it is.
    globalOutbound: type === "script" ? null : exports().Outbound({ props: { isolate: name } }),
  };
}

function preludeFor(isolation: Isolation, needs: Needs): string {
  if (isolation === "scope") return warmPrelude;
  return Object.values(needs).includes(true) ? singlePrelude : leanPrelude;
}
