// isolated-vm with a new context for every call, in one isolate, from one compiled script.
// In the server's own thread, as creating contexts beside it is no faster.

import ivm from "isolated-vm";
import { z } from "zod";
import { IN_SANDBOX } from "./in-sandbox.ts";
import { serveJson } from "./serve-json.ts";

const isolate = new ivm.Isolate({ memoryLimit: 128 });
const script = await isolate.compileScript(`${IN_SANDBOX}\nrun;`);

await serveJson((data) => {
  const context = isolate.createContextSync();
  const run = script.runSync(context, { reference: true });
  try {
    return z.string().parse(run.applySync(undefined, [data], { result: { copy: true } }));
  } finally {
    // Either would hold the context until this thread collects its own garbage, and the isolate would run out of memory.
    run.release();
    context.release();
  }
});
