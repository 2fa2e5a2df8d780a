// Writes the worker that wrangler serves and deploys. Run by `npm run build`, which wrangler.toml calls.

import { mkdirSync, writeFileSync } from "node:fs";
import { bundle } from "./cell/bundle.ts";

const FOLDER = new URL("./generated/", import.meta.url);

mkdirSync(FOLDER, { recursive: true });
writeFileSync(new URL("edge-worker.js", FOLDER), await bundle("edge-worker.ts"));
