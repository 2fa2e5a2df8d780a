// isolated-vm with one context and one function for all calls, which see what the others left. Text is copied in and out.
// The script runs in the server's own thread: soonest back for a single caller.

import { z } from "zod";
import { compileWarm } from "./isolated-vm-context.ts";
import { serveJson } from "./serve-json.ts";

const run = await compileWarm();

await serveJson((data) =>
  z.string().parse(run.applySync(undefined, [data], { result: { copy: true } })),
);
