// isolated-vm with one context and one function for all calls, which see what the others left. Text is copied in and out.
// The script runs in a thread beside the server's: most answers a second where there is a second core.

import { z } from "zod";
import { compileWarm } from "./isolated-vm-context.ts";
import { serveJson } from "./serve-json.ts";

const run = await compileWarm();

await serveJson(async (data) =>
  z.string().parse(await run.apply(undefined, [data], { result: { copy: true } })),
);
