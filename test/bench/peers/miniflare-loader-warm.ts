// Miniflare, on our workerd, with the script in one loaded worker, which serves all calls.

import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import workerd from "workerd";
import { COMPATIBILITY_DATE } from "../../../schemas/compatibility.ts";
import { announceUntilStopped } from "./announce.ts";
import { loaderWorker } from "./worker-files.ts";

// Its own is older than our compatibility date.
process.env["MINIFLARE_WORKERD_PATH"] = workerd.default;

const { modules, texts } = loaderWorker("loader-warm.js");
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    name: "main",
    host: "127.0.0.1",
    port: 0,
    modules: Array.from(modules, ([path, contents]) => ({ type: "ESModule", path, contents })),
    compatibilityDate: COMPATIBILITY_DATE,
    workerLoaders: { LOADER: {} },
    bindings: texts,
  }),
);
try {
  const url = await miniflare.ready;
  await announceUntilStopped(url.origin);
} finally {
  await miniflare.dispose();
}
