// One run of a script, in an isolate of its own. What the script gets stands here, and nothing else.

import type { Invocation } from "../../schemas/call.ts";
import { COMPATIBILITY_DATE } from "../../schemas/compatibility.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { faultAnswer } from "./fault-answer.ts";
import prelude from "virtual:prelude";

/** What a run needs. Without `internet` apps use the network of the worker that loads them. */
export type Means = { loader: WorkerLoader; internet?: Fetcher; code: string };

/** The prelude's entry point. */
type Prelude = Rpc.WorkerEntrypointBranded & { run(invocation: string): Promise<string> };

/** Runs a script to its end and returns a `CellAnswer` as JSON. */
export async function invoke(means: Means, invocation: Invocation): Promise<string> {
  const worker = means.loader.load({
    compatibilityDate: COMPATIBILITY_DATE,
    mainModule: "prelude.js",
    modules: { "prelude.js": { js: prelude }, "script.js": { text: means.code } },
    env: {},
    ...network(means, invocation.type),
  });
  try {
    return await worker.getEntrypoint<Prelude>().run(JSON.stringify(invocation));
  } catch {
    // The prelude reports every failure of the script. What ends an isolate before that is its budget alone.
    return faultAnswer("cpu_exceeded", "The script used up its CPU time");
  }
}

function network({ internet }: Means, type: ScriptType): { globalOutbound?: Fetcher | null } {
  if (type === "script") return { globalOutbound: null };
  return internet === undefined ? {} : { globalOutbound: internet };
}
