// What an isolate is made of. What a script gets stands here, and nothing else.

import type { BatchHead } from "../../schemas/batch.ts";
import { COMPATIBILITY_DATE } from "../../schemas/compatibility.ts";
import type { ProgramCode } from "../../schemas/program-code.ts";
import type { Platform } from "./platform.ts";
import prelude from "virtual:prelude";

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
  ready(): Promise<void>;
  run(batch: string, platform?: Platform): Promise<string>;
  end(): Promise<void>;
};

/** The entry of isolate `kind.name`, which is made of `program` where there is none of that name. */
export function entryOf(means: Means, kind: IsolateKind, program: ProgramCode): Fetcher & Prelude {
  return means.loader
    .get(kind.name, () => workerCode(means, kind, program))
    .getEntrypoint<Prelude>();
}

export function workerCode(
  { exports }: Means,
  { type, isolation, name }: IsolateKind,
  { code, ...required }: ProgramCode,
): WorkerLoaderWorkerCode {
  return {
    compatibilityDate: COMPATIBILITY_DATE,
    mainModule: "prelude.js",
    modules: {
      "prelude.js": { js: prelude },
      "script.js": { text: code },
      "settings.json": { json: { type, isolation, ...required } },
    },
    env: {},
    // A Script has no network. The rest goes out through us, and by the name we know whose request it is.
    globalOutbound: type === "script" ? null : exports().Outbound({ props: { isolate: name } }),
  };
}
