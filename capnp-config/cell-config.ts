// The configuration of a cell: one workerd process with the dispatcher. No customer code is in it; releases come at run time.

import { COMPATIBILITY_DATE } from "../schemas/compatibility.ts";
import { closedRanges } from "./closed-ranges.ts";
import { quote, quoteAll } from "./text.ts";

/** What a cell is made of. Sockets are absolute paths, `dispatcher` is a file beside the config. */
export type CellPlan = {
  socket: string;
  hostSocket: string;
  dispatcher: string;
  /** Heap of each isolate, in megabytes. */
  maxHeapMb: number;
  /**
   * Collect the garbage of isolates that live long from a few megabytes on: C++ wrappers, which only a collection of all
   * the heap frees, would pile up to hundreds. It makes new isolates dearer.
   */
  collectsEarly: boolean;
  /** Address ranges that apps may reach, besides the public internet. */
  egressAllow: readonly string[];
};

/** Some more than an isolate takes that has done nothing. */
const EARLY_MB = 4;

/** The config file's text, for `workerd serve`. */
export function cellConfig(plan: CellPlan): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const cell :Workerd.Config = (
  services = [
    ${dispatcherService(plan)},
    ${hostService(plan)},
    ${internetService(plan)},
  ],
  sockets = [
    (name = "calls", address = ${quote(`unix:${plan.socket}`)}, http = (), service = "dispatcher"),
  ],
  v8Flags = ${quoteAll(v8Flags(plan))},
);
`;
}

function v8Flags({ maxHeapMb, collectsEarly }: CellPlan): string[] {
  const heap = `--max-heap-size=${maxHeapMb}`;
  return collectsEarly ? [heap, `--initial-old-space-size=${EARLY_MB}`] : [heap];
}

function dispatcherService({ dispatcher }: CellPlan): string {
  return `(name = "dispatcher", worker = (
      modules = [(name = "dispatcher.js", esModule = embed ${quote(dispatcher)})],
      compatibilityDate = ${quote(COMPATIBILITY_DATE)},
      bindings = [
        (name = "LOADER", workerLoader = ()),
        (name = "HOST", service = "host"),
        (name = "INTERNET", service = "internet"),
      ],
    ))`;
}

function hostService({ hostSocket }: CellPlan): string {
  return `(name = "host", external = (address = ${quote(`unix:${hostSocket}`)}, http = ()))`;
}

function internetService({ egressAllow }: CellPlan): string {
  const allow = quoteAll(["public", ...egressAllow]);
  const deny = quoteAll(closedRanges(egressAllow));
  const tls = "tlsOptions = (trustBrowserCas = true)";
  return `(name = "internet", network = (allow = ${allow}, deny = ${deny}, ${tls}))`;
}
