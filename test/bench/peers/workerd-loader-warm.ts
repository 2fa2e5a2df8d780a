// workerd with the script in one loaded worker, which serves all calls.

import { serveWorkerd } from "./serve-workerd.ts";
import { loaderWorker } from "./worker-files.ts";

await serveWorkerd(loaderWorker("loader-warm.js"));
