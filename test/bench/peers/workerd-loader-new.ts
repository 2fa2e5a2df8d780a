// workerd with the script in a newly loaded worker for every call.

import { serveWorkerd } from "./serve-workerd.ts";
import { loaderWorker } from "./worker-files.ts";

await serveWorkerd(loaderWorker("loader-new.js"));
