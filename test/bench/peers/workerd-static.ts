// workerd with the script in a worker of its configuration.

import { serveWorkerd } from "./serve-workerd.ts";
import { staticWorker } from "./worker-files.ts";

await serveWorkerd(staticWorker());
