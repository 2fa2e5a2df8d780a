// One run of a script, in an isolate of its own. What the script gets stands here, and nothing else.

import type { Invocation } from "../../schemas/call.ts";
import { COMPATIBILITY_DATE } from "../../schemas/compatibility.ts";
import { faultAnswer } from "./fault-answer.ts";
import { openEgress } from "./outbound.ts";
import prelude from "virtual:prelude";

/** What a run needs. `exports` are those of the worker that loads the script, `Outbound` among them. */
export type Means = { loader: WorkerLoader; exports: Cloudflare.Exports; code: string };

/** The prelude's entry point. */
type Prelude = Rpc.WorkerEntrypointBranded & { run(invocation: string): Promise<string> };

/** Runs a script to its end and returns a `CellAnswer` as JSON. */
export async function invoke(means: Means, invocation: Invocation): Promise<string> {
  using egress = openEgress(invocation);
  const worker = means.loader.load({
    compatibilityDate: COMPATIBILITY_DATE,
    mainModule: "prelude.js",
    modules: { "prelude.js": { js: prelude }, "script.js": { text: means.code } },
    env: {},
    globalOutbound: network(means, invocation),
  });
  try {
    const run = worker.getEntrypoint<Prelude>().run(JSON.stringify(invocation));
    return await egress.guard(run);
  } catch {
    // The prelude reports every failure of the script. What ends an isolate before that is its budget alone.
    return faultAnswer("cpu_exceeded", "The script used up its CPU time");
  }
}

/** A Script has none. The rest goes out through us, and by the id we know whose request it is. */
function network({ exports }: Means, { type, id }: Invocation): Fetcher | null {
  return type === "script" ? null : exports.Outbound({ props: { run: id } });
}
